// SPDX-License-Identifier: MIT
// barrier.c - pthread_barrier_t.
//
//   offset  libc's object   here
//   0       32 bytes        weft_barrier  32
#include <limits.h>
#include <weft/barrier.h>
#include "posix.h"

_Static_assert(_Alignof(weft_barrier) <= _Alignof(pthread_barrier_t),
               "overlay");
_Static_assert(sizeof(weft_barrier) <= sizeof(pthread_barrier_t), "overlay");
_Static_assert(PTHREAD_BARRIER_SERIAL_THREAD == WEFT_BARRIER_SERIAL, "result");

static weft_barrier *overlay(pthread_barrier_t *barrier)
{
    return (weft_barrier *)(void *)barrier;
}

int pthread_barrier_init(pthread_barrier_t *restrict barrier,
                         const pthread_barrierattr_t *restrict attr,
                         unsigned count)
{
    int shared = PTHREAD_PROCESS_PRIVATE;
    if (attr != NULL) {
        pthread_barrierattr_getpshared(attr, &shared);
    }
    if (count > INT_MAX) {
        return EINVAL;
    }
    return weft_barrier_init(overlay(barrier), count,
                             shared == PTHREAD_PROCESS_SHARED ? WEFT_SHARED
                                                              : 0);
}
TWIN(pthread_barrier_init, __pthread_barrier_init);

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    return weft_barrier_wait(overlay(barrier));
}
TWIN(pthread_barrier_wait, __pthread_barrier_wait);

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    return weft_barrier_destroy(overlay(barrier));
}
TWIN(pthread_barrier_destroy, __pthread_barrier_destroy);
