// SPDX-License-Identifier: MIT
// scenario_life.c - create, join, detach, exit and kill: who may free what.
// Thread A is main; the others are created by the library's own code, on the
// kernel of kernel.c.
#include "life_world.h"
#include "life_birth.h"
#include "request.h"

const char model_primitive[] = "life";
const char model_sources[] =
    "thread.c record.c life.c join.c birth.c stack.c hold.c signal.c";

static int results[MODEL_THREADS]; // of each thread's one question
static weft_thread first, main_thread;

// Of two that want the same thread, one gets it and the other is told so.
static void one_of_two(void)
{
    all_is_free();
    int a = results[0], b = results[1];
    REQUIRE((a == 0) != (b == 0));
    int error = a + b;
    REQUIRE(error == WEFT_EINVAL || error == WEFT_ESRCH);
}

// ---- Join ----

static void joins_in_turn(void)
{
    model_name(&work, sizeof work, "work");
    void *value = NULL;
    weft_thread one = create(works, 0);
    REQUIRE(weft_join(one, &value) == 0);
    REQUIRE(value == &answer && work == 1);
    weft_thread two = create(works, 0);
    REQUIRE(two != one);
    REQUIRE(weft_join(one, NULL) == WEFT_ESRCH);
    REQUIRE(weft_detach(one) == WEFT_ESRCH);
    REQUIRE(weft_kill(one, 0) == WEFT_ESRCH);
    must_join(two);
    REQUIRE(work == 2);
    created = 1; // the second had the first one's record
}

static void *detaches_first(void *arg)
{
    results[1] = weft_detach(first);
    return arg;
}

static void *joins_first(void *arg)
{
    results[1] = weft_join(first, NULL);
    return arg;
}

static void *tries_first(void *arg)
{
    results[1] = weft_tryjoin(first, NULL);
    return arg;
}

static void joins_while(void *(*other)(void *))
{
    first = create(works, 0);
    weft_thread second = create(other, 0);
    results[0] = weft_join(first, NULL);
    must_join(second);
}

static void joins_while_detached(void)
{
    joins_while(detaches_first);
}

static void joins_while_joined(void)
{
    joins_while(joins_first);
}

static void joins_while_tried(void)
{
    joins_while(tries_first);
}

// Somebody tries a handle before he could have it from anybody: that of the next
// life of the first one's record.
static void *tries_the_next(void *arg)
{
    void *value = NULL;
    results[1] = weft_tryjoin(first + ((weft_thread)1 << 32), &value);
    REQUIRE(results[1] != 0 || (value == &answer && work == 2));
    return arg;
}

static void tried_before_it_begins(void)
{
    first = create(works, 0);
    weft_thread second = create(tries_the_next, 0);
    must_join(first);
    results[0] = weft_join(create(works, 0), NULL);
    must_join(second);
    created = 2; // the third had the first one's record
}

static void one_of_two_or_busy(void)
{
    if (results[1] == WEFT_EBUSY) {
        REQUIRE(results[0] == 0);
        all_is_free();
    } else {
        one_of_two();
    }
}

static void detaches_both(void)
{
    create(works, WEFT_DETACHED);
    REQUIRE(weft_detach(create(does_nothing, 0)) == 0);
}

// A new thread may get the block and the record of one that was detached.
static void detached_then_joined(void)
{
    create(does_nothing, WEFT_DETACHED);
    must_join(create(works, 0));
    must_join(create(works, 0));
}

static void *kills_first(void *arg)
{
    int result = weft_kill(first, 10);
    unsigned hit = model_last_signalled();
    REQUIRE(hit == 1 || hit == MODEL_THREADS); // never another
    REQUIRE(result == 0 || result == WEFT_ESRCH);
    return arg;
}

// The third one may get the tid and the record of the first.
static void killed_while_joined(void)
{
    first = create(does_nothing, 0);
    weft_thread second = create(kills_first, 0);
    must_join(first);
    weft_thread third = create(does_nothing, 0);
    must_join(second);
    must_join(third);
    created = 2;
}

static void killed_by_two(void)
{
    first = create(does_nothing, WEFT_DETACHED);
    weft_thread second = create(kills_first, 0);
    (void)kills_first(NULL);
    must_join(second);
}

static void *joins_main(void *arg)
{
    results[1] = weft_join((weft_thread)(uintptr_t)arg, NULL);
    return NULL;
}

// Main and the other join each other: one of them is told.
static void joins_in_a_circle(void)
{
    created++;
    REQUIRE(weft_create(&first, NULL, joins_main,
                        (void *)(uintptr_t)weft_self()) == 0);
    results[0] = weft_join(first, NULL);
    if (results[0] == WEFT_EDEADLK) {
        weft_exit(NULL);
    }
    REQUIRE(results[0] == 0 && results[1] == WEFT_EDEADLK);
}

// The other joins main as well, but will not for long: it has a deadline, or is
// cancelled.
static void *joins_main_in_time(void *arg)
{
    (void)arg;
    results[1] = weft_join_until(main_thread, NULL, 1000);
    return NULL;
}

static void *joins_main_deaf(void *arg)
{
    weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL);
    weft__request_defer(weft__thread_self()->record);
    return joins_main(arg);
}

static void joins_who_joins(void *(*start)(void *))
{
    main_thread = weft_self();
    created++;
    REQUIRE(weft_create(&first, NULL, start, (void *)(uintptr_t)main_thread) ==
            0);
}

static void joins_one_in_time(void)
{
    joins_who_joins(joins_main_in_time);
    results[0] = weft_join(first, NULL);
    // EDEADLK, if main was first.
    REQUIRE(results[0] == 0 &&
            (results[1] == WEFT_ETIMEDOUT || results[1] == WEFT_EDEADLK));
}

static void joins_a_cancelled_one(void)
{
    joins_who_joins(joins_main);
    model_cancel(1);
    REQUIRE(weft_join(first, NULL) == 0);
}

static void joins_a_deaf_one(void)
{
    joins_who_joins(joins_main_deaf);
    if (model_until_asleep(1)) {
        model_cancel(1);
        REQUIRE(weft_join(first, NULL) == WEFT_EDEADLK);
        weft_exit(NULL);
    }
}

static void joins_in_time(void)
{
    first = create(works, 0);
    int result = weft_join_until(first, NULL, 1000);
    REQUIRE(result == 0 || result == WEFT_ETIMEDOUT);
    if (result == WEFT_ETIMEDOUT) {
        if (model_choose(2) == 0) {
            must_join(first);
        } else {
            REQUIRE(weft_detach(first) == 0);
        }
    }
}

static void *cancels_second(void *arg)
{
    model_cancel(2);
    return arg;
}

// The second is cancelled, perhaps while it joins the first.
static void joined_after_a_cancel(void)
{
    first = create(does_nothing, 0);
    weft_thread second = create(joins_first, 0);
    (void)cancels_second(NULL);
    void *value = NULL;
    REQUIRE(weft_join(second, &value) == 0);
    int result = weft_join(first, NULL);
    if (value == WEFT_CANCELED) {
        REQUIRE(result == 0);
    } else {
        REQUIRE(result == WEFT_ESRCH && results[1] == 0);
    }
}

static void *leaves(void *arg)
{
    marks[model_self()] = 1;
    return arg;
}

static void all_leave(void)
{
    expected_marks = 3;
    create(leaves, WEFT_DETACHED);
    create(leaves, 0);
    marks[0] = 1;
    weft_exit(NULL);
}

static void ended_once(void)
{
    REQUIRE(process_ended == 1);
}

#define LIFE(NAME, PROVES, MAIN, FINISH, BOUND)                                \
    {                                                                          \
        .name = NAME, .proves = PROVES, .setup = begin, .threads = {MAIN},     \
        .finish = FINISH, .preemptions = BOUND, .old_reads = BOUND             \
    }

const struct scenario model_scenarios[] = {
    LIFE("join", "join gives the value and what was done; the handle is dead",
         joins_in_turn, all_is_free, 2),
    LIFE("join_detach",
         "join against detach against the end: one of them frees",
         joins_while_detached, one_of_two, 2),
    LIFE("join_join", "of two joiners one gets it", joins_while_joined,
         one_of_two, 2),
    LIFE("join_tryjoin", "a try leaves the other's join alone",
         joins_while_tried, one_of_two_or_busy, 2),
    LIFE("tryjoin_unborn",
         "a try collects nobody who runs, whatever the handle",
         tried_before_it_begins, one_of_two_or_busy, 1),
    LIFE("detached", "detached at birth and later: freed once, by the reaper",
         detaches_both, all_is_free, 2),
    LIFE("reuse", "memory of a detached thread is not used before its end",
         detached_then_joined, free_but_reused, 1),
    LIFE("circle", "of two that join each other, one is told",
         joins_in_a_circle, NULL, 2),
    LIFE("circle_in_time", "who has a deadline closes no circle for others",
         joins_one_in_time, all_is_free, 2),
    LIFE("circle_cancelled", "nor does who is cancelled", joins_a_cancelled_one,
         all_is_free, 2),
    LIFE("circle_deaf", "but who has that disabled does", joins_a_deaf_one,
         NULL, 2),
    LIFE("join_until", "who gives up may join or detach again", joins_in_time,
         all_is_free, 2),
    LIFE("join_cancelled", "a cancelled joiner leaves the thread joinable",
         joined_after_a_cancel, all_is_free, 2),
    LIFE("last_exit", "the last thread ends the process, and sees all",
         all_leave, ended_once, 2),
    {
        .name = "refused",
        .proves = "a creation that is refused leaves nothing behind",
        .setup = begin,
        .threads = {create_is_refused},
        .finish = all_is_free,
        .refusals = 1,
    },
    LIFE("region", "a region is the caller's again when the tid is 0",
         waits_for_its_region, all_is_free, 2),
    {
        .name = "joined_unborn",
        .proves = "who joins a thread whose creation is refused is woken",
        .setup = begin,
        .threads = {joined_unborn},
        .finish = free_if_used,
        .preemptions = 1,
        .old_reads = 1,
    },
    {
        .name = "stranger",
        .proves = "a handle that nobody was given is an error and no harm",
        .setup = begin_with_a_full_chunk,
        .threads = {creates_beside_a_stranger},
        .preemptions = 1,
        .old_reads = 1,
    },
    LIFE("kill", "a signal never reaches another with the same tid",
         killed_while_joined, all_is_free, 1),
    {
        .name = "kill_beside_libc",
        .proves = "nor is the tid read in memory that is the next thread's",
        .setup = begin_beside_libc,
        .threads = {killed_while_joined},
        .finish = all_is_free,
        .preemptions = 1,
        .old_reads = 1,
    },
    LIFE("kill_twice", "two pins hold back a detached thread's end",
         killed_by_two, all_is_free, 2),
    {0},
};
