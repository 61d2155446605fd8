// SPDX-License-Identifier: MIT
// cond_calls.c - what each call on a condition variable answers.
//
//     cond_calls init|nobody|deadlines|far|all
//
// All-zero memory is a condition that nobody waits for; a signal with nobody
// there is not kept for later; a deadline that has passed is WEFT_ETIMEDOUT with
// the mutex held again; one too far for the kernel is no error; and a broadcast
// reaches all, whichever way they wait.
#include "support.h"

enum { WAITERS = 12 };

static weft_mutex lock;
static weft_cond zero, private, shared;
static weft_cond *const conds[] = {&zero, &private, &shared};
static int waiting, over; // guarded by lock

static void init(void)
{
    static const uint32_t unknown[] = {0x80000000u, WEFT_ROBUST,
                                       WEFT_PRIO_INHERIT, WEFT_PRIO_PROTECT,
                                       WEFT_SHARED | 0x100u};
    CHECK(sizeof zero <= 16);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(weft_cond_init(&private, unknown[i]), WEFT_EINVAL);
    }
    CHECK_EQ(weft_cond_init(&private, 0), 0);
    CHECK_EQ(weft_cond_init(&shared, WEFT_SHARED), 0);
}

// The caller's mutex is held: by whom, a plain mutex does not know.
static void times_out(weft_cond *c, int64_t deadline)
{
    CHECK_EQ(weft_cond_wait_until(c, &lock, deadline), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
}

static void nobody(void)
{
    weft_mutex_lock(&lock);
    for (int i = 0; i < 3; i++) {
        weft_cond_signal(conds[i]);
        weft_cond_broadcast(conds[i]);
        times_out(conds[i], weft_now() + 1000000);
        weft_cond_signal(conds[i]);
        weft_mutex_unlock(&lock);
        weft_cond_signal(conds[i]);
        weft_mutex_lock(&lock);
        times_out(conds[i], weft_now() + 1000000);
        weft_cond_destroy(conds[i]);
    }
}

static void deadlines(void)
{
    static const int64_t past[] = {0, 1, -1, INT64_MIN, INT64_MIN + 1};
    const int64_t pause = 3000000;
    weft_mutex_lock(&lock);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 5; j++) {
            times_out(conds[i], past[j]);
            CHECK_EQ(weft_cond_wait_for(conds[i], &lock, past[j]),
                     WEFT_ETIMEDOUT);
            CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
        }
        int64_t before = weft_now();
        times_out(conds[i], before + pause);
        CHECK(weft_now() >= before + pause);
        CHECK_EQ(weft_cond_wait_for(conds[i], &lock, pause), WEFT_ETIMEDOUT);
        CHECK(weft_now() >= before + 2 * pause);
    }
}

struct wait {
    weft_cond *cond;
    int64_t time; // 0: for ever, without one
    int relative;
};

static void *wait(void *arg)
{
    const struct wait *self = arg;
    weft_mutex_lock(&lock);
    waiting++;
    while (!over) {
        int error = self->time == 0 ? weft_cond_wait(self->cond, &lock)
                    : self->relative
                        ? weft_cond_wait_for(self->cond, &lock, self->time)
                        : weft_cond_wait_until(self->cond, &lock, self->time);
        CHECK_EQ(error, 0);
    }
    CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
    waiting--;
    weft_mutex_unlock(&lock);
    return NULL;
}

static void wait_and_broadcast(const struct wait *waits, int count)
{
    weft_thread thread[WAITERS];
    over = 0;
    for (int i = 0; i < count; i++) {
        CHECK_EQ(weft_create(&thread[i], NULL, wait, (void *)&waits[i]), 0);
    }
    weft_mutex_lock(&lock);
    while (waiting < count) {
        weft_mutex_unlock(&lock);
        weft_yield();
        weft_mutex_lock(&lock);
    }
    over = 1;
    weft_cond_broadcast(waits[0].cond);
    CHECK_EQ(waiting, count); // nobody is back while the mutex is held
    weft_mutex_unlock(&lock);
    for (int i = 0; i < count; i++) {
        CHECK_EQ(weft_join(thread[i], NULL), 0);
    }
    CHECK_EQ(waiting, 0);
}

static void far(void)
{
    for (int i = 0; i < 3; i++) {
        const struct wait waits[] = {
            {conds[i], WEFT_FOREVER, 0},
            {conds[i], WEFT_FOREVER, 1},
            {conds[i], WEFT_FOREVER - 1, 0},
            {conds[i], WEFT_FOREVER - 1, 1},
            {conds[i], (int64_t)0x100000000 * 1000000000, 0},
            {conds[i], (int64_t)0x80000000 * 1000000000, 1},
        };
        wait_and_broadcast(waits, 6);
    }
}

static void all(void)
{
    for (int i = 0; i < 30; i++) {
        struct wait waits[WAITERS];
        for (int j = 0; j < WAITERS; j++) {
            waits[j] = (struct wait){conds[i % 3], 0, 0};
        }
        wait_and_broadcast(waits, WAITERS);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    init();
    if (is_case(argc, argv, "nobody")) {
        nobody();
    } else if (is_case(argc, argv, "deadlines")) {
        deadlines();
    } else if (is_case(argc, argv, "far")) {
        far();
    } else if (is_case(argc, argv, "all")) {
        all();
    } else {
        CHECK(is_case(argc, argv, "init"));
    }
    return 0;
}
