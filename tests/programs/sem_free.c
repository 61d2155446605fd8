// SPDX-License-Identifier: MIT
// sem_free.c - who takes what was posted may free the semaphore at once.
//
//     sem_free page|stack ROUNDS [SEED]
//
// The semaphore lies in a page that its owner makes inaccessible when its wait
// returns, or in a stack frame that is used for something else then. A post that
// looks at the semaphore once more, to see whether somebody has to be woken,
// faults in the first case; one that writes to it again spoils the second.
#include "support.h"
#include <linux/mman.h>

static weft_sem offers;
static weft_sem *offered; // to the poster; NULL: no more
static uint64_t poster_seed;

static void pause_somewhat(uint64_t *lots)
{
    for (uint64_t i = random_below(lots, 3000); i > 0; i--) {
        __asm__ volatile("");
    }
}

static void *post(void *arg)
{
    uint64_t lots = *(uint64_t *)arg;
    for (;;) {
        CHECK_EQ(weft_sem_wait(&offers), 0);
        weft_sem *sem = offered;
        if (sem == NULL) {
            return NULL;
        }
        pause_somewhat(&lots);
        CHECK_EQ(weft_sem_post(sem), 0);
    }
}

static void offer_and_wait(weft_sem *sem, uint64_t lot)
{
    offered = sem;
    CHECK_EQ(weft_sem_post(&offers), 0);
    if (lot % 4 == 0) { // sees the post as soon as it is made
        for (int looks = 1; weft_sem_trywait(sem) != 0; looks++) {
            if (looks % 2000 == 0) {
                weft_yield();
            }
        }
    } else if (lot % 4 == 1) {
        CHECK_EQ(weft_sem_wait_until(sem, WEFT_FOREVER - 1), 0);
    } else {
        CHECK_EQ(weft_sem_wait(sem), 0);
    }
}

static void one_page(char *page, size_t size, uint64_t lot)
{
    CHECK_EQ(sys(__NR_mprotect, page, size, PROT_READ | PROT_WRITE), 0);
    weft_sem *sem = (weft_sem *)(void *)page;
    CHECK_EQ(weft_sem_init(sem, 0, lot & 64 ? WEFT_SHARED : 0), 0);
    offer_and_wait(sem, lot);
    CHECK_EQ(sys(__NR_mprotect, page, size, PROT_NONE), 0);
}

static __attribute__((noinline)) void one_frame(uint64_t lot)
{
    weft_sem sem = {0};
    offer_and_wait(&sem, lot);
}

// Where the semaphore was, among others.
static __attribute__((noinline)) void reuse_the_frame(uint64_t value)
{
    volatile uint64_t words[32];
    for (int i = 0; i < 32; i++) {
        words[i] = value;
    }
    for (int turn = 0; turn < 20; turn++) {
        for (int i = 0; i < 32; i++) {
            CHECK_EQ(words[i], value);
        }
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread poster;
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 2, 10000);
    uint64_t lots = random_start(argc, argv, 3);
    int in_page = is_case(argc, argv, "page");
    CHECK(in_page || is_case(argc, argv, "stack"));
    size_t size = page_size();
    long page =
        sys(__NR_mmap, 0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    CHECK(page > 0);
    poster_seed = random_next(&lots);
    CHECK_EQ(weft_create(&poster, NULL, post, &poster_seed), 0);
    for (int64_t i = 0; i < rounds; i++) {
        uint64_t lot = random_next(&lots);
        if (in_page) {
            one_page((char *)page, size, lot);
        } else {
            one_frame(lot);
            reuse_the_frame(lot);
        }
    }
    offered = NULL;
    CHECK_EQ(weft_sem_post(&offers), 0);
    CHECK_EQ(weft_join(poster, NULL), 0);
    return 0;
}
