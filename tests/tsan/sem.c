// SPDX-License-Identifier: MIT
// sem.c - the semaphore under ThreadSanitizer.
//
// Half of the threads put things into a box and post, the other half wait and
// take them; and each hands over semaphores that the taker frees.
#include "host.h"

enum { PAIRS = 2, ROUNDS = 2000 };

static struct box {
    weft_sem full, empty;
    struct once_only {
        weft_sem posted;
        int value;
    } * item;
} boxes[PAIRS];

static void wait(weft_sem *s)
{
    int error;
    do {
        switch (lot(3)) {
        case 0:
            error = weft_sem_trywait(s);
            break;
        case 1:
            error = weft_sem_wait_for(s, lot(50000));
            break;
        default:
            error = weft_sem_wait(s);
            break;
        }
    } while (error != 0);
}

static void give(struct box *box)
{
    for (int i = 0; i < ROUNDS; i++) {
        wait(&box->empty);
        struct once_only *item = calloc(1, sizeof *item);
        MUST(item != NULL);
        box->item = item;
        MUST(weft_sem_post(&box->full) == 0);
        sometimes_yield(4);
        item->value = i;
        MUST(weft_sem_post(&item->posted) == 0);
    }
}

static void take(struct box *box)
{
    for (int i = 0; i < ROUNDS; i++) {
        wait(&box->full);
        struct once_only *item = box->item;
        MUST(weft_sem_post(&box->empty) == 0);
        wait(&item->posted);
        MUST(item->value == i);
        free(item);
        sometimes_yield(4);
    }
}

static void run(int me)
{
    if (me < PAIRS) {
        give(&boxes[me]);
    } else {
        take(&boxes[me - PAIRS]);
    }
}

int main(void)
{
    for (int i = 0; i < PAIRS; i++) {
        MUST(weft_sem_init(&boxes[i].empty, 1, 0) == 0);
    }
    together(2 * PAIRS, run);
    return 0;
}
