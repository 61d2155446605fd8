// SPDX-License-Identifier: MIT
// stack_small.c - the smallest stacks have room for a signal.
//
// A thread on the smallest regions that are accepted takes a signal, whose frame
// holds all the processor's registers and may be larger than a careless minimum:
// then it is written below the region, over what lies there. Here canaries do.
#include "support_memory.h"

enum { BELOW = 65536, LARGEST = 65536, HANDLER_USES = 1024 };

static int handled;

static void handle(int sig, siginfo_t *info, void *context)
{
    volatile unsigned char frame[HANDLER_USES];
    (void)info;
    (void)context;
    for (size_t i = 0; i < sizeof frame; i++) {
        frame[i] = (unsigned char)sig;
    }
    handled++;
}

static void *raise_signal(void *arg)
{
    CHECK_EQ(sys(__NR_tkill, sys(__NR_gettid), SIGUSR1), 0);
    return arg;
}

// Whether a region of that size was accepted; then it was enough.
static int try_size(unsigned char *memory, size_t size)
{
    const weft_attr attr = {.stack = memory + BELOW, .stack_size = size};
    weft_thread thread;
    for (size_t i = 0; i < BELOW; i++) {
        memory[i] = 0xa5;
    }
    handled = 0;
    int error = weft_create(&thread, &attr, raise_signal, NULL);
    if (error == WEFT_EINVAL) {
        return 0;
    }
    CHECK_EQ(error, 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    CHECK_EQ(handled, 1);
    for (size_t i = 0; i < BELOW; i++) {
        CHECK_EQ(memory[i], 0xa5);
    }
    return 1;
}

int weft_main(int argc, char **argv, char **envp)
{
    unsigned char *memory = map_region(BELOW + LARGEST);
    size_t frame = auxiliary(AT_MINSIGSTKSZ);
    size_t least =
        frame + 2048 > WEFT_STACK_MIN ? frame + 2048 : WEFT_STACK_MIN;
    size_t accepted = 0;
    (void)argc;
    (void)argv;
    (void)envp;
    on_signal(SIGUSR1, handle, 0);
    for (size_t size = 0; size < LARGEST; size += 61) {
        if (!try_size(memory, size)) {
            CHECK_EQ(accepted, 0); // a larger one is never refused
        } else if (accepted == 0) {
            accepted = size;
        }
    }
    CHECK(accepted >= least);
    CHECK(accepted <= least + weft_stack_overhead() + 61);
    return 0;
}
