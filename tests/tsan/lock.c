// SPDX-License-Identifier: MIT
// lock.c - the lock inside the library, under ThreadSanitizer.
#include "host.h"
#include "lock.h"

enum { THREADS = 3, ROUNDS = 3000 };

static struct weft__lock lock;
static int count;

static void run(int me)
{
    (void)me;
    for (int i = 0; i < ROUNDS; i++) {
        weft__lock_acquire(&lock);
        count++;
        sometimes_yield(10);
        weft__lock_release(&lock);
    }
}

int main(void)
{
    together(THREADS, run);
    MUST(count == THREADS * ROUNDS);
    return 0;
}
