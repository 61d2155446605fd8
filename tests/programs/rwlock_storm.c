// SPDX-License-Identifier: MIT
// rwlock_storm.c - readers together, writers alone, whoever gives up.
//
//     rwlock_storm threads|processes ROUNDS [SEED]
//
// Threads, or processes with a shared page, lock in all ways there are, some with
// deadlines that pass. A reader that meets a writer sees two variables that are not
// equal; a wake that is lost, or given to somebody who gives up, ends in a hang; a
// count that is wrong shows in the end, when the lock must be free.
#include "support.h"
#include <linux/mman.h>

enum { PARTIES = 4 };

static struct page {
    weft_rwlock lock;
    uint64_t first, second; // guarded by lock, and equal while nobody writes
    uint64_t writes[PARTIES];
    uint64_t seed[PARTIES];
    int64_t rounds;
} * page;

static int lock_for_reading(uint64_t lot)
{
    if (lot % 8 == 0) {
        return weft_rwlock_tryrdlock(&page->lock);
    }
    if (lot % 8 < 4) {
        return weft_rwlock_rdlock_for(&page->lock, (int64_t)(lot >> 8) % 20000);
    }
    return weft_rwlock_rdlock(&page->lock);
}

static int lock_for_writing(uint64_t lot)
{
    if (lot % 8 == 0) {
        return weft_rwlock_trywrlock(&page->lock);
    }
    if (lot % 8 < 4) {
        return weft_rwlock_wrlock_for(&page->lock, (int64_t)(lot >> 8) % 20000);
    }
    return weft_rwlock_wrlock(&page->lock);
}

static void read_both(uint64_t lot)
{
    uint64_t first = page->first;
    if (lot % 8 == 0) {
        weft_yield();
    }
    CHECK_EQ(page->second, first);
    CHECK_EQ(page->first, first);
}

static void write_both(uint64_t lot)
{
    uint64_t first = ++page->first;
    if (lot % 8 == 0) {
        weft_yield();
    }
    CHECK_EQ(++page->second, first);
}

static void *take_part(void *arg)
{
    long me = (long)arg;
    uint64_t state = page->seed[me];
    for (int64_t i = 0; i < page->rounds; i++) {
        uint64_t lot = random_next(&state);
        int writes = lot % 4 == 0;
        lot >>= 8;
        int error = writes ? lock_for_writing(lot) : lock_for_reading(lot);
        if (error != 0) {
            CHECK_EQ(error, lot % 8 == 0 ? WEFT_EBUSY : WEFT_ETIMEDOUT);
            continue;
        }
        if (writes) {
            write_both(lot >> 4);
            page->writes[me]++;
        } else {
            read_both(lot >> 4);
        }
        CHECK_EQ(weft_rwlock_unlock(&page->lock), 0);
    }
    return NULL;
}

static void with_threads(void)
{
    weft_thread thread[PARTIES];
    for (long i = 0; i < PARTIES; i++) {
        CHECK_EQ(weft_create(&thread[i], NULL, take_part, (void *)i), 0);
    }
    for (int i = 0; i < PARTIES; i++) {
        CHECK_EQ(weft_join(thread[i], NULL), 0);
    }
}

static void with_processes(void)
{
    long child[PARTIES];
    CHECK_EQ(weft_rwlock_init(&page->lock, WEFT_SHARED), 0);
    for (long i = 0; i < PARTIES; i++) {
        child[i] = weft_fork();
        CHECK(child[i] >= 0);
        if (child[i] == 0) {
            sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL); // no child stays behind
            take_part((void *)i);
            quit(0);
        }
    }
    for (int i = 0; i < PARTIES; i++) {
        int status;
        CHECK_EQ(sys(__NR_wait4, child[i], &status, 0, NULL), child[i]);
        CHECK(exited_with(status, 0));
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    long memory = sys(__NR_mmap, 0, sizeof *page, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    page = (struct page *)memory;
    page->rounds = arg_number(argc, argv, 2, 10000);
    uint64_t state = random_start(argc, argv, 3);
    for (int i = 0; i < PARTIES; i++) {
        page->seed[i] = random_next(&state);
    }
    if (is_case(argc, argv, "threads")) {
        with_threads();
    } else {
        CHECK(is_case(argc, argv, "processes"));
        with_processes();
    }
    uint64_t writes = 0;
    for (int i = 0; i < PARTIES; i++) {
        writes += page->writes[i];
    }
    CHECK_EQ(page->first, writes);
    CHECK_EQ(weft_rwlock_trywrlock(&page->lock), 0);
    weft_rwlock_destroy(&page->lock);
    return 0;
}
