// SPDX-License-Identifier: MIT
// mutex.c - pthread_mutex_t, and mtx_t of C11, which is the same.
// Read before: owned.c.
//
//   offset  libc's object               here: weft_owned_mutex
//   0       40 bytes (glibc on          lock     4
//   4       aarch64: 48)                again    4
//   8                                   owner    8
//   16      glibc: the kind, which      type     4   0: normal, private: only lock
//           static initialisers set                  is used
//   20                                  condition 4
//   24                                  held_next, below
//
//   kind of POSIX                  .type            works on
//   NORMAL (0), private            0                weft_mutex
//   RECURSIVE (1), ERRORCHECK (2)  1, 2             weft_owned_mutex
//   ADAPTIVE_NP (3)                3                weft_mutex
//   NORMAL, shared                 3, OWNED_SHARED  lock_shared.c
//   any, robust or with a protocol + OWNED_..       weft_owned_mutex
//
// The core's mutex spins a little before it sleeps, and so is adaptive anyway.
#include <weft/cond.h>
#include "cond.h"
#include "lock_shared.h"
#include "mutex.h"
#include "posix.h"
#include "posix_mutex.h"

_Static_assert(_Alignof(weft_owned_mutex) <= _Alignof(pthread_mutex_t),
               "overlay");
_Static_assert(sizeof(weft_owned_mutex) <= sizeof(pthread_mutex_t), "overlay");
_Static_assert(offsetof(weft_owned_mutex, type) == 16, "glibc's kind");
_Static_assert((int)WEFT_RECURSIVE == (int)PTHREAD_MUTEX_RECURSIVE &&
                   (int)WEFT_NORMAL == 3 /* ADAPTIVE_NP */,
               "static initialisers");

int weft__posix_mutex_init(weft_owned_mutex *m, int kind, uint32_t flags,
                           int ceiling)
{
    const int native = kind == PTHREAD_MUTEX_RECURSIVE    ? WEFT_RECURSIVE
                       : kind == PTHREAD_MUTEX_ERRORCHECK ? WEFT_ERRORCHECK
                                                          : WEFT_NORMAL;
    int error = weft_owned_mutex_init(m, native, flags);
    if (error != 0) {
        return error;
    }
    if (flags & WEFT_PRIO_PROTECT) {
        return weft_owned_mutex_set_ceiling(m, ceiling);
    }
    if (native == WEFT_ERRORCHECK) {
        m->type |= PTHREAD_MUTEX_ERRORCHECK; // so that it is not 0
    } else if (native == WEFT_NORMAL && flags == 0) {
        m->type = 0;
    }
    return 0;
}

static int is_errorcheck(const weft_owned_mutex *m)
{
    return !weft__posix_ownerless(m->type) &&
           (m->type & WEFT__OWNED_KIND) != WEFT_RECURSIVE &&
           (m->type & WEFT__OWNED_KIND) != WEFT_NORMAL;
}

// A mutex of any kind.
static int lock_until(weft_owned_mutex *m, struct weft__deadline deadline)
{
    if (!weft__posix_ownerless(m->type)) {
        return weft__posix_lock_owned(m, deadline);
    }
    return m->type & OWNED_SHARED ? weft__shared_lock(&m->lock.word, deadline)
                                  : weft__mutex_lock_in(&m->lock, deadline, 0);
}

// A mutex that nobody else wants is locked and unlocked by functions without a
// frame; what else there is to do is called last.

static NOINLINE int lock_slow(weft_owned_mutex *m)
{
    if (m->type == 0) {
        weft__mutex_lock_slow(&m->lock);
        return 0;
    }
    return lock_until(m, WEFT__NEVER);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    return weft__posix_mutex_take(m) ? 0 : lock_slow(m);
}
TWIN(pthread_mutex_lock, __pthread_mutex_lock);

static NOINLINE int unlock_slow(weft_mutex *m)
{
    weft__mutex_unlock_slow(m);
    return 0;
}

static NOINLINE int unlock_any(weft_owned_mutex *m)
{
    if (!weft__posix_ownerless(m->type)) {
        return weft_owned_mutex_unlock(m);
    }
    if (m->type & OWNED_SHARED) {
        weft__shared_unlock(&m->lock.word);
    } else {
        weft_mutex_unlock(&m->lock);
    }
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    if (m->type != 0) {
        // relaxed: as in weft__owned_take
        if (m->type >= WEFT__OWNED_KIND ||
            weft__load64_relaxed(&m->owner) != weft_self() || m->again != 0) {
            return unlock_any(m);
        }
        weft__store64_relaxed(&m->owner, 0);
    }
    return weft__posix_mutex_give(m) ? 0 : unlock_slow(&m->lock);
}
TWIN(pthread_mutex_unlock, __pthread_mutex_unlock);

static NOINLINE int trylock_slow(weft_owned_mutex *m)
{
    if (!weft__posix_ownerless(m->type)) {
        return weft_owned_mutex_trylock(m);
    }
    return m->type & OWNED_SHARED ? weft__shared_trylock(&m->lock.word)
                                  : weft_mutex_trylock(&m->lock);
}
int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    return weft__posix_mutex_take(m) ? 0 : trylock_slow(m);
}
TWIN(pthread_mutex_trylock, __pthread_mutex_trylock);

int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                            const struct timespec *restrict time)
{
    if (weft__posix_clock(clock) != 0) {
        return EINVAL;
    }
    // Where there is no need to wait, the time is not looked at.
    int error = pthread_mutex_trylock(mutex);
    struct weft__deadline deadline;
    if (error != EBUSY) {
        return error;
    }
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    error = weft__posix_deadline(&deadline, clock, time);
    if (error == 0) {
        return lock_until(m, deadline);
    }
    // Nor where the wait would have no end.
    return is_errorcheck(m) && weft__owned_is_mine(m) ? EDEADLK : error;
}
TWIN(pthread_mutex_clocklock, __pthread_mutex_clocklock);

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
                            const struct timespec *restrict time)
{
    return pthread_mutex_clocklock(mutex, CLOCK_REALTIME, time);
}
TWIN(pthread_mutex_timedlock, __pthread_mutex_timedlock);

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    if (weft__posix_ownerless(m->type)) {
        // relaxed: a holder is found if there is one for certain
        uint32_t word = weft__load_relaxed(&m->lock.word);
        const int held = m->type & OWNED_SHARED
                             ? word != SHARED_FREE
                             : weft__mutex_is_held_here(word);
        return held ? EBUSY : 0;
    }
    if ((m->type & OWNED_ROBUST) && weft__owned_is_mine(m)) {
        // Given up, so that no list of the thread's leads into memory that goes.
        m->again = 0;
        weft_owned_mutex_unlock(m);
    }
    int error = weft_owned_mutex_destroy(m);
    return m->type & OWNED_ROBUST ? 0 : error; // as the libcs have it
}
TWIN(pthread_mutex_destroy, __pthread_mutex_destroy);

int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    // Whether there is anything to mend comes first, and then who would do it.
    return (m->type & OWNED_ROBUST) && weft__owned_state(m) == INCONSISTENT
               ? weft_owned_mutex_consistent(m)
               : EINVAL;
}
TWIN(pthread_mutex_consistent, __pthread_mutex_consistent);

int pthread_mutex_getprioceiling(const pthread_mutex_t *restrict mutex,
                                 int *restrict ceiling)
{
    const weft_owned_mutex *m = (const weft_owned_mutex *)(const void *)mutex;
    if (!(m->type & OWNED_CEILING)) {
        return EINVAL;
    }
    *ceiling = weft__owned_ceiling(m);
    return 0;
}
TWIN(pthread_mutex_getprioceiling, __pthread_mutex_getprioceiling);

int pthread_mutex_setprioceiling(pthread_mutex_t *restrict mutex, int ceiling,
                                 int *restrict old)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    int before = weft__owned_ceiling(m);
    int error = weft_owned_mutex_set_ceiling(m, ceiling);
    int *volatile to = old; // the libc's header says that it is never NULL
    if (error == 0 && to != NULL) {
        *to = before;
    }
    return error;
}
TWIN(pthread_mutex_setprioceiling, __pthread_mutex_setprioceiling);

// ---- for cond.c ----

static int lock_shared(void *mutex)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    return weft__shared_lock(&m->lock.word, WEFT__NEVER);
}

static void unlock_shared(void *mutex)
{
    weft__shared_unlock(&weft__posix_mutex(mutex)->lock.word);
}

int weft__posix_cond_wait(weft_cond *c, weft_owned_mutex *m,
                          struct weft__deadline deadline)
{
    if (!weft__posix_ownerless(m->type)) {
        return weft__cond_wait_owned(c, m, deadline);
    }
    if (m->type & OWNED_SHARED) {
        const struct weft__cond_mutex shared = {m, lock_shared, unlock_shared,
                                                NULL};
        return weft__cond_wait(c, &shared, deadline);
    }
    return weft__cond_wait_plain(c, &m->lock, deadline);
}
