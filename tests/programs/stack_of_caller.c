// SPDX-License-Identifier: MIT
// stack_of_caller.c - a thread on the caller's memory needs no other.
//
//     stack_of_caller static|odd ROUNDS
//
// Everything of the thread lies in the region: its frames, its thread-local
// variables, its handle's data. Nothing is mapped, what is around the region is
// left alone, at whatever address and size it is, and after a join it serves the
// next thread. This is how firmware has threads without ever asking for memory.
#include "support.h"

enum { SIZE = 16384, AROUND = 4096 };

WEFT_STACK(first, SIZE);
WEFT_STACK(second, SIZE);

static _Thread_local uint64_t variable = 42;

struct region {
    unsigned char *start;
    size_t size;
};

static int is_in(const struct region *region, const void *object)
{
    uintptr_t offset = (uintptr_t)object - (uintptr_t)region->start;
    __asm__ volatile("" : "+r"(offset));
    return offset < region->size;
}

static void *look_around(void *arg)
{
    const struct region *region = arg;
    volatile unsigned char frame[SIZE / 2]; // well within what is left
    frame[0] = 1;
    frame[sizeof frame - 1] = 1;
    CHECK(is_in(region, (const void *)&frame[0]));
    CHECK(is_in(region, &variable));
    CHECK(is_in(region, weft__self()));
    CHECK_EQ(variable, 42);
    variable = 43;
    return NULL;
}

static void use(struct region *region)
{
    const weft_attr attr = {.stack = region->start, .stack_size = region->size};
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, &attr, look_around, region), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
}

// Two at once, over and over.
static void use_static_regions(int64_t rounds)
{
    struct region regions[2] = {{first, sizeof first}, {second, sizeof second}};
    long maps = maps_count();
    for (int64_t i = 0; i < rounds; i++) {
        weft_thread threads[2];
        for (int j = 0; j < 2; j++) {
            const weft_attr attr = {.stack = regions[j].start,
                                    .stack_size = regions[j].size};
            CHECK_EQ(weft_create(&threads[j], &attr, look_around, &regions[j]),
                     0);
        }
        for (int j = 0; j < 2; j++) {
            CHECK_EQ(weft_join(threads[j], NULL), 0);
        }
    }
    CHECK_EQ(maps_count(), maps);
}

static void use_odd_regions(int64_t rounds)
{
    static unsigned char memory[AROUND + 2 * SIZE + AROUND];
    for (int64_t i = 0; i < rounds; i++) {
        size_t shift = (size_t)(i * 7 % 129);
        size_t size = SIZE + weft_stack_overhead() - (size_t)(i * 5 % 67);
        struct region region = {memory + AROUND + shift, size};
        CHECK(shift + size <= 2 * SIZE);
        for (size_t j = 0; j < sizeof memory; j++) {
            memory[j] = 0xa5;
        }
        use(&region);
        for (size_t j = 0; j < sizeof memory; j++) {
            CHECK(is_in(&region, &memory[j]) || memory[j] == 0xa5);
        }
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    int64_t rounds = arg_number(argc, argv, 2, 100);
    (void)envp;
    if (is_case(argc, argv, "static")) {
        use_static_regions(rounds);
    } else {
        CHECK(is_case(argc, argv, "odd"));
        use_odd_regions(rounds);
    }
    return 0;
}
