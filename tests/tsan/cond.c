// SPDX-License-Identifier: MIT
// cond.c - condition variables under ThreadSanitizer, private and shared.
//
// Waiters with and without deadlines, signals with and without the mutex, and
// conditions that are freed as soon as all that waited were signalled.
#include "host.h"

enum { WAITERS = 3, ROUNDS = 400 };

static weft_mutex lock;
static weft_cond *changed, answered;
static uint32_t flags;
// Guarded by lock:
static int round_number, waiting, back;

static void wait_in_rounds(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        weft_mutex_lock(&lock);
        waiting++;
        weft_cond_broadcast(&answered);
        while (round_number == i) {
            // In each fourth round all of them give up, if there is time.
            int64_t time = i % 4 && lot(2) ? WEFT_FOREVER : lot(50000);
            if (weft_cond_wait_for(changed, &lock, time) != 0) {
                break;
            }
        }
        back++;
        weft_cond_broadcast(&answered);
        while (round_number == i) { // it gave up: until the others are through
            weft_cond_wait(&answered, &lock);
        }
        weft_cond_broadcast(&answered);
        weft_mutex_unlock(&lock);
    }
}

static void new_cond(void)
{
    changed = malloc(sizeof *changed);
    MUST(changed != NULL);
    MUST(weft_cond_init(changed, flags) == 0);
}

// Some of the signals have nobody to reach. The last broadcast ends the round.
static void signal_in_rounds(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        weft_mutex_lock(&lock);
        while (waiting < WAITERS) {
            weft_cond_wait(&answered, &lock);
        }
        waiting = 0;
        if (lot(2)) {
            weft_mutex_unlock(&lock);
            weft_cond_signal(changed);
            sometimes_yield(2);
            weft_mutex_lock(&lock);
        }
        for (uint32_t left = lot(60); left > 0; left--) {
            weft_yield(); // some give up while the mutex is held
        }
        weft_cond *old = changed;
        new_cond();
        round_number++;
        weft_cond_broadcast(old);
        weft_cond_broadcast(&answered);
        weft_cond_destroy(old);
        free(old);
        weft_mutex_unlock(&lock);
    }
}

static void run(int me)
{
    if (me == 0) {
        signal_in_rounds();
    } else {
        wait_in_rounds();
    }
}

int main(void)
{
    for (flags = 0; flags <= WEFT_SHARED; flags++) {
        round_number = waiting = back = 0;
        new_cond();
        together(1 + WAITERS, run);
        MUST(back == WAITERS * ROUNDS);
        weft_cond_destroy(changed);
        free(changed);
    }
    return 0;
}
