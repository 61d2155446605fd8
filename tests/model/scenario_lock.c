// SPDX-License-Identifier: MIT
// scenario_lock.c - src/lock.c: the lock around the runtime's own lists.
#include "lock.h"
#include "model.h"

const char model_primitive[] = "lock";
const char model_sources[] = "lock.c";

static struct weft__lock lock;
static int inside, count;

static void once(void)
{
    weft__lock_acquire(&lock);
    REQUIRE(inside == 0);
    inside = 1;
    count++;
    inside = 0;
    weft__lock_release(&lock);
}

static void twice(void)
{
    once();
    once();
}

static void count_is(int expected)
{
    REQUIRE(count == expected);
    REQUIRE(lock.word == 0);
}

static void name_lock(void)
{
    model_name(&lock, sizeof lock, "lock");
    model_name(&count, sizeof count, "count");
    model_name(&inside, sizeof inside, "inside");
}

static void four(void)
{
    count_is(4);
}

static void three(void)
{
    count_is(3);
}

// As fork.c takes the locks of the lists.
static void forks_holding(void)
{
    weft__lock_acquire(&lock);
    model_fork();
    weft__lock_release(&lock);
    once();
    REQUIRE(lock.word == 0);
}

const struct scenario model_scenarios[] = {
    {
        .name = "two_take_turns",
        .proves =
            "two threads, twice each: one at a time, and nobody sleeps on",
        .setup = name_lock,
        .threads = {twice, twice},
        .finish = four,
        .spurious = 1,
    },
    {
        .name = "three_at_once",
        .proves = "three threads: a wake is handed on from sleeper to sleeper",
        .setup = name_lock,
        .threads = {once, once, once},
        .finish = three,
        .preemptions = 4,
        .spurious = 1,
    },
    {
        .name = "fork",
        .proves = "in the child of a fork it is free after its release",
        .setup = name_lock,
        .threads = {forks_holding, once, once},
        .preemptions = 3,
    },
    {0},
};
