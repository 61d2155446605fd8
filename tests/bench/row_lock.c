// SPDX-License-Identifier: MIT
// row_lock.c - locks and semaphores that nobody else wants at the moment.
#include "bench.h"

#ifdef API_MUTEX
static void mutex_normal(struct run *run)
{
    static api_mutex mutex;
    api_mutex_init(&mutex);
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_lock(&mutex);
        KEEP(&mutex);
        api_unlock(&mutex);
    }
    run_end(run);
}
#endif

#ifdef API_OWNED
static void owned(struct run *run, int kind)
{
    static api_owned mutex[API_KINDS];
    must(api_owned_init(&mutex[kind], kind));
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_owned_lock(&mutex[kind]);
        KEEP(&mutex);
        api_owned_unlock(&mutex[kind]);
    }
    run_end(run);
}

static void mutex_recursive(struct run *run)
{
    owned(run, API_RECURSIVE);
}

static void mutex_errorcheck(struct run *run)
{
    owned(run, API_ERRORCHECK);
}

static void mutex_robust(struct run *run)
{
    owned(run, API_ROBUST);
}

static void mutex_pi(struct run *run)
{
    owned(run, API_PI);
}
#endif

#ifdef API_SEM
static void sem_free(struct run *run)
{
    static api_sem sem;
    api_sem_init(&sem, 0);
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_post(&sem);
        KEEP(&sem);
        api_take(&sem);
    }
    run_end(run);
}
#endif

#ifdef API_RWLOCK
static void rwlock_read(struct run *run)
{
    static api_rwlock lock;
    api_rwlock_init(&lock);
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_read_lock(&lock);
        KEEP(&lock);
        api_read_unlock(&lock);
    }
    run_end(run);
}

static void rwlock_write(struct run *run)
{
    static api_rwlock lock;
    api_rwlock_init(&lock);
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_write_lock(&lock);
        KEEP(&lock);
        api_write_unlock(&lock);
    }
    run_end(run);
}
#endif

const struct row lock_rows[] = {
#ifdef API_MUTEX
    {"mutex_normal", mutex_normal, 0, 0},
#endif
#ifdef API_OWNED
    {"mutex_recursive", mutex_recursive, 0, 0},
    {"mutex_errorcheck", mutex_errorcheck, 0, 0},
    {"mutex_robust", mutex_robust, 0, 0},
    {"mutex_pi", mutex_pi, 0, 0},
#endif
#ifdef API_SEM
    {"sem_uncontended", sem_free, 0, 0},
#endif
#ifdef API_RWLOCK
    {"rwlock_read", rwlock_read, 0, 0},
    {"rwlock_write", rwlock_write, 0, 0},
#endif
    {0},
};
