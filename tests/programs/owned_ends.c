// SPDX-License-Identifier: MIT
// owned_ends.c - a thread ends with mutexes that it has not unlocked.
//
//     owned_ends orphan THREADS
//     owned_ends inherit|fork|robust|unmended
//
// A mutex that is not robust is nobody's then: no newcomer may be taken for its
// owner, not even one with the same tid. A robust one goes to whoever waits or
// comes next, and tells so; if it is unlocked as it is, nobody gets it any more.
#include "support.h"

enum { HELD = 3, ORPHANS = 64 };

static weft_owned_mutex mutex, held[HELD];
static uint32_t flags; // of the mutexes

static weft_thread start(void *(*run)(void *), void *arg)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, run, arg), 0);
    return thread;
}

static long result_of(weft_thread thread)
{
    void *value;
    CHECK_EQ(weft_join(thread, &value), 0);
    return (long)value;
}

static void *lock_and_end(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock(arg), 0);
    return NULL;
}

static weft_owned_mutex orphans[ORPHANS]; // all-zero

static void *owns_none(void *arg)
{
    for (int i = 0; i < ORPHANS; i++) {
        CHECK_EQ(weft_owned_mutex_unlock(&orphans[i]), WEFT_EPERM);
    }
    weft_owned_mutex *one = arg;
    CHECK_EQ(weft_owned_mutex_trylock(one), WEFT_EBUSY);
    CHECK_EQ(weft_owned_mutex_lock_for(one, 0), WEFT_ETIMEDOUT);
    return NULL;
}

// Enough threads, and the tids of the first ones come again.
static void orphan(int64_t threads)
{
    for (int i = 0; i < ORPHANS; i++) {
        result_of(start(lock_and_end, &orphans[i]));
    }
    for (int64_t i = 0; i < threads; i++) {
        result_of(start(owns_none, &orphans[i % ORPHANS]));
    }
}

// A mutex that inherits priority, too, is nobody's; and the kernel knows it.
static void inherit(void)
{
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, WEFT_PRIO_INHERIT), 0);
    result_of(start(lock_and_end, &mutex));
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_EBUSY);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), WEFT_EDEADLK);
    CHECK_EQ(weft_owned_mutex_lock_for(&mutex, 1000000), WEFT_EDEADLK);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
}

static void init_all(void)
{
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_ERRORCHECK, flags), 0);
    for (int i = 0; i < HELD; i++) {
        CHECK_EQ(weft_owned_mutex_init(&held[i], WEFT_RECURSIVE, flags), 0);
    }
}

static int may_end;

// In another order than they were locked in, with one unlocked in the middle.
static void *lock_several(void *arg)
{
    for (int i = 0; i < HELD; i++) {
        CHECK_EQ(weft_owned_mutex_lock(&held[i]), 0);
        CHECK_EQ(weft_owned_mutex_lock(&held[i]), 0);
    }
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&held[1]), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&held[1]), 0);
    until_equal(&may_end, 1);
    if (arg != NULL) {
        weft_cancel(weft_self());
        weft_test_cancel();
    }
    weft_exit(NULL);
}

static void *lock_and_mend(void *arg)
{
    long error = weft_owned_mutex_lock(arg);
    if (error == WEFT_EOWNERDEAD) {
        CHECK_EQ(weft_owned_mutex_consistent(arg), 0);
        CHECK_EQ(weft_owned_mutex_consistent(arg), WEFT_EINVAL);
    }
    CHECK_EQ(weft_owned_mutex_unlock(arg), 0);
    return (void *)error;
}

static void robust_and(int cancelled)
{
    set_word(&may_end, 0);
    init_all();
    weft_thread owner = start(lock_several, cancelled ? &mutex : NULL);
    // One waits already, for the others somebody comes.
    while (weft_owned_mutex_trylock(&mutex) == 0) {
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        weft_yield();
    }
    weft_thread waiter = start(lock_and_mend, &mutex);
    until_asleep(weft_tid(waiter));
    set_word(&may_end, 1);
    CHECK_EQ(result_of(waiter), WEFT_EOWNERDEAD);
    result_of(owner);
    CHECK_EQ((long)lock_and_mend(&held[0]), WEFT_EOWNERDEAD);
    CHECK_EQ((long)lock_and_mend(&held[1]), 0);
    CHECK_EQ(weft_owned_mutex_trylock(&held[2]), WEFT_EOWNERDEAD);
    CHECK_EQ(weft_owned_mutex_lock(&held[2]), 0); // recursive: once more
    CHECK_EQ(weft_owned_mutex_unlock(&held[2]), 0);
    CHECK_EQ(weft_owned_mutex_consistent(&held[2]), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&held[2]), 0);
    for (int i = 0; i < HELD; i++) { // as if nothing had happened
        CHECK_EQ((long)lock_and_mend(&held[i]), 0);
        CHECK_EQ(weft_owned_mutex_destroy(&held[i]), 0);
    }
}

static void robust(void)
{
    robust_and(0);
    robust_and(1);
}

static void *lock_and_leave(void *arg)
{
    long error = weft_owned_mutex_lock(arg);
    CHECK_EQ(weft_owned_mutex_unlock(arg), error == 0 ? 0 : WEFT_EPERM);
    return (void *)error;
}

static void unmended(void)
{
    init_all();
    result_of(start(lock_and_end, &mutex));
    CHECK_EQ(weft_owned_mutex_lock(&mutex), WEFT_EOWNERDEAD);
    weft_thread waiter[HELD];
    for (int i = 0; i < HELD; i++) {
        waiter[i] = start(lock_and_leave, &mutex);
        until_asleep(weft_tid(waiter[i]));
    }
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    for (int i = 0; i < HELD; i++) {
        CHECK_EQ(result_of(waiter[i]), WEFT_ENOTRECOVERABLE);
    }
    CHECK_EQ(weft_owned_mutex_lock_for(&mutex, 0), WEFT_ENOTRECOVERABLE);
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_ENOTRECOVERABLE);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, flags), 0);
    CHECK_EQ((long)lock_and_leave(&mutex), 0);
}

static int child_of_owner(void *arg)
{
    (void)arg;
    // In its copy of the memory it owns what its parent's thread owned.
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_EBUSY);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&held[0]), 0);
    // What is shared is its parent's alone.
    CHECK_EQ(weft_owned_mutex_unlock(&held[1]), WEFT_EPERM);
    CHECK_EQ(weft_owned_mutex_trylock(&held[1]), WEFT_EBUSY);
    return 7;
}

// It has not locked anything yet.
static int child_that_unlocks(void *arg)
{
    (void)arg;
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    return 7;
}

static void fork_with_mutexes(void)
{
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_ERRORCHECK, WEFT_ROBUST), 0);
    CHECK_EQ(weft_owned_mutex_init(&held[1], WEFT_NORMAL, WEFT_SHARED), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_lock(&held[0]), 0);
    CHECK_EQ(weft_owned_mutex_lock(&held[1]), 0);
    CHECK(exited_with(run_in_child(child_of_owner, NULL), 7));
    CHECK(exited_with(run_in_child(child_that_unlocks, NULL), 7));
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&held[0]), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&held[1]), 0);
}

// With and without priority inheritance.
static void robust_mutexes(void (*fn)(void))
{
    flags = WEFT_ROBUST;
    fn();
    flags = WEFT_ROBUST | WEFT_PRIO_INHERIT;
    fn();
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "orphan")) {
        orphan(arg_number(argc, argv, 2, 1000));
        return 0;
    }
    if (is_case(argc, argv, "inherit")) {
        inherit();
    } else if (is_case(argc, argv, "fork")) {
        fork_with_mutexes();
    } else if (is_case(argc, argv, "robust")) {
        robust_mutexes(robust);
    } else {
        CHECK(is_case(argc, argv, "unmended"));
        robust_mutexes(unmended);
    }
    return 0;
}
