// SPDX-License-Identifier: MIT
// rwlock.c - the reader-writer lock under ThreadSanitizer.
#include "host.h"

enum { THREADS = 4, ROUNDS = 3000 };

static weft_rwlock lock;
static int count;

static int lock_somehow(int writes)
{
    switch (lot(4)) {
    case 0:
        return writes ? weft_rwlock_trywrlock(&lock)
                      : weft_rwlock_tryrdlock(&lock);
    case 1:
        return writes ? weft_rwlock_wrlock_for(&lock, lot(50000))
                      : weft_rwlock_rdlock_for(&lock, lot(50000));
    default:
        return writes ? weft_rwlock_wrlock(&lock) : weft_rwlock_rdlock(&lock);
    }
}

static void run(int me)
{
    int seen = 0;
    (void)me;
    for (int i = 0; i < ROUNDS; i++) {
        int writes = lot(3) == 0;
        if (lock_somehow(writes) == 0) {
            if (writes) {
                count++;
            } else {
                MUST(count >= seen);
            }
            seen = count;
            sometimes_yield(10);
            MUST(weft_rwlock_unlock(&lock) == 0);
        }
        sometimes_yield(10);
    }
}

int main(void)
{
    together(THREADS, run);
    return 0;
}
