// SPDX-License-Identifier: MIT
// everyone_world.h - what the threads of scenario_everyone.c live in: a table of
// records, and what is left of thread.c when nobody joins.
#ifndef EVERYONE_WORLD_H
#define EVERYONE_WORLD_H

#include <weft/atomic.h>
#include "host/host.h"
#include "kernel.h"
#include "life.h"
#include "model.h"
#include "refusal.h"
#include "signal.h"
#include "stack.h"
#include "thread.h"

// ---- What everyone.c and record.c want besides ----

const struct weft__libc_hooks *weft__libc_hooks;
int weft__signals_lower;

void weft__sigreturn(void)
{
}

void weft__stack_put(struct weft__block **from)
{
    *from = NULL;
}

int weft__refusal(long result)
{
    return (int)-result;
}

void weft_yield(void)
{
}

static int nobody_ends; // while somebody walks: then no deadline is needed

int64_t weft_now(void)
{
    return nobody_ends ? INT64_MAX - 1000000 : 0;
}

// ---- Threads ----

static struct weft__thread selves[MODEL_THREADS];
static void *slots[MODEL_THREADS]; // what a thread pointer points to

static struct weft__thread *build(struct weft__record *record)
{
    struct weft__thread *self = &selves[record->index];
    self->local.handle = weft__life_handle(record);
    self->record = record;
    slots[record->index] = self;
    return self;
}

static void lives_already(unsigned thread, struct weft__record *record)
{
    weft__life_begin(record, 1);
    build(record);
    model_thread_lives(thread, &slots[record->index], &record->exit_word);
}

// The scenario's threads have the first records. Each is detached, so that its
// record is used again as soon as can be.
static void begin(unsigned count)
{
    static const char *const names[] = {"record 0", "record 1", "record 2",
                                        "record 3"};
    for (unsigned i = 0; i < count; i++) {
        struct weft__record *record;
        REQUIRE(weft__record_new(&record) == 0);
        lives_already(i, record);
    }
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        struct weft__record *record = weft__record_find(i);
        model_name(record, sizeof *record, names[i]);
    }
}

// As weft_create does it.
static struct weft__record *prepare(void *(*start)(void *))
{
    struct weft__record *record;
    weft__record_reap();
    REQUIRE(weft__record_new(&record) == 0);
    weft__store_relaxed(&record->exit_word, WEFT__UNBORN);
    build(record)->start = start;
    weft__life_begin(record, 1);
    return record;
}

static void bring_to_life(struct weft__record *record)
{
    REQUIRE(weft__clone(0, NULL, &record->exit_word, &record->exit_word,
                        &slots[record->index], &selves[record->index]) > 0);
}

static void spawn(void *(*start)(void *))
{
    bring_to_life(prepare(start));
}

// As weft_exit does it.
_Noreturn static void leave(void)
{
    struct weft__record *record = weft__thread_self()->record;
    weft__life_end(record);
    weft__record_dying(record);
    sys_exit(0);
}

_Noreturn void weft__thread_start(struct weft__thread *self)
{
    self->start(NULL);
    leave();
}

#endif
