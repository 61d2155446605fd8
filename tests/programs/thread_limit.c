// SPDX-License-Identifier: MIT
// thread_limit.c - when the kernel allows no more threads, create says so.
//
// As a user without privileges and with RLIMIT_NPROC at its least, clone fails
// after everything else is done: each time all of it must be given back, the
// caller's region be untouched by anybody, and the process still end with its
// last thread. When the limit is lifted the next create works.
#include "support_memory.h"

enum { SIZE = 32768, TRIES = 1000 };

static void farewell(void)
{
    print(1, "farewell\n");
}

__attribute__((section(".fini_array"),
               used)) static void (*const fini)(void) = farewell;

static int ran;

static void *start(void *arg)
{
    __atomic_fetch_add(&ran, 1, __ATOMIC_RELAXED);
    return arg;
}

static void limit_threads(uint64_t value)
{
    uint64_t limit[2];
    CHECK_EQ(sys(__NR_prlimit64, 0, RLIMIT_NPROC, NULL, limit), 0);
    limit[0] = value < limit[1] ? value : limit[1];
    CHECK_EQ(sys(__NR_prlimit64, 0, RLIMIT_NPROC, limit, NULL), 0);
}

static void *create_all_kinds(void *expected)
{
    const uint64_t mask = 0;
    void *region = map_region(SIZE);
    const weft_attr kinds[] = {
        {0},
        {.flags = WEFT_DETACHED},
        {.name = "never", .sigmask = &mask},
        {.stack_size = 2 * 1024 * 1024},
        {.stack = region, .stack_size = SIZE},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        weft_thread thread = 1;
        CHECK_EQ(weft_create(&thread, &kinds[i], start, NULL), expected);
        CHECK_EQ(thread == 0, expected != NULL);
        if (expected == NULL && !(kinds[i].flags & WEFT_DETACHED)) {
            CHECK_EQ(weft_join(thread, NULL), 0);
        }
    }
    unmap_region(region, SIZE);
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    (void)envp;
    drop_privileges();
    create_all_kinds(NULL); // fills the cache
    while (__atomic_load_n(&ran, __ATOMIC_RELAXED) < 5) {
        weft_yield();
    }
    limit_threads(1);
    create_all_kinds((void *)WEFT_EAGAIN);
    long maps = maps_count();
    for (int i = 0; i < TRIES; i++) {
        create_all_kinds((void *)WEFT_EAGAIN);
    }
    CHECK(maps_count() <= maps);
    CHECK_EQ(ran, 5);
    limit_threads(~(uint64_t)0);
    create_all_kinds(NULL);
    weft_exit(NULL); // with a wrong count of threads it is not the last one
}
