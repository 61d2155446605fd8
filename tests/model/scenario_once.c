// SPDX-License-Identifier: MIT
// scenario_once.c - weft/once.h, src/once.c: the function runs once, whoever comes
// later sees what it did (L37), and a cancelled one is made up for.
#include <weft/cancel.h>
#include <weft/once.h>
#include "model.h"
#include "selves.h"

const char model_primitive[] = "once";
const char model_sources[] = "once.h once.c";

static weft_once_flag *flag;
static int runs, value;

static void begin(void)
{
    begin_selves();
    flag = model_alloc(sizeof *flag);
    model_name(flag, sizeof *flag, "once");
    model_name(&value, sizeof value, "value");
}

static void prepare(void)
{
    runs++;
    value = 1;
}

static void calls(void)
{
    REQUIRE(weft_once(flag, prepare) == 0);
    REQUIRE(value == 1);
}

static void calls_twice(void)
{
    calls();
    calls();
}

static void ran_once(void)
{
    REQUIRE(runs == 1 && value == 1);
}

// ---- The function is a cancellation point ----

static void prepare_in_parts(void)
{
    runs++;
    weft_test_cancel();
    value = 1;
}

static void calls_in_parts(void)
{
    REQUIRE(weft_once(flag, prepare_in_parts) == 0);
    REQUIRE(value == 1);
}

static void cancels_a(void)
{
    model_cancel(0);
}

static void ran_to_its_end(void)
{
    REQUIRE(value == 1 && runs <= 2);
}

static void calls_and_frees(void)
{
    REQUIRE(weft_once(flag, prepare) == 0);
    static uint32_t left;
    if (weft__add_acq_rel(&left, 1) == 1) {
        model_free(flag, sizeof *flag);
    }
}

#define ONCE(NAME, PROVES, FINISH, ...)                                        \
    .name = NAME, .proves = PROVES, .setup = begin, .finish = FINISH,          \
    .threads = {__VA_ARGS__}

// The thread that forks while another is in the function makes up for it, whether
// it comes then or was waiting.
static void comes_late_or_waits(void)
{
    if (model_choose(2)) {
        model_fork();
    }
    calls();
}

const struct scenario model_scenarios[] = {
    {ONCE("two", "two callers", ran_once, calls_twice, calls_twice),
     .spurious = 1},
    {ONCE("three", "three callers", ran_once, calls, calls, calls),
     .preemptions = 3, .old_reads = 2, .spurious = 1},
    {ONCE("cancelled", "somebody else takes over", ran_to_its_end,
          calls_in_parts, calls_in_parts, cancels_a),
     .preemptions = 3, .old_reads = 2},
    {ONCE("cancelled_beside_two", "and all that sleep are woken",
          ran_to_its_end, calls_in_parts, calls_in_parts, calls_in_parts,
          cancels_a),
     .preemptions = 2, .old_reads = 1},
    {ONCE("freed", "it may be freed when all calls are back", NULL,
          calls_and_frees, calls_and_frees),
     .spurious = 1},
    {
        .name = "fork",
        .proves = "in the child of a fork it is done once more, or done",
        .setup = begin,
        .threads = {comes_late_or_waits, calls, calls},
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "fork_while_waiting",
        .proves = "who waits for one that is not there takes its place",
        .setup = begin,
        .threads = {calls_twice, calls},
        .preemptions = 3,
        .old_reads = 1,
        .fork = 1,
        .fork_asleep = 1,
    },
    {0},
};
