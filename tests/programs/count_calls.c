// SPDX-License-Identifier: MIT
// count_calls.c - creates threads, or wakes waiters, between two marks, for
// somebody who counts the system calls made in between (check_cost.c).
//
//     count_calls joined|detached|caller ROUNDS
//     count_calls broadcast WAITERS      by the holder of the mutex
//     count_calls broadcast_free WAITERS  while nobody holds it
//
// The marks are calls of getppid, which nothing else here makes. Before the
// first one a few threads come and go, so that what is counted is the steady
// state: with blocks in the cache and records made.
#include "support.h"

enum { WARM_UP = 4 };

WEFT_STACK(region, 16384);

static int ended; // detached threads that have done their work

static void *work(void *arg)
{
    return arg;
}

static void *work_and_tell(void *arg)
{
    __atomic_fetch_add(&ended, 1, __ATOMIC_RELEASE);
    return arg;
}

static void create_and_join(const weft_attr *attr, int64_t rounds)
{
    for (int64_t i = 0; i < rounds; i++) {
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, attr, work, NULL), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
}

// Waits without a system call until the kernel has let go of each thread.
static void create_detached(int64_t rounds)
{
    const weft_attr attr = {.flags = WEFT_DETACHED};
    for (int64_t i = 0; i < rounds; i++) {
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, &attr, work_and_tell, NULL), 0);
        while (weft_tid(thread) != 0) {
        }
    }
}

// ---- one broadcast to many waiters, all of them asleep ----

enum { WAITERS_MAX = 64 };

static weft_mutex mutex;
static weft_cond cond;
static int go; // guarded by mutex

static void *wait_for_go(void *arg)
{
    weft_mutex_lock(&mutex);
    while (!go) {
        weft_cond_wait(&cond, &mutex);
    }
    weft_mutex_unlock(&mutex);
    return arg;
}

// The marks are around the broadcast alone.
static void broadcast(int64_t count, int held)
{
    weft_thread waiters[WAITERS_MAX];
    CHECK(count <= WAITERS_MAX);
    for (int64_t i = 0; i < count; i++) {
        CHECK_EQ(weft_create(&waiters[i], NULL, wait_for_go, NULL), 0);
        until_asleep(weft_tid(waiters[i])); // no sleep but on cond is possible
    }
    weft_mutex_lock(&mutex);
    go = 1;
    if (!held) {
        weft_mutex_unlock(&mutex);
    }
    sys(__NR_getppid);
    weft_cond_broadcast(&cond);
    sys(__NR_getppid);
    if (held) {
        weft_mutex_unlock(&mutex);
    }
    for (int64_t i = 0; i < count; i++) {
        CHECK_EQ(weft_join(waiters[i], NULL), 0);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr own = {.stack = region, .stack_size = sizeof region};
    int64_t rounds = arg_number(argc, argv, 2, 100);
    (void)envp;
    int held = is_case(argc, argv, "broadcast");
    if (held || is_case(argc, argv, "broadcast_free")) {
        broadcast(rounds, held);
        return 0;
    }
    if (is_case(argc, argv, "joined")) {
        create_and_join(NULL, WARM_UP);
        sys(__NR_getppid);
        create_and_join(NULL, rounds);
    } else if (is_case(argc, argv, "detached")) {
        create_detached(WARM_UP);
        sys(__NR_getppid);
        create_detached(rounds);
        CHECK_EQ(ended, rounds + WARM_UP);
    } else if (is_case(argc, argv, "caller")) {
        sys(__NR_getppid); // no warm-up: the very first one maps nothing
        create_and_join(&own, rounds);
    } else {
        CHECK(!"joined, detached, caller or broadcast");
    }
    sys(__NR_getppid);
    return 0;
}
