// SPDX-License-Identifier: MIT
// cond_lost.c - a signal reaches one of those that waited when it was made.
//
//     cond_lost pass ROUNDS [SEED]    tokens for several, one signal for each
//     cond_lost late ROUNDS [SEED]    one begins to wait right after the signal
//
// Condition variables that count signals in groups, or keep them for whoever
// comes, have lost one to a thread that came later: rarely, and for ever. The
// first case has waiters come and go with short sections; in the second the
// latecomer signals and then waits without giving up the mutex in between, so
// that the one who was signalled cannot be back before.
#include "support.h"

enum { CONSUMERS = 4, WAITERS = 3 };

static weft_mutex lock;
static weft_cond changed, emptied;
// Guarded by lock:
static int64_t left;
static int token, waiting, returned;

static void *consume(void *arg)
{
    uint64_t lots = *(uint64_t *)arg;
    weft_mutex_lock(&lock);
    while (left > 0) {
        while (token == 0 && left > 0) {
            CHECK_EQ(weft_cond_wait(&changed, &lock), 0);
        }
        token = 0;
        weft_cond_signal(&emptied);
        if (random_below(&lots, 2)) { // else it waits again at once
            weft_mutex_unlock(&lock);
            for (uint64_t i = random_below(&lots, 300); i > 0; i--) {
                __asm__ volatile("");
            }
            weft_mutex_lock(&lock);
        }
    }
    weft_mutex_unlock(&lock);
    return NULL;
}

static void pass(int64_t rounds, uint64_t *lots)
{
    weft_thread consumer[CONSUMERS];
    uint64_t seed[CONSUMERS];
    left = rounds;
    for (int i = 0; i < CONSUMERS; i++) {
        seed[i] = random_next(lots);
        CHECK_EQ(weft_create(&consumer[i], NULL, consume, &seed[i]), 0);
    }
    weft_mutex_lock(&lock);
    while (left > 0) {
        while (token != 0) {
            CHECK_EQ(weft_cond_wait(&emptied, &lock), 0);
        }
        token = 1;
        left--;
        weft_cond_signal(&changed);
    }
    weft_cond_broadcast(&changed);
    weft_mutex_unlock(&lock);
    for (int i = 0; i < CONSUMERS; i++) {
        CHECK_EQ(weft_join(consumer[i], NULL), 0);
    }
}

static void *wait_once(void *arg)
{
    weft_mutex_lock(&lock);
    waiting++;
    CHECK_EQ(weft_cond_wait(&changed, &lock), 0);
    returned++;
    weft_cond_signal(&emptied);
    weft_mutex_unlock(&lock);
    return arg;
}

static void late_round(uint64_t *lots)
{
    weft_thread waiter[WAITERS];
    waiting = returned = 0;
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_create(&waiter[i], NULL, wait_once, NULL), 0);
    }
    weft_mutex_lock(&lock);
    while (waiting < WAITERS) {
        weft_mutex_unlock(&lock);
        weft_yield();
        weft_mutex_lock(&lock);
    }
    for (int i = 1; i <= WAITERS; i++) {
        weft_cond_signal(&changed);
        // None of the signals made so far is for this wait.
        CHECK_EQ(weft_cond_wait_for(&changed, &lock,
                                    (int64_t)random_below(lots, 100000)),
                 WEFT_ETIMEDOUT);
        CHECK(returned <= i); // nor has anybody come back without one
    }
    while (returned < WAITERS) { // but all who were signalled do
        CHECK_EQ(weft_cond_wait(&emptied, &lock), 0);
    }
    weft_mutex_unlock(&lock);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_join(waiter[i], NULL), 0);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 2, 1000);
    uint64_t lots = random_start(argc, argv, 3);
    if (is_case(argc, argv, "pass")) {
        pass(rounds, &lots);
        return 0;
    }
    CHECK(is_case(argc, argv, "late"));
    for (int64_t i = 0; i < rounds; i++) {
        late_round(&lots);
    }
    return 0;
}
