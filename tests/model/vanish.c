// SPDX-License-Identifier: MIT
// vanish.c - threads that are no more without having ended: killed, or left
// behind by a fork.
//
// A killed thread takes no further step. Its sleep is over, a wake that has
// reached it is lost, and its stack is gone. It matters to nobody when exactly it
// was killed between two of its steps; so that is decided just before each of
// them, and for a sleeper when a wake comes that could reach it.
//
// A fork leaves the caller alone with a copy of the memory. What the parent does
// from then on is what it does in executions without the fork; so the execution
// goes on as the child, in which all others have vanished at once.
#include "machine.h"
#include "kernel.h"
#include "thread.h"

// src/thread.c has it, where that is among the sources.
uint32_t weft__fork_generation __attribute__((weak, aligned(8)));

static unsigned kills_left;
static unsigned forker; // counted from 1; 0: nobody, or nobody any more
static int only_asleep;
static int (*held)(unsigned thread);
static int excused; // who vanished had what the others wait for

void vanish_reset(const struct scenario *scenario)
{
    weft__fork_generation = 0;
    kills_left = scenario->vanish;
    forker = scenario->fork;
    only_asleep = scenario->fork_asleep;
    held = scenario->held;
    excused = 0;
}

static void vanish(unsigned thread)
{
    struct thread *t = &model_threads[thread];
    excused |= held != NULL && held(thread);
    t->state = VANISHED;
    if (!kernel_has_block(thread)) {
        t->depth =
            0; // frames.c: nothing that was on its stack is there any more
    }
}

int vanish_excuses(void)
{
    return excused;
}

int model_vanished(unsigned thread)
{
    return model_threads[thread].state == VANISHED;
}

// ---- Killed ----

static int is_killed(unsigned thread)
{
    if (kills_left == 0 || choose(2) == 0) {
        return 0;
    }
    kills_left--;
    unsigned old = model_current;
    model_current = thread;
    trace_event(NULL, "(is killed)");
    model_current = old;
    vanish(thread);
    return 1;
}

void vanish_before_step(void)
{
    if (is_killed(model_current)) {
        stop_running();
    }
}

int vanish_in_sleep(unsigned thread)
{
    return is_killed(thread);
}

// ---- Left behind ----

// The copy of the memory has all that anybody has stored.
void vanish_leave_others(void)
{
    trace_event(NULL, "fork: goes on as the child");
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        struct thread *t = &model_threads[i];
        if (i == model_current || t->state == ABSENT) {
            continue;
        }
        knowledge_join(&running()->now, &t->now);
        if (t->state != DONE) {
            vanish(i);
        }
        kernel_forget(i);
    }
    signals_after_fork();
    forker = 0;
}

// In place of src/fork.c.
static void forks(void)
{
    vanish_leave_others();
    remember(weft__fork_generation);
    kernel_store(&weft__fork_generation, weft__fork_generation + 1);
}

void model_fork(void)
{
    step(NULL, 0, 1);
    forks();
}

int vanish_may_fork(unsigned thread)
{
    return thread + 1 == forker &&
           (!only_asleep || model_threads[thread].state == ASLEEP);
}

int vanish_forks(void)
{
    if (!vanish_may_fork(model_current) || choose(2) == 0) {
        return 0;
    }
    forks();
    return 1;
}

void vanish_fork_now(void)
{
    forks();
}
