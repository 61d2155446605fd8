// SPDX-License-Identifier: MIT
// sem_calls.c - what each call on a semaphore answers.
//
//     sem_calls init|counts|deadlines|far|cancel
//
// All-zero memory is a semaphore of value 0; a value that does not fit is an
// error; who gives up, at a deadline or by cancellation, has taken nothing and is
// no longer counted as a waiter; a wait is a cancellation point even when it need
// not wait.
#include "support.h"

static weft_sem sem;
static int began, may_wait;

static void init(void)
{
    static const uint32_t unknown[] = {0x80000000u, WEFT_ROBUST,
                                       WEFT_PRIO_INHERIT, WEFT_PRIO_PROTECT,
                                       WEFT_SHARED | 0x100u};
    CHECK_EQ(sizeof sem, 8);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(weft_sem_init(&sem, 1, unknown[i]), WEFT_EINVAL);
    }
    for (uint32_t flags = 0; flags <= WEFT_SHARED; flags++) {
        CHECK_EQ(weft_sem_init(&sem, WEFT_SEM_MAX + 1, flags), WEFT_EINVAL);
        CHECK_EQ(weft_sem_init(&sem, UINT32_MAX, flags), WEFT_EINVAL);
        CHECK_EQ(weft_sem_init(&sem, WEFT_SEM_MAX, flags), 0);
        CHECK_EQ(weft_sem_value(&sem), WEFT_SEM_MAX);
        CHECK_EQ(weft_sem_post(&sem), WEFT_EOVERFLOW);
        CHECK_EQ(weft_sem_value(&sem), WEFT_SEM_MAX);
        CHECK_EQ(weft_sem_wait(&sem), 0);
        CHECK_EQ(weft_sem_post(&sem), 0);
        CHECK_EQ(weft_sem_post(&sem), WEFT_EOVERFLOW);
        weft_sem_destroy(&sem);
    }
}

static void counts(void)
{
    CHECK_EQ(weft_sem_value(&sem), 0);
    CHECK_EQ(weft_sem_trywait(&sem), WEFT_EAGAIN);
    for (uint32_t i = 1; i <= 5; i++) {
        CHECK_EQ(weft_sem_post(&sem), 0);
        CHECK_EQ(weft_sem_value(&sem), i);
    }
    CHECK_EQ(weft_sem_wait(&sem), 0);
    CHECK_EQ(weft_sem_trywait(&sem), 0);
    CHECK_EQ(weft_sem_wait_until(&sem, -1), 0);
    CHECK_EQ(weft_sem_wait_for(&sem, INT64_MIN), 0);
    CHECK_EQ(weft_sem_wait_for(&sem, WEFT_FOREVER), 0);
    CHECK_EQ(weft_sem_value(&sem), 0);
    CHECK_EQ(weft_sem_trywait(&sem), WEFT_EAGAIN);
}

static void deadlines(void)
{
    static const int64_t past[] = {0, 1, -1, INT64_MIN, INT64_MIN + 1};
    const int64_t pause = 3000000;
    for (uint32_t flags = 0; flags <= WEFT_SHARED; flags++) {
        CHECK_EQ(weft_sem_init(&sem, 0, flags), 0);
        for (int i = 0; i < 5; i++) {
            CHECK_EQ(weft_sem_wait_until(&sem, past[i]), WEFT_ETIMEDOUT);
            CHECK_EQ(weft_sem_wait_for(&sem, past[i]), WEFT_ETIMEDOUT);
        }
        int64_t before = weft_now();
        CHECK_EQ(weft_sem_wait_until(&sem, before + pause), WEFT_ETIMEDOUT);
        CHECK(weft_now() >= before + pause);
        CHECK_EQ(weft_sem_wait_for(&sem, pause), WEFT_ETIMEDOUT);
        CHECK(weft_now() >= before + 2 * pause);
        CHECK_EQ(weft_sem_value(&sem), 0);
        CHECK_EQ(weft_sem_post(&sem), 0);
        CHECK_EQ(weft_sem_value(&sem), 1);
    }
}

struct wait {
    int (*wait)(weft_sem *s, int64_t time);
    int64_t time;
};

static void *wait(void *arg)
{
    const struct wait *self = arg;
    set_word(&began, 1);
    until_equal(&may_wait, 1);
    CHECK_EQ(self->wait(&sem, self->time), 0);
    return NULL;
}

static int wait_for_ever(weft_sem *s, int64_t time)
{
    (void)time;
    return weft_sem_wait(s);
}

static const struct wait waits[] = {
    {wait_for_ever, 0},
    {weft_sem_wait_until, WEFT_FOREVER},
    {weft_sem_wait_until, WEFT_FOREVER - 1},
    {weft_sem_wait_until, (int64_t)0x100000000 * 1000000000},
    {weft_sem_wait_for, WEFT_FOREVER},
    {weft_sem_wait_for, WEFT_FOREVER - 1},
    {weft_sem_wait_for, (int64_t)0x80000000 * 1000000000},
};
enum { WAITS = sizeof waits / sizeof waits[0] };

static void far(void)
{
    may_wait = 1;
    for (int i = 0; i < WAITS; i++) {
        weft_thread waiter;
        CHECK_EQ(weft_create(&waiter, NULL, wait, (void *)&waits[i]), 0);
        until_asleep(weft_tid(waiter));
        CHECK_EQ(weft_sem_post(&sem), 0);
        CHECK_EQ(weft_join(waiter, NULL), 0);
        CHECK_EQ(weft_sem_value(&sem), 0);
    }
}

// Cancelled asleep, or before it could take the one that is there.
static void cancel_wait(const struct wait *how, uint32_t value)
{
    weft_thread waiter;
    void *result;
    CHECK_EQ(weft_sem_init(&sem, value, 0), 0);
    began = may_wait = 0;
    CHECK_EQ(weft_create(&waiter, NULL, wait, (void *)how), 0);
    until_equal(&began, 1);
    if (value == 0) {
        set_word(&may_wait, 1);
        until_asleep(weft_tid(waiter));
    }
    CHECK_EQ(weft_cancel(waiter), 0);
    set_word(&may_wait, 1);
    CHECK_EQ(weft_join(waiter, &result), 0);
    CHECK_EQ(result, WEFT_CANCELED);
    CHECK_EQ(weft_sem_value(&sem), value);
    // All-zero but for the value: no waiter is left in it.
    CHECK_EQ(sem.word, value);
}

static void cancel(void)
{
    for (int i = 0; i < WAITS; i++) {
        cancel_wait(&waits[i], 0);
        cancel_wait(&waits[i], 1);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "init")) {
        init();
    } else if (is_case(argc, argv, "counts")) {
        counts();
    } else if (is_case(argc, argv, "deadlines")) {
        deadlines();
    } else if (is_case(argc, argv, "far")) {
        far();
    } else {
        CHECK(is_case(argc, argv, "cancel"));
        cancel();
    }
    return 0;
}
