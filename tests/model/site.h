// SPDX-License-Identifier: MIT
// site.h - each place in the sources that does something atomic.
// The seams (seam/*.h) put a description of every place into one section of the
// program, so that all of them can be listed, also those that never ran, and
// each can be weakened without compiling anything anew.
#ifndef SITE_H
#define SITE_H

#include <stdint.h>

enum order { RELAXED, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

enum site_kind { LOAD, STORE, UPDATE, CAS, FENCE, WAIT, WAKE };

struct model_site {
    const char *file;
    const char *function;
    const char *operation; // "swap"
    const char *word;      // its argument as the source spells it
    int line;
    enum site_kind kind;
    enum order order, failure;         // as written; failure: of a failed cas
    enum order order_now, failure_now; // as the mutant in force has them
    int skipped; // a wake that the mutant in force leaves out
    int reached;
};

// The seams' way to name the place where they stand.
#define MODEL_SITE(KIND, OPERATION, WORD, ORDER, FAILURE)                      \
    __extension__({                                                            \
        static __attribute__((                                                 \
            section("model_sites"))) struct model_site site_ = {               \
            __FILE__, __func__, OPERATION, WORD,    __LINE__, KIND,            \
            ORDER,    FAILURE,  ORDER,     FAILURE, 0,        0};              \
        &site_;                                                                \
    })

// The section's ends; the linker knows them.
extern struct model_site __start_model_sites[], __stop_model_sites[];

static inline int acquires(enum order order)
{
    return order == ACQUIRE || order == ACQ_REL || order == SEQ_CST;
}

static inline int releases(enum order order)
{
    return order == RELEASE || order == ACQ_REL || order == SEQ_CST;
}

const char *order_name(enum order order);

#endif
