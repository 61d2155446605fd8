// SPDX-License-Identifier: MIT
// fork_locks.c - what a lock is worth in the child of a fork.
//
//     fork_locks handlers|offered
//
// Threads wait for a mutex and starve, so the mutex is kept for them. The child has
// the mutex, but not the threads. With the usual handlers (lock, unlock, unlock) it
// can go on with it; and if nobody held it at the fork, neither: a mutex that was
// being handed to a thread that is not there is free.
#include "support.h"

enum { FORKS = 200, OFFERS = 20, WORKERS = 4, OFFERED = 4, BATCH = 3 };

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

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "handlers")) {
        handlers();
    } else {
        CHECK(is_case(argc, argv, "offered"));
        offered();
    }
    return 0;
}
