// SPDX-License-Identifier: MIT
// ghosts.h - waiters that are in an object, but not in this process.
//
// In the child of a fork all other threads are gone. Those that waited are still
// counted, or stand in a list, or are about to be handed something: ghosts. So an
// object carries the generation (thread.h) of those who wait in it, and whoever is
// about to wait there, to wake or to hand something over calls this first. Until
// then nobody of this process waits in it, so all who do are ghosts and are dropped.
//
// The generation's word: 31 DROPPING | 30..8 generation | 7..0 the object's own, which
// it may store at any time. (After 2^23 forks, one within the other, it is the same
// again.)
//
// Not for objects between processes: there the others are alive.
#ifndef GHOSTS_H
#define GHOSTS_H

#include <weft/atomic.h>
#include "thread.h"

// What the word is when all who wait are of this process, but for the lowest byte.
static inline uint32_t weft__ghosts_ours(void)
{
    // relaxed: it changes in the child only, while the caller is alone
    return (weft__load_relaxed(&weft__fork_generation) << 8) & 0x7fffff00;
}

// ghosts.c
void weft__ghosts_drop(uint32_t *generation, void (*drop)(void *object),
                       void *object);

// Whether the calling thread has become the only one of another process since
// weft__ghosts_none: a handler that interrupted it may have forked. To be asked
// before the look that says whether the thread has got what it waits for: what is
// seen in the child is what it had when that was made. (The handler must not use
// the object there before it returns: that would drop the thread it has interrupted.)
static inline int weft__ghosts_forked(uint32_t generation)
{
    // relaxed: as above
    const int forked = weft__load_relaxed(&weft__fork_generation) != generation;
    weft__signal_fence();
    return forked;
}

// Makes sure that all who wait in the object are of this process: drop takes out
// all who stand there, and may be called again where it has not come to its end.
// Returns the generation, for weft__ghosts_forked.
static inline uint32_t weft__ghosts_none(uint32_t *generation,
                                         void (*drop)(void *object),
                                         void *object)
{
    // relaxed: as above
    const uint32_t now = weft__load_relaxed(&weft__fork_generation);
    // acquire: pairs with [ghosts.dropped]
    if ((weft__load_acquire(generation) & ~0xffu) != weft__ghosts_ours()) {
        weft__ghosts_drop(generation, drop, object);
    }
    return now;
}

#endif
