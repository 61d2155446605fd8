// SPDX-License-Identifier: MIT
// cond_free.c - after a broadcast to all that wait, the condition may be freed.
//
//     cond_free broadcast|deadlines|cancels ROUNDS [SEED]
//
// All wait on a condition in a page of its own; one thread broadcasts and makes
// the page inaccessible at once, before anybody has come back. With deadlines
// and cancellations, some waiters give up at that very moment and have to leave
// the list of waiters, which lies in that page: a broadcast that does not wait for
// them lets them fault. Whoever gave up before has left already, or the broadcast
// sees it.
#include "support.h"
#include <linux/mman.h>

enum { WAITERS = 4 };

static weft_cond *changed; // in a page of its own
static size_t page;
static weft_mutex lock;
static int waiting, over; // guarded by lock
static int cancels, deadlines;
static int64_t deadline; // of all waiters of a round

static void unlock(void *unused)
{
    (void)unused;
    weft_mutex_unlock(&lock);
}

static void *wait(void *arg)
{
    weft_mutex_lock(&lock);
    waiting++;
    weft_cleanup_push(unlock, NULL);
    // Nobody looks at the condition again who was in time to see it.
    while (!over) {
        if (!deadlines) {
            CHECK_EQ(weft_cond_wait(changed, &lock), 0);
        } else if (weft_cond_wait_until(changed, &lock, deadline) != 0) {
            break;
        }
    }
    weft_cleanup_pop(1);
    return arg;
}

static void until_all_wait(int count)
{
    weft_mutex_lock(&lock);
    while (waiting < count) {
        weft_mutex_unlock(&lock);
        weft_yield();
        weft_mutex_lock(&lock);
    }
}

// Until some of them are just giving up: there is no saying when that is, so it
// takes a random time, with or without letting others run.
static void until_some_give_up(uint64_t *lots)
{
    int yields = (int)random_below(lots, 2);
    int64_t moment =
        (cancels ? weft_now() : deadline) + (int64_t)random_below(lots, 100000);
    if (cancels || deadlines) {
        while (weft_now() < moment) {
            if (yields) {
                weft_yield();
            }
        }
    }
}

static void one_round(uint64_t *lots)
{
    weft_thread thread[WAITERS];
    CHECK_EQ(sys(__NR_mprotect, changed, page, PROT_READ | PROT_WRITE), 0);
    CHECK_EQ(weft_cond_init(changed, 0), 0);
    waiting = over = 0;
    deadline = weft_now() + 200000;
    int count = 1 + (int)random_below(lots, WAITERS);
    for (int i = 0; i < count; i++) {
        CHECK_EQ(weft_create(&thread[i], NULL, wait, NULL), 0);
    }
    until_all_wait(count); // and holds the mutex: they are all in the list
    for (int i = 0; cancels && i < count; i++) {
        CHECK_EQ(weft_cancel(thread[i]), 0);
    }
    until_some_give_up(lots);
    over = 1;
    weft_cond_broadcast(changed);
    CHECK_EQ(sys(__NR_mprotect, changed, page, PROT_NONE), 0);
    weft_mutex_unlock(&lock);
    for (int i = 0; i < count; i++) {
        CHECK_EQ(weft_join(thread[i], NULL), 0);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    cancels = is_case(argc, argv, "cancels");
    deadlines = is_case(argc, argv, "deadlines");
    CHECK(cancels || deadlines || is_case(argc, argv, "broadcast"));
    int64_t rounds = arg_number(argc, argv, 2, 1000);
    uint64_t lots = random_start(argc, argv, 3);
    page = page_size();
    long memory =
        sys(__NR_mmap, 0, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    changed = (weft_cond *)memory;
    for (int64_t i = 0; i < rounds; i++) {
        one_round(&lots);
    }
    return 0;
}
