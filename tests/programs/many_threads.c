// SPDX-License-Identifier: MIT
// many_threads.c - threads at once, each at the cost of the first.
//
//     many_threads THREADS
//
// All of them sleep at a gate. One that sleeps has a single page in
// memory: its own data, its few variables and the frames it sleeps in lie
// together at the top of its mapping. That does not change with their number,
// and neither does what the library keeps beside them.
#include "support_gate.h"
#include "support_memory.h"

enum { MOST = 32000, FEW = 10 };

struct sleeper {
    weft_thread thread;
    uintptr_t here; // an address on its stack
};

static struct sleeper sleepers[MOST];
static int arrived;
static struct gate gate;

static void *sleep_at_gate(void *arg)
{
    struct sleeper *me = arg;
    me->here = address_of(&arg);
    __atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
    gate_wait(&gate);
    return me;
}

static void create_up_to(int count)
{
    int first = arrived;
    for (int i = first; i < count; i++) {
        CHECK_EQ(
            weft_create(&sleepers[i].thread, NULL, sleep_at_gate, &sleepers[i]),
            0);
    }
    until_equal(&arrived, count);
}

// The default stack and its thread's data lie below the end of one mapping.
static size_t pages_of(const struct sleeper *sleeper, size_t page)
{
    enum { BELOW = 256 * 1024 - 8192 };
    uintptr_t start = (sleeper->here - BELOW) & ~(page - 1);
    uintptr_t end = (sleeper->here | (page - 1)) + 1;
    return resident_in((const void *)start, end - start);
}

int weft_main(int argc, char **argv, char **envp)
{
    int count = (int)arg_number(argc, argv, 1, 1000);
    size_t page = page_size();
    (void)envp;
    CHECK(count > FEW && count <= MOST);
    for (size_t i = 0; i < sizeof sleepers; i += page) {
        ((volatile char *)sleepers)[i] = 0; // in memory before it is measured
    }
    gate_make(&gate);
    create_up_to(FEW);
    long pages = resident_pages();
    create_up_to(count);
    // An emulator's own pages are among these, and say nothing with few threads.
    long more = resident_pages() - pages;
    if (count >= 1000) {
        CHECK(more <= (count - FEW) * 11L / 10);
    }
    for (int i = 0; i < count; i++) {
        CHECK_EQ(pages_of(&sleepers[i], page), 1);
    }
    gate_open(&gate);
    for (int i = 0; i < count; i++) {
        void *value;
        CHECK_EQ(weft_join(sleepers[i].thread, &value), 0);
        CHECK_EQ(value, &sleepers[i]);
    }
    return 0;
}
