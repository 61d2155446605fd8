// SPDX-License-Identifier: MIT
// barrier_errors.c - every error of a barrier, and a barrier of one.
//
// A count of 0 would never be reached; a barrier that is ended under threads that
// wait would leave them waiting.
#include "support.h"

static weft_barrier barrier;

static void *wait_here(void *arg)
{
    CHECK_EQ(weft_barrier_wait(&barrier), 0);
    return arg;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    CHECK_EQ(weft_barrier_wait(&barrier), WEFT_EINVAL); // all-zero
    CHECK_EQ(weft_barrier_init(&barrier, 0, 0), WEFT_EINVAL);
    CHECK_EQ(weft_barrier_init(&barrier, 1, WEFT_ROBUST), WEFT_EINVAL);
    CHECK_EQ(weft_barrier_init(&barrier, 1, 0x80000000u), WEFT_EINVAL);
    for (uint32_t flags = 0; flags <= WEFT_SHARED; flags++) {
        CHECK_EQ(weft_barrier_init(&barrier, 1, flags), 0);
        CHECK_EQ(weft_barrier_wait(&barrier), WEFT_BARRIER_SERIAL);
        CHECK_EQ(weft_barrier_wait(&barrier), WEFT_BARRIER_SERIAL);
        CHECK_EQ(weft_barrier_destroy(&barrier), 0);
        CHECK_EQ(weft_barrier_wait(&barrier), WEFT_EINVAL);

        weft_thread thread;
        CHECK_EQ(weft_barrier_init(&barrier, 2, flags), 0);
        CHECK_EQ(weft_create(&thread, NULL, wait_here, NULL), 0);
        until_asleep(weft_tid(thread));
        CHECK_EQ(weft_barrier_destroy(&barrier), WEFT_EBUSY);
        CHECK_EQ(weft_barrier_wait(&barrier), WEFT_BARRIER_SERIAL);
        CHECK_EQ(weft_barrier_destroy(&barrier), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
    return 0;
}
