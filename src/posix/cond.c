// SPDX-License-Identifier: MIT
// cond.c - pthread_cond_t, and cnd_t of C11, which is the same.
// Read before: cond.c of the core.
//
//   offset  libc's object   here
//   0       48 bytes        weft_cond  16
//   16                      clock      4    of the deadlines; 0: CLOCK_REALTIME
#include "cond.h"
#include "posix.h"
#include "posix_mutex.h"

struct overlay {
    weft_cond cond;
    clockid_t clock;
};
_Static_assert(_Alignof(struct overlay) <= _Alignof(pthread_cond_t), "overlay");
_Static_assert(sizeof(struct overlay) <= sizeof(pthread_cond_t), "overlay");
_Static_assert(CLOCK_REALTIME == 0, "static initialisers");

static struct overlay *overlay(pthread_cond_t *cond)
{
    return (struct overlay *)(void *)cond;
}

int pthread_cond_init(pthread_cond_t *restrict cond,
                      const pthread_condattr_t *restrict attr)
{
    int shared = PTHREAD_PROCESS_PRIVATE;
    clockid_t clock = CLOCK_REALTIME;
    if (attr != NULL) {
        pthread_condattr_getpshared(attr, &shared);
        pthread_condattr_getclock(attr, &clock);
    }
    overlay(cond)->clock = clock;
    return weft_cond_init(&overlay(cond)->cond,
                          shared == PTHREAD_PROCESS_SHARED ? WEFT_SHARED : 0);
}
TWIN(pthread_cond_init, __pthread_cond_init);

int pthread_cond_destroy(pthread_cond_t *cond)
{
    weft_cond *c = &overlay(cond)->cond;
    if (weft__cond_is_waited_on(c)) {
        return EBUSY;
    }
    weft_cond_destroy(c);
    return 0;
}
TWIN(pthread_cond_destroy, __pthread_cond_destroy);

int pthread_cond_wait(pthread_cond_t *restrict cond,
                      pthread_mutex_t *restrict mutex)
{
    return weft__posix_cond_wait(&overlay(cond)->cond, weft__posix_mutex(mutex),
                                 WEFT__NEVER);
}
TWIN(pthread_cond_wait, __pthread_cond_wait);

int pthread_cond_clockwait(pthread_cond_t *restrict cond,
                           pthread_mutex_t *restrict mutex, clockid_t clock,
                           const struct timespec *restrict time)
{
    struct weft__deadline deadline;
    int error = weft__posix_deadline(&deadline, clock, time);
    return error ? error
                 : weft__posix_cond_wait(&overlay(cond)->cond,
                                         weft__posix_mutex(mutex), deadline);
}
TWIN(pthread_cond_clockwait, __pthread_cond_clockwait);

int pthread_cond_timedwait(pthread_cond_t *restrict cond,
                           pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict time)
{
    return pthread_cond_clockwait(cond, mutex, overlay(cond)->clock, time);
}
TWIN(pthread_cond_timedwait, __pthread_cond_timedwait);

int pthread_cond_signal(pthread_cond_t *cond)
{
    weft_cond_signal(&overlay(cond)->cond);
    return 0;
}
TWIN(pthread_cond_signal, __pthread_cond_signal);

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    weft_cond_broadcast(&overlay(cond)->cond);
    return 0;
}
TWIN(pthread_cond_broadcast, __pthread_cond_broadcast);
