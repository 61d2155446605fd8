// SPDX-License-Identifier: MIT
// weft/mutex.h - one thread at a time.
//
//     static weft_mutex lock;                   // all-zero: unlocked
//
//     weft_mutex_lock(&lock);
//     count++;
//     weft_mutex_unlock(&lock);
//
// weft_mutex is the small and fast one: 4 bytes, between the threads of one
// process, with no owner; locking it twice waits for ever. weft_owned_mutex
// knows its owner and finds such mistakes.
//
// In the child of a fork: if the forking thread held it, so it does there, and can
// unlock it. If nobody held it, it is free, whoever was waiting. If another thread
// held it, it is locked for good (weft_atfork helps). It is for one process.
#ifndef WEFT_MUTEX_H
#define WEFT_MUTEX_H

#include <weft/atomic.h>
#include <weft/error.h>
#include <weft/sync.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_mutex {
    uint32_t word; // src/mutex.c has its table
} weft_mutex;

// Waits until nobody holds m, then holds it. Sleeps when that takes long. A
// thread that waits is overtaken by others a bounded number of times.
// Ordering: all that was done before the last unlock happens before the return.
// Not a cancellation point.
static inline void weft_mutex_lock(weft_mutex *m);

// Gives m up. The caller must hold it. Once another thread can lock m, this call
// touches it no more: who locks it next may free it.
// Ordering: all that was done before happens before the next lock's return.
// Not a cancellation point.
static inline void weft_mutex_unlock(weft_mutex *m);

// Holds m if that is possible at once, else WEFT_EBUSY: somebody holds it, or it
// is being handed to a thread that has waited long. A success orders as
// weft_mutex_lock. Not a cancellation point.
static inline int weft_mutex_trylock(weft_mutex *m);

// As weft_mutex_lock, but gives up at deadline_ns (CLOCK_MONOTONIC, as weft_now),
// or after timeout_ns: WEFT_ETIMEDOUT, and m is not held. A deadline in the past
// tries once. Not a cancellation point.
int weft_mutex_lock_until(weft_mutex *m, int64_t deadline_ns);
int weft_mutex_lock_for(weft_mutex *m, int64_t timeout_ns);

// ---- Private from here: what the inline functions need ----

#define WEFT__MUTEX_LOCKED 1u

void weft__mutex_lock_slow(weft_mutex *m);
void weft__mutex_unlock_slow(weft_mutex *m);
int weft__mutex_trylock_slow(weft_mutex *m);

static inline int weft_mutex_trylock(weft_mutex *m)
{
    // mutex.c T1.  acquire: pairs with [mutex.release]
    return weft__cas_acquire(&m->word, 0, WEFT__MUTEX_LOCKED)
               ? 0
               : weft__mutex_trylock_slow(m);
}

static inline void weft_mutex_lock(weft_mutex *m)
{
    // mutex.c T1.  acquire: pairs with [mutex.release]
    if (!weft__cas_acquire(&m->word, 0, WEFT__MUTEX_LOCKED)) {
        weft__mutex_lock_slow(m);
    }
}

static inline void weft_mutex_unlock(weft_mutex *m)
{
    // mutex.c T2. [mutex.release]
    if (!weft__cas_release(&m->word, WEFT__MUTEX_LOCKED, 0)) {
        weft__mutex_unlock_slow(m);
    }
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#include <weft/owned.h>

#endif
