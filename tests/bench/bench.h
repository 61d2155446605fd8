// SPDX-License-Identifier: MIT
// bench.h - what a row of the benchmark is. See main.c.
//
// A row's function does its operation run->count times between run_begin and
// run_end. main.c chooses the count, so that one batch takes a millisecond or so.
// API names the header that says how this library calls things; everything else
// is the same source for all libraries.
#ifndef BENCH_H
#define BENCH_H

#include "os.h"
#include API

struct run {
    uint64_t count;    // of operations; a row that runs for a time sets it
    int64_t begin, ns; // of the measured part
    const char *name;
};

struct row {
    const char *name; // NULL ends the table
    void (*function)(struct run *run);
    // Where a batch has its own size: how many operations, or 0; and how many
    // batches a visit makes, or 0 for the usual number.
    uint64_t count, batches;
};

// One table for each file of rows, ended by {0}.
extern const struct row life_rows[], alive_rows[], lock_rows[], wait_rows[],
    contend_rows[], data_rows[];

static inline void run_begin(struct run *run)
{
    run->begin = os_now();
}

static inline void run_end(struct run *run)
{
    run->ns = os_now() - run->begin;
}

// One line for run.py: amount / count is what one operation took.
void report(const char *name, const char *suffix, int64_t amount,
            uint64_t count);

// As far as the compiler knows, value is used and all memory may have changed:
// no operation is left out, merged with the next one or moved out of the loop.
#define KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")

// A gate that threads wait at without any library. It opens once.
static inline void gate_wait(uint32_t *gate)
{
    while (__atomic_load_n(gate, __ATOMIC_ACQUIRE) == 0) {
        os_futex_wait(gate, 0);
    }
}

static inline void gate_open(uint32_t *gate)
{
    __atomic_store_n(gate, 1, __ATOMIC_RELEASE);
    os_futex_wake(gate, INT32_MAX);
}

static inline void must(int error)
{
    if (error) {
        os_fail("an operation failed");
    }
}

#endif
