// SPDX-License-Identifier: MIT
// hello_threads.c - four threads say hello, in order.
//
// Proves that threads can be created and joined, by any thread: each one joins
// the one before it and then speaks. Without a join that waits for the end of
// the other thread's work, the lines come in any order. It is also the program
// whose size is measured (check_archive.c), so it makes do with little.
#include "support.h"

enum { THREADS = 4 };

struct speaker {
    weft_thread before; // 0: the first
    const char *text;
};

static void *speak(void *arg)
{
    const struct speaker *me = arg;
    if (me->before != 0 && weft_join(me->before, NULL) != 0) {
        quit(1);
    }
    print(1, me->text);
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    struct speaker speakers[THREADS] = {
        {0, "hello from thread 1\n"},
        {0, "hello from thread 2\n"},
        {0, "hello from thread 3\n"},
        {0, "hello from thread 4\n"},
    };
    weft_thread last = 0;
    (void)argc;
    (void)argv;
    (void)envp;
    for (int i = 0; i < THREADS; i++) {
        speakers[i].before = last;
        if (weft_create(&last, NULL, speak, &speakers[i]) != 0) {
            return 1;
        }
    }
    return weft_join(last, NULL);
}
