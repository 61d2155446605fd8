// SPDX-License-Identifier: MIT
// memory_limit.c - when memory is exhausted, create says so, and goes on later.
//
//     memory_limit address-space|cache-gives-way|locked|locked-cache
//
// Threads are created until the kernel refuses, a thousand times: each failure is
// WEFT_EAGAIN and takes nothing with it. When there is room again, the next create
// works. What is kept for later counts as room: blocks of the wrong size must not
// make a create fail.
#include "support_gate.h"
#include "support_memory.h"

enum { KIB = 1024, MIB = 1024 * KIB, MOST = 2000, AT_ONCE = 24 };

static weft_thread threads[MOST];
static int count;

static struct gate gate;

static void *pass_gate(void *arg)
{
    if (arg != NULL) {
        gate_wait(arg);
    }
    return arg;
}

static void create_until_refused(const weft_attr *attr)
{
    int error = 0;
    while (error == 0 && count < MOST) {
        error = weft_create(&threads[count], attr, pass_gate, &gate);
        count += error == 0;
    }
    CHECK_EQ(error, WEFT_EAGAIN);
    CHECK_EQ(threads[count], 0);
    long maps = maps_count();
    for (int i = 0; i < 1000; i++) {
        weft_thread thread = 1;
        CHECK_EQ(weft_create(&thread, attr, pass_gate, NULL), WEFT_EAGAIN);
        CHECK_EQ(thread, 0);
    }
    CHECK_EQ(maps_count(), maps);
}

static void all_end(void)
{
    gate_open(&gate);
    while (count > 0) {
        CHECK_EQ(weft_join(threads[--count], NULL), 0);
    }
    gate_remove(&gate);
    gate_make(&gate);
}

static void create_one(const weft_attr *attr)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, attr, pass_gate, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
}

// Leaves the cache full of small blocks.
static void fill_cache(size_t stack_size)
{
    const weft_attr attr = {.stack_size = stack_size};
    while (count < AT_ONCE) {
        CHECK_EQ(weft_create(&threads[count++], &attr, pass_gate, &gate), 0);
    }
    all_end();
}

static void limit_softly(int resource, uint64_t value)
{
    uint64_t limit[2];
    CHECK_EQ(sys(__NR_prlimit64, 0, resource, NULL, limit), 0);
    limit[0] = value < limit[1] ? value : limit[1];
    CHECK_EQ(sys(__NR_prlimit64, 0, resource, limit, NULL), 0);
}

static void lock_memory(void)
{
    drop_privileges();
    limit_softly(RLIMIT_MEMLOCK, 4 * MIB);
    CHECK_EQ(sys(__NR_mlockall, MCL_FUTURE), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr plain = {0};
    const weft_attr small = {.stack_size = 16 * KIB};
    const weft_attr large = {.stack_size = 3 * MIB};
    (void)envp;
    gate_make(&gate);
    if (is_case(argc, argv, "address-space")) {
        limit_softly(RLIMIT_AS, address_space() + 20 * MIB);
        create_until_refused(&plain);
        CHECK(count > 20);
        limit_softly(RLIMIT_AS, ~(uint64_t)0);
        create_one(&plain);
        all_end();
        create_one(&large);
    } else if (is_case(argc, argv, "cache-gives-way")) {
        fill_cache(MIB);
        limit_softly(RLIMIT_AS, address_space() + MIB);
        create_one(&large);
        create_one(&plain);
    } else if (is_case(argc, argv, "locked")) {
        lock_memory();
        create_until_refused(&small);
        CHECK(count >= 32);
        all_end();
        create_one(&small);
        create_one(&large);
    } else {
        CHECK(is_case(argc, argv, "locked-cache"));
        lock_memory();
        fill_cache(100 * KIB);
        create_one(&large);
    }
    return 0;
}
