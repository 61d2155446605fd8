// SPDX-License-Identifier: MIT
// row_life.c - threads are created and end.
#include "bench.h"

#ifdef API_LIFE

enum { BATCH = 1000, IN_FLIGHT = 64 };

static void *nothing(void *arg)
{
    return arg;
}

static void create_join(struct run *run)
{
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_thread thread;
        must(api_create(&thread, nothing, NULL));
        api_join(thread);
    }
    run_end(run);
}

// For a library that can use a kernel thread again. Who cannot does what it
// always does.
static void create_join_recycled(struct run *run)
{
    api_recycle(16);
    create_join(run);
    api_recycle(0);
}

static uint32_t done;

static void *count_myself(void *arg)
{
    __atomic_fetch_add(&done, 1, __ATOMIC_RELEASE);
    os_futex_wake(&done, 1);
    return arg;
}

static void wait_until_done(uint32_t number)
{
    uint32_t seen;
    while ((int32_t)((seen = __atomic_load_n(&done, __ATOMIC_ACQUIRE)) -
                     number) < 0) {
        os_futex_wait(&done, seen);
    }
}

// The creator goes no more than IN_FLIGHT threads ahead.
static void create_detached(struct run *run)
{
    uint32_t first = done;
    run_begin(run);
    for (uint32_t i = 0; i < run->count; i++) {
        if (i >= IN_FLIGHT) {
            wait_until_done(first + i - IN_FLIGHT + 1);
        }
        must(api_create_detached(count_myself, NULL));
    }
    wait_until_done(first + (uint32_t)run->count);
    run_end(run);
}

static void create_batch(struct run *run)
{
    static api_thread threads[BATCH];
    run->count = BATCH;
    run_begin(run);
    for (int i = 0; i < BATCH; i++) {
        must(api_create(&threads[i], nothing, NULL));
    }
    for (int i = 0; i < BATCH; i++) {
        api_join(threads[i]);
    }
    run_end(run);
}

#endif

#ifdef API_CANCEL

static uint32_t about_to_read;

static void *read_for_ever(void *arg)
{
    char byte;
    __atomic_store_n(&about_to_read, 1, __ATOMIC_RELEASE);
    os_futex_wake(&about_to_read, 1);
    api_read(0, &byte, 1); // run.py gives a pipe that nobody writes to
    return arg;
}

// From the request to the join's return. Before it, the thread has time to fall
// asleep in read(2).
static void cancel_blocked(struct run *run)
{
    run->ns = 0;
    for (uint64_t i = 0; i < run->count; i++) {
        api_thread thread;
        about_to_read = 0;
        must(api_create(&thread, read_for_ever, NULL));
        gate_wait(&about_to_read);
        os_nap(20000);
        int64_t begin = os_now();
        api_cancel(thread);
        api_join(thread);
        run->ns += os_now() - begin;
    }
}

#endif

const struct row life_rows[] = {
#ifdef API_LIFE
    {"create_join_fresh", create_join, 0, 0},
    {"create_join_recycled", create_join_recycled, 0, 0},
    {"create_detached", create_detached, 0, 0},
    {"create_batch_1000", create_batch, BATCH, 1},
#endif
#ifdef API_CANCEL
    {"cancel_blocked", cancel_blocked, 10, 2},
#endif
    {0},
};
