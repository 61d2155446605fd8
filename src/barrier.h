// SPDX-License-Identifier: MIT
// barrier.h - what barrier.c and barrier_shared.c share.
#ifndef BARRIER_H
#define BARRIER_H

#include <weft/barrier.h>
#include "spin_wait.h"

// weft_barrier_wait for a barrier between processes.
int weft__barrier_shared_wait(weft_barrier *b, uint32_t count);
// weft_barrier_destroy: whether it is busy.
int weft__barrier_shared_destroy(weft_barrier *b);

// Spinning is for those who have a CPU to spare beside one for each of the round:
// where there is none, whoever was woken last shares a CPU with its waker, and one
// that spins keeps the one that it waits for from coming.
static inline unsigned weft__barrier_spins(unsigned count)
{
    return weft__spin_limit_for(count);
}

#endif
