// SPDX-License-Identifier: MIT
// owned_kinds.c - what each kind of owned mutex answers to its owner and to others.
//
//     owned_kinds zero|kinds|init|deadlines|full
//
// All kinds are gone through with all flags, since three different mechanisms are
// behind them. A mutex without an owner would let anybody unlock it, and wait for
// ever where these have an error.
#include "support.h"

// Which the kernel can do on every kind of machine; robust between processes is
// in owned_killed.c.
static const uint32_t all_flags[] = {
    0,
    WEFT_SHARED,
    WEFT_ROBUST,
    WEFT_PRIO_INHERIT,
    WEFT_PRIO_INHERIT | WEFT_SHARED,
    WEFT_PRIO_INHERIT | WEFT_ROBUST,
};
enum { COMBINATIONS = sizeof all_flags / sizeof all_flags[0] };

static weft_owned_mutex mutex;

static void *as_another(void *arg)
{
    int held = arg != NULL;
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), held ? WEFT_EBUSY : 0);
    if (held) {
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
        CHECK_EQ(weft_owned_mutex_consistent(&mutex), WEFT_EPERM);
        CHECK_EQ(weft_owned_mutex_lock_for(&mutex, 1000000), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_owned_mutex_lock_until(&mutex, 0), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_owned_mutex_destroy(&mutex), WEFT_EBUSY);
    } else {
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    }
    return NULL;
}

static void another_finds_it(int held)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, as_another, held ? &mutex : NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
}

static void lock_again(int kind)
{
    if (kind == WEFT_RECURSIVE) {
        CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
        CHECK_EQ(weft_owned_mutex_trylock(&mutex), 0);
        CHECK_EQ(weft_owned_mutex_lock_for(&mutex, 0), 0);
        for (int i = 0; i < 3; i++) {
            another_finds_it(1);
            CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        }
    } else if (kind == WEFT_ERRORCHECK) {
        CHECK_EQ(weft_owned_mutex_lock(&mutex), WEFT_EDEADLK);
        CHECK_EQ(weft_owned_mutex_lock_for(&mutex, 0), WEFT_EDEADLK);
        CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_EBUSY);
    } else {
        CHECK_EQ(weft_owned_mutex_lock_for(&mutex, 1000000), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_owned_mutex_lock_until(&mutex, INT64_MIN),
                 WEFT_ETIMEDOUT);
        CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_EBUSY);
    }
}

static void go_through(int kind)
{
    for (int round = 0; round < 2; round++) {
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
        CHECK_EQ(weft_owned_mutex_consistent(&mutex), WEFT_EPERM);
        another_finds_it(0);
        CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
        CHECK_EQ(weft_owned_mutex_consistent(&mutex), WEFT_EINVAL);
        another_finds_it(1);
        lock_again(kind);
        another_finds_it(1);
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        CHECK_EQ(weft_owned_mutex_trylock(&mutex), 0);
        another_finds_it(1);
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        CHECK_EQ(weft_owned_mutex_lock_until(&mutex, -1), 0);
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        another_finds_it(0);
    }
    CHECK_EQ(weft_owned_mutex_destroy(&mutex), 0);
}

static void init_errors(void)
{
    const uint32_t both = WEFT_PRIO_INHERIT | WEFT_PRIO_PROTECT;
    CHECK_EQ(weft_owned_mutex_init(&mutex, -1, 0), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_RECURSIVE + 1, 0), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, 0x10), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, 0x80000000u),
             WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, both), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_set_ceiling(&mutex, 1), WEFT_EINVAL);
    go_through(WEFT_ERRORCHECK); // it is all-zero still
}

static void *lock_soon(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock_for(&mutex, *(int64_t *)arg), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    return NULL;
}

// Deadlines that do not pass before the lock comes.
static void far_deadlines(void)
{
    static int64_t far[] = {3600 * INT64_C(1000000000), INT64_MAX - 1,
                            WEFT_FOREVER};
    for (int i = 0; i < COMBINATIONS * 3; i++) {
        weft_thread thread;
        CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, all_flags[i / 3]),
                 0);
        CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
        CHECK_EQ(weft_create(&thread, NULL, lock_soon, &far[i % 3]), 0);
        until_asleep(weft_tid(thread));
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
}

static void full(void)
{
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_RECURSIVE, 0), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    mutex.again = UINT32_MAX - 1; // rather than four billion calls
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), WEFT_EAGAIN);
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_EAGAIN);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    const int kinds[] = {WEFT_ERRORCHECK, WEFT_RECURSIVE, WEFT_NORMAL};
    (void)envp;
    if (is_case(argc, argv, "zero")) {
        go_through(WEFT_ERRORCHECK);
    } else if (is_case(argc, argv, "kinds")) {
        for (int i = 0; i < COMBINATIONS; i++) {
            for (int k = 0; k < 3; k++) {
                CHECK_EQ(weft_owned_mutex_init(&mutex, kinds[k], all_flags[i]),
                         0);
                go_through(kinds[k]);
            }
        }
    } else if (is_case(argc, argv, "init")) {
        init_errors();
    } else if (is_case(argc, argv, "deadlines")) {
        far_deadlines();
    } else {
        CHECK(is_case(argc, argv, "full"));
        full();
    }
    return 0;
}
