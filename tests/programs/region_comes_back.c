// SPDX-License-Identifier: MIT
// region_comes_back.c - weft_tid tells when a detached thread's region is free.
//
//     region_comes_back unmap|reuse ROUNDS [SEED]
//
// A detached thread on the caller's memory ends at some time; when weft_tid says
// 0, the region is unmapped, or used for the next thread, at once. Were 0 said as
// soon as the thread has announced its end, the process would die on a stack that
// is not there, or two threads would share one. A rain of signals, which the
// others block, keeps the thread busy on its last steps. The plain counter shows that all
// the thread did is seen by then.
#include "support_memory.h"
#include "support_rain.h"

enum { SIZE = 32 * 1024 };

WEFT_STACK(region, SIZE);

static int64_t count; // plain on purpose

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
}

static void *work(void *arg)
{
    const uint64_t usr1 = signal_bit(SIGUSR1);
    CHECK_EQ(weft_sigmask(WEFT_SIG_UNBLOCK, &usr1, NULL), 0);
    for (uint64_t turns = *(uint64_t *)arg; turns > 0; turns--) {
        __asm__ volatile("");
    }
    count++;
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 2, 100);
    uint64_t state = random_start(argc, argv, 3);
    int unmap = is_case(argc, argv, "unmap");
    CHECK(unmap || is_case(argc, argv, "reuse"));
    struct rain rain = {.pause = 3000};
    const uint64_t usr1 = signal_bit(SIGUSR1);
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &usr1, NULL), 0);
    rain_begin(&rain, handle);
    for (int64_t i = 0; i < rounds; i++) {
        uint64_t turns = random_below(&state, 3000);
        const weft_attr attr = {
            .stack = unmap ? map_region(SIZE) : region,
            .stack_size = unmap ? SIZE : sizeof region,
            .flags = WEFT_DETACHED,
        };
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, &attr, work, &turns), 0);
        while (weft_tid(thread) != 0) {
            if (random_below(&state, 4) == 0) {
                weft_yield();
            }
        }
        CHECK_EQ(count, i + 1);
        if (unmap) {
            unmap_region(attr.stack, SIZE);
        } else {
            for (size_t j = 0; j < sizeof region; j++) {
                region[j] = (unsigned char)i;
            }
        }
        CHECK_EQ(weft_detach(thread), WEFT_ESRCH);
    }
    rain_end(&rain);
    return 0;
}
