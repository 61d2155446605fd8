// SPDX-License-Identifier: MIT
// once_storm.c - many threads ask for the same thing to be done once.
//
//     once_storm ROUNDS [SEED]
//
// All threads walk through one row of flags, and meet before each. Whoever comes
// first at a flag fills the record beside it, slowly at times; nobody may pass
// before the record is full, and nobody may fill it again. Without waiting, half a
// record is seen; without a wake, somebody sleeps for ever.
#include "support.h"
#include <linux/mman.h>

enum { THREADS = 3, WORDS = 6 };

struct record {
    weft_once_flag flag;
    int slowly;
    uint64_t word[WORDS];
};

static struct record *records;
static int64_t rounds;
static _Thread_local struct record *current;

static void fill(void)
{
    for (uint64_t i = 0; i < WORDS; i++) {
        CHECK_EQ(current->word[i], 0);
        current->word[i] = i + 1;
        if (current->slowly == (int)i) {
            weft_yield(); // so that others come, and sleep
        }
    }
}

// Lets the threads go on together, as far as there are processors for them.
static void meet(int64_t i)
{
    static int64_t met; // visits of all threads
    __atomic_add_fetch(&met, 1, __ATOMIC_RELAXED);
    for (int looks = 0;
         __atomic_load_n(&met, __ATOMIC_RELAXED) < (i + 1) * THREADS; looks++) {
        if (looks % 256 == 255) {
            weft_yield();
        }
    }
}

static void *walk(void *arg)
{
    for (int64_t i = 0; i < rounds; i++) {
        current = &records[i];
        meet(i);
        CHECK_EQ(weft_once(&current->flag, fill), 0);
        for (uint64_t j = 0; j < WORDS; j++) {
            CHECK_EQ(current->word[j], j + 1);
        }
    }
    return arg;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    rounds = arg_number(argc, argv, 1, 1000);
    uint64_t state = random_start(argc, argv, 2);
    long memory = sys(__NR_mmap, 0, (size_t)rounds * sizeof *records,
                      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    records = (struct record *)memory;
    for (int64_t i = 0; i < rounds; i++) {
        records[i].slowly = (int)random_below(&state, 2 * WORDS);
    }
    weft_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_create(&threads[i], NULL, walk, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_join(threads[i], NULL), 0);
    }
    return 0;
}
