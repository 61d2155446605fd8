// SPDX-License-Identifier: MIT
// barrier_free.c - the first one back may take the barrier away.
//
//     barrier_free private|shared ROUNDS [SEED]
//
// Whoever returns first ends the barrier and makes its memory inaccessible at
// once. The others are still on their way out, or not even awake: one that looked
// at the barrier again would fault. That needs the word they wait for to be
// somewhere else, or, for a shared barrier, weft_barrier_destroy to wait for them.
#include "support.h"
#include <linux/mman.h>

enum { PARTIES = 4 };

static weft_barrier *barrier;
static size_t barrier_size;
static int back, serials;

static void *come(void *arg)
{
    for (uint64_t turns = *(uint64_t *)arg; turns > 0; turns--) {
        __asm__ volatile("");
    }
    int result = weft_barrier_wait(barrier);
    if (__atomic_add_fetch(&back, 1, __ATOMIC_ACQ_REL) == 1) {
        CHECK_EQ(weft_barrier_destroy(barrier), 0);
        CHECK_EQ(sys(__NR_mprotect, barrier, barrier_size, PROT_NONE), 0);
    }
    if (result == WEFT_BARRIER_SERIAL) {
        __atomic_add_fetch(&serials, 1, __ATOMIC_ACQ_REL);
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    uint32_t flags = is_case(argc, argv, "shared") ? WEFT_SHARED : 0;
    int64_t rounds = arg_number(argc, argv, 2, 1000);
    uint64_t state = random_start(argc, argv, 3);
    uint64_t delay[PARTIES];
    weft_thread thread[PARTIES];
    CHECK(flags || is_case(argc, argv, "private"));
    barrier_size = page_size();
    long memory = sys(__NR_mmap, 0, barrier_size, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    barrier = (weft_barrier *)memory;
    for (int64_t i = 0; i < rounds; i++) {
        CHECK_EQ(
            sys(__NR_mprotect, barrier, barrier_size, PROT_READ | PROT_WRITE),
            0);
        CHECK_EQ(weft_barrier_init(barrier, PARTIES, flags), 0);
        back = serials = 0;
        for (int j = 0; j < PARTIES; j++) {
            delay[j] = random_below(&state, 4000);
            CHECK_EQ(weft_create(&thread[j], NULL, come, &delay[j]), 0);
        }
        for (int j = 0; j < PARTIES; j++) {
            CHECK_EQ(weft_join(thread[j], NULL), 0);
        }
        CHECK_EQ(serials, 1);
    }
    return 0;
}
