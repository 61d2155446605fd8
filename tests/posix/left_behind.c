// SPDX-License-Identifier: MIT
// left_behind.c - what the libc has allocated for a thread is free after its end.
// posix: glibc
#include <malloc.h>
#include <pthread.h>
#include "standard.h"

enum { LIVES = 500, FIRST = 50 };

static void *work(void *arg)
{
    volatile char c = *strerror(12345); // a text that is made for this thread
    (void)c;
    return arg;
}

int main(void)
{
    size_t before = 0;
    for (int i = 0; i < LIVES; i++) {
        pthread_t thread;
        if (i == FIRST) {
            before = mallinfo2().uordblks;
        }
        CHECK_EQ(pthread_create(&thread, NULL, work, NULL), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
    }
    CHECK(STOCK || mallinfo2().uordblks - before < LIVES);
    return 0;
}
