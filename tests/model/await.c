// SPDX-License-Identifier: MIT
// await.c - spinning, in place of src/spin_wait.c.
//
// A thread that spins until something changes is not run again before something
// it has looked at has changed, and then does see the change: otherwise every
// spin would have executions without end. A spin with a bound, before a sleep,
// is different: that it may run out is just what is to be explored. There the
// scenario says how many looks it has, and a pause is nothing.
#include "spin_wait.h"
#include <string.h>
#include "machine.h"

static unsigned limit;

void await_reset(const struct scenario *scenario)
{
    limit = scenario->spins;
}

int await_over(const struct thread *t)
{
    if (t->awaited != 0) {
        enum thread_state state = model_threads[t->awaited - 1].state;
        return state == ASLEEP || state == DONE || state == VANISHED;
    }
    for (unsigned i = 0; i < t->look_count; i++) {
        if (memory_newer(t->looks[i].location, t->looks[i].message)) {
            return 1;
        }
    }
    return t->look_count == 0;
}

void await_looked(unsigned location, unsigned index)
{
    struct thread *self = running();
    unsigned i = 0;
    while (i < self->look_count && self->looks[i].location != location) {
        i++;
    }
    if (i == sizeof self->looks / sizeof self->looks[0]) {
        i = 0; // the oldest: long ago
    }
    self->looks[i] = (struct looked){(uint8_t)location, (uint8_t)index};
    self->look_count += i == self->look_count;
}

int await_forbids(unsigned location, unsigned index)
{
    struct thread *self = running();
    for (unsigned i = 0; i < self->before_count; i++) {
        if (self->before[i].location == location) {
            return self->before[i].message == index;
        }
    }
    return 0;
}

unsigned weft__spin_back_off(unsigned pauses)
{
    (void)pauses;
    weft__spin_pause();
    return 4; // of the 5 for each look: two looks
}

unsigned weft__spin_limit_for(unsigned others)
{
    (void)others; // as many CPUs as it takes
    // Its caller may multiply it.
    running()->free_pauses = limit > 0 ? 1000 : 0;
    return limit;
}

void weft__spin_pause(void)
{
    struct thread *self = running();
    if (model_current == ALONE) {
        model_fail("a spin with nobody else there");
    }
    if (self->free_pauses > 0) {
        self->free_pauses--;
        return;
    }
    self->state = AWAITING;
    trace_event(NULL, "(spins until something changes)");
    stop_running();
    memcpy(self->before, self->looks, sizeof self->before);
    self->before_count = self->look_count;
    self->look_count = 0;
}

int model_until_asleep(unsigned thread)
{
    struct thread *self = running();
    step(NULL, 0, 1);
    self->awaited = thread + 1;
    self->state = AWAITING;
    trace_event(NULL, "(waits until %c sleeps)", trace_letter(thread));
    stop_running();
    self->awaited = 0;
    return model_threads[thread].state == ASLEEP;
}
