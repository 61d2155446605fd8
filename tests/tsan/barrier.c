// SPDX-License-Identifier: MIT
// barrier.c - the barrier under ThreadSanitizer, between threads and as it is
// between processes: what came before it is seen by all behind it.
#include "host.h"

enum { THREADS = 3, ROUNDS = 600 };

static weft_barrier *barrier;
static int values[THREADS][16];
static uint32_t flags;

static void run(int me)
{
    for (int i = 0; i < ROUNDS; i++) {
        values[me][0] = i;
        sometimes_yield(3);
        weft_barrier_wait(barrier);
        for (int j = 0; j < THREADS; j++) {
            MUST(values[j][0] == i);
        }
        weft_barrier_wait(barrier);
    }
    // Whoever gets it ends it; a shared one waits for those on their way out.
    if (weft_barrier_wait(barrier) == WEFT_BARRIER_SERIAL) {
        MUST(weft_barrier_destroy(barrier) == 0);
        free(barrier);
    }
}

int main(void)
{
    for (flags = 0; flags <= WEFT_SHARED; flags++) {
        for (int i = 0; i < 5; i++) {
            barrier = malloc(sizeof *barrier);
            MUST(barrier != NULL);
            MUST(weft_barrier_init(barrier, THREADS, flags) == 0);
            together(THREADS, run);
        }
    }
    return 0;
}
