// SPDX-License-Identifier: MIT
// sem_tokens.c - a waiter that gives up takes no post with it.
//
//     sem_tokens private|shared ROUNDS [SEED]
//
// Some of the waiters stay, some are cancelled and some have deadlines, while
// exactly as many posts are made as there are stayers. A wake that went to a
// waiter that was giving up would leave a stayer asleep beside a value above
// zero; one that took and was cancelled all the same would leave too little.
#include "support.h"

enum { STAYERS = 3, LEAVERS = 4, WAITERS = STAYERS + LEAVERS };

static weft_sem sem;
static int taken, begun;

static struct waiter {
    weft_thread thread;
    int64_t pause; // WEFT_FOREVER: none
} waiters[WAITERS];

static void *wait(void *arg)
{
    const struct waiter *self = arg;
    __atomic_add_fetch(&begun, 1, __ATOMIC_ACQ_REL);
    int error = self->pause == WEFT_FOREVER
                    ? weft_sem_wait(&sem)
                    : weft_sem_wait_for(&sem, self->pause);
    if (error == 0) {
        __atomic_add_fetch(&taken, 1, __ATOMIC_ACQ_REL);
    } else {
        CHECK_EQ(error, WEFT_ETIMEDOUT);
    }
    return NULL;
}

static void one_round(uint64_t *lots)
{
    begun = taken = 0;
    int first = (int)random_below(lots, WAITERS); // stayers stand anywhere
    for (int i = 0; i < WAITERS; i++) {
        struct waiter *w = &waiters[(first + i) % WAITERS];
        int timed = i >= STAYERS && random_below(lots, 2);
        w->pause = timed ? (int64_t)random_below(lots, 200000) : WEFT_FOREVER;
    }
    for (int i = 0; i < WAITERS; i++) {
        struct waiter *w = &waiters[i];
        CHECK_EQ(weft_create(&w->thread, NULL, wait, w), 0);
    }
    until_equal(&begun, WAITERS);
    for (uint64_t i = random_below(lots, 8); i > 0; i--) {
        weft_yield(); // most of them sleep now
    }
    for (int i = 0; i < LEAVERS; i++) {
        if (random_below(lots, 2)) {
            struct waiter *w = &waiters[(first + STAYERS + i) % WAITERS];
            CHECK_EQ(weft_cancel(w->thread), 0);
        }
        if (i < STAYERS) {
            CHECK_EQ(weft_sem_post(&sem), 0);
        }
    }
    // Also taken by leavers that were in time; the stayers want all of it.
    until_equal(&taken, STAYERS);
    CHECK_EQ(weft_sem_value(&sem), 0);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_sem_post(&sem), 0); // for all that are still there
    }
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_join(waiters[i].thread, NULL), 0);
    }
    CHECK_EQ(weft_sem_value(&sem), (uint32_t)(STAYERS + WAITERS - taken));
    while (weft_sem_trywait(&sem) == 0) {
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int shared = is_case(argc, argv, "shared");
    CHECK(shared || is_case(argc, argv, "private"));
    CHECK_EQ(weft_sem_init(&sem, 0, shared ? WEFT_SHARED : 0), 0);
    uint64_t empty = sem.word;
    int64_t rounds = arg_number(argc, argv, 2, 1000);
    uint64_t lots = random_start(argc, argv, 3);
    for (int64_t i = 0; i < rounds; i++) {
        one_round(&lots);
        CHECK_EQ(sem.word, empty); // nobody is counted as waiting
    }
    weft_sem_destroy(&sem);
    return 0;
}
