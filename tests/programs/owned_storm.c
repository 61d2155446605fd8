// SPDX-License-Identifier: MIT
// owned_storm.c - owned mutexes keep others out, whatever they can do besides.
//
//     owned_storm threads|processes plain|inherit|robust ROUNDS [SEED]
//
// Threads, or processes with a shared page, lock a recursive mutex in all ways,
// some to a depth, some with deadlines that pass. Two variables that are equal
// outside of it show whoever came in beside its owner; a lost wake ends in a hang.
#include "support.h"
#include <linux/mman.h>

enum { PARTIES = 4 };

static struct page {
    weft_owned_mutex mutex;
    uint64_t first, second; // guarded by mutex, and equal outside of it
    uint64_t entries[PARTIES];
    uint64_t seed[PARTIES];
    int64_t rounds;
    int finished;
} * page;

static int lock(uint64_t lot)
{
    if (lot % 8 == 0) {
        return weft_owned_mutex_trylock(&page->mutex);
    }
    if (lot % 8 < 3) {
        return weft_owned_mutex_lock_for(&page->mutex,
                                         (int64_t)(lot >> 8) % 50000);
    }
    return weft_owned_mutex_lock(&page->mutex);
}

static void *take_part(void *arg)
{
    long me = (long)arg;
    uint64_t state = page->seed[me];
    for (int64_t i = 0; i < page->rounds; i++) {
        uint64_t lot = random_next(&state);
        int error = lock(lot);
        if (error != 0) {
            CHECK_EQ(error, lot % 8 == 0 ? WEFT_EBUSY : WEFT_ETIMEDOUT);
            CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), WEFT_EPERM);
            continue;
        }
        uint64_t depth = lot >> 3 & 1;
        for (uint64_t j = 0; j < depth; j++) {
            CHECK_EQ(lock(lot), 0);
        }
        CHECK_EQ(page->first, page->second);
        page->first++;
        if ((lot >> 4) % 32 == 0) {
            weft_yield();
        }
        page->second++;
        page->entries[me]++;
        for (uint64_t j = 0; j < depth + 1; j++) {
            CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
        }
    }
    // Nobody ends before the others: the kernel would wake who waits for the dead.
    __atomic_add_fetch(&page->finished, 1, __ATOMIC_ACQ_REL);
    until_equal(&page->finished, PARTIES);
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
    CHECK(argc >= 3);
    long memory = sys(__NR_mmap, 0, sizeof *page, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    page = (struct page *)memory;
    page->rounds = arg_number(argc, argv, 3, 10000);
    uint64_t state = random_start(argc, argv, 4);
    for (int i = 0; i < PARTIES; i++) {
        page->seed[i] = random_next(&state);
    }
    uint32_t flags = same_text(argv[2], "robust")    ? WEFT_ROBUST
                     : same_text(argv[2], "inherit") ? WEFT_PRIO_INHERIT
                                                     : 0;
    int shared = is_case(argc, argv, "processes");
    CHECK(shared || is_case(argc, argv, "threads"));
    CHECK_EQ(weft_owned_mutex_init(&page->mutex, WEFT_RECURSIVE,
                                   flags | (shared ? WEFT_SHARED : 0)),
             0);
    if (shared) {
        with_processes();
    } else {
        with_threads();
    }
    uint64_t entries = 0;
    for (int i = 0; i < PARTIES; i++) {
        entries += page->entries[i];
    }
    CHECK_EQ(page->first, entries);
    CHECK_EQ(page->second, entries);
    CHECK_EQ(weft_owned_mutex_trylock(&page->mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
    CHECK_EQ(weft_owned_mutex_destroy(&page->mutex), 0);
    return 0;
}
