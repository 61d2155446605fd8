// SPDX-License-Identifier: MIT
// barrier_storm.c - nobody goes on before all have come, round after round.
//
//     barrier_storm threads|processes ROUNDS [SEED]
//     barrier_storm crowd ROUNDS [SEED]
//
// Each party writes its place in a table, waits, and must find all the others'
// places written. One of each round is told to be the serial one. In a crowd, more
// threads than a round takes use one barrier: rounds follow so closely that
// somebody of the last one has not looked yet when the next one ends.
#include "support.h"
#include <linux/mman.h>

enum { PARTIES = 4, CROWD = 6, PAIR = 2 };

static struct page {
    weft_barrier barrier;
    int64_t place[PARTIES]; // the round that each party has reached
    int serials;
    int64_t visits; // of a crowd
    uint64_t seed[CROWD];
    int64_t rounds;
} * page;

static void dawdle(uint64_t lot)
{
    if (lot % 16 == 0) {
        weft_yield();
    }
    for (uint64_t turns = lot / 16 % 2000; turns > 0; turns--) {
        __asm__ volatile("");
    }
}

static void wait_here(void)
{
    int result = weft_barrier_wait(&page->barrier);
    if (result == WEFT_BARRIER_SERIAL) {
        __atomic_fetch_add(&page->serials, 1, __ATOMIC_RELAXED);
    } else {
        CHECK_EQ(result, 0);
    }
}

static void *take_part(void *arg)
{
    long me = (long)arg;
    uint64_t state = page->seed[me];
    for (int64_t round = 1; round <= page->rounds; round++) {
        dawdle(random_next(&state));
        page->place[me] = round;
        wait_here();
        for (int i = 0; i < PARTIES; i++) {
            CHECK_EQ(page->place[i], round);
        }
        wait_here(); // before anybody writes again
    }
    return NULL;
}

static void *come_and_go(void *arg)
{
    uint64_t state = page->seed[(long)arg];
    // An even number of visits among all, so that nobody is left over.
    while (__atomic_fetch_add(&page->visits, 1, __ATOMIC_RELAXED) <
           PAIR * page->rounds) {
        if (random_below(&state, 4) == 0) {
            dawdle(random_next(&state));
        }
        wait_here();
    }
    return NULL;
}

static void with_threads(int count, void *(*run)(void *))
{
    weft_thread thread[CROWD];
    for (long i = 0; i < count; i++) {
        CHECK_EQ(weft_create(&thread[i], NULL, run, (void *)i), 0);
    }
    for (int i = 0; i < count; i++) {
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
    long memory = sys(__NR_mmap, 0, sizeof *page, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    page = (struct page *)memory;
    int64_t rounds = page->rounds = arg_number(argc, argv, 2, 1000);
    uint64_t state = random_start(argc, argv, 3);
    for (int i = 0; i < CROWD; i++) {
        page->seed[i] = random_next(&state);
    }
    if (is_case(argc, argv, "threads")) {
        CHECK_EQ(weft_barrier_init(&page->barrier, PARTIES, 0), 0);
        with_threads(PARTIES, take_part);
        CHECK_EQ(page->serials, 2 * rounds);
    } else if (is_case(argc, argv, "processes")) {
        CHECK_EQ(weft_barrier_init(&page->barrier, PARTIES, WEFT_SHARED), 0);
        with_processes();
        CHECK_EQ(page->serials, 2 * rounds);
    } else {
        CHECK(is_case(argc, argv, "crowd"));
        CHECK_EQ(weft_barrier_init(&page->barrier, PAIR, 0), 0);
        with_threads(CROWD, come_and_go);
        CHECK_EQ(page->serials, rounds);
    }
    CHECK_EQ(weft_barrier_destroy(&page->barrier), 0);
    return 0;
}
