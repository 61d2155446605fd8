// SPDX-License-Identifier: MIT
// spin.c - the spin lock under ThreadSanitizer.
#include "host.h"

enum { THREADS = 3, ROUNDS = 3000 };

static weft_spin lock;
static int count;

static void run(int me)
{
    (void)me;
    for (int i = 0; i < ROUNDS; i++) {
        if (lot(4) == 0) {
            while (weft_spin_trylock(&lock) != 0) {
                weft_yield();
            }
        } else {
            weft_spin_lock(&lock);
        }
        count++;
        sometimes_yield(20);
        weft_spin_unlock(&lock);
        sometimes_yield(20);
    }
}

int main(void)
{
    together(THREADS, run);
    MUST(count == THREADS * ROUNDS);
    return 0;
}
