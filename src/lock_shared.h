// SPDX-License-Identifier: MIT
// lock_shared.h - a lock in memory that several processes have. See lock_shared.c.
#ifndef LOCK_SHARED_H
#define LOCK_SHARED_H

#include <weft/atomic.h>
#include <weft/error.h>
#include "deadline.h"

enum { SHARED_FREE, SHARED_HELD, SHARED_CONTENDED };

int weft__shared_lock_slow(uint32_t *word, struct weft__deadline deadline);
void weft__shared_unlock_slow(uint32_t *word);

static inline int weft__shared_trylock(uint32_t *word)
{
    // lock_shared.c T1.  acquire: pairs with [shared.release]
    return weft__cas_acquire(word, SHARED_FREE, SHARED_HELD) ? 0 : WEFT_EBUSY;
}

// 0, or WEFT_ETIMEDOUT.
static inline int weft__shared_lock(uint32_t *word,
                                    struct weft__deadline deadline)
{
    return weft__shared_trylock(word) == 0
               ? 0
               : weft__shared_lock_slow(word, deadline);
}

static inline void weft__shared_unlock(uint32_t *word)
{
    // lock_shared.c T3. [shared.release]
    if (!weft__cas_release(word, SHARED_HELD, SHARED_FREE)) {
        weft__shared_unlock_slow(word);
    }
}

#endif
