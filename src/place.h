// SPDX-License-Identifier: MIT
// place.h - where a new thread's things lie in its memory. See place.c.
#ifndef PLACE_H
#define PLACE_H

#include "record.h"
#include "thread.h"

// From the top down.
struct weft__place {
    struct weft__thread *self;
    void *tls;
    char *sp; // the stack's top: 16-aligned, as both ABIs want it
};

// Whether attr's sizes, flags and name make sense: 0 or WEFT_EINVAL.
int weft__place_check(const weft_attr *attr);

// Finds memory as attr asks: the caller's region, or a block, which is left in
// *block. 0 or an error as weft_create's.
int weft__place_find(struct weft__place *place, struct weft__block **block,
                     const weft_attr *attr);

#endif
