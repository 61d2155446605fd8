// SPDX-License-Identifier: MIT
// rwlock_free.c - the last one to unlock may free the lock.
//
//     rwlock_free ROUNDS [SEED]
//
// A record counts its users under its own lock; who counts to zero takes the
// memory away, as soon as its unlock returns. The unlocks of the others must not
// touch the lock any more by then, or they fault.
#include "support.h"
#include <linux/mman.h>

enum { USERS = 3 };

static struct record {
    weft_rwlock lock;
    int users;
} * record;

static size_t record_size;

static void *use(void *arg)
{
    uint64_t state = *(uint64_t *)arg;
    for (uint64_t i = random_below(&state, 3); i > 0; i--) {
        CHECK_EQ(weft_rwlock_rdlock(&record->lock), 0);
        if (random_below(&state, 8) == 0) {
            weft_yield();
        }
        CHECK_EQ(weft_rwlock_unlock(&record->lock), 0);
    }
    CHECK_EQ(weft_rwlock_wrlock(&record->lock), 0);
    int left = --record->users;
    if (random_below(&state, 8) == 0) {
        weft_yield(); // so that others come to wait
    }
    CHECK_EQ(weft_rwlock_unlock(&record->lock), 0);
    if (left == 0) {
        CHECK_EQ(sys(__NR_mprotect, record, record_size, PROT_NONE), 0);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
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
        CHECK_EQ(weft_rwlock_init(&record->lock, i % 2 ? WEFT_SHARED : 0), 0);
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
