// SPDX-License-Identifier: MIT
// row_alive.c - many threads alive at one time: what one costs, in time from its
// creation to its end, and in resident memory while all are asleep.
#include "bench.h"

#ifdef API_LIFE

enum { MOST = 20000, PAGE = 4096 };

static api_thread threads[MOST];
static uint32_t asleep, gate;

static void *sleep_at_gate(void *arg)
{
    if (__atomic_add_fetch(&asleep, 1, __ATOMIC_RELEASE) == (uintptr_t)arg) {
        os_futex_wake(&asleep, 1);
    }
    gate_wait(&gate);
    return arg;
}

static void alive(struct run *run)
{
    const uint32_t count = (uint32_t)run->count;
    asleep = gate = 0;
    // What the library's user has to keep, written to, so that it counts before.
    for (uint32_t i = 0; i < count; i++) {
        *(volatile char *)&threads[i] = 0;
    }
    int64_t before = os_resident_pages();
    run_begin(run);
    for (uint32_t i = 0; i < count; i++) {
        must(api_create(&threads[i], sleep_at_gate, (void *)(uintptr_t)count));
    }
    uint32_t seen;
    while ((seen = __atomic_load_n(&asleep, __ATOMIC_ACQUIRE)) < count) {
        os_futex_wait(&asleep, seen);
    }
    run_end(run);
    int64_t created_ns = run->ns;
    int64_t pages = os_resident_pages() - before;
    run_begin(run);
    gate_open(&gate);
    for (uint32_t i = 0; i < count; i++) {
        api_join(threads[i]);
    }
    run_end(run);
    run->ns += created_ns;
    report(run->name, "_memory", pages * PAGE, count);
}

#endif

const struct row alive_rows[] = {
#ifdef API_LIFE
    {"alive_10", alive, 10, 1},
    {"alive_100", alive, 100, 1},
    {"alive_1000", alive, 1000, 1},
    {"alive_5000", alive, 5000, 1},
    {"alive_10000", alive, 10000, 1},
    {"alive_20000", alive, 20000, 1},
#endif
    {0},
};
