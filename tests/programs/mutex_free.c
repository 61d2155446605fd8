// SPDX-License-Identifier: MIT
// mutex_free.c - the last one to unlock may free the mutex.
//
//     mutex_free ROUNDS [SEED]
//
// A record counts its users under its own mutex; who counts to zero takes the
// memory away as soon as its unlock returns. The unlocks of the others must not
// touch the mutex any more by then, or they fault.
#include "support.h"
#include <linux/mman.h>

enum { USERS = 3 };

static struct record {
    weft_mutex lock;
    int users;
} * record;

static size_t record_size;
static int ready;

static int count_down(uint64_t lot)
{
    if (lot % 2) {
        weft_mutex_lock(&record->lock);
    } else {
        CHECK_EQ(weft_mutex_lock_until(&record->lock, WEFT_FOREVER - 1), 0);
    }
    int left = --record->users;
    if ((lot >> 1) % 4 == 0) {
        weft_yield(); // so that others come to wait
    }
    weft_mutex_unlock(&record->lock);
    return left;
}

static void *use(void *arg)
{
    uint64_t state = *(uint64_t *)arg;
    __atomic_add_fetch(&ready, 1, __ATOMIC_ACQ_REL);
    until_equal(&ready, USERS);
    if (count_down(random_next(&state)) == 0) {
        CHECK_EQ(sys(__NR_mprotect, record, record_size, PROT_NONE), 0);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    uint64_t seed[USERS];
    weft_thread thread[USERS];
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 1, 1000);
    uint64_t state = random_start(argc, argv, 2);
    record_size = page_size();
    long memory = sys(__NR_mmap, 0, record_size, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    record = (struct record *)memory;
    for (int64_t i = 0; i < rounds; i++) {
        CHECK_EQ(
            sys(__NR_mprotect, record, record_size, PROT_READ | PROT_WRITE), 0);
        CHECK_EQ(record->lock.word, 0); // all-zero again, however it was used
        record->users = USERS;
        ready = 0;
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
