// SPDX-License-Identifier: MIT
// api_pthread.h - how POSIX threads call things: glibc, musl, and Weft's drop-in.
#ifndef API_PTHREAD_H
#define API_PTHREAD_H

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#define API_MAIN int main(int argc, char **argv)

#define API_LIFE
typedef pthread_t api_thread;

static inline int api_create(api_thread *t, void *(*start)(void *), void *arg)
{
    return pthread_create(t, NULL, start, arg);
}

static inline int api_create_detached(void *(*start)(void *), void *arg)
{
    static pthread_attr_t attr;
    static int ready;
    pthread_t t;
    if (!ready) { // once: the attributes are no part of what is measured
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        ready = 1;
    }
    return pthread_create(&t, &attr, start, arg);
}

static inline void api_join(api_thread t)
{
    pthread_join(t, NULL);
}

static inline void api_recycle(unsigned max)
{
    (void)max; // POSIX has no name for it
}

#define API_CANCEL
#define api_cancel pthread_cancel
#define api_read   (void)!read

#define API_MUTEX
typedef pthread_mutex_t api_mutex;
#define api_mutex_init(m) pthread_mutex_init(m, NULL)
#define api_lock          pthread_mutex_lock
#define api_unlock        pthread_mutex_unlock

#define API_OWNED
enum { API_RECURSIVE, API_ERRORCHECK, API_ROBUST, API_PI, API_KINDS };
typedef pthread_mutex_t api_owned;
#define api_owned_lock   pthread_mutex_lock
#define api_owned_unlock pthread_mutex_unlock

static inline int api_owned_init(api_owned *m, int kind)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, kind == API_RECURSIVE
                                         ? PTHREAD_MUTEX_RECURSIVE
                                         : PTHREAD_MUTEX_ERRORCHECK);
    if (kind == API_ROBUST) {
        pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    } else if (kind == API_PI) {
        pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    }
    return pthread_mutex_init(m, &attr);
}

#define API_COND
typedef pthread_cond_t api_cond;
#define api_cond_init(c) pthread_cond_init(c, NULL)
#define api_signal       pthread_cond_signal
#define api_broadcast    pthread_cond_broadcast
#define api_cond_wait    pthread_cond_wait

#define API_SEM
typedef sem_t api_sem;
#define api_sem_init(s, value) sem_init(s, 0, value)
#define api_post               sem_post
#define api_take               sem_wait

#define API_RWLOCK
typedef pthread_rwlock_t api_rwlock;
#define api_rwlock_init(l) pthread_rwlock_init(l, NULL)
#define api_read_lock      pthread_rwlock_rdlock
#define api_read_unlock    pthread_rwlock_unlock
#define api_write_lock     pthread_rwlock_wrlock
#define api_write_unlock   pthread_rwlock_unlock

#define API_BARRIER
typedef pthread_barrier_t api_barrier;
#define api_barrier_init(b, threads) pthread_barrier_init(b, NULL, threads)
#define api_barrier_wait             pthread_barrier_wait

#define API_ONCE
typedef pthread_once_t api_once_flag;
#define API_ONCE_INIT PTHREAD_ONCE_INIT
#define api_once      pthread_once

#define API_KEY
typedef pthread_key_t api_key;
#define api_key_create(key) pthread_key_create(key, NULL)
#define api_key_get         pthread_getspecific
#define api_key_set         pthread_setspecific
#define api_self            pthread_self

#endif
