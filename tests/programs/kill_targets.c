// SPDX-License-Identifier: MIT
// kill_targets.c - weft_kill reaches the thread it is told, and says so.
//
//     kill_targets reaches|ended|bad
//
// A signal is handled in the thread it was sent to, in no other; an ended thread
// that nobody joined yet swallows it, even SIGKILL; afterwards it is WEFT_ESRCH.
// A library that asks the kernel with the tid of an ended thread gets ESRCH too
// early, or hits whoever has the tid by now.
#include "support.h"

static int may_end;
static int handled_by; // tid
static int handled_value;

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    handled_value = sig;
    __atomic_store_n(&handled_by, (int)sys(__NR_gettid), __ATOMIC_RELEASE);
}

static void *wait_for_leave(void *arg)
{
    until_equal(&may_end, 1);
    return arg;
}

static void signals_reach_their_thread(void)
{
    enum { THREADS = 4 };
    static const int sigs[] = {SIGUSR1, SIGURG, 35, 60};
    weft_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        on_signal(sigs[i], handle, SA_RESTART);
        CHECK_EQ(weft_create(&threads[i], NULL, wait_for_leave, NULL), 0);
    }
    for (int i = 0; i < THREADS * THREADS; i++) {
        weft_thread target = threads[i % THREADS];
        int sig = sigs[i / THREADS];
        set_word(&handled_by, 0);
        CHECK_EQ(weft_kill(target, sig), 0);
        until_equal(&handled_by, weft_tid(target));
        CHECK_EQ(handled_value, sig);
    }
    set_word(&handled_by, 0);
    CHECK_EQ(weft_kill(weft_self(), SIGUSR1), 0);
    // To oneself: it has been handled when the call returns.
    CHECK_EQ(handled_by, sys(__NR_gettid));
    set_word(&may_end, 1);
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_join(threads[i], NULL), 0);
    }
}

static void ended_threads_swallow_signals(void)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, wait_for_leave, NULL), 0);
    CHECK_EQ(weft_kill(thread, 0), 0);
    set_word(&may_end, 1);
    while (weft_tid(thread) != 0) {
        weft_yield();
    }
    CHECK_EQ(weft_kill(thread, 0), 0);
    CHECK_EQ(weft_kill(thread, SIGKILL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    CHECK_EQ(weft_kill(thread, 0), WEFT_ESRCH);
    CHECK_EQ(weft_kill(thread, SIGKILL), WEFT_ESRCH);
}

static void bad_signals_are_refused(void)
{
    static const int bad[] = {-1, 32, 33, 34, 65, 1000, -2147483647 - 1};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ(weft_kill(weft_self(), bad[i]), WEFT_EINVAL);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "reaches")) {
        signals_reach_their_thread();
    } else if (is_case(argc, argv, "ended")) {
        ended_threads_swallow_signals();
    } else {
        CHECK(is_case(argc, argv, "bad"));
        bad_signals_are_refused();
    }
    return 0;
}
