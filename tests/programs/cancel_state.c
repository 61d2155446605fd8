// SPDX-License-Identifier: MIT
// cancel_state.c - when a request is acted upon, and when it has to wait.
//
//   cancel_state deferred    only at a cancellation point
//   cancel_state disabled    not while it is disabled; at the next point after
//   cancel_state undisturbed   nor does it disturb a call of a disabled thread
//   cancel_state async       at once, anywhere, and when it waits already
//   cancel_state self        oneself: at the next point, or at once
//   cancel_state ended       a thread that has ended, and one that is gone
//   cancel_state heir        who is born of a cancelled thread is not cancelled
//   cancel_state answers     old values, and what is no state and no type
#include "support.h"

static int step; // the other thread has come so far
static int passed;
static int fds[2];

static void *value_of(weft_thread t)
{
    void *value;
    CHECK_EQ(weft_join(t, &value), 0);
    return value;
}

static weft_thread start(void *(*routine)(void *))
{
    weft_thread t;
    CHECK_EQ(weft_create(&t, NULL, routine, NULL), 0);
    return t;
}

static void *wait_between_points(void *unused)
{
    until_equal(&step, 1); // weft_yield is no cancellation point
    passed = 1;
    weft_test_cancel();
    return unused;
}

static void deferred(void)
{
    weft_thread t = start(wait_between_points);
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_cancel(t), 0); // twice is as good as once
    set_word(&step, 1);
    CHECK_EQ(value_of(t), WEFT_CANCELED);
    CHECK_EQ(passed, 1);
    // The next one to live in its record has no request.
    CHECK_EQ(value_of(start(wait_between_points)), NULL);
}

static void *be_disabled(void *unused)
{
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    set_word(&step, 1);
    until_equal(&step, 2); // the request is made
    weft_test_cancel();
    CHECK_EQ(weft_sleep_for(0), 0);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_DEFERRED, NULL), 0);
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, NULL), 0);
    passed = 1; // enabling is not a point itself
    weft_sleep_for(0);
    passed = 2;
    return unused;
}

static void disabled(void)
{
    weft_thread t = start(be_disabled);
    until_equal(&step, 1);
    CHECK_EQ(weft_cancel(t), 0);
    set_word(&step, 2);
    CHECK_EQ(value_of(t), WEFT_CANCELED);
    CHECK_EQ(passed, 1);
}

static void *read_disabled(void *unused)
{
    char byte;
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    CHECK_EQ(weft_syscall_cancel(__NR_read, fds[0], (long)&byte, 1, 0, 0, 0),
             1);
    return unused;
}

static void undisturbed(void)
{
    CHECK_EQ(sys(__NR_pipe2, fds, 0), 0);
    weft_thread t = start(read_disabled);
    until_asleep(weft_tid(t));
    CHECK_EQ(weft_cancel(t), 0);
    until_asleep(weft_tid(t));
    CHECK_EQ(sys(__NR_write, fds[1], "x", 1), 1);
    CHECK_EQ(value_of(t), NULL);
}

static void *compute_for_ever(void *unused)
{
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    set_word(&step, 1);
    for (;;) {
        __asm__ volatile(""); // no call and no cancellation point
    }
    return unused;
}

static void *become_async(void *unused)
{
    until_equal(&step, 3); // the request waits by now
    passed = 1;
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    passed = 2;
    return unused;
}

static void *become_enabled(void *unused)
{
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    set_word(&step, 4);
    until_equal(&step, 5); // the request waits by now
    passed = 3;
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, NULL), 0);
    passed = 4;
    return unused;
}

static void async(void)
{
    weft_thread t = start(compute_for_ever);
    until_equal(&step, 1);
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(value_of(t), WEFT_CANCELED);
    t = start(become_async);
    CHECK_EQ(weft_cancel(t), 0);
    set_word(&step, 3);
    CHECK_EQ(value_of(t), WEFT_CANCELED);
    CHECK_EQ(passed, 1);
    t = start(become_enabled);
    until_equal(&step, 4);
    CHECK_EQ(weft_cancel(t), 0);
    set_word(&step, 5);
    CHECK_EQ(value_of(t), WEFT_CANCELED);
    CHECK_EQ(passed, 3);
}

static void *cancel_self(void *unused)
{
    CHECK_EQ(weft_cancel(weft_self()), 0);
    passed = 1; // deferred: only marked
    weft_test_cancel();
    passed = 2;
    return unused;
}

static void *cancel_self_async(void *unused)
{
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    weft_cancel(weft_self());
    passed = 3;
    return unused;
}

static void self(void)
{
    CHECK_EQ(value_of(start(cancel_self)), WEFT_CANCELED);
    CHECK_EQ(passed, 1);
    CHECK_EQ(value_of(start(cancel_self_async)), WEFT_CANCELED);
    CHECK_EQ(passed, 1);
}

static void *end_at_once(void *unused)
{
    return unused;
}

static void ended(void)
{
    weft_thread t = start(end_at_once);
    while (weft_tid(t) != 0) {
        weft_yield();
    }
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(value_of(t), NULL); // it had ended before
    CHECK_EQ(weft_cancel(t), WEFT_ESRCH);
    CHECK_EQ(weft_cancel(0), WEFT_ESRCH);
    CHECK_EQ(weft_cancel(~(weft_thread)0), WEFT_ESRCH);
}

static weft_thread heirs[2];

static void *have_heirs(void *unused)
{
    uint64_t mask;
    set_word(&step, 1);
    until_equal(&step, 2); // the request has come ...
    weft_yield();          // ... and its signal: a system call lets it in
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, NULL, &mask), 0);
    CHECK_EQ(mask, 0);
    const weft_attr named = {.name = "heir"};
    CHECK_EQ(weft_create(&heirs[0], NULL, wait_between_points, NULL), 0);
    CHECK_EQ(weft_create(&heirs[1], &named, compute_for_ever, NULL), 0);
    weft_test_cancel();
    return unused;
}

static void *sleep_on(void *unused)
{
    weft_sleep_until(WEFT_FOREVER);
    return unused;
}

static void *have_sleeper(void *unused)
{
    set_word(&step, 1);
    until_equal(&step, 2);
    CHECK_EQ(weft_create(&heirs[0], NULL, sleep_on, NULL), 0);
    weft_test_cancel();
    return unused;
}

static void heir(void)
{
    weft_thread t = start(have_heirs);
    until_equal(&step, 1);
    CHECK_EQ(weft_cancel(t), 0);
    set_word(&step, 2);
    CHECK_EQ(value_of(t), WEFT_CANCELED);
    until_equal(&step, 1); // the second computes
    CHECK_EQ(weft_cancel(heirs[1]), 0);
    CHECK_EQ(value_of(heirs[1]), WEFT_CANCELED);
    CHECK_EQ(value_of(heirs[0]), NULL);
    // The cancel signal reaches the heir, whatever its creator's mask was.
    set_word(&step, 0);
    t = start(have_sleeper);
    until_equal(&step, 1);
    CHECK_EQ(weft_cancel(t), 0);
    set_word(&step, 2);
    CHECK_EQ(value_of(t), WEFT_CANCELED);
    until_asleep(weft_tid(heirs[0]));
    CHECK_EQ(weft_cancel(heirs[0]), 0);
    CHECK_EQ(value_of(heirs[0]), WEFT_CANCELED);
}

static void answers(void)
{
    int old = 7;
    CHECK_EQ(weft_set_cancel_state(2, &old), WEFT_EINVAL);
    CHECK_EQ(weft_set_cancel_state(-1, &old), WEFT_EINVAL);
    CHECK_EQ(weft_set_cancel_type(2, &old), WEFT_EINVAL);
    CHECK_EQ(old, 7);
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, &old), 0);
    CHECK_EQ(old, WEFT_CANCEL_ENABLE);
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, &old), 0);
    CHECK_EQ(old, WEFT_CANCEL_DISABLE);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, &old), 0);
    CHECK_EQ(old, WEFT_CANCEL_DEFERRED);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_DEFERRED, &old), 0);
    CHECK_EQ(old, WEFT_CANCEL_ASYNC);
}

int weft_main(int argc, char **argv, char **envp)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {
        {"deferred", deferred},
        {"disabled", disabled},
        {"undisturbed", undisturbed},
        {"async", async},
        {"self", self},
        {"ended", ended},
        {"heir", heir},
        {"answers", answers},
    };
    (void)envp;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (is_case(argc, argv, cases[i].name)) {
            cases[i].run();
            return 0;
        }
    }
    return 2;
}
