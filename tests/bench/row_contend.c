// SPDX-License-Identifier: MIT
// row_contend.c - several threads want the same lock all the time.
//
// The threads start at one gate and go on for MILLISECONDS. The row is the time
// per acquisition of all together; <row>_fairness is how many times more often
// the luckiest thread got the lock than the unluckiest one.
#include "bench.h"

#ifdef API_MUTEX

enum { MILLISECONDS = 40, MOST = 8, LONG = 100 };

// Each on cache lines of its own: what is measured is the lock.
struct line {
    _Alignas(128) uint64_t value;
};

static struct {
    _Alignas(128) api_mutex mutex;
#ifdef API_RWLOCK
    _Alignas(128) api_rwlock rwlock;
#endif
    struct line guarded, stop;
    uint32_t gate;
    int long_section;
} shared;
static struct line acquisitions[MOST];

static int stopped(void)
{
    return __atomic_load_n(&shared.stop.value, __ATOMIC_RELAXED) != 0;
}

// Some hundred nanoseconds of work that cannot be shortened.
static void work_long(void)
{
    uint64_t value = shared.guarded.value;
    for (int i = 0; i < LONG; i++) {
        value = value * 6364136223846793005u + 1;
        KEEP(value);
    }
    shared.guarded.value = value;
}

static void *want_mutex(void *arg)
{
    struct line *mine = arg;
    uint64_t count = 0;
    gate_wait(&shared.gate);
    while (!stopped()) {
        api_lock(&shared.mutex);
        if (shared.long_section) {
            work_long();
        } else {
            shared.guarded.value++;
        }
        api_unlock(&shared.mutex);
        count++;
    }
    mine->value = count;
    return NULL;
}

// Lets so many threads do work for a while, and reports.
static void compete(struct run *run, int threads, void *(*work)(void *),
                    int fairness)
{
    api_thread thread[MOST];
    shared.gate = 0;
    shared.stop.value = 0;
    for (int i = 0; i < threads; i++) {
        must(api_create(&thread[i], work, &acquisitions[i]));
    }
    run_begin(run);
    gate_open(&shared.gate);
    os_nap(MILLISECONDS * 1000000);
    __atomic_store_n(&shared.stop.value, 1, __ATOMIC_RELAXED);
    run_end(run);
    uint64_t total = 0, most = 0, least = UINT64_MAX;
    for (int i = 0; i < threads; i++) {
        api_join(thread[i]);
        uint64_t count = acquisitions[i].value;
        total += count;
        most = count > most ? count : most;
        least = count < least ? count : least;
    }
    run->count = total > 0 ? total : 1;
    if (fairness) {
        // One that got nothing counts as having got it once.
        report(run->name, "_fairness", (int64_t)most, least > 0 ? least : 1);
    }
}

static void contend(struct run *run, int threads, int long_section)
{
    api_mutex_init(&shared.mutex);
    shared.long_section = long_section;
    compete(run, threads, want_mutex, 1);
}

static void short_2(struct run *run)
{
    contend(run, 2, 0);
}

static void short_4(struct run *run)
{
    contend(run, 4, 0);
}

static void short_8(struct run *run)
{
    contend(run, 8, 0);
}

static void long_2(struct run *run)
{
    contend(run, 2, 1);
}

static void long_4(struct run *run)
{
    contend(run, 4, 1);
}

static void long_8(struct run *run)
{
    contend(run, 8, 1);
}

#ifdef API_RWLOCK

// One time in ten a writer, by a generator of its own.
static void *read_or_write(void *arg)
{
    struct line *mine = arg;
    uint64_t count = 0;
    uint64_t dice = (uintptr_t)arg;
    gate_wait(&shared.gate);
    while (!stopped()) {
        dice = dice * 6364136223846793005u + 1442695040888963407u;
        if ((dice >> 33) % 10 == 0) {
            api_write_lock(&shared.rwlock);
            shared.guarded.value++;
            api_write_unlock(&shared.rwlock);
        } else {
            api_read_lock(&shared.rwlock);
            KEEP(shared.guarded.value);
            api_read_unlock(&shared.rwlock);
        }
        count++;
    }
    mine->value = count;
    return NULL;
}

static void rwlock_mix(struct run *run)
{
    api_rwlock_init(&shared.rwlock);
    compete(run, 4, read_or_write, 0);
}

#endif
#endif

const struct row contend_rows[] = {
#ifdef API_MUTEX
    {"contend_short_2", short_2, 1, 1},
    {"contend_short_4", short_4, 1, 1},
    {"contend_short_8", short_8, 1, 1},
    {"contend_long_2", long_2, 1, 1},
    {"contend_long_4", long_4, 1, 1},
    {"contend_long_8", long_8, 1, 1},
#ifdef API_RWLOCK
    {"rwlock_mix_90_10", rwlock_mix, 1, 1},
#endif
#endif
    {0},
};
