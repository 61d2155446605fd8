// SPDX-License-Identifier: MIT
// spin_storm.c - spin locks keep others out, on any number of processors.
//
//     spin_storm ROUNDS [SEED]
//
// Threads add to plain variables under a spin lock, taken by lock or by trylock,
// and at times give up the processor while they hold it. A lost addition means
// that two were in at once. On one processor a lock that only spins would use up
// a whole time slice for each of the yields; one that sleeps does not.
#include "support.h"

enum { THREADS = 4 };

static weft_spin lock;
static uint64_t first, second; // guarded by lock, and equal outside of it
static int64_t rounds;

static void *add(void *arg)
{
    uint64_t state = *(uint64_t *)arg;
    for (int64_t i = 0; i < rounds; i++) {
        uint64_t lot = random_next(&state);
        if (lot % 4 == 0) {
            while (weft_spin_trylock(&lock) != 0) {
                weft_yield();
            }
        } else {
            weft_spin_lock(&lock);
        }
        CHECK_EQ(first, second);
        first++;
        if (lot % 64 < 4) {
            weft_yield();
        }
        second++;
        weft_spin_unlock(&lock);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    rounds = arg_number(argc, argv, 1, 10000);
    uint64_t state = random_start(argc, argv, 2);
    uint64_t seed[THREADS];
    weft_thread thread[THREADS];
    CHECK_EQ(weft_spin_trylock(&lock), 0);
    CHECK_EQ(weft_spin_trylock(&lock), WEFT_EBUSY);
    for (int i = 0; i < THREADS; i++) {
        seed[i] = random_next(&state);
        CHECK_EQ(weft_create(&thread[i], NULL, add, &seed[i]), 0);
    }
    weft_spin_unlock(&lock);
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_join(thread[i], NULL), 0);
    }
    CHECK_EQ(first, (uint64_t)rounds * THREADS);
    CHECK_EQ(second, first);
    return 0;
}
