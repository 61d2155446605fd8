// SPDX-License-Identifier: MIT
// hello_threads.c - four threads say hello, in order.
//
// Proves that threads can be created and joined, by any thread: each one joins
// the one before it and then speaks. Without a join that waits for the end of
// the other thread's work, the lines come in any order.
#include "support.h"

enum { THREADS = 4 };

struct speaker {
    weft_thread before; // 0: the first
    int number;
};

static void *speak(void *arg)
{
    const struct speaker *me = arg;
    if (me->before != 0) {
        CHECK_EQ(weft_join(me->before, NULL), 0);
    }
    print_value(1, "hello from thread", me->number);
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    struct speaker speakers[THREADS];
    weft_thread last = 0;
    (void)argc;
    (void)argv;
    (void)envp;
    for (int i = 0; i < THREADS; i++) {
        speakers[i] = (struct speaker){.before = last, .number = i + 1};
        CHECK_EQ(weft_create(&last, NULL, speak, &speakers[i]), 0);
    }
    CHECK_EQ(weft_join(last, NULL), 0);
    return 0;
}
