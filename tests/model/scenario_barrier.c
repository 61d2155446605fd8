// SPDX-License-Identifier: MIT
// scenario_barrier.c - weft/barrier.h, src/barrier.c, src/barrier_shared.c: nobody
// goes on before all have come; the first one back may free a private barrier
// (L16); those who are not there any more keep nobody waiting (L40).
#include <weft/barrier.h>
#include <weft/error.h>
#include "model.h"
#include "selves.h"
#include "thread.h"

const char model_primitive[] = "barrier";
const char model_sources[] = "barrier.c barrier_shared.c ghosts.h ghosts.c";

static weft_barrier *barrier;
static int arrived[MODEL_THREADS];
static int serial[MODEL_THREADS];

static void make(uint32_t count, uint32_t flags)
{
    begin_selves();
    barrier = model_alloc(sizeof *barrier);
    model_name(barrier, sizeof *barrier, "barrier");
    REQUIRE(weft_barrier_init(barrier, count, flags) == 0);
}

static void for_two(void)
{
    make(2, 0);
}

static void for_three(void)
{
    make(3, 0);
}

static void for_two_shared(void)
{
    make(2, WEFT_SHARED);
}

// Comes, waits, and sees what the others did before. Whether it was the last.
static int meet(int round, unsigned count)
{
    arrived[model_self()] = round;
    int result = weft_barrier_wait(barrier);
    REQUIRE(result == 0 || result == WEFT_BARRIER_SERIAL);
    for (unsigned i = 0; i < count; i++) {
        REQUIRE(arrived[i] == round);
    }
    return result == WEFT_BARRIER_SERIAL;
}

static void meets_one(void)
{
    serial[model_self()] += meet(1, 2);
}

static void meets_two(void)
{
    serial[model_self()] += meet(1, 3);
}

// Two barriers in turn, so that nobody writes what another still reads.
static void meets_twice(void)
{
    serial[model_self()] += meet(1, 2);
    REQUIRE(weft_barrier_wait(barrier) != WEFT_EINVAL);
    serial[model_self()] += meet(2, 2);
}

static void one_was_last(void)
{
    REQUIRE(serial[0] + serial[1] + serial[2] == 1);
}

static void one_was_last_twice(void)
{
    REQUIRE(serial[0] + serial[1] == 2);
}

static void frees_when_last(unsigned count)
{
    if (meet(1, count)) {
        model_free(barrier, sizeof *barrier);
    }
}

static void two_then_free(void)
{
    frees_when_last(2);
}

static void three_then_free(void)
{
    frees_when_last(3);
}

// Freed by one that was not the last to come.
static void first_back_frees(void)
{
    if (!meet(1, 2)) {
        model_free(barrier, sizeof *barrier);
    }
}

// Four meetings at a barrier for two: nobody goes on without a partner. (One of
// three may be left over.)
static uint32_t came, went;

static void meets_somebody(void)
{
    weft__add_relaxed(&came, 1);
    REQUIRE(weft_barrier_wait(barrier) != WEFT_EINVAL);
    // By updates, which read what is newest and order nothing.
    uint32_t number = weft__add_relaxed(&went, 1) + 1;
    REQUIRE(number <= (weft__add_relaxed(&came, 0) & ~1u));
}

static void meets_two_in_turn(void)
{
    meets_somebody();
    meets_somebody();
}

// Each of two that are back may begin with another barrier.
static weft_barrier *next;

static void two_barriers(void)
{
    make(2, 0);
    next = model_alloc(sizeof *next);
    REQUIRE(weft_barrier_init(next, 2, 0) == 0);
}

static void changes_barrier(void)
{
    weft_barrier *first = barrier;
    if (weft_barrier_wait(first) == WEFT_BARRIER_SERIAL) {
        model_free(first, sizeof *first);
    }
    weft_barrier_wait(next);
}

static void destroys_when_last(void)
{
    if (meet(1, 2)) {
        REQUIRE(weft_barrier_destroy(barrier) == 0);
        model_free(barrier, sizeof *barrier);
    }
}

// ---- Those who are gone ----

// In the child of a fork nobody has arrived, whatever the others were doing.
static void forks_and_is_alone(void)
{
    model_fork();
    REQUIRE(barrier->count == 2);
    REQUIRE(weft_barrier_destroy(barrier) == 0);
    REQUIRE(weft_barrier_init(barrier, 1, 0) == 0);
    REQUIRE(weft_barrier_wait(barrier) == WEFT_BARRIER_SERIAL);
}

// And the barrier does without a destroy: one round, one who comes.
static weft_barrier *alone;

static void with_one_alone(void)
{
    for_two();
    alone = barrier;
}

static void forks_and_comes_first(void)
{
    model_fork();
    alone->count = 1; // as if the others came later
    REQUIRE(weft_barrier_wait(alone) == WEFT_BARRIER_SERIAL);
    REQUIRE(alone->arrived == 0);
}

// Several come at once to what ghosts have left: one has arrived, one has the lock.
static void with_ghosts(void)
{
    for_two();
    barrier->arrived = 1;
    barrier->lock.word = 1;
    weft__fork_generation = 1;
}

static void comes_early(void)
{
    weft_barrier_wait(barrier);
}

// Between processes: who has arrived and is killed has arrived. The second one
// comes when the first one sleeps, so that it is known who has arrived.
static void meets_first(void)
{
    REQUIRE(weft_barrier_wait(barrier) == 0);
}

static void meets_second(void)
{
    model_until_asleep(0);
    REQUIRE(weft_barrier_wait(barrier) != WEFT_EINVAL);
}

MODEL_LOOKER static int has_not_arrived(unsigned thread)
{
    return thread == 0 ? barrier->shared == 0 : barrier->shared >> 32 == 0;
}

static void meets_first_and_destroys(void)
{
    meets_first();
    REQUIRE(weft_barrier_destroy(barrier) == 0);
}

#define BARRIER(NAME, PROVES, SETUP, FINISH, ...)                              \
    .name = NAME, .proves = PROVES, .setup = SETUP, .finish = FINISH,          \
    .threads = {__VA_ARGS__}

const struct scenario model_scenarios[] = {
    {BARRIER("two", "two meet once", for_two, one_was_last, meets_one,
             meets_one),
     .spurious = 1},
    {BARRIER("three", "three meet once", for_three, one_was_last, meets_two,
             meets_two, meets_two),
     .preemptions = 2, .old_reads = 2},
    {BARRIER("spins", "the same with a look before the sleep", for_three,
             one_was_last, meets_two, meets_two, meets_two),
     .preemptions = 1, .old_reads = 1, .spins = 1},
    {BARRIER("again", "the same barrier, round after round", for_two,
             one_was_last_twice, meets_twice, meets_twice),
     .preemptions = 2, .old_reads = 2, .spurious = 1},
    {BARRIER("last_frees", "the last one to come frees it", for_two, NULL,
             two_then_free, two_then_free),
     .spurious = 1},
    {BARRIER("last_of_three_frees", "of three", for_three, NULL,
             three_then_free, three_then_free, three_then_free),
     .preemptions = 2, .old_reads = 1},
    {BARRIER("first_frees", "the first one to come frees it", for_two, NULL,
             first_back_frees, first_back_frees),
     .spurious = 1},
    {BARRIER("next", "whoever is back may wait at another", two_barriers, NULL,
             changes_barrier, changes_barrier),
     .preemptions = 3, .old_reads = 2, .spurious = 1},
    {BARRIER("pairs", "three meet in pairs", for_two, NULL, meets_two_in_turn,
             meets_somebody, meets_somebody),
     .preemptions = 2, .may_hang = 1, .old_reads = 1},
    {BARRIER("shared_pairs", "the same between processes", for_two_shared, NULL,
             meets_two_in_turn, meets_somebody, meets_somebody),
     .preemptions = 2, .may_hang = 1, .old_reads = 1, .patient = 1},
    {BARRIER("shared", "between processes, with a destroy before the end",
             for_two_shared, NULL, destroys_when_last, destroys_when_last),
     .spurious = 1, .patient = 1},
    {BARRIER("shared_again", "and round after round", for_two_shared,
             one_was_last_twice, meets_twice, meets_twice),
     .preemptions = 2, .old_reads = 2, .patient = 1},
    {BARRIER("fork", "in the child of a fork nobody has arrived",
             with_one_alone, NULL, forks_and_comes_first, comes_early,
             comes_early),
     .preemptions = 2, .old_reads = 1},
    {BARRIER("fork_destroy", "and nobody has to leave", for_two, NULL,
             forks_and_is_alone, comes_early, comes_early),
     .preemptions = 2, .old_reads = 1},
    {BARRIER("ghosts", "two come at once to what a fork has left", with_ghosts,
             one_was_last, meets_one, meets_one),
     .preemptions = 3, .old_reads = 2, .spurious = 1},
    {BARRIER("killed", "who arrives and is killed has arrived", for_two_shared,
             NULL, meets_first, meets_second),
     .preemptions = 2, .old_reads = 1, .vanish = 1, .patient = 1, .patience = 1,
     .held = has_not_arrived},
    {BARRIER("killed_destroy", "a destroy does not wait for the killed",
             for_two_shared, NULL, meets_first_and_destroys, meets_second),
     .preemptions = 2, .old_reads = 1, .vanish = 1, .patient = 1, .patience = 2,
     .held = has_not_arrived},
    {0},
};
