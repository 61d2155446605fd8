// SPDX-License-Identifier: MIT
// sleep.c - futexes: sleep if the word still is what was expected; wake.
//
// The compare reads what is newest: the kernel looks under the lock of the bucket
// that a waker has to take too, so a change that is not seen here is followed by
// a wake that comes later. What the thread itself reads afterwards is not older
// (one processor, one word), but nothing is acquired by sleeping or waking, and
// nothing released: the sources must not rely on it.
#include <weft/error.h>
#include "machine.h"
#include "seam/futex_hook.h"

// cancel.h has it where the real one is compiled.
#include "cancel_nr.h"

static unsigned arrivals, spurious_left, interrupts_left, patience_left;
static int fifo, polls, patient;
static int64_t looks_at_the_clock;

void sleep_reset(const struct scenario *scenario)
{
    arrivals = 0;
    spurious_left = scenario->spurious;
    interrupts_left = scenario->interrupts;
    fifo = scenario->fifo;
    polls = scenario->polls;
    looks_at_the_clock = 0;
    patient = scenario->patient;
    patience_left = scenario->patience;
}

// In place of src/clock.c. Time does not go by here: a deadline, whichever, has
// come when that is chosen.
struct weft__deadline weft__deadline_in(int64_t timeout_ns)
{
    return weft__monotonic(timeout_ns);
}

// The same for what only has to be another time at each look.
__attribute__((weak)) int64_t weft_now(void)
{
    return ++looks_at_the_clock;
}

long model_wait(struct model_site *site, uint32_t *word, uint32_t expected,
                struct weft__deadline deadline, unsigned flags)
{
    struct thread *self = running();
    site->reached = 1;
    step(word, sizeof *word, 1);
    if (plain_is_gone((uintptr_t)word)) {
        model_fail("a sleep on %s, after its end", trace_word(site, word));
    }
    if ((flags & FUTEX_CANCEL) && cancel_due(self)) {
        trace_event(site, "wait %s: cancelled", trace_word(site, word));
        return WEFT__CANCELED_CALL;
    }
    uint32_t found = memory_newest(word);
    if (found != expected) {
        trace_event(site, "wait %s: is %s, not %s", trace_word(site, word),
                    trace_value(found), trace_value(expected));
        return -WEFT_EAGAIN;
    }
    trace_event(site, "wait %s while %s: sleeps", trace_word(site, word),
                trace_value(found));
    self->word = (uintptr_t)word;
    self->flags = flags;
    self->timed = deadline.ns != WEFT_FOREVER;
    self->arrival = arrivals++;
    self->state = ASLEEP;
    stop_running();
    if (polls) {
        self->look_count = 0;
    }
    if (self->forks) {
        self->forks = 0;
        vanish_fork_now();
    } else if (self->result == -WEFT_EINTR) {
        signals_take(); // if that was it
    }
    return self->result;
}

static void awaken(unsigned thread, long result, uint64_t reason)
{
    struct thread *t = &model_threads[thread];
    t->state = READY;
    t->result = result;
    t->history = mix(t->history, reason);
}

static int sleeps_on(const struct thread *t, const uint32_t *word,
                     unsigned flags)
{
    return t->state == ASLEEP && t->word == (uintptr_t)word &&
           !((t->flags ^ flags) & FUTEX_SHARED);
}

// The sleepers on a word, in the order of their arrival.
static unsigned sleepers_on(const uint32_t *word, unsigned flags,
                            unsigned *sleepers)
{
    unsigned count = 0;
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        if (!sleeps_on(&model_threads[i], word, flags) || vanish_in_sleep(i)) {
            continue;
        }
        unsigned at = count++;
        while (at > 0 && model_threads[sleepers[at - 1]].arrival >
                             model_threads[i].arrival) {
            sleepers[at] = sleepers[at - 1];
            at--;
        }
        sleepers[at] = i;
    }
    return count;
}

// Calls act for count of the sleepers: the first to come, or any.
static void for_some(unsigned *sleepers, unsigned there, unsigned count,
                     void (*act)(unsigned))
{
    while (count > 0 && there > 0) {
        unsigned which = 0;
        if (!fifo && count < there) {
            // In increasing order: of which ones only the set matters.
            which = choose(there - count + 1);
        }
        act(sleepers[which]);
        which++;
        for (unsigned i = which; i < there; i++) {
            sleepers[i - which] = sleepers[i];
        }
        there -= which;
        count--;
    }
}

static void wake_one(unsigned thread)
{
    awaken(thread, 0, (uint64_t)model_current << 32 | running()->steps);
    model_threads[thread].wakes++;
    trace_event(NULL, "  wakes %c", trace_letter(thread));
    remember(thread);
}

void model_wake(struct model_site *site, uint32_t *word, int count,
                unsigned flags)
{
    site->reached = 1;
    if (site->skipped) {
        return; // a mutant
    }
    step(word, sizeof *word, 1);
    unsigned sleepers[MODEL_THREADS];
    unsigned there = sleepers_on(word, flags, sleepers);
    trace_event(site, "wake %s on %s%s", count == 1 ? "one" : "all",
                trace_word(site, word), there == 0 ? ": nobody" : "");
    for_some(sleepers, there, (unsigned)count, wake_one);
}

static uint32_t changed(uint32_t old, enum weft__futex_change change,
                        uint32_t operand)
{
    return change == FUTEX_SET   ? operand
           : change == FUTEX_ADD ? old + operand
                                 : old & ~operand;
}

void model_change_and_wake(struct model_site *site, uint32_t *word,
                           enum weft__futex_change change, uint32_t operand,
                           unsigned flags)
{
    site->reached = 1;
    step(word, sizeof *word, 1);
    uint32_t old = memory_newest(word);
    uint32_t new = changed(old, change, operand);
    unsigned sleepers[MODEL_THREADS];
    unsigned there = site->skipped ? 0 : sleepers_on(word, flags, sleepers);
    trace_event(site, "change %s: %s -> %s, wake all%s", trace_word(site, word),
                trace_value(old), trace_value(new),
                there == 0 ? ": nobody" : "");
    memory_change(word, new);
    for_some(sleepers, there, there, wake_one);
}

unsigned model_wakes(void)
{
    return running()->wakes;
}

void kernel_wake(uint32_t *word)
{
    step(NULL, 0, 1);
    unsigned sleepers[MODEL_THREADS];
    unsigned there = sleepers_on(word, FUTEX_SHARED, sleepers);
    trace_event(NULL, "exit: wakes one, shared%s",
                there == 0 ? ": nobody" : "");
    for_some(sleepers, there, 1, wake_one);
}

static uint32_t *requeue_target;

static void requeue_one(unsigned thread)
{
    struct thread *t = &model_threads[thread];
    t->word = (uintptr_t)requeue_target;
    t->arrival = arrivals++;
    t->history =
        mix(t->history, (uint64_t)model_current << 32 | running()->steps);
    trace_event(NULL, "  moves %c", trace_letter(thread));
    remember(thread);
}

long model_requeue(struct model_site *site, uint32_t *word, uint32_t expected,
                   uint32_t *target)
{
    site->reached = 1;
    if (site->skipped) {
        return 0; // a mutant
    }
    step(NULL, 0, 1);
    if (plain_is_gone((uintptr_t)word)) {
        model_fail("a requeue from %s, after its end", trace_word(site, word));
    }
    uint32_t found = memory_newest(word);
    if (found != expected) {
        trace_event(site, "requeue %s: is %s, not %s", trace_word(site, word),
                    trace_value(found), trace_value(expected));
        return -WEFT_EAGAIN;
    }
    unsigned sleepers[MODEL_THREADS];
    unsigned there = sleepers_on(word, 0, sleepers);
    trace_event(site, "requeue %s%s", trace_word(site, word),
                there == 0 ? ": nobody" : "");
    requeue_target = target;
    for_some(sleepers, there, 1, requeue_one);
    running()->history = mix(running()->history, there > 0);
    return there > 0;
}

// ---- Ends that nobody brings about ----

enum ending {
    TIMEOUT,
    CANCELED,
    SPURIOUS,
    INTERRUPTED,
    SIGNALLED,
    FORKING,
    ENDINGS
};

static int deadline_passes(const struct thread *t)
{
    if (patient) {
        return patience_left > 0 && run_nobody_goes_on();
    }
    return !polls || await_over(t);
}

static int possible(const struct thread *t, enum ending ending)
{
    switch (ending) {
    case TIMEOUT:
        return t->timed && deadline_passes(t);
    case CANCELED:
        return (t->flags & FUTEX_CANCEL) && cancel_due(t);
    case SPURIOUS:
        return spurious_left > 0;
    case INTERRUPTED:
        return interrupts_left > 0;
    case SIGNALLED:
        return signals_due((unsigned)(t - model_threads));
    default:
        return vanish_may_fork((unsigned)(t - model_threads));
    }
}

unsigned sleep_endings(unsigned thread)
{
    unsigned count = 0;
    for (unsigned ending = 0; ending < ENDINGS; ending++) {
        if (possible(&model_threads[thread], (enum ending)ending)) {
            count++;
        }
    }
    return count;
}

int sleep_ends_by_itself(unsigned thread)
{
    struct thread *t = &model_threads[thread];
    return possible(t, TIMEOUT) || possible(t, CANCELED) ||
           possible(t, SIGNALLED);
}

void sleep_end(unsigned thread, unsigned number)
{
    static const long results[] = {
        -WEFT_ETIMEDOUT, WEFT__CANCELED_CALL, 0,
        -WEFT_EINTR,     -WEFT_EINTR,         -WEFT_EINTR};
    static const char *const names[] = {
        "its deadline passes",     "its sleep is cancelled",
        "wakes up for no reason",  "its sleep is interrupted",
        "a signal ends its sleep", "a signal ends its sleep"};
    struct thread *t = &model_threads[thread];
    unsigned ending = 0;
    while (!possible(t, (enum ending)ending) || number-- > 0) {
        ending++;
    }
    patience_left -= ending == TIMEOUT && patient;
    spurious_left -= ending == SPURIOUS;
    interrupts_left -= ending == INTERRUPTED;
    t->forks = ending == FORKING;
    awaken(thread, results[ending], 0x100 + ending);
    unsigned old = model_current;
    model_current = thread;
    trace_event(NULL, "(%s)", names[ending]);
    model_current = old;
}

uint64_t sleep_hash(void)
{
    uint64_t sum = 0;
    if (!fifo) {
        return sum;
    }
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        for (unsigned j = 0; j < MODEL_THREADS; j++) {
            struct thread *a = &model_threads[i], *b = &model_threads[j];
            if (a->state == ASLEEP && b->state == ASLEEP &&
                a->word == b->word && a->arrival < b->arrival) {
                sum += mix(i, j);
            }
        }
    }
    return sum;
}
