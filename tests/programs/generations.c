// SPDX-License-Identifier: MIT
// generations.c - handles of one record are told apart for ever.
//
//     generations ROUNDS [SEED]
//
// Thousands of threads come and go on a handful of records. Every handle is new,
// and at random moments old ones are used: none of them is ever taken for the
// thread that lives in its record now. Handles without a generation, or with one
// of a few bits, fail here.
#include "support.h"

enum { REMEMBERED = 4096, TRIES = 8 };

static weft_thread old[REMEMBERED];

static void *nothing(void *arg)
{
    return arg;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 1, 100);
    uint64_t state = random_start(argc, argv, 2);
    for (int64_t i = 0; i < rounds; i++) {
        weft_thread thread;
        void *value;
        int64_t number = i;
        CHECK_EQ(weft_create(&thread, NULL, nothing, &number), 0);
        CHECK(thread != 0 && thread != weft_self());
        for (int j = 0; j < TRIES; j++) {
            weft_thread stale = old[random_below(&state, REMEMBERED)];
            CHECK(stale != thread);
            CHECK_EQ(weft_tid(stale), 0);
            CHECK_EQ(weft_kill(stale, 0), WEFT_ESRCH);
            CHECK_EQ(weft_tryjoin(stale, NULL), WEFT_ESRCH);
            CHECK_EQ(weft_detach(stale), WEFT_ESRCH);
        }
        CHECK_EQ(weft_join(thread, &value), 0);
        CHECK_EQ(value, &number);
        old[i % REMEMBERED] = thread;
    }
    return 0;
}
