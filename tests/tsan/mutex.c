// SPDX-License-Identifier: MIT
// mutex.c - the plain mutex under ThreadSanitizer, locked in every way.
#include "host.h"

enum { THREADS = 4, ROUNDS = 3000 };

static struct counted {
    weft_mutex lock;
    int users;
    int count;
} * counted;

static int lock_somehow(void)
{
    switch (lot(4)) {
    case 0:
        return weft_mutex_trylock(&counted->lock);
    case 1:
        return weft_mutex_lock_for(&counted->lock, lot(50000));
    default:
        weft_mutex_lock(&counted->lock);
        return 0;
    }
}

static void run(int me)
{
    (void)me;
    for (int i = 0; i < ROUNDS; i++) {
        if (lock_somehow() == 0) {
            counted->count++;
            sometimes_yield(10);
            weft_mutex_unlock(&counted->lock);
        }
        sometimes_yield(10);
    }
    weft_mutex_lock(&counted->lock);
    int left = --counted->users;
    weft_mutex_unlock(&counted->lock);
    if (left == 0) {
        free(counted);
    }
}

int main(void)
{
    counted = calloc(1, sizeof *counted);
    MUST(counted != NULL);
    counted->users = THREADS;
    together(THREADS, run);
    return 0;
}
