// SPDX-License-Identifier: MIT
// locks.c - what each kind of mutex and lock answers, to whom.
// Mutexes of all kinds, static ones among them, go through a table; then locks for
// reading and writing, spin locks, barriers, and the mutex of a dead thread.
// posix: musl glibc
#include <pthread.h>
#include "standard.h"

static pthread_mutex_t *mutex;
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
#ifdef PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
#endif

static void *as_another(void *result)
{
    struct timespec past = after(CLOCK_REALTIME, -1000);
    struct timespec soon = after(CLOCK_REALTIME, 2);
    struct timespec wrong = {.tv_sec = 0, .tv_nsec = 1000000000};
    *(int *)result = pthread_mutex_trylock(mutex);
    if (*(int *)result == EBUSY) {
        CHECK_EQ(pthread_mutex_timedlock(mutex, &past), ETIMEDOUT);
        CHECK_EQ(pthread_mutex_timedlock(mutex, &soon), ETIMEDOUT);
        CHECK_EQ(pthread_mutex_timedlock(mutex, &wrong), EINVAL);
        wrong.tv_nsec = -1;
        CHECK_EQ(pthread_mutex_timedlock(mutex, &wrong), EINVAL);
    } else {
        CHECK_EQ(pthread_mutex_unlock(mutex), 0);
        CHECK_EQ(pthread_mutex_timedlock(mutex, &wrong), 0); // no need to wait
        CHECK_EQ(pthread_mutex_unlock(mutex), 0);
    }
    return NULL;
}

static int another_tries(void)
{
    pthread_t t;
    int result = -1;
    CHECK_EQ(pthread_create(&t, NULL, as_another, &result), 0);
    CHECK_EQ(pthread_join(t, NULL), 0);
    return result;
}

static void *unlocks(void *expected)
{
    CHECK_EQ(pthread_mutex_unlock(mutex), *(int *)expected);
    return NULL;
}

static void go_through(pthread_mutex_t *m, int kind, int kind_knows_owner)
{
    int eperm = EPERM;
    pthread_t t;
    struct timespec soon = after(CLOCK_REALTIME, 5);
    mutex = m;
    if (kind_knows_owner) {
        CHECK_EQ(pthread_mutex_unlock(m), EPERM);
    }
    CHECK_EQ(another_tries(), 0);
    CHECK_EQ(pthread_mutex_lock(m), 0);
    CHECK_EQ(another_tries(), EBUSY);
    if (kind_knows_owner) {
        CHECK_EQ(pthread_create(&t, NULL, unlocks, &eperm), 0);
        CHECK_EQ(pthread_join(t, NULL), 0);
    }
    if (kind == PTHREAD_MUTEX_RECURSIVE) {
        CHECK_EQ(pthread_mutex_lock(m), 0);
        CHECK_EQ(pthread_mutex_trylock(m), 0);
        CHECK_EQ(pthread_mutex_unlock(m), 0);
        CHECK_EQ(pthread_mutex_unlock(m), 0);
        CHECK_EQ(another_tries(), EBUSY);
    } else {
        int result = pthread_mutex_trylock(m);
        CHECK(result == EBUSY || (STOCK && result == EDEADLK));
        CHECK_EQ(pthread_mutex_timedlock(m, &soon),
                 kind == PTHREAD_MUTEX_ERRORCHECK ? EDEADLK : ETIMEDOUT);
    }
    CHECK_EQ(pthread_mutex_unlock(m), 0);
    CHECK_EQ(another_tries(), 0);
    CHECK_EQ(pthread_mutex_destroy(m), 0);
}

static void all_kinds(void)
{
    const int kinds[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE,
                         PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_DEFAULT};
    pthread_mutexattr_t attr;
    pthread_mutex_t m;
    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    for (int i = 0; i < 16; i++) {
        int kind = kinds[i % 4], shared = i / 4 % 2, inherit = i / 8;
        CHECK_EQ(pthread_mutexattr_settype(&attr, kind), 0);
        CHECK_EQ(pthread_mutexattr_setpshared(&attr, shared), 0);
        CHECK_EQ(pthread_mutexattr_setprotocol(
                     &attr, inherit ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE),
                 0);
        memset(&m, 0x5a, sizeof m);
        CHECK_EQ(pthread_mutex_init(&m, &attr), 0);
        go_through(&m, kind, kind != PTHREAD_MUTEX_NORMAL && kind != 0);
        memset(&m, 0, sizeof m);
    }
    CHECK_EQ(pthread_mutexattr_settype(&attr, 77), EINVAL);
    CHECK_EQ(pthread_mutexattr_settype(&attr, -1), EINVAL);
    CHECK_EQ(pthread_mutexattr_setpshared(&attr, 2), EINVAL);
    CHECK_EQ(pthread_mutexattr_setrobust(&attr, 2), EINVAL);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attr, 77), EINVAL);
    CHECK_EQ(pthread_mutexattr_destroy(&attr), 0);
    go_through(&plain, PTHREAD_MUTEX_NORMAL, 0);
#ifdef PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP
    go_through(&recursive, PTHREAD_MUTEX_RECURSIVE, 1);
    go_through(&checking, PTHREAD_MUTEX_ERRORCHECK, 1);
    go_through(&adaptive, PTHREAD_MUTEX_NORMAL, 0);
#endif
}

static void *dies_with_it(void *arg)
{
    CHECK_EQ(pthread_mutex_lock(mutex), 0);
    return arg;
}

static void let_one_die(void)
{
    pthread_t t;
    CHECK_EQ(pthread_create(&t, NULL, dies_with_it, NULL), 0);
    CHECK_EQ(pthread_join(t, NULL), 0);
}

static void robust(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t m;
    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    CHECK_EQ(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), 0);
    CHECK_EQ(pthread_mutex_init(&m, &attr), 0);
    mutex = &m;
    CHECK_EQ(pthread_mutex_consistent(&plain), EINVAL);
    let_one_die();
    CHECK_EQ(pthread_mutex_lock(&m), EOWNERDEAD);
    CHECK_EQ(another_tries(), EBUSY);
    CHECK_EQ(pthread_mutex_consistent(&m), 0);
    CHECK_EQ(pthread_mutex_unlock(&m), 0);
    let_one_die();
    CHECK_EQ(pthread_mutex_trylock(&m), EOWNERDEAD);
    CHECK_EQ(pthread_mutex_unlock(&m), 0);
    CHECK_EQ(pthread_mutex_lock(&m), ENOTRECOVERABLE);
    CHECK_EQ(pthread_mutex_trylock(&m), ENOTRECOVERABLE);
    CHECK_EQ(pthread_mutex_destroy(&m), 0);
    CHECK_EQ(pthread_mutexattr_destroy(&attr), 0);
}

// ---- many readers, one writer ----

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void *tries_both(void *results)
{
    int *result = results;
    struct timespec soon = after(CLOCK_REALTIME, 2);
    result[0] = pthread_rwlock_tryrdlock(&rwlock);
    if (result[0] == 0) {
        CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    } else {
        CHECK_EQ(pthread_rwlock_timedrdlock(&rwlock, &soon), ETIMEDOUT);
    }
    result[1] = pthread_rwlock_trywrlock(&rwlock);
    if (result[1] == 0) {
        CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    } else {
        soon.tv_nsec = -1;
        CHECK_EQ(pthread_rwlock_timedwrlock(&rwlock, &soon), EINVAL);
        soon = after(CLOCK_REALTIME, 2);
        CHECK_EQ(pthread_rwlock_timedwrlock(&rwlock, &soon), ETIMEDOUT);
    }
    return NULL;
}

static void others_find(int reading, int writing)
{
    int results[2];
    pthread_t t;
    CHECK_EQ(pthread_create(&t, NULL, tries_both, results), 0);
    CHECK_EQ(pthread_join(t, NULL), 0);
    CHECK_EQ(results[0], reading);
    CHECK_EQ(results[1], writing);
}

static void *writes(void *arg)
{
    CHECK_EQ(pthread_rwlock_wrlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    return arg;
}

// What a second reader finds while a writer waits for the first.

struct writer {
    pthread_rwlock_t *lock;
    int tid; // atomic; 0 until it is there
};

static void *waits_to_write(void *arg)
{
    struct writer *w = arg;
    __atomic_store_n(&w->tid, gettid(), __ATOMIC_SEQ_CST);
    CHECK_EQ(pthread_rwlock_wrlock(w->lock), 0);
    CHECK_EQ(pthread_rwlock_unlock(w->lock), 0);
    return NULL;
}

static void *comes_second(void *lock)
{
    int error = pthread_rwlock_tryrdlock(lock);
    if (error == 0) {
        CHECK_EQ(pthread_rwlock_unlock(lock), 0);
        CHECK_EQ(pthread_rwlock_rdlock(lock), 0); // waits for nobody
        CHECK_EQ(pthread_rwlock_unlock(lock), 0);
    }
    return (void *)(long)error;
}

static void beside_a_waiting_writer(pthread_rwlock_t *lock, int expected)
{
    struct writer writer = {lock, 0};
    pthread_t writing, reading;
    void *error;
    int tid;
    CHECK_EQ(pthread_rwlock_rdlock(lock), 0);
    CHECK_EQ(pthread_create(&writing, NULL, waits_to_write, &writer), 0);
    while ((tid = __atomic_load_n(&writer.tid, __ATOMIC_SEQ_CST)) == 0 ||
           !is_asleep(tid)) {
        usleep(100);
    }
    CHECK_EQ(pthread_create(&reading, NULL, comes_second, lock), 0);
    CHECK_EQ(pthread_join(reading, &error), 0);
    CHECK_EQ((long)error, expected);
    CHECK_EQ(pthread_rwlock_unlock(lock), 0);
    CHECK_EQ(pthread_join(writing, NULL), 0);
}

static void kinds_of_rwlocks(void)
{
    pthread_rwlock_t usual = PTHREAD_RWLOCK_INITIALIZER;
    beside_a_waiting_writer(&usual, 0);
#ifdef PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP
    pthread_rwlock_t nonrecursive =
        PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
    pthread_rwlock_t made;
    pthread_rwlockattr_t attr;
    beside_a_waiting_writer(&nonrecursive, EBUSY);
    CHECK_EQ(pthread_rwlockattr_init(&attr), 0);
    for (int shared = 0; shared < 2; shared++) {
        CHECK_EQ(pthread_rwlockattr_setpshared(&attr, shared), 0);
        CHECK_EQ(pthread_rwlockattr_setkind_np(
                     &attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP),
                 0);
        CHECK_EQ(pthread_rwlock_init(&made, &attr), 0);
        beside_a_waiting_writer(&made, EBUSY);
        CHECK_EQ(pthread_rwlockattr_setkind_np(&attr,
                                               PTHREAD_RWLOCK_PREFER_READER_NP),
                 0);
        CHECK_EQ(pthread_rwlock_init(&made, &attr), 0);
        beside_a_waiting_writer(&made, 0);
    }
#endif
}

static void readers_and_writers(void)
{
    pthread_t t;
    others_find(0, 0);
    CHECK_EQ(pthread_rwlock_rdlock(&rwlock), 0);
    others_find(0, EBUSY);
    // A reader may read again, also when a writer waits.
    CHECK_EQ(pthread_create(&t, NULL, writes, NULL), 0);
    for (int i = 0; i < 20; i++) {
        usleep(1000);
        CHECK_EQ(pthread_rwlock_rdlock(&rwlock), 0);
        CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    }
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_join(t, NULL), 0);
    CHECK_EQ(pthread_rwlock_wrlock(&rwlock), 0);
    others_find(EBUSY, EBUSY);
    CHECK_EQ(pthread_rwlock_trywrlock(&rwlock), EBUSY);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_destroy(&rwlock), 0);
}

// ---- the rest ----

static pthread_barrier_t barrier;

static void *meets(void *serial)
{
    for (int i = 0; i < 100; i++) {
        int result = pthread_barrier_wait(&barrier);
        CHECK(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
        if (result != 0) {
            __atomic_fetch_add((int *)serial, 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

static void spins_and_barriers(void)
{
    pthread_spinlock_t spin;
    CHECK_EQ(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE), 0);
    CHECK_EQ(pthread_spin_lock(&spin), 0);
    CHECK_EQ(pthread_spin_trylock(&spin), EBUSY);
    CHECK_EQ(pthread_spin_unlock(&spin), 0);
    CHECK_EQ(pthread_spin_trylock(&spin), 0);
    CHECK_EQ(pthread_spin_unlock(&spin), 0);
    CHECK_EQ(pthread_spin_destroy(&spin), 0);
    pthread_t t[2];
    int serial = 0;
    CHECK_EQ(pthread_barrier_init(&barrier, NULL, 0), EINVAL);
    CHECK_EQ(pthread_barrier_init(&barrier, NULL, 3), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(pthread_create(&t[i], NULL, meets, &serial), 0);
    }
    meets(&serial);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(pthread_join(t[i], NULL), 0);
    }
    CHECK_EQ(serial, 100);
    CHECK_EQ(pthread_barrier_destroy(&barrier), 0);
}

int main(void)
{
    all_kinds();
    robust();
    readers_and_writers();
    kinds_of_rwlocks();
    spins_and_barriers();
    return 0;
}
