// SPDX-License-Identifier: MIT
// weft/spin.h - a lock for a few instructions, by threads that all run.
//
//     static weft_spin lock;                    // all-zero: unlocked
//
// It spins longer than a mutex before it sleeps; that is all the difference. It
// does sleep in the end: where the holder has lost its processor to the one that
// spins, it must get it back. In doubt, use a mutex. In the child of a fork it is
// worth what a mutex is.
#ifndef WEFT_SPIN_H
#define WEFT_SPIN_H

#include <weft/mutex.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_spin {
    weft_mutex mutex;
} weft_spin;

// Waits until nobody holds s, then holds it. Locking it twice waits for ever. A
// thread that waits is overtaken by others a bounded number of times.
// Ordering: all that was done before the last unlock happens before the return.
// Not a cancellation point.
static inline void weft_spin_lock(weft_spin *s);

// Gives s up. The caller must hold it. Once another thread can lock s, this call
// touches it no more.
// Ordering: all that was done before happens before the next lock's return.
// Not a cancellation point.
static inline void weft_spin_unlock(weft_spin *s);

// Holds s if nobody does, else WEFT_EBUSY. A success orders as weft_spin_lock.
// Async-signal-safe, as is the unlock after it. Not a cancellation point.
static inline int weft_spin_trylock(weft_spin *s);

// ---- Private from here: what the inline functions need ----

void weft__spin_lock_slow(weft_spin *s);

static inline int weft_spin_trylock(weft_spin *s)
{
    return weft_mutex_trylock(&s->mutex);
}

static inline void weft_spin_lock(weft_spin *s)
{
    if (weft_spin_trylock(s) != 0) {
        weft__spin_lock_slow(s);
    }
}

static inline void weft_spin_unlock(weft_spin *s)
{
    weft_mutex_unlock(&s->mutex);
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
