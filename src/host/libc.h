// SPDX-License-Identifier: MIT
// libc.h - one libc to live beside, in the words of libc.c.
//
// libc.c is the same for all of them, musl.c and glibc.c are one each, and
// choice.c knows which of them are in the archive. No header of a libc is
// included here: what is used of it is declared by hand, and checked at start-up.
#ifndef LIBC_H
#define LIBC_H

#include "host.h"

struct weft__libc {
    const char *name;
    size_t default_stack; // where the program does not say
    int last_signal;      // of those that programs may not use
    int cancel_signal;    // the one for requests
    // What does not look as this code knows it, in a few words; NULL if all does.
    // Writes nothing.
    const char *(*mismatch)(void);
    // The calling thread is main, and everything looks as expected: sets
    // weft__self_slot and the slot, unless it has called weft__libc_first, and
    // main's tid_word.
    void (*adopt)(struct weft__thread *main);
    size_t (*tls_size)(void); // as weft__host_tls_size and weft__host_tls_build
    void *(*tls_build)(void *memory, struct weft__thread *self);
    // What the libc's own functions switch cancellation off and on by.
    int (*set_cancel_state)(int state, int *old);
    struct weft__libc_hooks hooks; // fork: weft__libc_fork
};

// choice.c: the libc that this program is linked with, told by names that no
// other has; NULL if it is none that Weft knows.
const struct weft__libc *weft__libc_choose(void);

// libc.c: main is a thread from now on, as far as memory alone makes it one. Once;
// the host may call it at any time, before there is TLS. The slot and
// weft__self_slot are the host's to set.
void weft__libc_first(const struct weft__libc *host);

// libc.c: fork for the hooks.
long weft__libc_fork(void);

// For who is told by the libc that it forks: in the same thread before, and
// after it in the parent and in the child (0 or 1).
void weft__libc_before_fork(void);
void weft__libc_after_fork(int in_child);

#endif
