// SPDX-License-Identifier: MIT
// cond_tokens.c - a waiter that gives up takes no signal with it.
//
//     cond_tokens private|shared ROUNDS [SEED]
//
// Some of the waiters stay until they get a token, some are cancelled and some
// have deadlines. While that happens, exactly as many tokens as there are stayers
// are handed out, each with one signal. Nobody comes later who could find a token
// by itself: a signal that went to a waiter that was giving up would leave a token
// behind and a stayer asleep for ever.
#include "support.h"

enum { STAYERS = 3, LEAVERS = 4, WAITERS = STAYERS + LEAVERS };

static weft_mutex lock;
static weft_cond changed;
static int shared;
// Guarded by lock:
static int waiting, tokens, taken, returns, gone, over;

static struct waiter {
    weft_thread thread;
    int64_t pause; // WEFT_FOREVER: none
} waiters[WAITERS];

// A cancelled one holds the mutex here, or this count goes wrong.
static void count_gone(void *unused)
{
    (void)unused;
    CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
    int before = gone;
    weft_yield();
    gone = before + 1;
    weft_mutex_unlock(&lock);
}

static void *wait(void *arg)
{
    const struct waiter *self = arg;
    int error = 0;
    weft_mutex_lock(&lock);
    waiting++;
    weft_cleanup_push(count_gone, NULL);
    while (tokens == 0 && !over && error == 0) {
        error = self->pause == WEFT_FOREVER
                    ? weft_cond_wait(&changed, &lock)
                    : weft_cond_wait_for(&changed, &lock, self->pause);
        CHECK(error == 0 || error == WEFT_ETIMEDOUT);
        returns += error == 0;
    }
    if (error == 0 && tokens > 0) { // one that gave up does not even look
        tokens--;
        taken++;
    }
    weft_cleanup_pop(1);
    return NULL;
}

static int with_lock(const int *word)
{
    weft_mutex_lock(&lock);
    int value = *word;
    weft_mutex_unlock(&lock);
    return value;
}

static void hand_out(uint64_t lot)
{
    weft_mutex_lock(&lock);
    tokens++;
    if (lot % 2) {
        weft_cond_signal(&changed);
        weft_mutex_unlock(&lock);
    } else {
        weft_mutex_unlock(&lock);
        weft_cond_signal(&changed);
    }
}

static void one_round(uint64_t *lots)
{
    waiting = tokens = taken = returns = gone = over = 0;
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
    while (with_lock(&waiting) < WAITERS) {
        weft_yield();
    }
    for (int i = 0; i < LEAVERS; i++) {
        if (random_below(lots, 2)) {
            struct waiter *w = &waiters[(first + STAYERS + i) % WAITERS];
            CHECK_EQ(weft_cancel(w->thread), 0);
        }
        if (i < STAYERS) {
            hand_out(random_next(lots));
        }
    }
    while (with_lock(&taken) < STAYERS) {
        weft_yield();
    }
    CHECK(shared || returns == STAYERS); // no wait ended without a signal
    weft_mutex_lock(&lock);
    over = 1;
    weft_cond_broadcast(&changed);
    weft_mutex_unlock(&lock);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_join(waiters[i].thread, NULL), 0);
    }
    CHECK_EQ(gone, WAITERS);
    CHECK_EQ(taken, STAYERS);
    CHECK_EQ(tokens, 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    shared = is_case(argc, argv, "shared");
    CHECK(shared || is_case(argc, argv, "private"));
    CHECK_EQ(weft_cond_init(&changed, shared ? WEFT_SHARED : 0), 0);
    int64_t rounds = arg_number(argc, argv, 2, 1000);
    uint64_t lots = random_start(argc, argv, 3);
    for (int64_t i = 0; i < rounds; i++) {
        one_round(&lots);
    }
    weft_cond_destroy(&changed);
    return 0;
}
