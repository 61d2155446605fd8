// SPDX-License-Identifier: MIT
// count_calls.c - creates threads between two marks, for somebody who counts the
// system calls made in between (check_cost.c).
//
//     count_calls joined|detached|caller ROUNDS
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

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr own = {.stack = region, .stack_size = sizeof region};
    int64_t rounds = arg_number(argc, argv, 2, 100);
    (void)envp;
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
        CHECK(!"joined, detached or caller");
    }
    sys(__NR_getppid);
    return 0;
}
