// SPDX-License-Identifier: MIT
// stack_alignment.c - stacks are aligned as compiled code expects.
//
//     stack_alignment start|cleanup
//
// Vectors and over-aligned variables lie where the compiler thinks they do: in
// the start routine, and in a cleanup handler of a thread that is cancelled
// asynchronously, at any instruction. On a stack that is 8 bytes off, an aligned
// store faults or hits its neighbour.
#include "support_memory.h"

typedef float vector __attribute__((vector_size(16)));

static int checked;

__attribute__((noinline)) static void check_alignment(void)
{
    volatile vector a = {1, 2, 3, 4}; // stored by an aligned instruction
    volatile vector b = a * a;
    _Alignas(16) char sixteen[16];
    _Alignas(64) char line[64];
    CHECK(b[3] > 15 && b[3] < 17);
    CHECK_EQ(address_of((const void *)&a) % 16, 0);
    CHECK_EQ(address_of(sixteen) % 16, 0);
    CHECK_EQ(address_of(line) % 64, 0);
    CHECK_EQ(address_of(__builtin_frame_address(0)) % 16, 0);
    __atomic_fetch_add(&checked, 1, __ATOMIC_RELEASE);
}

static void *check_in_start(void *arg)
{
    check_alignment();
    return arg;
}

static void clean_up(void *arg)
{
    (void)arg;
    check_alignment();
}

static int running;

static void *check_in_cleanup(void *arg)
{
    weft_cleanup_push(clean_up, arg);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    set_word(&running, 1);
    for (;;) {
        __asm__ volatile(""); // anywhere
    }
    weft_cleanup_pop(0);
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    enum { SIZE = 65536, TRIES = 50 };
    unsigned char *memory = map_region(SIZE);
    int cleanup = is_case(argc, argv, "cleanup");
    void *(*start)(void *) = cleanup ? check_in_cleanup : check_in_start;
    (void)envp;
    CHECK(cleanup || is_case(argc, argv, "start"));
    for (int i = 0; i < TRIES; i++) {
        // Every other one at an address of its own kind.
        const weft_attr own = {.stack = memory + i, .stack_size = SIZE - 100};
        weft_thread thread;
        running = 0;
        CHECK_EQ(weft_create(&thread, i % 2 ? &own : NULL, start, NULL), 0);
        if (cleanup) {
            until_equal(&running, 1);
            CHECK_EQ(weft_cancel(thread), 0);
        }
        CHECK_EQ(weft_join(thread, NULL), 0);
        CHECK_EQ(checked, i + 1);
    }
    return 0;
}
