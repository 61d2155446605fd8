// SPDX-License-Identifier: MIT
// everyone.c - a function in all threads, while none of them does anything else.
// Read before: record.h, life.c (pins), everyone.h.
//
// The kernel keeps user ids for each thread, POSIX for the whole process: so
// setuid has to be made by every thread, and no thread may run on with the old id
// once setuid has returned. The thread that calls it walks over the records,
// which need no lock to be looked at, and sends a signal to each thread; in the
// handler all wait for each other:
//
//     walker                              each other thread, in the handler
//     walks: signals whom it did not yet
//     sleeps until they are stopped        stopped + 1, sleeps
//     walks again, until nobody is
//     new, was born, or has ended
//     function(argument)
//     phase = RUN      ------------------> function(argument), one at a time
//     sleeps until all have                ran + 1, sleeps
//     phase = OVER     ------------------>
//     sleeps until all have left           left + 1, goes on
//
// No thread is missed. One that is being born has a creator: when that one is
// stopped it has either not made it yet, and can not any more, or the kernel has
// made it and stored its tid before clone returned, so that the next walk sees
// it. And a walk is the last one only when all creators were stopped, or had
// ended, before it. A creator that ends is why "nobody is new" is not enough:
// its child may have a record that the walk has passed, while its own shows, when
// the walk gets there, nobody to be stopped.
// Nor is anybody waited for in vain: a thread on its last steps, of which no pin
// is had any more, runs no code of the program's. The walker does not wait for it,
// and it knows by the same look that it is not waited for.
//
// What nobody may do is to sleep with this signal blocked until a thread goes on
// that may be stopped here.
#include <weft/atomic.h>
#include <weft/error.h>
#include "everyone.h"
#include "futex.h"
#include "life.h"
#include "lock.h"
#include "signal.h"
#include "thread.h"

enum { GATHER, RUN, OVER };
// A record's `reached`: 0, or the walk that has signalled its thread, and whether
// that one is stopped or was.
enum { STOPPED = 1 };
#define PATIENCE_NS                                                            \
    INT64_C(1000000) // until it looks whether somebody has ended

static struct weft__lock walk_lock; // one walk at a time
// Guarded by walk_lock:
static uint32_t walk; // its number, even and not 0
// And read in the handler while a walk is under way:
static void (*everyones_function)(void *);
static void *everyones_argument;

static uint32_t phase;              // futex of those who are stopped
static uint32_t news;               // futex of the walker: counts what they do
static uint32_t stopped, ran, left; // how many
static struct weft__lock turn;      // around the function

// ---- In those who are stopped ----

static void tell_walker(void)
{
    weft__add_release(&news, 1); // [everyone.news]
    weft__futex_wake(&news, 1, 0);
}

// One more; the last step of a handler in each phase. [everyone.count]
static void count(uint32_t *number)
{
    weft__add_release(number, 1);
    tell_walker();
}

static void sleep_while(uint32_t this_phase)
{
    // acquire: pairs with [everyone.phase]
    while (weft__load_acquire(&phase) == this_phase) {
        weft__futex_wait(&phase, this_phase, 0);
    }
}

// Not if the signal is a stranger's, or if it comes so late that the thread is on
// its last steps: then it may well be of a walk that is over.
static int is_waited_for(struct weft__record *self, uint32_t reached)
{
    if (reached == 0 || (reached & STOPPED) ||
        weft__life_pin(self, weft__life_handle(self)) != PIN_HELD) {
        return 0;
    }
    weft__life_unpin(self);
    return 1;
}

static void handle_stop(int sig, void *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    struct weft__record *self = weft__thread_self()->record;
    // relaxed: what the walker has stored besides is known by the pin
    uint32_t reached = weft__load_relaxed(&self->reached);
    if (!is_waited_for(self, reached)) {
        return;
    }
    // In this order: who is seen to be stopped is counted among those that the
    // walker waits for. Else it could be through with all phases before this
    // thread's next step, which would then begin to wait in the next walk.
    weft__add_relaxed(&stopped, 1); // shown by the next line
    // [everyone.stopped]
    weft__store_release(&self->reached, reached | STOPPED);
    tell_walker();
    sleep_while(GATHER);
    weft__lock_acquire(&turn);
    everyones_function(everyones_argument);
    weft__lock_release(&turn);
    count(&ran);
    sleep_while(RUN);
    count(&left);
}

// ---- In the walker ----

// The record of that index, if it ever had a thread.
static struct weft__record *record_at(uint32_t index)
{
    struct weft__record *record = weft__record_find(index);
    return weft__life_progress(record) != 0 ? record : NULL;
}

static int pin(struct weft__record *record)
{
    return weft__life_pin(record, weft__life_handle(record)) == PIN_HELD;
}

// Returns whether it has sent it.
static unsigned signal_one(int sig, struct weft__record *record)
{
    // relaxed: this thread's own store, or what was there before. Of a record that
    // was used again since it may be too old; but of whom this walk must not miss
    // the creator is stopped, or has ended, and what it knew is known
    uint32_t reached = weft__load_relaxed(&record->reached);
    if ((reached & ~(uint32_t)STOPPED) == walk || !pin(record)) {
        return 0;
    }
    uint32_t tid = weft__life_tid(record);
    int born = tid != WEFT__UNBORN;
    if (born) {
        // relaxed: before the signal, and above the pin that the handler's own
        // will find
        weft__store_relaxed(&record->reached, walk);
        while (sys_tkill((long)tid, sig) == -WEFT_EAGAIN) {
            weft_yield(); // the queue of signals is full
        }
    }
    weft__life_unpin(record);
    return (unsigned)born;
}

// Signals all that this walk has not signalled yet. Returns how many. *lives:
// how far all lives together have come.
static unsigned signal_the_new(int sig, uint64_t *lives)
{
    unsigned sent = 0;
    struct weft__record *record;
    *lives = 0;
    for (uint32_t i = 0; (record = record_at(i)) != NULL; i++) {
        sent += signal_one(sig, record);
        // After the pin: who could not be pinned is seen to have ended, and all
        // that it did before its end is known in the next walk.
        *lives += weft__life_progress(record);
    }
    return sent;
}

// Whether some thread was signalled, is not stopped yet, and may run the
// program's code.
static int somebody_runs(void)
{
    struct weft__record *record;
    for (uint32_t i = 0; (record = record_at(i)) != NULL; i++) {
        // acquire: pairs with [everyone.stopped]
        if (weft__load_acquire(&record->reached) == walk && pin(record)) {
            weft__life_unpin(record);
            return 1;
        }
    }
    return 0;
}

static void stop_all(int sig)
{
    unsigned sent;
    uint64_t lives = 0, before;
    do {
        before = lives;
        sent = signal_the_new(sig, &lives);
        uint32_t seen;
        // acquire: pairs with [everyone.news]
        while (seen = weft__load_acquire(&news), somebody_runs()) {
            weft__futex_wait_until(
                &news, seen, weft__monotonic(weft_now() + PATIENCE_NS), 0);
        }
    } while (sent > 0 || lives != before);
}

static void next_phase(uint32_t next, const uint32_t *counted)
{
    // [everyone.phase]
    weft__store_release(&phase, next);
    weft__futex_wake(&phase, INT32_MAX, 0);
    uint32_t seen;
    // acquire: the first pairs with [everyone.news], the second with
    // [everyone.count]
    while (seen = weft__load_acquire(&news),
           weft__load_acquire(counted) != stopped) {
        weft__futex_wait(&news, seen, 0);
    }
}

static long install(int sig)
{
    const struct kernel_sigaction action = {
        .handler = handle_stop,
        .flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | SA_RESTORER,
        .restorer = weft__sigreturn,
        .mask = ~(uint64_t)0,
    };
    return sys_sigaction(sig, &action);
}

void weft__everyone_calls(int sig, void (*function)(void *), void *argument)
{
    // While it waits for another walker, it must be possible to stop it.
    uint64_t old;
    uint64_t mask = ~weft__signal_bit(sig);
    if (sys_sigprocmask(SIG_SETMASK, &mask, &old) < 0 || install(sig) < 0) {
        arch_trap(); // a sandbox: better no process than one with two user ids
    }
    weft__lock_acquire(&walk_lock);
    mask = ~(uint64_t)0;
    sys_sigprocmask(SIG_SETMASK, &mask, NULL);
    walk = walk + 2 != 0 ? walk + 2 : 2; // 0 is nobody's
    everyones_function = function;
    everyones_argument = argument;
    weft__store_relaxed(&weft__thread_self()->record->reached, walk | STOPPED);
    stop_all(sig);
    function(argument);
    next_phase(RUN, &ran);
    next_phase(OVER, &left);
    stopped = ran = left = 0;
    phase = GATHER;
    weft__lock_release(&walk_lock);
    weft__signals_restore(&old);
}

void weft__everyone_alone(void)
{
    walk_lock.word = turn.word = 0;
    phase = GATHER;
    stopped = ran = left = 0;
    // relaxed: nobody else is there. The signal that was sent is the parent's
    weft__store_relaxed(&weft__thread_self()->record->reached, 0);
}
