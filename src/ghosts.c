// SPDX-License-Identifier: MIT
// ghosts.c - the first one in a process takes out who waited in another.
// Read before: ghosts.h.
//
//   generation           meaning                           left by
//   another process's    all who wait are ghosts           the first to come: T1
//   DROPPING, another's  the same: its thread is gone      the first to come: T1
//   DROPPING, ours       somebody takes the ghosts out     itself: T2
//   ours                 all who wait are of this process  -
//
// Nobody waits in the object before T2, so what is taken out is nobody's who lives.
// A thread that is a ghost itself before T2 leaves a word that is not ours.
#include "futex.h"
#include "ghosts.h"

#define DROPPING 0x80000000u
#define OWN      0xffu

void weft__ghosts_drop(uint32_t *generation, void (*drop)(void *object),
                       void *object)
{
    const uint32_t ours = weft__ghosts_ours();
    uint32_t seen;
    // acquire: pairs with [ghosts.dropped]
    while (((seen = weft__load_acquire(generation)) & ~OWN) != ours) {
        if ((seen & ~OWN) == (DROPPING | ours)) {
            weft__futex_wait(generation, seen, 0);
            // T1.  relaxed: what the process before did, its fork has handed on
        } else if (weft__cas_relaxed(generation, seen,
                                     DROPPING | ours | (seen & OWN))) {
            drop(object);
            weft__add_release(generation, DROPPING); // T2. [ghosts.dropped]
            weft__futex_wake(generation, INT32_MAX, 0);
        }
    }
}
