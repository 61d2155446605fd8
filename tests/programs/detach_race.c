// SPDX-License-Identifier: MIT
// detach_race.c - who frees a thread that is detached while it ends.
//
//     detach_race ROUNDS [SEED]
//
// Threads that end after a random moment are detached by themselves, by main, by
// a third thread, or joined by one and detached by another at the same time.
// Exactly one of all who try must free each thread. Were it nobody, mappings
// would pile up; were it two, the cache would hand out one stack twice, and two
// threads would find each other's numbers on it.
#include "support.h"

enum { AT_ONCE = 8, CACHE = 64 };

enum who { ITSELF, MAIN, A_THIRD, JOIN_AND_DETACH, WHO_COUNT };

struct round {
    weft_thread thread;
    enum who who;
    uint64_t delay[2]; // of the thread, and of who detaches it
};

static int unfinished;

static void spin(uint64_t turns)
{
    while (turns-- > 0) {
        __asm__ volatile("");
    }
}

static void *end_soon(void *arg)
{
    const struct round round = *(struct round *)arg;
    volatile uint64_t mine[64]; // what a second user of this stack would change
    for (int i = 0; i < 64; i++) {
        mine[i] = round.delay[0] + (uint64_t)i;
    }
    spin(round.delay[0]);
    if (round.who == ITSELF) {
        CHECK_EQ(weft_detach(weft_self()), 0);
    }
    for (int i = 0; i < 64; i++) {
        CHECK_EQ(mine[i], round.delay[0] + (uint64_t)i);
    }
    __atomic_fetch_sub(&unfinished, 1, __ATOMIC_RELEASE);
    return (void *)round.delay[0];
}

static void *detach_it(void *arg)
{
    const struct round round = *(struct round *)arg;
    spin(round.delay[1]);
    int error = weft_detach(round.thread);
    if (round.who == JOIN_AND_DETACH) {
        CHECK(error == 0 || error == WEFT_EINVAL || error == WEFT_ESRCH);
    } else {
        CHECK_EQ(error, 0);
    }
    return (void *)(long)error;
}

static void join_against(struct round *round)
{
    weft_thread rival;
    void *value = NULL;
    void *rivals_error;
    CHECK_EQ(weft_create(&rival, NULL, detach_it, round), 0);
    int error = weft_join(round->thread, &value);
    CHECK_EQ(weft_join(rival, &rivals_error), 0);
    // One of the two has it.
    CHECK((error == 0) != (rivals_error == NULL));
    if (error == 0) {
        CHECK_EQ(value, round->delay[0]);
    } else {
        CHECK(error == WEFT_EINVAL || error == WEFT_ESRCH);
    }
}

static void play(struct round *round, uint64_t *state)
{
    weft_thread third;
    round->who = (enum who)random_below(state, WHO_COUNT);
    round->delay[0] = random_below(state, 4000);
    round->delay[1] = random_below(state, 4000);
    CHECK_EQ(weft_create(&round->thread, NULL, end_soon, round), 0);
    if (round->who == MAIN) {
        detach_it(round);
    } else if (round->who == A_THIRD) {
        CHECK_EQ(weft_create(&third, NULL, detach_it, round), 0);
        CHECK_EQ(weft_join(third, NULL), 0);
    } else if (round->who == JOIN_AND_DETACH) {
        join_against(round);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 1, 100);
    uint64_t state = random_start(argc, argv, 2);
    static struct round games[AT_ONCE];
    long maps = maps_count();
    for (int64_t i = 0; i < rounds; i += AT_ONCE) {
        set_word(&unfinished, AT_ONCE);
        for (int j = 0; j < AT_ONCE; j++) {
            play(&games[j], &state);
        }
        until_equal(&unfinished, 0); // the games are theirs until then
    }
    // Two mappings for each block that the cache may keep, and a few tables.
    CHECK(maps_count() <= maps + 2 * CACHE + 8);
    return 0;
}
