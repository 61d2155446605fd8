// SPDX-License-Identifier: MIT
// access.c - the atomics of the sources, each one step of a thread.
// Read before: seam/atomic_hook.h, memory.c.
#include "machine.h"
#include "seam/atomic_hook.h"

// Before every access: others may go on first, and the word must be there.
static unsigned begin(struct model_site *site, const void *word, unsigned size,
                      int write)
{
    site->reached = 1;
    step(word, size, write);
    plain_atomic((uintptr_t)word, size, write);
    return memory_find(word, size);
}

uint64_t model_load(struct model_site *site, const void *word, unsigned size)
{
    unsigned location = begin(site, word, size, 0);
    struct question question = {location, site->order_now, 0, 0, 0};
    unsigned message = memory_pick(&question);
    memory_learn(location, message, site->order_now);
    await_looked(location, message);
    uint64_t value = memory_value(location, message);
    trace_event(site, "load %s: %s%s", trace_word(site, word),
                trace_value(value), memory_age(location, message));
    return value;
}

void model_store(struct model_site *site, void *word, unsigned size,
                 uint64_t value)
{
    unsigned location = begin(site, word, size, 1);
    unsigned message = memory_put(location, value, site->order_now, -1);
    trace_event(site, "store %s = %s%s", trace_word(site, word),
                trace_value(value), memory_age(location, message));
}

enum update { SWAP, ADD, AND, OR };

static uint64_t updated(enum update update, uint64_t old, uint64_t value)
{
    switch (update) {
    case SWAP:
        return value;
    case ADD:
        return old + value;
    case AND:
        return old & value;
    default:
        return old | value;
    }
}

static uint64_t update(struct model_site *site, void *word, unsigned size,
                       enum update kind, uint64_t value)
{
    unsigned location = begin(site, word, size, 1);
    struct question question = {location, site->order_now, 1, 0, 0};
    unsigned from = memory_pick(&question);
    memory_learn(location, from, site->order_now);
    uint64_t old = memory_value(location, from);
    uint64_t new = updated(kind, old, value);
    if (size == 4) {
        new = (uint32_t) new;
    }
    unsigned message = memory_put(location, new, site->order_now, (int)from);
    await_looked(location, message);
    trace_event(site, "%s %s: %s -> %s%s", site->operation,
                trace_word(site, word), trace_value(old), trace_value(new),
                memory_age(location, message));
    return old;
}

uint64_t model_swap(struct model_site *site, void *word, unsigned size,
                    uint64_t value)
{
    return update(site, word, size, SWAP, value);
}

uint64_t model_add(struct model_site *site, void *word, unsigned size,
                   uint64_t value)
{
    return update(site, word, size, ADD, value);
}

uint64_t model_and(struct model_site *site, void *word, unsigned size,
                   uint64_t value)
{
    return update(site, word, size, AND, value);
}

uint64_t model_or(struct model_site *site, void *word, unsigned size,
                  uint64_t value)
{
    return update(site, word, size, OR, value);
}

int model_cas(struct model_site *site, void *word, unsigned size,
              uint64_t *expected, uint64_t desired)
{
    // Not as a write yet: it may fail, and then only reads.
    site->reached = 1;
    step(word, size, 1);
    plain_atomic((uintptr_t)word, size, 0);
    unsigned location = memory_find(word, size);
    struct question question = {location, site->order_now, 1, 1, *expected};
    unsigned from = memory_pick(&question);
    uint64_t found = memory_value(location, from);
    if (found != *expected) {
        memory_learn(location, from, site->failure_now);
        await_looked(location, from);
        trace_event(site, "cas %s: %s, not %s%s", trace_word(site, word),
                    trace_value(found), trace_value(*expected),
                    memory_age(location, from));
        *expected = found;
        return 0;
    }
    plain_atomic((uintptr_t)word, size, 1);
    memory_learn(location, from, site->order_now);
    unsigned message =
        memory_put(location, desired, site->order_now, (int)from);
    await_looked(location, message);
    trace_event(site, "cas %s: %s -> %s%s", trace_word(site, word),
                trace_value(found), trace_value(desired),
                memory_age(location, message));
    return 1;
}

void model_fence(struct model_site *site)
{
    site->reached = 1;
    if (site->order_now == RELAXED) {
        return; // a mutant: no fence
    }
    step(NULL, 0, 1);
    memory_fence(site->order_now);
    trace_event(site, "fence");
}
