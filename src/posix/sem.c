// SPDX-License-Identifier: MIT
// sem.c - sem_t.
//
//   offset  libc's object   here
//   0 or 4  32 bytes        weft_sem  8    where it is aligned: to musl a sem_t is
//                                          a row of ints
#include <limits.h>
#include <semaphore.h>
#include <weft/sem.h>
#include "posix.h"
#include "posix_sem.h"
#include "sem.h"

_Static_assert(sizeof(weft_sem) + 4 <= sizeof(sem_t), "overlay");
_Static_assert(SEM_VALUE_MAX == WEFT_SEM_MAX, "the same range");

static weft_sem *overlay(sem_t *sem)
{
    const uintptr_t mask = _Alignof(weft_sem) - 1;
    return (weft_sem *)(((uintptr_t)sem + mask) & ~mask);
}

int sem_init(sem_t *sem, int shared, unsigned value)
{
#ifndef __GLIBC__
    sem->__val[NAMED_MARK] = 0;
#endif
    return weft__posix_result(
        weft_sem_init(overlay(sem), value, shared ? WEFT_SHARED : 0));
}

int sem_destroy(sem_t *sem)
{
    weft_sem_destroy(overlay(sem)); // (Waiters that are counted may be gone.)
    return 0;
}

static NOINLINE int wait_named(sem_t *sem)
{
    return weft__posix_result(weft__named_wait(sem, WEFT__NEVER));
}

static NOINLINE int trywait_named(sem_t *sem)
{
    return weft__posix_result(weft__named_trywait(sem));
}

int sem_wait(sem_t *sem)
{
    if (weft__named_is(sem)) {
        return wait_named(sem);
    }
    return weft__posix_result(weft_sem_wait(overlay(sem)));
}

int sem_trywait(sem_t *sem)
{
    if (weft__named_is(sem)) {
        return trywait_named(sem);
    }
    return weft__posix_result(weft_sem_trywait(overlay(sem)));
}

int sem_clockwait(sem_t *restrict sem, clockid_t clock,
                  const struct timespec *restrict time)
{
    struct weft__deadline deadline;
    weft_test_cancel(); // a cancellation point also where it need not wait
    if (weft__posix_clock(clock) != 0) {
        return weft__posix_result(EINVAL);
    }
    const int named = weft__named_is(sem);
    if ((named ? weft__named_trywait(sem) : weft_sem_trywait(overlay(sem))) ==
        0) {
        return 0; // the time is not looked at
    }
    int error = weft__posix_deadline(&deadline, clock, time);
    if (error == 0) {
        error = named ? weft__named_wait(sem, deadline)
                      : weft__sem_wait(overlay(sem), deadline);
    }
    return weft__posix_result(error);
}

int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict time)
{
    return sem_clockwait(sem, CLOCK_REALTIME, time);
}

static NOINLINE int post_named(sem_t *sem)
{
    return weft__posix_result(weft__named_post(sem));
}

static NOINLINE int post_shared(weft_sem *s)
{
    return weft__posix_result(weft__sem_post_shared(s));
}

static NOINLINE int post_slow(weft_sem *s, uint64_t seen)
{
    return weft__posix_result(weft__sem_post_slow(s, seen));
}

// weft_sem_post, and needs no frame where nobody waits.
int sem_post(sem_t *sem)
{
    weft_sem *s = overlay(sem);
    if (weft__named_is(sem)) {
        return post_named(sem);
    }
    // relaxed: this bit never changes
    if (weft__load64_relaxed(&s->word) & WEFT__SEM_SHARED) {
        return post_shared(s);
    }
    // sem.c T2. [sem.release]
    uint64_t seen = weft__add64_release(&s->word, 1);
    return seen < WEFT_SEM_MAX ? 0 : post_slow(s, seen);
}

int sem_getvalue(sem_t *restrict sem, int *restrict value)
{
    *value = weft__named_is(sem) ? weft__named_value(sem)
                                 : (int)weft_sem_value(overlay(sem));
    return 0;
}
