// SPDX-License-Identifier: MIT
// once_ends.c - a function that does not return was not done.
//
//     once_ends cancelled|exits|forked|misuse
//     once_ends storm ROUNDS [SEED]
//
// The first thread to call the function ends in it, or is missing in the child of
// a fork; somebody else has to begin anew, whether he waited already or comes
// later. Otherwise he waits for a thread that is gone.
#include "support.h"

enum { WAITERS = 2 };

static weft_once_flag flag;
static int begun, finished; // calls of the function
static int go;              // what the first call waits for, when forked
static void (*first_call)(void);

static void once(void)
{
    if (__atomic_add_fetch(&begun, 1, __ATOMIC_ACQ_REL) == 1) {
        first_call();
    }
    __atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL);
}

static void *call_once(void *arg)
{
    CHECK_EQ(weft_once(&flag, once), 0);
    return arg;
}

static weft_thread start(void)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, call_once, &flag), 0);
    return thread;
}

static void sleep_for_ever(void)
{
    weft_sleep_for(WEFT_FOREVER);
}

static void exit_when_told(void)
{
    until_equal(&go, 1);
    weft_exit(&go);
}

static void return_when_told(void)
{
    until_equal(&go, 1);
}

static void the_runner_ends(void (*call)(void), void *result)
{
    weft_thread waiter[WAITERS];
    void *value;
    first_call = call;
    weft_thread runner = start();
    until_equal(&begun, 1);
    for (int i = 0; i < WAITERS; i++) {
        waiter[i] = start();
        until_asleep(weft_tid(waiter[i]));
    }
    set_word(&go, 1);
    if (result == WEFT_CANCELED) {
        CHECK_EQ(weft_cancel(runner), 0);
    }
    CHECK_EQ(weft_join(runner, &value), 0);
    CHECK_EQ(value, result);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_join(waiter[i], &value), 0);
        CHECK_EQ(value, &flag);
    }
    call_once(NULL);
    CHECK_EQ(begun, 2);
    CHECK_EQ(finished, 1);
}

static int in_child(void *arg)
{
    (void)arg;
    alarm_after(30); // on this process too
    call_once(NULL);
    call_once(NULL);
    CHECK_EQ(begun, 2);
    CHECK_EQ(finished, 1);
    return 5;
}

static void the_runner_is_missing(void)
{
    first_call = return_when_told;
    weft_thread runner = start();
    until_equal(&begun, 1);
    weft_thread waiter = start();
    until_asleep(weft_tid(waiter)); // so that somebody waits, in this process
    CHECK(exited_with(run_in_child(in_child, NULL), 5));
    set_word(&go, 1);
    CHECK_EQ(weft_join(runner, NULL), 0);
    CHECK_EQ(weft_join(waiter, NULL), 0);
    call_once(NULL);
    CHECK_EQ(begun, 1);
    CHECK_EQ(finished, 1);
}

static void sleep_a_little(void)
{
    weft_sleep_for(1000);
}

static void point(void)
{
    __atomic_add_fetch(&begun, 1, __ATOMIC_ACQ_REL);
    sleep_a_little(); // may be cancelled here
    __atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL);
}

static void *call_point(void *arg)
{
    CHECK_EQ(weft_once(arg, point), 0);
    return arg;
}

static void storm(int64_t rounds, uint64_t state)
{
    weft_thread thread[3];
    for (int64_t i = 0; i < rounds; i++) {
        weft_once_flag fresh = {0};
        finished = 0;
        for (int j = 0; j < 3; j++) {
            CHECK_EQ(weft_create(&thread[j], NULL, call_point, &fresh), 0);
        }
        for (uint64_t turns = random_below(&state, 30000); turns > 0; turns--) {
            __asm__ volatile("");
        }
        CHECK_EQ(weft_cancel(thread[random_below(&state, 3)]), 0);
        for (int j = 0; j < 3; j++) {
            CHECK_EQ(weft_join(thread[j], NULL), 0);
        }
        call_point(&fresh); // done at the latest now
        CHECK_EQ(finished, 1);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "cancelled")) {
        the_runner_ends(sleep_for_ever, WEFT_CANCELED);
    } else if (is_case(argc, argv, "exits")) {
        the_runner_ends(exit_when_told, &go);
    } else if (is_case(argc, argv, "forked")) {
        the_runner_is_missing();
    } else if (is_case(argc, argv, "storm")) {
        storm(arg_number(argc, argv, 2, 100), random_start(argc, argv, 3));
    } else {
        CHECK(is_case(argc, argv, "misuse"));
        CHECK_EQ(weft_once(&flag, NULL), WEFT_EINVAL);
        first_call = sleep_a_little;
        CHECK_EQ(weft_once(&flag, once), 0);
        CHECK_EQ(weft_once(&flag, NULL), 0); // not needed any more
        CHECK_EQ(finished, 1);
    }
    return 0;
}
