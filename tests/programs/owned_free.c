// SPDX-License-Identifier: MIT
// owned_free.c - the last one to unlock may free an owned mutex.
//
//     owned_free ROUNDS [SEED]
//
// A record counts its users under its own mutex; who counts to zero takes the
// memory away, as soon as its unlock, or its destroy of a shared one, returns. The
// unlocks of the others must not touch the mutex any more by then, or they fault.
#include "support.h"
#include <linux/mman.h>

enum { USERS = 3 };

static struct record {
    weft_owned_mutex mutex;
    int users;
} * record;

static size_t record_size;

static void *use(void *arg)
{
    uint64_t state = *(uint64_t *)arg;
    for (uint64_t i = random_below(&state, 3); i > 0; i--) {
        CHECK_EQ(weft_owned_mutex_lock(&record->mutex), 0);
        if (random_below(&state, 8) == 0) {
            weft_yield();
        }
        CHECK_EQ(weft_owned_mutex_unlock(&record->mutex), 0);
    }
    CHECK_EQ(weft_owned_mutex_lock(&record->mutex), 0);
    int left = --record->users;
    if (random_below(&state, 8) == 0) {
        weft_yield(); // so that others come to wait
    }
    CHECK_EQ(weft_owned_mutex_unlock(&record->mutex), 0);
    if (left == 0) {
        CHECK_EQ(weft_owned_mutex_destroy(&record->mutex), 0);
        CHECK_EQ(sys(__NR_mprotect, record, record_size, PROT_NONE), 0);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    static const uint32_t flags[] = {0, WEFT_SHARED, WEFT_ROBUST,
                                     WEFT_PRIO_INHERIT};
    int64_t rounds = arg_number(argc, argv, 1, 1000);
    uint64_t state = random_start(argc, argv, 2);
    uint64_t seed[USERS];
    weft_thread thread[USERS];
    record_size = page_size();
    long memory = sys(__NR_mmap, 0, record_size, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    record = (struct record *)memory;
    for (int64_t i = 0; i < rounds; i++) {
        CHECK_EQ(
            sys(__NR_mprotect, record, record_size, PROT_READ | PROT_WRITE), 0);
        CHECK_EQ(
            weft_owned_mutex_init(&record->mutex, WEFT_NORMAL, flags[i % 4]),
            0);
        record->users = USERS;
        for (int j = 0; j < USERS; j++) {
            seed[j] = random_next(&state);
            CHECK_EQ(weft_create(&thread[j], NULL, use, &seed[j]), 0);
        }
        for (int j = 0; j < USERS; j++) {
            CHECK_EQ(weft_join(thread[j], NULL), 0);
        }
    }
    return 0;
}
