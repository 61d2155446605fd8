// SPDX-License-Identifier: MIT
// clocks.c - now, sleep and yield.
//
//     clocks now|sleep|past|handler|yield
//
// The clock never goes back and is the kernel's monotonic one. A sleep lasts at
// least as long as asked; a handler ends it with WEFT_EINTR. Every wait into the
// past, however far, returns at once. Where the time left is not handled as 64
// bits, a long sleep would end early or be refused.
#include "support_sched.h"

static int handled;

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    handled = 1;
}

static void clock_is_the_kernels(void)
{
    int64_t last = weft_now();
    for (int i = 0; i < 1000; i++) {
        int64_t time[2];
        CHECK_EQ(sys(__NR_clock_gettime, CLOCK_MONOTONIC, time), 0);
        int64_t kernel = time[0] * 1000000000 + time[1];
        CHECK(kernel >= last);
        last = weft_now();
        CHECK(last >= kernel);
    }
}

static void sleeps_last(void)
{
    for (int64_t length = 1; length < 5000000; length *= 7) {
        int64_t before = weft_now();
        CHECK_EQ(weft_sleep_for(length), 0);
        CHECK(weft_now() - before >= length);
        int64_t deadline = weft_now() + length;
        CHECK_EQ(weft_sleep_until(deadline), 0);
        CHECK(weft_now() >= deadline);
    }
}

static void sleeps_into_the_past(void)
{
    static const int64_t past[] = {0, -1, -1000000000, INT64_MIN + 1,
                                   INT64_MIN};
    for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
        CHECK_EQ(weft_sleep_for(past[i]), 0);
        CHECK_EQ(weft_sleep_until(past[i]), 0);
    }
    CHECK_EQ(weft_sleep_until(weft_now()), 0);
}

// All of the past is alike: no part of it stands for something else.
static void waits_into_the_past(void)
{
    static weft_sem never;
    static weft_mutex held;
    static weft_owned_mutex owned;
    weft_owned_mutex_init(&owned, WEFT_NORMAL, 0);
    weft_mutex_lock(&held);
    weft_owned_mutex_lock(&owned);
    const int64_t steps = 512;
    for (int64_t i = 0; i <= steps; i++) {
        int64_t deadline = INT64_MIN + i * (INT64_MAX / steps);
        CHECK_EQ(weft_sem_wait_until(&never, deadline), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_mutex_lock_until(&held, deadline), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_owned_mutex_lock_until(&owned, deadline), WEFT_ETIMEDOUT);
    }
}

struct order {
    int64_t time;
    int is_deadline;
};

static void *sleep_long(void *arg)
{
    const struct order *order = arg;
    return (void *)(long)(order->is_deadline ? weft_sleep_until(order->time)
                                             : weft_sleep_for(order->time));
}

// SA_RESTART too: a sleep is not taken up again.
static void handlers_end_sleeps(void)
{
    static const int64_t lengths[] = {INT64_C(3600) * 1000000000,
                                      INT64_C(4294967297) * 1000000000,
                                      INT64_MAX - 1, WEFT_FOREVER};
    for (int i = 0; i < 16; i++) {
        struct order order = {lengths[i / 4], i % 2};
        weft_thread sleeper;
        void *result;
        if (order.is_deadline && order.time == lengths[0]) {
            order.time += weft_now();
        }
        handled = 0;
        on_signal(SIGUSR1, handle, i / 2 % 2 ? SA_RESTART : 0);
        CHECK_EQ(weft_create(&sleeper, NULL, sleep_long, &order), 0);
        until_asleep(weft_tid(sleeper));
        CHECK_EQ(weft_kill(sleeper, SIGUSR1), 0);
        CHECK_EQ(weft_join(sleeper, &result), 0);
        CHECK_EQ(result, WEFT_EINTR);
        CHECK_EQ(handled, 1);
    }
}

static int turn;

static void *take_turns(void *arg)
{
    int me = (int)(long)arg;
    for (int i = 0; i < 2000; i++) {
        until_equal(&turn, me); // calls weft_yield
        set_word(&turn, !me);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "now")) {
        clock_is_the_kernels();
    } else if (is_case(argc, argv, "sleep")) {
        sleeps_last();
    } else if (is_case(argc, argv, "past")) {
        sleeps_into_the_past();
        waits_into_the_past();
    } else if (is_case(argc, argv, "handler")) {
        handlers_end_sleeps();
    } else {
        // Two threads of a real-time policy on one processor: without a yield
        // that lets the other one in, the first would spin for ever.
        CHECK(is_case(argc, argv, "yield"));
        const unsigned char mask[8] = {1};
        weft_attr attr = {.flags = WEFT_EXPLICIT_SCHED,
                          .policy = may_use_fifo() ? SCHED_FIFO : SCHED_NORMAL,
                          .affinity = mask,
                          .affinity_size = sizeof mask};
        weft_thread threads[2];
        attr.priority = attr.policy == SCHED_FIFO;
        for (long i = 0; i < 2; i++) {
            CHECK_EQ(weft_create(&threads[i], &attr, take_turns, (void *)i), 0);
        }
        for (int i = 0; i < 2; i++) {
            CHECK_EQ(weft_join(threads[i], NULL), 0);
        }
    }
    return 0;
}
