// SPDX-License-Identifier: MIT
// urgent_waiter.c - whoever waits lets the one run that it waits for.
//
//     urgent_waiter mutex|spin|once|rwlock|barrier
//
// On one processor, a thread in real time holds what a more urgent one wants: the
// kernel runs the urgent one until it sleeps. One that spins until it gets what it
// wants spins for ever, and nobody else runs (the alarm would end that).
#include "support.h"

static weft_mutex mutex;
static weft_spin spin;
static weft_once_flag flag;
static weft_rwlock rwlock;
static weft_barrier barrier;
static int order; // counts who has got it

static int got_it(void)
{
    return __atomic_add_fetch(&order, 1, __ATOMIC_ACQ_REL);
}

static void *lock_mutex(void *arg)
{
    weft_mutex_lock(&mutex);
    CHECK_EQ(got_it(), 2);
    weft_mutex_unlock(&mutex);
    return arg;
}

static void *lock_spin(void *arg)
{
    weft_spin_lock(&spin);
    CHECK_EQ(got_it(), 2);
    weft_spin_unlock(&spin);
    return arg;
}

static void *lock_rwlock(void *arg)
{
    CHECK_EQ(weft_rwlock_rdlock(&rwlock), 0);
    CHECK_EQ(got_it(), 2);
    CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    return arg;
}

static void never(void)
{
    fail_at(__FILE__, __LINE__, "called a second time");
}

static void *call_once(void *arg)
{
    CHECK_EQ(weft_once(&flag, never), 0);
    CHECK_EQ(got_it(), 2);
    return arg;
}

static void *wait_at_barrier(void *arg)
{
    CHECK_EQ(weft_barrier_wait(&barrier), 0); // the first to come
    CHECK_EQ(got_it(), 2);
    return arg;
}

static weft_thread start(int priority, void *(*run)(void *), void *arg)
{
    weft_thread thread;
    weft_attr attr = {.flags = WEFT_EXPLICIT_SCHED,
                      .policy = SCHED_FIFO,
                      .priority = priority};
    CHECK_EQ(weft_create(&thread, &attr, run, arg), 0);
    return thread;
}

static weft_thread waiter;

// Comes back when the urgent one sleeps.
static void start_urgent(void *(*wait)(void *))
{
    waiter = start(20, wait, NULL);
    CHECK_EQ(got_it(), 1);
}

static void start_from_once(void)
{
    start_urgent(call_once);
}

static void *hold(void *arg)
{
    char **argv = arg;
    if (is_case(2, argv, "mutex")) {
        weft_mutex_lock(&mutex);
        start_urgent(lock_mutex);
        weft_mutex_unlock(&mutex);
    } else if (is_case(2, argv, "spin")) {
        weft_spin_lock(&spin);
        start_urgent(lock_spin);
        weft_spin_unlock(&spin);
    } else if (is_case(2, argv, "rwlock")) {
        CHECK_EQ(weft_rwlock_wrlock(&rwlock), 0);
        start_urgent(lock_rwlock);
        CHECK_EQ(weft_rwlock_unlock(&rwlock), 0);
    } else if (is_case(2, argv, "once")) {
        CHECK_EQ(weft_once(&flag, start_from_once), 0);
    } else {
        CHECK(is_case(2, argv, "barrier"));
        CHECK_EQ(weft_barrier_init(&barrier, 2, 0), 0);
        start_urgent(wait_at_barrier);
        CHECK_EQ(weft_barrier_wait(&barrier), WEFT_BARRIER_SERIAL);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK_EQ(argc, 2);
    alarm_after(20);
    // The first of the processors that this process may use.
    uint64_t mask[16] = {0};
    CHECK_EQ(weft_get_affinity(weft_self(), mask, sizeof mask), 0);
    for (int i = 0, found = 0; i < 16; i++) {
        mask[i] = found ? 0 : mask[i] & -mask[i];
        found |= mask[i] != 0;
    }
    CHECK_EQ(weft_set_affinity(weft_self(), mask, sizeof mask), 0);
    weft_thread holder = start(10, hold, argv);
    CHECK_EQ(weft_join(holder, NULL), 0);
    CHECK_EQ(weft_join(waiter, NULL), 0);
    return 0;
}
