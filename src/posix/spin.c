// SPDX-License-Identifier: MIT
// spin.c - pthread_spinlock_t.
//
//   offset  libc's object   here
//   0       int             weft_spin  4
//
// There is no room to say whether it is for one process or for several, and so it
// always sleeps as if for several; mostly it does not sleep.
#include <weft/spin.h>
#include "mutex.h"
#include "posix.h"
#include "spin_wait.h"

_Static_assert(sizeof(weft_spin) <= sizeof(pthread_spinlock_t), "overlay");

enum { PATIENCE = 16 }; // times what a mutex spins; as spin.c of the core

static weft_mutex *overlay(pthread_spinlock_t *lock)
{
    return (weft_mutex *)(uintptr_t)lock;
}

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED) {
        return EINVAL;
    }
    overlay(lock)->word = 0;
    return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    // relaxed: a holder is found if there is one for certain
    return weft__load_relaxed(&overlay(lock)->word) != 0 ? EBUSY : 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    return weft_mutex_trylock(overlay(lock));
}

static NOINLINE int lock_slow(weft_mutex *m)
{
    for (unsigned left = PATIENCE * weft__spin_limit(); left > 0; left--) {
        // relaxed: what is seen decides only whether it is worth a try
        uint32_t seen = weft__load_relaxed(&m->word);
        if (seen == 0 && weft_mutex_trylock(m) == 0) {
            return 0;
        }
        if (seen > WEFT__MUTEX_LOCKED) {
            break; // somebody sleeps: it is his turn
        }
        weft__spin_pause();
    }
    return weft__mutex_lock_in(m, WEFT__NEVER, FUTEX_SHARED);
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
    weft_mutex *m = overlay(lock);
    return weft_mutex_trylock(m) == 0 ? 0 : lock_slow(m);
}

static NOINLINE int unlock_slow(weft_mutex *m)
{
    weft__mutex_unlock_in(m, FUTEX_SHARED);
    return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    weft_mutex *m = overlay(lock);
    // mutex.c T2. [mutex.release]
    return weft__cas_release(&m->word, WEFT__MUTEX_LOCKED, 0) ? 0
                                                              : unlock_slow(m);
}
