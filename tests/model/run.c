// SPDX-License-Identifier: MIT
// run.c - one execution of a scenario: who may go on, and who does.
//
// Threads are switched only before steps: accesses and calls that other threads
// can see. At each, explore.c chooses among all who could go on.
//
// A thread that is preempted before a step goes on only after somebody else has
// done something that this step depends on. Otherwise the step could as well have
// been done before the switch: that execution has no more preemptions, leads to
// the same state, and is explored too.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"

// No scenario needs so many; a mutant may never come to an end.
enum { MOST_STEPS = 4000 };

struct thread model_threads[PARTIES];
unsigned model_current;

static enum outcome outcome;
static char message[512];
static unsigned steps;
static int may_hang;
static struct spent spent, most;

const char *run_message(void)
{
    return message;
}

void model_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    outcome = VIOLATED;
    coroutine_leave();
}

unsigned model_self(void)
{
    return model_current;
}

int may_read_old(void)
{
    return spent.old_reads < most.old_reads;
}

void has_read_old(void)
{
    if (most.old_reads != UINT8_MAX) { // else it does not count
        spent.old_reads++;
    }
}

int may_preempt(void)
{
    return spent.preemptions < most.preemptions;
}

void has_preempted(void)
{
    if (most.preemptions != UINT8_MAX) { // else it does not count
        spent.preemptions++;
    }
}

// ---- Who goes on ----

struct candidate {
    unsigned thread;
    unsigned ending; // of its sleep: 0 none, else 1 + which
};

static int can_go_on(const struct thread *t)
{
    return t->state == READY || (t->state == AWAITING && await_over(t));
}

int run_nobody_goes_on(void)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        if (can_go_on(&model_threads[i])) {
            return 0;
        }
    }
    return 1;
}

// All who can go on, the running thread first. Sets *stuck when those who can
// do so only for no reason, and leaves out those for whom it has no sense.
static unsigned candidates(struct candidate *list, int *stuck)
{
    unsigned count = 0;
    *stuck = 1;
    int running_can = model_current != ALONE && can_go_on(running());
    if (running_can) {
        list[count++] = (struct candidate){model_current, 0};
        *stuck = 0;
        if (!may_preempt()) {
            return count;
        }
    }
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        struct thread *t = &model_threads[i];
        if (can_go_on(t) && !(running_can && i == model_current)) {
            *stuck = 0;
            if (!t->pointless) {
                list[count++] = (struct candidate){i, 0};
            }
        }
    }
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        if (model_threads[i].state == ASLEEP) {
            unsigned endings = sleep_endings(i);
            for (unsigned e = 1; e <= endings; e++) {
                list[count++] = (struct candidate){i, e};
            }
            *stuck &= !sleep_ends_by_itself(i);
        }
    }
    return count;
}

static int all_done(void)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        enum thread_state state = model_threads[i].state;
        if (state != DONE && state != VANISHED && state != ABSENT) {
            return 0;
        }
    }
    return 1;
}

static void require_not_stuck(int stuck)
{
    char who[64] = "";
    if (!stuck) {
        return;
    }
    if (may_hang || vanish_excuses()) {
        coroutine_leave();
    }
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        size_t used = strlen(who);
        if (model_threads[i].state == ASLEEP) {
            snprintf(who + used, sizeof who - used, " %c sleeps",
                     trace_letter(i));
        } else if (model_threads[i].state == AWAITING) {
            snprintf(who + used, sizeof who - used, " %c spins",
                     trace_letter(i));
        }
    }
    model_fail("nobody can go on:%s", who);
}

// The state, but for what the choices so far left over to be done.
static uint64_t state_key(void)
{
    uint64_t key = memory_hash() + sleep_hash();
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        struct thread *t = &model_threads[i];
        key += mix(mix(i, t->state), t->history);
    }
    unsigned current = can_go_on(running()) ? model_current : ALONE;
    return mix(mix(key, current), (uint64_t)vanish_excuses());
}

static uint8_t left_out(void)
{
    unsigned threads = 0;
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        threads |= model_threads[i].pointless ? 1u << i : 0;
    }
    return (uint8_t)threads;
}

// Chooses who goes on. Leaves the execution when that is known, or nobody can.
static unsigned choose_next(void)
{
    struct candidate list[MODEL_THREADS * 6];
    int stuck;
    if (all_done()) {
        coroutine_leave();
    }
    unsigned count = candidates(list, &stuck);
    require_not_stuck(stuck);
    if (count == 0) {
        outcome = KNOWN; // the same as without the last preemption
        coroutine_leave();
    }
    if (++steps > MOST_STEPS) {
        model_fail("no end in sight after %d steps", MOST_STEPS);
    }
    spent.left_out = left_out();
    if (on_new_ground() && known_state(state_key(), &spent)) {
        outcome = KNOWN;
        coroutine_leave();
    }
    int running_can = model_current != ALONE && can_go_on(running());
    struct candidate next = list[choose(count)];
    if (running_can && next.thread != model_current) {
        has_preempted();
        running()->pointless = running()->state == READY;
    }
    if (next.ending != 0) {
        sleep_end(next.thread, next.ending - 1);
    }
    return next.thread;
}

static void go_on(unsigned next)
{
    model_threads[next].state = READY;
    if (next != model_current) {
        coroutine_switch(model_current, next);
    }
}

// Whether it makes a difference which of two steps comes first.
static int depends(const struct intent *a, const struct intent *b)
{
    if (a->size == 0 || b->size == 0) {
        return 1;
    }
    return (a->writes || b->writes) && a->address < b->address + b->size &&
           b->address < a->address + a->size;
}

void step(const void *word, unsigned size, int writes)
{
    if (model_current == ALONE) {
        return;
    }
    struct thread *self = running();
    vanish_before_step();
    do {
        // What a handler would do first is not known.
        self->next =
            signals_due(model_current) || vanish_may_fork(model_current)
                ? (struct intent){0}
                : (struct intent){(uintptr_t)word, size, writes};
        go_on(choose_next());
    } while (signals_interrupt() || vanish_forks());
    self->next = (struct intent){(uintptr_t)word, size, writes};
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        if (model_threads[i].pointless &&
            depends(&model_threads[i].next, &self->next)) {
            model_threads[i].pointless = 0;
        }
    }
    remember(++self->steps);
}

void stop_running(void)
{
    go_on(choose_next());
}

// ---- An execution ----

static void body(void)
{
    struct thread *self = running();
    self->entry();
    model_end();
}

void model_end(void)
{
    running()->state = DONE;
    trace_event(NULL, "ends");
    stop_running();
    __builtin_unreachable();
}

void thread_begin(unsigned index, void (*entry)(void), unsigned creator)
{
    struct thread *t = &model_threads[index];
    *t = (struct thread){.state = READY, .entry = entry};
    t->now = model_threads[creator].now;
    t->now.clock[index] = 1;
    coroutine_start(index, body);
    model_threads[creator].now.clock[creator]++;
}

static void begin(const struct scenario *scenario)
{
    memset(model_threads, 0, sizeof model_threads);
    model_threads[ALONE].now.clock[ALONE] = 1;
    steps = 0;
    spent = (struct spent){0};
    message[0] = '\0';
    outcome = COMPLETE;
    memory_reset();
    watched_reset();
    frames_reset();
    sleep_reset(scenario);
    await_reset(scenario);
    kernel_reset(scenario);
    signals_reset();
    vanish_reset(scenario);
    trace_reset();
}

static unsigned first;

static void choose_first(void)
{
    first = MODEL_THREADS;
    first = choose_next();
}

static void finish(const struct scenario *scenario)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        knowledge_join(&model_threads[ALONE].now, &model_threads[i].now);
    }
    if (scenario->finish != NULL && all_done()) {
        coroutine_alone(scenario->finish);
    }
}

enum outcome run_once(const struct scenario *scenario,
                      const struct spent *bounds)
{
    begin(scenario);
    most = *bounds;
    may_hang = scenario->may_hang;
    if (scenario->setup != NULL) {
        coroutine_alone(scenario->setup);
    }
    for (unsigned i = 0; outcome == COMPLETE && i < MODEL_THREADS &&
                         scenario->threads[i] != NULL;
         i++) {
        thread_begin(i, scenario->threads[i], ALONE);
    }
    model_current = ALONE;
    if (outcome == COMPLETE) {
        coroutine_alone(choose_first);
    }
    if (outcome == COMPLETE && first != MODEL_THREADS) {
        coroutine_enter(first);
    }
    if (outcome == COMPLETE) {
        finish(scenario);
    }
    return outcome;
}
