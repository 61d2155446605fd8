// SPDX-License-Identifier: MIT
// join_frees_stack.c - after a join the thread's stack is really the caller's.
//
//     join_frees_stack join|timed|tryjoin|tid ROUNDS [SEED]
//
// Each round gives a thread a region, waits for its end, and unmaps the region
// at once. Were the thread still on its way out of it, or did the kernel still
// have something to store there, the process would die of SIGSEGV. Now and then
// the thread works a little, so that sometimes it ends first and sometimes the
// one who waits comes first; a wake that gets lost shows as a hang.
#include "support_memory.h"

enum { SIZE = 64 * 1024 };

static void *work(void *arg)
{
    for (uint64_t left = *(const uint64_t *)arg; left > 0; left--) {
        __asm__ volatile("");
    }
    return arg;
}

static void wait_for(const char *how, weft_thread thread, void **value)
{
    int error = WEFT_EBUSY;
    if (same_text(how, "join")) {
        error = weft_join(thread, value);
    } else if (same_text(how, "timed")) {
        // Most of these deadlines pass while the thread is running or ending.
        while ((error = weft_join_for(thread, value, 2000)) == WEFT_ETIMEDOUT) {
        }
    } else if (same_text(how, "tryjoin")) {
        while ((error = weft_tryjoin(thread, value)) == WEFT_EBUSY) {
            weft_yield();
        }
    } else if (same_text(how, "tid")) {
        while (weft_tid(thread) != 0) {
            weft_yield();
        }
        error = weft_join(thread, value);
    }
    CHECK_EQ(error, 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK(argc > 2);
    int64_t rounds = arg_number(argc, argv, 2, 100);
    uint64_t state = random_start(argc, argv, 3);
    long maps = maps_count();
    for (int64_t i = 0; i < rounds; i++) {
        uint64_t length = random_below(&state, 8) == 0 ? 20000 : 0;
        length = random_below(&state, length + 100);
        const weft_attr attr = {.stack = map_region(SIZE), .stack_size = SIZE};
        weft_thread thread;
        void *value;
        CHECK_EQ(weft_create(&thread, &attr, work, &length), 0);
        wait_for(argv[1], thread, &value);
        CHECK_EQ(value, &length);
        unmap_region(attr.stack, SIZE);
    }
    CHECK(maps_count() <= maps);
    return 0;
}
