// SPDX-License-Identifier: MIT
// selves.h - who the threads of a scenario are, where the library does not create
// them itself: a record and a handle for each.
#ifndef SELVES_H
#define SELVES_H

#include "kernel.h"
#include "model.h"
#include "thread.h"

static struct weft__record records[MODEL_THREADS];
static struct weft__thread selves[MODEL_THREADS];
static void *slots[MODEL_THREADS];

static inline void begin_selves(void)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        records[i].index = i;
        records[i].exit_word = 1001 + i;
        selves[i].record = &records[i];
        selves[i].local.handle = (uint64_t)1 << 32 | i;
        selves[i].local.cancel_request = &records[i].cancel_request;
        slots[i] = &selves[i];
        model_thread_is(i, &slots[i]);
    }
}

#endif
