// SPDX-License-Identifier: MIT
// scenario_spin.c - weft/spin.h, src/spin.c: the mutex, entered later.
#include <weft/error.h>
#include <weft/spin.h>
#include "model.h"
#include "thread.h"

const char model_primitive[] = "spin";
const char model_sources[] = "spin.h spin.c mutex.h";

static weft_spin lock;
static int count;

static void once(void)
{
    weft_spin_lock(&lock);
    count++;
    weft_spin_unlock(&lock);
}

static void twice(void)
{
    once();
    once();
}

static void tries(void)
{
    if (weft_spin_trylock(&lock) == 0) {
        count += 1;
        weft_spin_unlock(&lock);
    }
}

static void three(void)
{
    REQUIRE(count == 3 && lock.mutex.word == 0);
}

static void four(void)
{
    REQUIRE(count == 4 && lock.mutex.word == 0);
}

static void forks_holding(void)
{
    weft_spin_lock(&lock);
    model_fork();
    weft_spin_unlock(&lock);
    once();
    REQUIRE(weft_spin_trylock(&lock) == 0);
}

// Left by threads of the process that forked this one: offered to one of them.
static void left_offered(void)
{
    weft__fork_generation = 1;
    lock.mutex.word = 8 | 7; // starving, and the three bits below
}

const struct scenario model_scenarios[] = {
    {.name = "one_cpu",
     .proves = "two threads, twice each, that never spin",
     .threads = {twice, twice},
     .finish = four,
     .preemptions = 3,
     .old_reads = 2,
     .spurious = 1},
    {.name = "two_that_spin",
     .proves = "two threads that spin",
     .threads = {twice, twice},
     .finish = four,
     .preemptions = 2,
     .old_reads = 1,
     .spins = 1},
    {.name = "three",
     .proves = "three threads that spin and sleep",
     .threads = {once, once, once},
     .finish = three,
     .preemptions = 1,
     .old_reads = 1,
     .spins = 1},
    {.name = "trylock",
     .proves = "a try beside two that wait",
     .threads = {once, tries, once},
     .preemptions = 2,
     .old_reads = 1},
    {.name = "fork",
     .proves = "who forks can unlock it, and lock it again",
     .threads = {forks_holding, once, once},
     .preemptions = 2,
     .old_reads = 1},
    {.name = "left_offered",
     .proves = "what was offered before the fork is free",
     .setup = left_offered,
     .threads = {once, twice},
     .finish = three,
     .preemptions = 2,
     .old_reads = 1},
    {0},
};
