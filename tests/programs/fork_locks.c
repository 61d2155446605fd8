// SPDX-License-Identifier: MIT
// fork_locks.c - what a lock is worth in the child of a fork.
//
//     fork_locks handlers|offered|rwlock|barrier
//
// Threads wait for a mutex and starve, so the mutex is kept for them. The child has
// the mutex, but not the threads. With the usual handlers (lock, unlock, unlock) it
// can go on with it; and if nobody held it at the fork, neither: a mutex that was
// being handed to a thread that is not there is free. It has the read-write lock that
// its thread has, and nobody waits for it there, or has arrived at a barrier.
#include "support.h"

enum {
    FORKS = 200,
    TIMES = 20,
    OFFERS = 20,
    WORKERS = 4,
    OFFERED = 4,
    BATCH = 3
};

static weft_mutex lock;
static weft_owned_mutex owned;
static weft_spin spin;
static int stop;

static int stopped(void)
{
    return __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

// ---- handlers ----

static void lock_all(void)
{
    weft_mutex_lock(&lock);
    CHECK_EQ(weft_owned_mutex_lock(&owned), 0);
    weft_spin_lock(&spin);
}

static void unlock_all(void)
{
    weft_spin_unlock(&spin);
    CHECK_EQ(weft_owned_mutex_unlock(&owned), 0);
    weft_mutex_unlock(&lock);
}

// As with a log that all write to: the lock is held most of the time.
static void *work(void *arg)
{
    while (!stopped()) {
        lock_all();
        weft_sleep_for(50000);
        unlock_all();
    }
    return arg;
}

static int use_all(void *unused)
{
    (void)unused;
    alarm_after(20);
    for (int i = 0; i < 3; i++) {
        lock_all();
        unlock_all();
    }
    CHECK_EQ(weft_mutex_trylock(&lock), 0);
    CHECK_EQ(weft_owned_mutex_trylock(&owned), 0);
    CHECK_EQ(weft_spin_trylock(&spin), 0);
    unlock_all();
    return 0;
}

static void handlers(void)
{
    weft_thread worker[WORKERS];
    CHECK_EQ(weft_atfork(lock_all, unlock_all, unlock_all), 0);
    for (int i = 0; i < WORKERS; i++) {
        CHECK_EQ(weft_create(&worker[i], NULL, work, NULL), 0);
    }
    for (int i = 0; i < FORKS; i++) {
        CHECK(exited_with(run_in_child(use_all, NULL), 0));
        weft_sleep_for(1000000);
    }
    set_word(&stop, 1);
    for (int i = 0; i < WORKERS; i++) {
        CHECK_EQ(weft_join(worker[i], NULL), 0);
    }
}

// ---- offered ----

static void *wait_for_it(void *arg)
{
    // Of the kind that the kernel does not let in when it wakes it.
    CHECK_EQ(weft_set_sched(weft_self(), BATCH, 0), 0);
    while (!stopped()) {
        weft_mutex_lock(&lock);
        weft_mutex_unlock(&lock);
    }
    return arg;
}

// Whether the mutex was being handed over at the fork; the child has the answer.
static int try_if_offered(void *arg)
{
    const long tries = (long)arg;
    if (!(__atomic_load_n(&lock.word, __ATOMIC_RELAXED) & OFFERED)) {
        return 2;
    }
    alarm_after(20);
    if (tries) {
        CHECK_EQ(weft_mutex_trylock(&lock), 0);
    } else {
        weft_mutex_lock(&lock);
    }
    weft_mutex_unlock(&lock);
    CHECK_EQ(weft_mutex_trylock(&lock), 0);
    return 0;
}

// The main thread is greedy: it unlocks only when the other sleeps, and locks again
// before that one is there, until the mutex is offered to it.
static void offered(void)
{
    weft_thread waiter;
    int seen = 0;
    weft_mutex_lock(&lock);
    CHECK_EQ(weft_create(&waiter, NULL, wait_for_it, NULL), 0);
    while (seen < OFFERS) {
        until_asleep(weft_tid(waiter));
        weft_mutex_unlock(&lock);
        if (__atomic_load_n(&lock.word, __ATOMIC_RELAXED) & OFFERED) {
            int status = run_in_child(try_if_offered, (void *)(long)(seen % 2));
            CHECK(exited_with(status, 0) || exited_with(status, 2));
            seen += exited_with(status, 0);
        }
        weft_mutex_lock(&lock);
    }
    set_word(&stop, 1);
    weft_mutex_unlock(&lock);
    CHECK_EQ(weft_join(waiter, NULL), 0);
}

// ---- a read-write lock that threads wait for ----

static weft_rwlock rwlock;

static void *writes(void *arg)
{
    CHECK_EQ(weft_rwlock_wrlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    return arg;
}

static void *reads(void *arg)
{
    CHECK_EQ(weft_rwlock_rdlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    return arg;
}

static void *holds(void *arg)
{
    CHECK_EQ(weft_rwlock_wrlock(&rwlock), 0);
    set_word(arg, 1);
    until_equal(arg, 2);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    return arg;
}

// held: by the thread that has forked.
static int use_rwlock(void *held)
{
    alarm_after(20);
    if (held == NULL) {
        CHECK_EQ(weft_rwlock_tryrdlock(&rwlock), WEFT_EBUSY);
        CHECK_EQ(weft_rwlock_rdlock_for(&rwlock, 1000), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_rwlock_wrlock_for(&rwlock, 1000), WEFT_ETIMEDOUT);
        return 0;
    }
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    for (int i = 0; i < 2; i++) {
        writes(NULL);
        reads(NULL);
    }
    CHECK_EQ(weft_rwlock_trywrlock(&rwlock), 0);
    CHECK_EQ(weft_rwlock_rdlock_for(&rwlock, 1000), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    return 0;
}

static weft_thread start_waiter(void *(*function)(void *))
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, function, NULL), 0);
    until_asleep(weft_tid(thread));
    return thread;
}

static void forks_with_a_rwlock(void)
{
    for (int i = 0; i < TIMES; i++) {
        weft_thread holder = 0, waiter[3];
        int held = 0;
        if (i % 3 == 2) {
            CHECK_EQ(weft_create(&holder, NULL, holds, &held), 0);
            until_equal(&held, 1);
        } else {
            CHECK_EQ(i % 3 ? weft_rwlock_rdlock(&rwlock)
                           : weft_rwlock_wrlock(&rwlock),
                     0);
        }
        for (int k = 0; k < 3; k++) {
            waiter[k] = start_waiter(k == 1 ? reads : writes);
        }
        void *is_mine = holder ? NULL : &rwlock;
        for (int k = 0; k < FORKS / TIMES; k++) {
            CHECK(exited_with(run_in_child(use_rwlock, is_mine), 0));
        }
        if (holder) {
            set_word(&held, 2);
            CHECK_EQ(weft_join(holder, NULL), 0);
        } else {
            CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
        }
        for (int k = 0; k < 3; k++) {
            CHECK_EQ(weft_join(waiter[k], NULL), 0);
        }
    }
}

// ---- a barrier that threads wait at ----

static weft_barrier barrier;
static int here; // atomic

static void *meets(void *arg)
{
    __atomic_fetch_add(&here, 1, __ATOMIC_RELAXED);
    CHECK(weft_barrier_wait(&barrier) != WEFT_EINVAL);
    CHECK_EQ(__atomic_load_n(&here, __ATOMIC_RELAXED), 3);
    return arg;
}

static void meet_two(weft_thread *two)
{
    meets(NULL);
    CHECK_EQ(weft_join(two[0], NULL), 0);
    CHECK_EQ(weft_join(two[1], NULL), 0);
}

static int use_barrier(void *destroys)
{
    weft_thread two[2];
    alarm_after(20);
    if (destroys != NULL) {
        CHECK_EQ(weft_barrier_destroy(&barrier), 0);
        CHECK_EQ(weft_barrier_wait(&barrier), WEFT_EINVAL);
        return 0;
    }
    set_word(&here, 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_create(&two[i], NULL, meets, NULL), 0);
    }
    meet_two(two);
    return 0;
}

static void forks_with_a_barrier(void)
{
    CHECK_EQ(weft_barrier_init(&barrier, 3, 0), 0);
    for (int i = 0; i < TIMES; i++) {
        weft_thread two[2];
        set_word(&here, 0);
        for (int k = 0; k < 2; k++) {
            two[k] = start_waiter(meets);
        }
        for (int k = 0; k < FORKS / TIMES; k++) {
            void *destroys = k % 2 ? &barrier : NULL;
            CHECK(exited_with(run_in_child(use_barrier, destroys), 0));
        }
        meet_two(two);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "handlers")) {
        handlers();
    } else if (is_case(argc, argv, "rwlock")) {
        forks_with_a_rwlock();
    } else if (is_case(argc, argv, "barrier")) {
        forks_with_a_barrier();
    } else {
        CHECK(is_case(argc, argv, "offered"));
        offered();
    }
    return 0;
}
