// SPDX-License-Identifier: MIT
// spin.c - pthread_spinlock_t.
//
//   offset  libc's object   here
//   0       int             lock_shared.c's word  4
//
// There is no room to say whether it is for one process or for several, and so it
// always is for several. It sleeps in the end, as spin.c of the core says.
#include "lock_shared.h"
#include "posix.h"
#include "spin_wait.h"

_Static_assert(sizeof(uint32_t) <= sizeof(pthread_spinlock_t), "overlay");

enum { PATIENCE = 16 }; // times what a mutex spins; as spin.c of the core

static uint32_t *overlay(pthread_spinlock_t *lock)
{
    return (uint32_t *)(uintptr_t)lock;
}

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    (void)shared; // whatever it is, as the libcs have it
    *overlay(lock) = SHARED_FREE;
    return 0;
}

// NOLINTNEXTLINE(readability-non-const-parameter): as it is declared
int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    (void)lock; // held or not, as the libcs have it
    return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    return weft__shared_trylock(overlay(lock));
}

static NOINLINE int lock_slow(uint32_t *word)
{
    for (unsigned left = PATIENCE * weft__spin_limit(); left > 0; left--) {
        // relaxed: what is seen decides only whether it is worth a try
        uint32_t seen = weft__load_relaxed(word);
        if (seen == SHARED_FREE && weft__shared_trylock(word) == 0) {
            return 0;
        }
        if (seen == SHARED_CONTENDED) {
            break; // somebody sleeps: it is his turn
        }
        weft__spin_pause();
    }
    return weft__shared_lock(word, WEFT__NEVER);
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
    uint32_t *word = overlay(lock);
    return weft__shared_trylock(word) == 0 ? 0 : lock_slow(word);
}

static NOINLINE int unlock_slow(uint32_t *word)
{
    weft__shared_unlock_slow(word);
    return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    uint32_t *word = overlay(lock);
    // lock_shared.c T3. [shared.release]
    return weft__cas_release(word, SHARED_HELD, SHARED_FREE)
               ? 0
               : unlock_slow(word);
}
