// SPDX-License-Identifier: MIT
// once.c - once under ThreadSanitizer: what it did is seen by all who return.
#include "host.h"

enum { THREADS = 3, FLAGS = 1000 };

static weft_once_flag flags[FLAGS];
static int values[FLAGS];
static _Thread_local int current;

static void set(void)
{
    sometimes_yield(2);
    values[current]++;
}

static void run(int me)
{
    (void)me;
    for (current = 0; current < FLAGS; current++) {
        MUST(weft_once(&flags[current], set) == 0);
        MUST(values[current] == 1);
        sometimes_yield(8);
    }
}

int main(void)
{
    together(THREADS, run);
    return 0;
}
