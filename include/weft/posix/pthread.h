// SPDX-License-Identifier: MIT
// weft/posix/pthread.h - <pthread.h> of musl, and what Weft has beyond it.
//
// build/bin/weft-gcc puts this directory before the libc's. The additions are of
// POSIX.1-2024 (the clock functions), or bear the names and numbers that they have
// in glibc.
#ifndef WEFT_POSIX_PTHREAD_H
#define WEFT_POSIX_PTHREAD_H

#include_next <pthread.h>

#include <signal.h>

#ifdef __cplusplus
extern "C" {
#endif

// Deadlines on CLOCK_REALTIME or CLOCK_MONOTONIC.
int pthread_mutex_clocklock(pthread_mutex_t *__restrict, clockid_t,
                            const struct timespec *__restrict);
int pthread_cond_clockwait(pthread_cond_t *__restrict,
                           pthread_mutex_t *__restrict, clockid_t,
                           const struct timespec *__restrict);
int pthread_rwlock_clockrdlock(pthread_rwlock_t *__restrict, clockid_t,
                               const struct timespec *__restrict);
int pthread_rwlock_clockwrlock(pthread_rwlock_t *__restrict, clockid_t,
                               const struct timespec *__restrict);

// Whether a thread that holds a read lock may read past a writer that waits.
int pthread_rwlockattr_setkind_np(pthread_rwlockattr_t *, int);
int pthread_rwlockattr_getkind_np(const pthread_rwlockattr_t *, int *);
enum {
    PTHREAD_RWLOCK_PREFER_READER_NP,
    PTHREAD_RWLOCK_PREFER_WRITER_NP,
    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP,
    PTHREAD_RWLOCK_DEFAULT_NP = PTHREAD_RWLOCK_PREFER_READER_NP
};
#define PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP                      \
    {                                                                          \
        {                                                                      \
            {                                                                  \
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                            \
                    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP               \
            }                                                                  \
        }                                                                      \
    }

#ifdef _GNU_SOURCE

int pthread_clockjoin_np(pthread_t, void **, clockid_t,
                         const struct timespec *);
int pthread_sigqueue(pthread_t, int, const union sigval);

// A thread's first CPUs and first signal mask.
struct cpu_set_t;
int pthread_attr_setaffinity_np(pthread_attr_t *, size_t,
                                const struct cpu_set_t *);
int pthread_attr_getaffinity_np(const pthread_attr_t *, size_t,
                                struct cpu_set_t *);
int pthread_attr_setsigmask_np(pthread_attr_t *, const sigset_t *);
int pthread_attr_getsigmask_np(const pthread_attr_t *, sigset_t *);
#define PTHREAD_ATTR_NO_SIGMASK_NP (-1)

#define PTHREAD_MUTEX_ADAPTIVE_NP 3
#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP                                 \
    {                                                                          \
        {                                                                      \
            {                                                                  \
                0, 0, 0, 0, 1                                                  \
            }                                                                  \
        }                                                                      \
    }
#define PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP                                \
    {                                                                          \
        {                                                                      \
            {                                                                  \
                0, 0, 0, 0, 2                                                  \
            }                                                                  \
        }                                                                      \
    }
#define PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP                                  \
    {                                                                          \
        {                                                                      \
            {                                                                  \
                0, 0, 0, 0, 3                                                  \
            }                                                                  \
        }                                                                      \
    }

#endif

#ifdef __cplusplus
}
#endif

#endif
