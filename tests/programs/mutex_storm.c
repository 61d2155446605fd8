// SPDX-License-Identifier: MIT
// mutex_storm.c - one at a time, and nobody is forgotten.
//
//     mutex_storm ROUNDS [SEED]
//
// Threads lock in all ways there are, some with deadlines that pass at that
// moment. Two in the lock together would meet in the two counters; a wake that
// went to a waiter that was giving up leaves the others asleep; a waiter that is
// still counted after it left shows as a lock that is not free in the end.
#include "support.h"

enum { THREADS = 5 };

static weft_mutex lock;
static uint64_t first, second; // guarded by lock, and equal outside
static int64_t rounds;

static int lock_somehow(uint64_t lot)
{
    switch (lot % 8) {
    case 0:
        return weft_mutex_trylock(&lock);
    case 1:
    case 2:
    case 3:
        return weft_mutex_lock_for(&lock, (int64_t)(lot >> 8) % 30000);
    case 4:
        return weft_mutex_lock_until(&lock, weft_now() + (int64_t)(lot >> 56));
    default:
        weft_mutex_lock(&lock);
        return 0;
    }
}

static void *take_part(void *arg)
{
    uint64_t state = *(uint64_t *)arg;
    uint64_t had = 0;
    for (int64_t i = 0; i < rounds; i++) {
        uint64_t lot = random_next(&state);
        int error = lock_somehow(lot);
        if (error != 0) {
            CHECK_EQ(error, lot % 8 == 0 ? WEFT_EBUSY : WEFT_ETIMEDOUT);
            continue;
        }
        had++;
        CHECK_EQ(first, second);
        first++;
        if ((lot >> 3) % 64 == 0) {
            weft_yield(); // let others come to wait
        }
        second++;
        CHECK_EQ(first, second);
        weft_mutex_unlock(&lock);
    }
    return (void *)had;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread thread[THREADS];
    uint64_t seed[THREADS];
    uint64_t all = 0;
    (void)envp;
    rounds = arg_number(argc, argv, 1, 10000);
    uint64_t state = random_start(argc, argv, 2);
    for (int i = 0; i < THREADS; i++) {
        seed[i] = random_next(&state);
        CHECK_EQ(weft_create(&thread[i], NULL, take_part, &seed[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *had;
        CHECK_EQ(weft_join(thread[i], &had), 0);
        all += (uint64_t)had;
    }
    CHECK_EQ(first, all);
    // Nobody is there any more: free at once, and for a newcomer.
    CHECK_EQ(weft_mutex_trylock(&lock), 0);
    weft_mutex_unlock(&lock);
    CHECK_EQ(lock.word, 0);
    return 0;
}
