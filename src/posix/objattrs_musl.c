// SPDX-License-Identifier: MIT
// objattrs_musl.c - attributes of mutexes and other objects, beside musl.
// Read before: attrs_musl.c, which says why they are all here.
//
//   pthread_mutexattr_t     31..16 ceiling | 7 shared | 5..4 protocol | 2 robust |
//                           1..0 kind
//   pthread_condattr_t      31 shared | 30..0 clock
//   pthread_rwlockattr_t    [0] shared, [1] kind
//   pthread_barrierattr_t   shared
#include "posix.h"

enum { KIND = 3, ROBUST = 4, PROTOCOL = 0x30, SHARED = 0x80 };
enum { PROTOCOL_SHIFT = 4, CEILING_SHIFT = 16 };
#define COND_SHARED 0x80000000u

// Puts value where mask is, if it is one of those up to most.
static int put(unsigned *word, unsigned mask, int value, int most)
{
    if (value < 0 || value > most) {
        return EINVAL;
    }
    unsigned lowest = mask & -mask;
    *word = (*word & ~mask) | (unsigned)value * lowest;
    return 0;
}

static int get(unsigned word, unsigned mask)
{
    return (int)((word & mask) / (mask & -mask));
}

// ---- pthread_mutexattr_t ----

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    attr->__attr = 1u << CEILING_SHIFT; // the least there is
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int kind)
{
    return put(&attr->__attr, KIND, kind, PTHREAD_MUTEX_ADAPTIVE_NP);
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr,
                              int *restrict kind)
{
    *kind = get(attr->__attr, KIND);
    return 0;
}

int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robust)
{
    return put(&attr->__attr, ROBUST, robust, PTHREAD_MUTEX_ROBUST);
}

int pthread_mutexattr_getrobust(const pthread_mutexattr_t *restrict attr,
                                int *restrict robust)
{
    *robust = get(attr->__attr, ROBUST);
    return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
    return put(&attr->__attr, SHARED, shared, PTHREAD_PROCESS_SHARED);
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *restrict attr,
                                 int *restrict shared)
{
    *shared = get(attr->__attr, SHARED);
    return 0;
}

int pthread_mutexattr_setprotocol(pthread_mutexattr_t *attr, int protocol)
{
    return put(&attr->__attr, PROTOCOL, protocol, PTHREAD_PRIO_PROTECT);
}

int pthread_mutexattr_getprotocol(const pthread_mutexattr_t *restrict attr,
                                  int *restrict protocol)
{
    *protocol = get(attr->__attr, PROTOCOL);
    return 0;
}

int pthread_mutexattr_setprioceiling(pthread_mutexattr_t *attr, int ceiling)
{
    return ceiling < 1
               ? EINVAL
               : put(&attr->__attr, 0xffffu << CEILING_SHIFT, ceiling, 99);
}

int pthread_mutexattr_getprioceiling(const pthread_mutexattr_t *restrict attr,
                                     int *restrict ceiling)
{
    *ceiling = get(attr->__attr, 0xffffu << CEILING_SHIFT);
    return 0;
}

// ---- pthread_condattr_t ----

int pthread_condattr_init(pthread_condattr_t *attr)
{
    attr->__attr = 0;
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC
               ? put(&attr->__attr, ~COND_SHARED, clock, CLOCK_MONOTONIC)
               : EINVAL;
}

int pthread_condattr_getclock(const pthread_condattr_t *restrict attr,
                              clockid_t *restrict clock)
{
    *clock = get(attr->__attr, ~COND_SHARED);
    return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared)
{
    return put(&attr->__attr, COND_SHARED, shared, PTHREAD_PROCESS_SHARED);
}

int pthread_condattr_getpshared(const pthread_condattr_t *restrict attr,
                                int *restrict shared)
{
    *shared = get(attr->__attr, COND_SHARED);
    return 0;
}

// ---- pthread_rwlockattr_t ----

int pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
    attr->__attr[0] = attr->__attr[1] = 0;
    return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attr, int shared)
{
    return put(&attr->__attr[0], 1, shared, PTHREAD_PROCESS_SHARED);
}

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *restrict attr,
                                  int *restrict shared)
{
    *shared = (int)attr->__attr[0];
    return 0;
}

int pthread_rwlockattr_setkind_np(pthread_rwlockattr_t *attr, int kind)
{
    return put(&attr->__attr[1], KIND, kind,
               PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
}

int pthread_rwlockattr_getkind_np(const pthread_rwlockattr_t *attr, int *kind)
{
    *kind = (int)attr->__attr[1];
    return 0;
}

// ---- pthread_barrierattr_t ----

int pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
    attr->__attr = 0;
    return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *attr, int shared)
{
    return put(&attr->__attr, 1, shared, PTHREAD_PROCESS_SHARED);
}

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *restrict attr,
                                   int *restrict shared)
{
    *shared = (int)attr->__attr;
    return 0;
}
