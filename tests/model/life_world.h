// SPDX-License-Identifier: MIT
// life_world.h - what the threads of scenario_life.c live in: a host, a main
// thread, and what must be so when all is over.
#ifndef LIFE_WORLD_H
#define LIFE_WORLD_H

#include <weft/atomic.h>
#include <weft/error.h>
#include <weft/thread.h>
#include "host/host.h"
#include "kernel.h"
#include "life.h"
#include "place.h"
#include "stack.h"
#include "thread.h"
#include "model.h"

// ---- The host: a TLS block of one word, the slot ----

// Beside a libc its TCB, with the tid in it.
struct tcb {
    void *slot;
    uint32_t tid;
};

static struct tcb main_tls;
static int beside_libc; // as setup says
static int process_ended;

void weft__host_adopt(void)
{
}

size_t weft__host_tls_size(void)
{
    return 64;
}

void *weft__host_tls_build(void *memory, struct weft__thread *self)
{
    struct tcb *tcb = memory;
    weft__zero(tcb, sizeof *tcb); // a thread may have been here before
    tcb->slot = self;
    if (beside_libc) {
        weft__store_relaxed(&tcb->tid, WEFT__UNBORN); // nobody looks yet
        weft__record_tid_at(self->record, &tcb->tid);
    }
    return tcb;
}

static int expected_marks, marks[MODEL_THREADS]; // of those that have left

void weft__host_exit(int status)
{
    process_ended++;
    (void)status;
    for (int i = 0; i < expected_marks; i++) {
        REQUIRE(marks[i] == 1); // the last one sees what all others did
    }
    model_end();
}

static void begin(void)
{
    weft__page_size = 1024;
    weft__signal_frame = 1024;
    weft__default_stack = 8192;
    main_tls.slot = &weft__main_thread;
    model_is_main(&main_tls, weft__thread_adopt_main());
    // main's is the first; the names count the threads it creates
    static const char *const names[] = {"record 0", "record 1", "record 2",
                                        "record 3"};
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        struct weft__record *record = weft__record_find(i);
        model_name(record, sizeof *record, names[i]);
    }
    model_name(&weft__record_lock, sizeof weft__record_lock, "records' lock");
    model_name(&weft__stack_lock, sizeof weft__stack_lock, "blocks' lock");
}

static inline void begin_beside_libc(void)
{
    beside_libc = 1;
    begin();
    weft__record_tid_at(weft__main_thread.record, &main_tls.tid);
    main_tls.tid = weft__main_thread.record->exit_word;
}

// ---- What must be so when all is over ----

static unsigned created; // threads, whether they were born or not

// So many mappings are kept for the next threads, each in one place.
static void blocks_are_free(unsigned count)
{
    const weft_attr defaults = {0};
    unsigned mapped = model_mapped();
    void *bases[MODEL_THREADS];
    for (unsigned i = 0; i < count; i++) {
        struct weft__place place;
        struct weft__block *block;
        REQUIRE(weft__place_find(&place, &block, &defaults) == 0);
        REQUIRE(block->sleeper == NULL);
        bases[i] = block;
        for (unsigned j = 0; j < i; j++) {
            REQUIRE(bases[i] != bases[j]);
        }
    }
    REQUIRE(model_mapped() == mapped);
}

// Each record but main's is free, once; so is each mapping.
static void all_is_free(void)
{
    weft__record_reap();
    unsigned found = 0;
    for (unsigned i = 0; i < created; i++) {
        struct weft__record *record;
        REQUIRE(weft__record_new(&record) == 0);
        REQUIRE(record->index >= 1 && record->index <= created);
        found |= 1u << record->index;
    }
    REQUIRE(found == (1u << (created + 1)) - 2);
    blocks_are_free(model_mapped());
}

// ---- Threads ----

static int work;
static int answer;

static void *works(void *arg)
{
    (void)arg;
    work++;
    return &answer;
}

static void *does_nothing(void *arg)
{
    return arg;
}

static weft_thread create(void *(*start)(void *), uint32_t flags)
{
    weft_thread t;
    const weft_attr attr = {.flags = flags};
    created++;
    REQUIRE(weft_create(&t, &attr, start, NULL) == 0);
    return t;
}

static void must_join(weft_thread t)
{
    REQUIRE(weft_join(t, NULL) == 0);
}

// The same when a record may have been used twice: fewer than created.
static void free_but_reused(void)
{
    unsigned used = 0;
    for (unsigned index = 1; index <= created; index++) {
        used += weft__record_find(index)->index == index;
    }
    created = used;
    all_is_free();
}

#endif
