// SPDX-License-Identifier: MIT
// ghosts.h - waiters that are in an object, but not in this process.
//
// In the child of a fork all other threads are gone. Those that waited are still
// counted, or stand in a list, or are about to be handed something: ghosts. So an
// object carries the generation (thread.h) of those who wait in it, and whoever is
// about to wait there, to wake or to hand something over calls this first. Until
// then nobody of this process waits in it, so all who do are ghosts and are dropped.
//
// Not for objects between processes: there the others are alive.
#ifndef GHOSTS_H
#define GHOSTS_H

#include <weft/atomic.h>
#include "thread.h"

// ghosts.c
void weft__ghosts_drop(uint32_t *generation, void (*drop)(void *object),
                       void *object);

// Whether the calling thread has become the only one of another process since
// weft__ghosts_none: a handler that interrupted it may have forked.
static inline int weft__ghosts_forked(uint32_t generation)
{
    // relaxed: it changes in the child only, while this thread is alone
    return weft__load_relaxed(&weft__fork_generation) != generation;
}

// Makes sure that all who wait in the object are of this process: drop takes out
// all who stand there, and may be called again where it has not come to its end.
// Returns the generation, for weft__ghosts_forked.
static inline uint32_t weft__ghosts_none(uint32_t *generation,
                                         void (*drop)(void *object),
                                         void *object)
{
    // acquire: pairs with [ghosts.dropped]
    const uint32_t seen = weft__load_acquire(generation);
    if (weft__ghosts_forked(seen)) {
        weft__ghosts_drop(generation, drop, object);
        // relaxed: as in weft__ghosts_forked
        return weft__load_relaxed(&weft__fork_generation);
    }
    return seen;
}

#endif
