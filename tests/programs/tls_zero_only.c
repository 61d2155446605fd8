// SPDX-License-Identifier: MIT
// tls_zero_only.c - thread-local variables that all begin as zero: .tbss without
// .tdata. One of them is large, which makes no thread's stack smaller.
#include "support.h"

enum { LARGE = 200 * 1024, STACK = 64 * 1024, USED = 56 * 1024 };

static _Thread_local char one;
static _Thread_local unsigned char large[LARGE];

__attribute__((noinline)) static void use_stack(void)
{
    volatile unsigned char room[USED];
    for (int i = 0; i < USED; i += 512) {
        room[i] = 1;
        CHECK_EQ(room[i], 1);
    }
}

static void *use(void *unused)
{
    CHECK_EQ(one, 0);
    for (int i = 0; i < LARGE; i++) {
        CHECK_EQ(large[i], 0);
        large[i] = 0xff;
    }
    one = 1;
    use_stack();
    for (int i = 0; i < LARGE; i++) {
        CHECK_EQ(large[i], 0xff);
    }
    return unused;
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr attr = {.stack_size = STACK};
    weft_thread t;
    (void)argc;
    (void)argv;
    (void)envp;
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(weft_create(&t, &attr, use, NULL), 0);
        CHECK_EQ(weft_join(t, NULL), 0);
    }
    use(NULL);
    return 0;
}
