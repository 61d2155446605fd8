// SPDX-License-Identifier: MIT
// mutex.h - what the other objects need of mutexes. See mutex.c.
#ifndef MUTEX_H
#define MUTEX_H

#include <weft/mutex.h>
#include "deadline.h"

// After another thread's sleep was moved to m's word: sees to it that somebody wakes
// that thread, the holder by its unlock or, if there is none, this call. Before the
// move, weft__mutex_is_held says whether it is worth it. The other one, once it is
// awake, locks m with weft__mutex_lock_received.
static inline int weft__mutex_is_held(const weft_mutex *m)
{
    // relaxed: weft__mutex_received looks again
    return weft__load_relaxed(&m->word) != 0;
}
// Whether a mutex's word says that it is held, or offered to who waits.
int weft__mutex_is_held_here(uint32_t found);
void weft__mutex_received(weft_mutex *m);
void weft__mutex_lock_received(weft_mutex *m);

// Lock and unlock for a mutex inside another object, which may be shared:
// flags as in futex.h.
int weft__mutex_lock_in(weft_mutex *m, struct weft__deadline deadline,
                        unsigned flags);
void weft__mutex_unlock_in(weft_mutex *m, unsigned flags);

#endif
