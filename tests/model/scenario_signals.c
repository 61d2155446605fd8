// SPDX-License-Identifier: MIT
// scenario_signals.c - what may come of a signal: where a thread can be when it
// handles one, and where it can not.
#include <weft/atomic.h>
#include <weft/error.h>
#include "futex.h"
#include "kernel.h"
#include "linux.h"
#include "model.h"
#include "syscall.h"

const char model_primitive[] = "signals";
const char model_sources[] = "";

enum { QUEUES = 34, MERGES = 12 };

static uint32_t exit_words[2];
static uint32_t step, word;
static int seen = -1, handled, slept; // B's own, but for the end
static int data;

static void handle(int sig, void *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    seen = (int)weft__load_relaxed(&step);
    handled++;
}

static void begin(int sig)
{
    const struct kernel_sigaction action = {.handler = handle,
                                            .mask = ~(uint64_t)0};
    sys_sigaction(sig, &action);
    for (unsigned i = 0; i < 2; i++) {
        model_thread_lives(i, NULL, &exit_words[i]);
    }
}

static void begin_queues(void)
{
    begin(QUEUES);
}

static void begin_merges(void)
{
    begin(MERGES);
}

static void sends(int sig)
{
    (void)sys_tkill(1002, sig);
}

static void sends_one(void)
{
    data = 1;
    sends(QUEUES);
}

static void sends_to_a_sleeper(void)
{
    REQUIRE(model_until_asleep(1));
    sends(QUEUES);
}

static void sends_two(void)
{
    sends(QUEUES);
    sends(QUEUES);
}

static void sends_two_that_merge(void)
{
    sends(MERGES);
    sends(MERGES);
}

static void takes_two_steps(void)
{
    weft__store_relaxed(&step, 1);
    weft__store_relaxed(&step, 2);
    sys_exit(0);
}

static void blocks_one_step(void)
{
    uint64_t all = ~(uint64_t)0, old;
    sys_sigprocmask(SIG_SETMASK, &all, &old);
    weft__store_relaxed(&step, 1);
    weft__store_relaxed(&step, 2);
    sys_sigprocmask(SIG_SETMASK, &old, NULL);
    weft__store_relaxed(&step, 3);
    sys_exit(0);
}

static void sleeps(void)
{
    slept = weft__futex_wait_until(&word, 0, WEFT__NEVER, 0) == -WEFT_EINTR;
    sys_exit(0);
}

static void handles_data(int sig, void *info, void *context)
{
    handle(sig, info, context);
    REQUIRE(data == 1); // ordered: else it is a race
}

static void begin_data(void)
{
    begin(QUEUES);
    const struct kernel_sigaction action = {.handler = handles_data,
                                            .mask = ~(uint64_t)0};
    sys_sigaction(QUEUES, &action);
}

static void is_disturbed(void)
{
    data = 1;
    model_signal(1, QUEUES);
}

static void says_seen(void)
{
    model_outcome("%d", seen);
}

static void says_handled(void)
{
    model_outcome("%d", handled);
}

static void slept_until_the_signal(void)
{
    REQUIRE(slept && handled == 1);
}

const struct scenario model_scenarios[] = {
    {
        .name = "anywhere",
        .proves = "before any step, or too late",
        .setup = begin_queues,
        .threads = {sends_one, takes_two_steps},
        .finish = says_seen,
        .outcomes = "0 1 2 -1",
    },
    {
        .name = "at_once",
        .proves = "without preemptions a signal is handled at once",
        .setup = begin_queues,
        .threads = {sends_one, takes_two_steps},
        .finish = says_seen,
        .preemptions = NONE,
        .outcomes = "0 -1",
    },
    {
        .name = "blocked",
        .proves = "not while it is blocked",
        .setup = begin_queues,
        .threads = {sends_one, blocks_one_step},
        .finish = says_seen,
        .outcomes = "2 3 -1",
    },
    {
        .name = "asleep",
        .proves = "it ends a sleep",
        .setup = begin_queues,
        .threads = {sends_to_a_sleeper, sleeps},
        .finish = slept_until_the_signal,
    },
    {
        .name = "queue",
        .proves = "two that queue are handled twice, or come too late",
        .setup = begin_queues,
        .threads = {sends_two, takes_two_steps},
        .finish = says_handled,
        .outcomes = "0 1 2",
    },
    {
        .name = "merge",
        .proves = "two that do not may be one",
        .setup = begin_merges,
        .threads = {sends_two_that_merge, blocks_one_step},
        .finish = says_handled,
        .outcomes = "0 1 2",
    },
    {
        .name = "told",
        .proves = "the handler knows what the sender did",
        .setup = begin_data,
        .threads = {sends_one, takes_two_steps},
    },
    {
        .name = "stranger",
        .proves = "and nothing of a stranger",
        .setup = begin_data,
        .threads = {is_disturbed, takes_two_steps},
        .violates = "data race",
    },
    {0},
};
