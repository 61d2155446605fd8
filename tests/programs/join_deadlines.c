// SPDX-License-Identifier: MIT
// join_deadlines.c - tryjoin and joins with a deadline.
//
//     join_deadlines try|past|passes|far
//
// A thread that runs is WEFT_EBUSY or WEFT_ETIMEDOUT and stays joinable; a
// deadline in the past, however far, still collects a thread that has ended; one
// beyond all clocks waits. Handing such times to the kernel unchecked gives
// WEFT_EINVAL, a wait for ever, or none at all.
#include "support.h"

static int may_end;

static void *wait_for_leave(void *arg)
{
    until_equal(&may_end, 1);
    return arg;
}

static weft_thread running(void)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, wait_for_leave, &may_end), 0);
    return thread;
}

static void until_ended(weft_thread thread)
{
    while (weft_tid(thread) != 0) {
        weft_yield();
    }
}

static const int64_t long_ago[] = {0, -1, -1000000000, INT64_MIN + 1,
                                   INT64_MIN};

static void deadlines_in_the_past(void)
{
    enum { TIMES = sizeof long_ago / sizeof long_ago[0] };
    for (int i = 0; i < TIMES; i++) {
        set_word(&may_end, 0);
        weft_thread by_time = running();
        weft_thread by_wait = running();
        void *value = NULL;
        CHECK_EQ(weft_join_until(by_time, &value, long_ago[i]), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_join_for(by_wait, &value, long_ago[i]), WEFT_ETIMEDOUT);
        CHECK_EQ(value, NULL);
        set_word(&may_end, 1);
        until_ended(by_time);
        until_ended(by_wait);
        CHECK_EQ(weft_join_until(by_time, &value, long_ago[i]), 0);
        CHECK_EQ(value, &may_end);
        CHECK_EQ(weft_join_for(by_wait, NULL, long_ago[i]), 0);
    }
}

static void deadline_that_passes(void)
{
    const int64_t pause = 3000000;
    weft_thread thread = running();
    int64_t before = weft_now();
    CHECK_EQ(weft_join_for(thread, NULL, pause), WEFT_ETIMEDOUT);
    CHECK(weft_now() >= before + pause);
    CHECK_EQ(weft_join_until(thread, NULL, weft_now() + pause), WEFT_ETIMEDOUT);
    CHECK(weft_now() >= before + 2 * pause);
    CHECK_EQ(weft_tryjoin(thread, NULL), WEFT_EBUSY);
    set_word(&may_end, 1);
    CHECK_EQ(weft_join(thread, NULL), 0);
}

struct order {
    weft_thread thread;
    int64_t time;
    int tid, is_deadline;
};

static void *join_it(void *arg)
{
    struct order *order = arg;
    set_word(&order->tid, weft_tid(weft_self()));
    return (
        void *)(long)(order->is_deadline
                          ? weft_join_until(order->thread, NULL, order->time)
                          : weft_join_for(order->thread, NULL, order->time));
}

// Beyond 2^31 and 2^32 seconds, and where adding now to it overflows.
static void deadlines_far_away(void)
{
    static const int64_t far[] = {INT64_C(2147483648) * 1000000000,
                                  INT64_C(4294967297) * 1000000000,
                                  INT64_MAX - 1, WEFT_FOREVER};
    for (int i = 0; i < 8; i++) {
        set_word(&may_end, 0);
        struct order order = {running(), far[i / 2], 0, i % 2};
        weft_thread joiner;
        void *error;
        CHECK_EQ(weft_create(&joiner, NULL, join_it, &order), 0);
        while (__atomic_load_n(&order.tid, __ATOMIC_ACQUIRE) == 0) {
            weft_yield();
        }
        until_asleep(order.tid); // it waits, instead of giving up
        CHECK_EQ(weft_tryjoin(joiner, NULL), WEFT_EBUSY);
        set_word(&may_end, 1);
        CHECK_EQ(weft_join(joiner, &error), 0);
        CHECK_EQ(error, 0);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    void *value = NULL;
    (void)envp;
    if (is_case(argc, argv, "try")) {
        weft_thread thread = running();
        CHECK_EQ(weft_tryjoin(thread, &value), WEFT_EBUSY);
        CHECK_EQ(value, NULL);
        set_word(&may_end, 1);
        until_ended(thread);
        CHECK_EQ(weft_tryjoin(thread, &value), 0);
        CHECK_EQ(value, &may_end);
        CHECK_EQ(weft_tryjoin(thread, &value), WEFT_ESRCH);
    } else if (is_case(argc, argv, "past")) {
        deadlines_in_the_past();
    } else if (is_case(argc, argv, "passes")) {
        deadline_that_passes();
    } else if (is_case(argc, argv, "far")) {
        deadlines_far_away();
    } else {
        CHECK(!"try, past, passes or far");
    }
    return 0;
}
