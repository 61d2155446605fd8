// SPDX-License-Identifier: MIT
// api_weft.h - how Weft calls things, in a program without a libc.
#ifndef API_WEFT_H
#define API_WEFT_H

#include <weft.h>

#define API_MAIN                                                               \
    int weft_main(int argc, char **argv, char **envp __attribute__((unused)))

#define API_LIFE
typedef weft_thread api_thread;

static inline int api_create(api_thread *t, void *(*start)(void *), void *arg)
{
    return weft_create(t, NULL, start, arg);
}

static inline int api_create_detached(void *(*start)(void *), void *arg)
{
    weft_thread t;
    const weft_attr attr = {.flags = WEFT_DETACHED};
    return weft_create(&t, &attr, start, arg);
}

static inline void api_join(api_thread t)
{
    weft_join(t, NULL);
}

static inline void api_recycle(unsigned max)
{
    weft_recycle(max);
}

#define API_CANCEL
static inline void api_cancel(api_thread t)
{
    weft_cancel(t);
}

static inline void api_read(int fd, void *bytes, size_t size)
{
    weft_syscall_cancel(SYS_read, fd, (long)bytes, (long)size, 0, 0, 0);
}

#define API_MUTEX
typedef weft_mutex api_mutex;
#define api_mutex_init(m) (*(m) = (weft_mutex){0})
#define api_lock          weft_mutex_lock
#define api_unlock        weft_mutex_unlock

#define API_OWNED
enum { API_RECURSIVE, API_ERRORCHECK, API_ROBUST, API_PI, API_KINDS };
typedef weft_owned_mutex api_owned;
#define api_owned_lock   weft_owned_mutex_lock
#define api_owned_unlock weft_owned_mutex_unlock

static inline int api_owned_init(api_owned *m, int kind)
{
    return weft_owned_mutex_init(
        m, kind == API_RECURSIVE ? WEFT_RECURSIVE : WEFT_ERRORCHECK,
        kind == API_ROBUST ? WEFT_ROBUST
        : kind == API_PI   ? WEFT_PRIO_INHERIT
                           : 0);
}

#define API_COND
typedef weft_cond api_cond;
#define api_cond_init(c) weft_cond_init(c, 0)
#define api_signal       weft_cond_signal
#define api_broadcast    weft_cond_broadcast
#define api_cond_wait    weft_cond_wait

#define API_SEM
typedef weft_sem api_sem;
#define api_sem_init(s, value) weft_sem_init(s, value, 0)
#define api_post               weft_sem_post
#define api_take               weft_sem_wait

#define API_RWLOCK
typedef weft_rwlock api_rwlock;
#define api_rwlock_init(l) weft_rwlock_init(l, 0)
#define api_read_lock      weft_rwlock_rdlock
#define api_read_unlock    weft_rwlock_unlock
#define api_write_lock     weft_rwlock_wrlock
#define api_write_unlock   weft_rwlock_unlock

#define API_BARRIER
typedef weft_barrier api_barrier;
#define api_barrier_init(b, threads) weft_barrier_init(b, threads, 0)
#define api_barrier_wait             weft_barrier_wait

#define API_ONCE
typedef weft_once_flag api_once_flag;
#define API_ONCE_INIT                                                          \
    {                                                                          \
        0                                                                      \
    }
#define api_once weft_once

#define API_KEY
typedef weft_key api_key;
#define api_key_create(key) weft_key_create(key, NULL)
#define api_key_get         weft_key_get
#define api_key_set         weft_key_set
#define api_self            weft_self

#endif
