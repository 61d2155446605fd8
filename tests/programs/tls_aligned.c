// SPDX-License-Identifier: MIT
// tls_aligned.c - thread-local variables of any alignment up to 16 KiB, with
// initial values and without, in main, in threads and in a caller's region.
#include "support.h"

#define VARIABLE(bytes)                                                        \
    static _Thread_local _Alignas(bytes) int value_##bytes = bytes;            \
    static _Thread_local _Alignas(bytes) int zero_##bytes;
#define CHECK_VARIABLE(bytes)                                                  \
    check(&value_##bytes, bytes, bytes);                                       \
    check(&zero_##bytes, bytes, 0);

VARIABLE(16)
VARIABLE(64)
VARIABLE(256)
VARIABLE(4096)
VARIABLE(16384)

static void check(int *variable, uintptr_t alignment, int value)
{
    __asm__("" : "+r"(variable)); // or the compiler believes it
    CHECK_EQ((uintptr_t)variable % alignment, 0);
    CHECK_EQ(*variable, value);
    *variable = -1;
}

static void *check_all(void *unused)
{
    CHECK_VARIABLE(16)
    CHECK_VARIABLE(64)
    CHECK_VARIABLE(256)
    CHECK_VARIABLE(4096)
    CHECK_VARIABLE(16384)
    return unused;
}

static unsigned char region[256 * 1024] __attribute__((aligned(16)));

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)argc;
    (void)argv;
    (void)envp;
    check_all(NULL);
    for (size_t i = 0; i < 20; i++) {
        // Regions that begin and end anywhere, and the library's own memory.
        const weft_attr attr = {.stack = i % 2 ? region + i * 16 + 1 : NULL,
                                .stack_size = 128 * 1024 + i * 1000};
        CHECK_EQ(weft_create(&t, &attr, check_all, NULL), 0);
        CHECK_EQ(weft_join(t, NULL), 0);
    }
    return 0;
}
