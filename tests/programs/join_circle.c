// SPDX-License-Identifier: MIT
// join_circle.c - threads that would wait for each other for ever do not.
//
//     join_circle LENGTH with-main|without-main
//     join_circle storm ROUNDS [SEED]
//
// Each thread of a ring joins the next one. The one that would close the ring
// gets WEFT_EDEADLK, ends, and so lets the others come back with 0. In the storm
// all begin at the same time: exactly one of them must close the ring, whoever
// it is. Where the links are not checked and made in one step, two threads can
// both believe that they are not the last, and the program hangs.
#include "support.h"

enum { MAX_RING = 5 };

static weft_thread ring[MAX_RING];
static int tids[MAX_RING];
static int length;
static int go;
static int to_come;
static int done[2]; // a pipe
static int refused;

static void join_next(int index)
{
    int error = weft_join(ring[(index + 1) % length], NULL);
    if (error == WEFT_EDEADLK) {
        __atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
        return;
    }
    CHECK_EQ(error, 0);
}

static void *link_up(void *arg)
{
    int index = (int)(long)arg;
    until_equal(&go, index + 1); // one after the other
    set_word(&tids[index], weft_tid(ring[index]));
    join_next(index);
    return arg;
}

// As close together as can be: who comes last lets all go.
static void *link_up_at_once(void *arg)
{
    __atomic_fetch_sub(&to_come, 1, __ATOMIC_RELEASE);
    for (int i = 0; __atomic_load_n(&to_come, __ATOMIC_ACQUIRE) > 0; i++) {
        if (i > 20000) {
            weft_yield(); // there are more threads than processors
        }
    }
    join_next((int)(long)arg);
    CHECK_EQ(sys(__NR_write, done[1], "", 1), 1);
    return arg;
}

// Ring members from `first` on are made; before it stands main, if at all.
static void make_ring(int first, void *(*start)(void *))
{
    for (int i = first; i < length; i++) {
        CHECK_EQ(weft_create(&ring[i], NULL, start, (void *)(long)i), 0);
    }
}

// All but the first of the ring go to sleep, each for its next one.
static void until_all_but_one_sleep(int first)
{
    for (int i = length - 1; i > first; i--) {
        set_word(&go, i + 1);
        while (__atomic_load_n(&tids[i], __ATOMIC_ACQUIRE) == 0) {
            weft_yield();
        }
        until_asleep(tids[i]);
    }
}

static void close_with_main(void)
{
    ring[0] = weft_self();
    make_ring(1, link_up);
    until_all_but_one_sleep(0);
    CHECK_EQ(weft_join(ring[1], NULL), WEFT_EDEADLK);
    CHECK_EQ(weft_join_for(ring[1], NULL, 1000000), WEFT_EDEADLK);
    CHECK_EQ(weft_join_for(ring[1], NULL, 0), WEFT_EDEADLK);
    weft_exit(NULL); // now the others can go on; the last one ends the process
}

static void close_without_main(void)
{
    make_ring(0, link_up);
    until_all_but_one_sleep(0);
    set_word(&go, 1); // the first one closes it, and ends
    while (weft_tid(ring[0]) != 0) {
        weft_yield();
    }
    CHECK_EQ(__atomic_load_n(&refused, __ATOMIC_RELAXED), 1);
    CHECK_EQ(weft_join(ring[1], NULL), 0); // ring[0] was refused it
}

static void storm(int64_t rounds, uint64_t state)
{
    CHECK_EQ(sys(__NR_pipe2, done, 0), 0);
    for (int64_t i = 0; i < rounds; i++) {
        length = random_below(&state, 4) ? 2 : 3 + (int)random_below(&state, 3);
        refused = 0;
        set_word(&to_come, length);
        make_ring(0, link_up_at_once);
        for (int j = 0; j < length; j++) { // asleep: the processors are theirs
            char byte;
            CHECK_EQ(sys(__NR_read, done[0], &byte, 1), 1);
        }
        // Only the one behind who was refused is left for us.
        int unjoined = 0;
        for (int j = 0; j < length; j++) {
            unjoined += weft_join(ring[j], NULL) == 0;
        }
        CHECK_EQ(refused, 1);
        CHECK_EQ(unjoined, 1);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "storm")) {
        int64_t rounds = arg_number(argc, argv, 2, 10);
        storm(rounds, random_start(argc, argv, 3));
        return 0;
    }
    length = (int)arg_number(argc, argv, 1, 2);
    CHECK(length >= 2 && length <= MAX_RING && argc > 2);
    if (same_text(argv[2], "with-main")) {
        close_with_main();
    } else {
        close_without_main();
    }
    return 0;
}
