// SPDX-License-Identifier: MIT
// mutex_greedy.c - an owner that wants the lock again and again does not keep it.
//
//     mutex_greedy free|one_cpu
//
// The owner unlocks and locks again without pause, so whoever was woken comes too
// late each time. To count such turns rather than time, the owner goes on holding
// the lock until the waiters sleep again. A lock that is simply for whoever comes
// first never goes to a waiter on one processor: the waiters are of the kind that
// the kernel does not let in at once when it wakes them (SCHED_BATCH).
#include "support.h"

// Many more than a waiter needs, many less than for ever.
enum { WAITERS = 3, TURNS_MAX = 60, BATCH = 3 };

static weft_mutex lock;
static int got; // waiters that have had it

static void *wait_for_it(void *arg)
{
    CHECK_EQ(weft_set_sched(weft_self(), BATCH, 0), 0);
    weft_mutex_lock(&lock);
    __atomic_add_fetch(&got, 1, __ATOMIC_RELEASE);
    weft_mutex_unlock(&lock);
    return arg;
}

static void stay_on_this_cpu(void)
{
    uint64_t mask[16] = {0};
    uint64_t one[16] = {0};
    CHECK_EQ(weft_get_affinity(weft_self(), mask, sizeof mask), 0);
    for (int i = 0, found = 0; i < 16 && !found; i++) {
        one[i] = mask[i] & -mask[i];
        found = one[i] != 0;
    }
    CHECK_EQ(weft_set_affinity(weft_self(), one, sizeof one), 0);
}

// Ended, or asleep.
static void until_settled(weft_thread t)
{
    for (;;) {
        int tid = weft_tid(t);
        char state = tid != 0 ? thread_state(tid) : 'S';
        if (state == 'S' || state == '\0') {
            return;
        }
        weft_yield();
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread waiter[WAITERS];
    int turns = 0;
    (void)envp;
    if (is_case(argc, argv, "one_cpu")) {
        stay_on_this_cpu();
    } else {
        CHECK(is_case(argc, argv, "free"));
    }
    weft_mutex_lock(&lock);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_create(&waiter[i], NULL, wait_for_it, NULL), 0);
    }
    while (__atomic_load_n(&got, __ATOMIC_ACQUIRE) < WAITERS) {
        for (int i = 0; i < WAITERS; i++) {
            until_settled(waiter[i]);
        }
        weft_mutex_unlock(&lock);
        weft_mutex_lock(&lock);
        CHECK(++turns < TURNS_MAX);
    }
    weft_mutex_unlock(&lock);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(weft_join(waiter[i], NULL), 0);
    }
    print_value(2, "turns of the greedy one:", turns);
    return 0;
}
