// SPDX-License-Identifier: MIT
// recycle_state.h - what a new thread has from its creator, and might be refused to
// take: scheduling and CPUs. See recycle.c.
#ifndef RECYCLE_STATE_H
#define RECYCLE_STATE_H

#include "syscall.h"
#include "thread.h"

struct inherited {
    struct kernel_sched_attr sched;
    unsigned long cpus[16]; // for more than 1,024 CPUs, nobody is recycled
};

// The calling thread's. Whether the kernel could tell.
static inline int weft__inherited(struct inherited *state)
{
    weft__zero(state, sizeof *state); // the kernel fills what it has CPUs for
    return arch_syscall3(SYS_sched_getaffinity, 0, sizeof state->cpus,
                         (long)state->cpus) > 0 &&
           arch_syscall4(SYS_sched_getattr, 0, (long)&state->sched,
                         sizeof state->sched, 0) >= 0;
}

// size is a multiple of 8.
static inline int weft__same_words(const void *a, const void *b, size_t size)
{
    const uint64_t *x = (const uint64_t *)a, *y = (const uint64_t *)b;
    size_t i = 0;
    while (i < size / sizeof *x && x[i] == y[i]) {
        i++;
    }
    return i == size / sizeof *x;
}

#endif
