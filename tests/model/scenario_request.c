// SPDX-License-Identifier: MIT
// scenario_request.c - who is asked to end: never disturbed while it has that
// disabled, and never left asleep once it has it enabled (request.c).
//
// B is the thread that is asked. It blocks as weft__cancel_syscall does: a look, and
// then a sleep that only the signal ends. What stands for poll(2) is the time in which
// B has cancellation disabled: a handler that runs there would have ended it.
#include <weft/atomic.h>
#include "futex.h"
#include "kernel.h"
#include "linux.h"
#include "model.h"
#include "request.h"
#include "spin_wait.h"
#include "syscall.h"

const char model_primitive[] = "request";
const char model_sources[] = "request.c request.h";

enum { SIGNAL = 33, B = 1, TID_OF_B = 1002 };

static struct weft__record record; // B's
static uint32_t exit_words[MODEL_THREADS];
static uint32_t kicked; // by the signal; B sleeps on it
static int deaf;        // B's own: no signal may come
static int reason;      // of who asks, for B's cleanup handlers
static int handled;     // B's own
static int loses_one; // the first signal, in the handler, does not get through
static uint32_t lost; // and has not
static int two;       // ask, and only one of them sends the signal

static void handle(int sig, void *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    REQUIRE(!deaf);
    handled++;
    if (loses_one && handled == 1) {
        weft__request_lost(&record);
        weft__store_release(&lost, 1);
        return;
    }
    weft__store_relaxed(&kicked, 1);
}

static void begin(void)
{
    const struct kernel_sigaction action = {.handler = handle,
                                            .mask = ~(uint64_t)0};
    sys_sigaction(SIGNAL, &action);
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        model_thread_lives(i, NULL, &exit_words[i]);
    }
    model_name(&record.cancel_request, sizeof record.cancel_request, "request");
}

static void begin_with_two(void)
{
    begin();
    two = 1;
}

// ---- Who asks, as weft_cancel does ----

static int ask(int may_fail)
{
    if (!weft__request_make(&record)) {
        return 1;
    }
    int told = !(may_fail && model_choose(2) == 1);
    if (told) {
        sys_tkill(TID_OF_B, SIGNAL);
    }
    weft__request_told(&record, told);
    return told;
}

static void asks(void)
{
    reason = 1;
    ask(0);
}

static void nobody(void)
{
}

static void asks_as_well(void)
{
    ask(0);
}

// The kernel may refuse the first signal: then the second request has to do.
static void asks_twice(void)
{
    reason = 1;
    if (!ask(1)) {
        ask(0);
    }
}

static void asks_until_told(void)
{
    reason = 1;
    ask(0);
    while (weft__load_acquire(&lost) == 0) {
        if (weft__load_relaxed(&kicked) != 0) {
            return; // it has looked by itself
        }
        weft__spin_pause();
    }
    ask(0);
}

// ---- Who is asked ----

static void ends(void)
{
    REQUIRE(two || reason == 1); // if they are not ordered it is a race
    model_end();
}

// A cancellation point that blocks for ever. A signal between the look and the sleep is
// not missed: there the handler stands the pc where the call is not made, and here it
// changes the word.
static void blocks(void)
{
    for (;;) {
        if (weft__request_is_made(&record)) {
            ends();
        }
        weft__futex_wait(&kicked, 0, 0);
    }
}

// The look is once, as in a call that goes on after a handler.
static void blocks_in_one_call(void)
{
    while (weft__load_relaxed(&kicked) == 0 &&
           !weft__request_is_made(&record)) {
        do {
            weft__futex_wait(&kicked, 0, 0);
        } while (weft__load_relaxed(&kicked) == 0);
    }
    weft__store_relaxed(&kicked, 1);
    REQUIRE(weft__request_is_made(&record));
    ends();
}

static void is_deaf(void)
{
    weft__request_defer(&record);
    deaf = 1;
    // Some steps of whatever it does.
    (void)weft__load_relaxed(&kicked);
    (void)weft__load_relaxed(&kicked);
    deaf = 0;
    weft__request_allow(&record);
}

static void is_deaf_then_blocks(void)
{
    is_deaf();
    blocks();
}

static void is_deaf_twice(void)
{
    is_deaf();
    is_deaf_then_blocks();
}

// What it was asked by itself, another may ask as well.
static void asks_itself(void)
{
    reason = 1;
    weft__request_make_own(&record);
    REQUIRE(weft__request_will_be_met(&record));
    blocks();
}

static void begin_and_lose(void)
{
    begin();
    loses_one = 1;
}

static void one_signal_or_none(void)
{
    REQUIRE(handled <= 1);
}

#define REQUEST(NAME, PROVES, ...)                                             \
    {                                                                          \
        .name = NAME, .proves = PROVES, .setup = begin, .threads = {           \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

const struct scenario model_scenarios[] = {
    REQUEST("blocks", "who blocks is woken and told why", asks, blocks),
    REQUEST("deaf", "who has it disabled is not disturbed, and asked after it",
            asks, is_deaf_then_blocks),
    REQUEST("deaf_twice", "nor the second time", asks, is_deaf_twice),
    REQUEST("again", "who could not be told is told by the next request",
            asks_twice, is_deaf_then_blocks),
    {
        .name = "two_ask",
        .proves = "of two requests one sends the signal",
        .setup = begin_with_two,
        .threads = {asks_as_well, is_deaf_then_blocks, asks_as_well},
        .finish = one_signal_or_none,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "lost",
        .proves = "a signal that got lost is sent again by the next request",
        .setup = begin_and_lose,
        .threads = {asks_until_told, blocks_in_one_call},
    },
    REQUEST("itself", "what it has asked itself needs no signal", nobody,
            asks_itself),
    {0},
};
