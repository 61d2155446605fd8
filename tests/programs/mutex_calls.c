// SPDX-License-Identifier: MIT
// mutex_calls.c - what each call on a plain mutex answers.
//
//     mutex_calls zero|deadlines|far|signals
//
// All-zero memory is an unlocked mutex; a deadline in the past still tries once,
// and who gave up holds nothing and leaves no trace; a deadline too far for the
// kernel is no error; and a handler that runs does not end a wait.
#include "support.h"

static weft_mutex lock; // all-zero
static int handled;

static void zero(void)
{
    CHECK_EQ(sizeof lock, 4);
    CHECK_EQ(weft_mutex_trylock(&lock), 0);
    CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
    weft_mutex_unlock(&lock);
    weft_mutex_lock(&lock);
    CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
    weft_mutex_unlock(&lock);
    CHECK_EQ(weft_mutex_trylock(&lock), 0);
}

static void deadlines(void)
{
    static const int64_t past[] = {0, 1, -1, INT64_MIN, INT64_MIN + 1};
    const int64_t pause = 3000000;
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(weft_mutex_lock_until(&lock, past[i]), 0);
        CHECK_EQ(weft_mutex_lock_until(&lock, past[i]), WEFT_ETIMEDOUT);
        weft_mutex_unlock(&lock);
        CHECK_EQ(weft_mutex_lock_for(&lock, past[i]), 0);
        CHECK_EQ(weft_mutex_lock_for(&lock, past[i]), WEFT_ETIMEDOUT);
        weft_mutex_unlock(&lock);
    }
    CHECK_EQ(weft_mutex_lock_until(&lock, WEFT_FOREVER), 0);
    int64_t before = weft_now();
    CHECK_EQ(weft_mutex_lock_until(&lock, before + pause), WEFT_ETIMEDOUT);
    CHECK(weft_now() >= before + pause);
    CHECK_EQ(weft_mutex_lock_for(&lock, pause), WEFT_ETIMEDOUT);
    CHECK(weft_now() >= before + 2 * pause);
    CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
    weft_mutex_unlock(&lock);
    CHECK_EQ(weft_mutex_trylock(&lock), 0);
}

struct wait {
    int (*lock)(weft_mutex *m, int64_t time);
    int64_t time;
};

static void *wait_and_unlock(void *arg)
{
    const struct wait *wait = arg;
    CHECK_EQ(wait->lock(&lock, wait->time), 0);
    weft_mutex_unlock(&lock);
    return NULL;
}

// None of these times comes.
static void far(void)
{
    static const struct wait waits[] = {
        {weft_mutex_lock_until, WEFT_FOREVER},
        {weft_mutex_lock_until, WEFT_FOREVER - 1},
        {weft_mutex_lock_until, (int64_t)0x100000000 * 1000000000},
        {weft_mutex_lock_for, WEFT_FOREVER},
        {weft_mutex_lock_for, WEFT_FOREVER - 1},
        {weft_mutex_lock_for, (int64_t)0x80000000 * 1000000000},
    };
    for (int i = 0; i < 6; i++) {
        weft_thread waiter;
        struct wait wait = waits[i];
        weft_mutex_lock(&lock);
        CHECK_EQ(weft_create(&waiter, NULL, wait_and_unlock, &wait), 0);
        until_asleep(weft_tid(waiter));
        weft_mutex_unlock(&lock);
        CHECK_EQ(weft_join(waiter, NULL), 0);
    }
}

static void count(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    __atomic_add_fetch(&handled, 1, __ATOMIC_RELEASE);
}

static void signals(void)
{
    weft_thread waiter;
    struct wait wait = {weft_mutex_lock_for, WEFT_FOREVER - 1};
    on_signal(SIGUSR1, count, 0); // without SA_RESTART: the call is interrupted
    weft_mutex_lock(&lock);
    CHECK_EQ(weft_create(&waiter, NULL, wait_and_unlock, &wait), 0);
    for (int i = 1; i <= 20; i++) {
        until_asleep(weft_tid(waiter));
        CHECK_EQ(weft_kill(waiter, SIGUSR1), 0);
        until_equal(&handled, i);
        CHECK_EQ(weft_tryjoin(waiter, NULL), WEFT_EBUSY);
    }
    weft_mutex_unlock(&lock);
    CHECK_EQ(weft_join(waiter, NULL), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "zero")) {
        zero();
    } else if (is_case(argc, argv, "deadlines")) {
        deadlines();
    } else if (is_case(argc, argv, "far")) {
        far();
    } else {
        CHECK(is_case(argc, argv, "signals"));
        signals();
    }
    return 0;
}
