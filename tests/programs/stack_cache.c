// SPDX-License-Identifier: MIT
// stack_cache.c - blocks are kept for the next thread, but not too many.
//
//     stack_cache steady|bounded|trimmed
//
// Threads one after the other run on the same memory: nothing is mapped or
// unmapped. After many at once only a bounded number of blocks is kept, and of
// those only a few with all their pages. A library without a cache changes its
// mappings every time; one that keeps all never gets smaller.
#include "support_gate.h"
#include "support_memory.h"

enum { KIB = 1024, AT_ONCE = 200, HOT = 16, CACHE = 64, TOUCHED = 128 * KIB };

static int arrived;
static struct gate gate;

// Far down, where no other page of the thread is.
static void *touch_deep(void *arg)
{
    volatile char *frame = __builtin_alloca(TOUCHED);
    (void)arg;
    frame[0] = 1;
    return (void *)address_of((const void *)frame);
}

static void *touch_and_wait(void *arg)
{
    volatile char *frame = __builtin_alloca(TOUCHED);
    for (size_t i = 0; i < TOUCHED; i += KIB) {
        frame[i] = 1;
    }
    __atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
    gate_wait(&gate);
    return arg;
}

static void crowd(void)
{
    weft_thread threads[AT_ONCE];
    arrived = 0;
    gate_make(&gate);
    for (int i = 0; i < AT_ONCE; i++) {
        CHECK_EQ(weft_create(&threads[i], NULL, touch_and_wait, NULL), 0);
    }
    until_equal(&arrived, AT_ONCE);
    gate_open(&gate);
    for (int i = 0; i < AT_ONCE; i++) {
        CHECK_EQ(weft_join(threads[i], NULL), 0);
    }
    gate_remove(&gate);
}

static void steady(void)
{
    void *first = NULL;
    long maps = 0;
    for (int i = 0; i < 1000; i++) {
        weft_thread thread;
        void *where;
        CHECK_EQ(weft_create(&thread, NULL, touch_deep, NULL), 0);
        CHECK_EQ(weft_join(thread, &where), 0);
        if (i == 0) {
            first = where;
            maps = maps_count();
        }
        CHECK_EQ(where, first);
        // Still mapped, with all its pages.
        uintptr_t start = (uintptr_t)where & ~(page_size() - 1);
        CHECK_EQ(resident_in((const void *)start, 1), 1);
    }
    CHECK_EQ(maps_count(), maps);
}

int weft_main(int argc, char **argv, char **envp)
{
    long maps = maps_count();
    long pages = resident_pages();
    (void)envp;
    if (is_case(argc, argv, "steady")) {
        steady();
    } else if (is_case(argc, argv, "bounded")) {
        for (int i = 0; i < 3; i++) {
            crowd();
            CHECK(maps_count() <= maps + 2 * CACHE + 8);
        }
    } else {
        CHECK(is_case(argc, argv, "trimmed"));
        crowd();
        long hot = HOT * (TOUCHED / (long)page_size() + 4);
        CHECK(resident_pages() - pages < hot + 2 * CACHE + 64);
    }
    return 0;
}
