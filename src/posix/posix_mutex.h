// SPDX-License-Identifier: MIT
// posix_mutex.h - what others need of mutex.c.
#ifndef POSIX_MUTEX_H
#define POSIX_MUTEX_H

#include <weft/cond.h>
#include <weft/owned.h>
#include "deadline.h"

// kind: PTHREAD_MUTEX_*; flags: the core's.
int weft__posix_mutex_init(weft_owned_mutex *m, int kind, uint32_t flags,
                           int ceiling);

// Whether m is one between threads, of the kinds without flags, and free, and now
// held.
static inline int weft__posix_mutex_take(weft_owned_mutex *m)
{
    // mutex.c T1.  acquire: pairs with [mutex.release]
    if (m->type >= WEFT__OWNED_KIND ||
        !weft__cas_acquire(&m->lock.word, 0, WEFT__MUTEX_LOCKED)) {
        return 0;
    }
    if (m->type != 0) {
        // relaxed: as in weft__owned_take
        weft__store64_relaxed(&m->owner, weft_self());
    }
    return 1;
}

// Whether m's lock was nobody else's wish, and is free now. The caller has seen to
// the owner.
static inline int weft__posix_mutex_give(weft_owned_mutex *m)
{
    // mutex.c T2. [mutex.release]
    return weft__cas_release(&m->lock.word, WEFT__MUTEX_LOCKED, 0);
}

// circle.c: as weft__owned_lock, but only the owner's own lock is EDEADLK.
int weft__posix_lock_owned(weft_owned_mutex *m, struct weft__deadline deadline);

int weft__posix_cond_wait(weft_cond *c, weft_owned_mutex *m,
                          struct weft__deadline deadline);

#endif
