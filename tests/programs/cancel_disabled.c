// SPDX-License-Identifier: MIT
// cancel_disabled.c - a request does not disturb who does not want it now.
//
//     cancel_disabled polls     a thread that has cancellation disabled
//     cancel_disabled ending    one that runs its last cleanup handler
//     cancel_disabled storm     [rounds [seed]]: at any moment
//     cancel_disabled full      nor lost for good when no signal can be queued
//
// poll(2) does not go on after a signal handler. A signal for a thread that has
// cancellation disabled would be seen by it: WEFT_EINTR, though the program has no
// handler. And a signal that is not sent must not be missed: the thread may be just
// about to enable it.
#include "support.h"
#include <linux/poll.h>
#include <linux/resource.h>

enum { LONG_MS = 300 };

static int step;
static long polled;

static long poll_for(int64_t milliseconds)
{
    struct {
        int64_t s, ns;
    } time = {0, milliseconds * 1000000};
    return sys(__NR_ppoll, NULL, 0, &time, NULL, 8);
}

// Asks the thread while it polls, if the poll has not ended yet.
static void ask_amid(weft_thread t)
{
    void *value;
    until_equal(&step, 1);
    until_asleep(weft_tid(t));
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(polled, 0);
}

static void *polls(void *unused)
{
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    set_word(&step, 1);
    polled = poll_for(LONG_MS);
    return unused;
}

static void cleans_up(void *unused)
{
    (void)unused;
    set_word(&step, 1);
    polled = poll_for(LONG_MS);
}

static void *ends(void *unused)
{
    weft_cleanup_push(cleans_up, NULL);
    weft_exit(unused);
    weft_cleanup_pop(0);
    return unused;
}

// Disables and enables it until it is cancelled.
static void *comes_and_goes(void *unused)
{
    set_word(&step, 1);
    for (;;) {
        CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
        CHECK_EQ(poll_for(0), 0); // it looks for signals all the same
        CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, NULL), 0);
        weft_test_cancel();
    }
    return unused;
}

static void storm(int64_t rounds, uint64_t seed)
{
    for (int64_t i = 0; i < rounds; i++) {
        weft_thread t;
        void *value;
        set_word(&step, 0);
        CHECK_EQ(weft_create(&t, NULL, comes_and_goes, NULL), 0);
        until_equal(&step, 1);
        for (uint64_t wait = random_below(&seed, 500); wait > 0; wait--) {
            __asm__ volatile("");
        }
        CHECK_EQ(weft_cancel(t), 0);
        CHECK_EQ(weft_join(t, &value), 0);
        CHECK_EQ(value, WEFT_CANCELED);
    }
}

static void *sleeps(void *unused)
{
    set_word(&step, 1);
    weft_sleep_until(WEFT_FOREVER);
    return unused;
}

// Fills the queue with signals of this thread's own.
static void full(void)
{
    enum { WAITS = 50 };
    const struct {
        uint64_t now, most;
    } limit = {16, 16};
    uint64_t mask = (uint64_t)1 << (WAITS - 1);
    weft_thread t;
    void *value;
    int error, sent = 0;
    CHECK_EQ(weft_create(&t, NULL, sleeps, NULL), 0);
    until_equal(&step, 1);
    until_asleep(weft_tid(t));
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &mask, NULL), 0);
    CHECK_EQ(sys(__NR_prlimit64, 0, RLIMIT_SIGPENDING, &limit, NULL), 0);
    while ((error = weft_kill(weft_self(), WAITS)) == 0) {
        sent++;
    }
    CHECK_EQ(error, WEFT_EAGAIN);
    CHECK(sent <= (int)limit.most);
    CHECK_EQ(weft_cancel(t), WEFT_EAGAIN);
    CHECK_EQ(weft_cancel(t), WEFT_EAGAIN);
    for (; sent > 0; sent--) {
        CHECK_EQ(sys(__NR_rt_sigtimedwait, &mask, NULL, NULL, 8), WAITS);
    }
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)envp;
    if (is_case(argc, argv, "storm")) {
        storm(arg_number(argc, argv, 2, 2000), random_start(argc, argv, 3));
    } else if (is_case(argc, argv, "full")) {
        full();
    } else {
        CHECK_EQ(weft_create(&t, NULL,
                             is_case(argc, argv, "polls") ? polls : ends, NULL),
                 0);
        ask_amid(t);
    }
    return 0;
}
