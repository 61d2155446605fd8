// SPDX-License-Identifier: MIT
// scenario_mutex.c - weft/mutex.h, src/mutex.c: mutual exclusion, no lost wake,
// nothing touched after the unlock, a bound on being overtaken.
#include <weft/error.h>
#include <weft/mutex.h>
#include <weft/thread.h>
#include "futex.h"
#include "model.h"
#include "mutex.h"

const char model_primitive[] = "mutex";
const char model_sources[] = "mutex.h mutex.c";

static weft_mutex mutex;
static int inside, count, given_up;

static void begin(void)
{
    model_name(&mutex, sizeof mutex, "mutex");
    model_name(&count, sizeof count, "count");
    model_name(&inside, sizeof inside, "inside");
}

// What is done under the lock: a data race, if two are in here.
static void work(void)
{
    REQUIRE(inside == 0);
    inside = 1;
    count++;
    inside = 0;
}

static void once(void)
{
    weft_mutex_lock(&mutex);
    work();
    weft_mutex_unlock(&mutex);
}

static void twice(void)
{
    once();
    once();
}

static void all_counted(int expected)
{
    REQUIRE(count == expected && given_up == 0);
    REQUIRE(mutex.word == 0);
}

static void three(void)
{
    all_counted(3);
}

static void four(void)
{
    all_counted(4);
}

// ---- trylock and deadlines ----

static void tries(void)
{
    int error = weft_mutex_trylock(&mutex);
    REQUIRE(error == 0 || error == WEFT_EBUSY);
    if (error == 0) {
        work();
        weft_mutex_unlock(&mutex);
    }
}

static void waits_until(void)
{
    int error = weft_mutex_lock_until(&mutex, 1000);
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    if (error == 0) {
        work();
        weft_mutex_unlock(&mutex);
    }
}

static void free_again(void)
{
    REQUIRE(mutex.word == 0);
}

// ---- The mutex lies in what it guards the last use of (L17) ----

static struct object {
    weft_mutex mutex;
    int users;
} * object;

static void make_object(void)
{
    object = model_alloc(sizeof *object);
    model_name(object, sizeof *object, "object");
}

static void two_users(void)
{
    make_object();
    object->users = 2;
}

static void three_users(void)
{
    make_object();
    object->users = 3;
}

static void lets_go(void)
{
    struct object *mine = object;
    weft_mutex_lock(&mine->mutex);
    int last = --mine->users == 0;
    weft_mutex_unlock(&mine->mutex);
    if (last) {
        model_free(mine, sizeof *mine);
    }
}

// ---- Fairness: one who locks again at once, and one who waits ----

// The greedy one gives the lock up only when the other sleeps, and takes it again
// before the other, who is woken by that, can come.
enum { GREED = 8, PATIENCE = 5 };

static void greedy(void)
{
    for (int i = 0; i < GREED; i++) {
        weft_mutex_lock(&mutex);
        count++;
        model_until_asleep(1);
        weft_mutex_unlock(&mutex);
    }
}

static void patient(void)
{
    once();
    REQUIRE(model_wakes() <= PATIENCE);
}

// ---- A sleep that was moved here (cond.c) ----

static uint32_t elsewhere;

static void sleeps_elsewhere(void)
{
    weft__futex_wait(&elsewhere, 0, 0);
    weft__mutex_lock_received(&mutex);
    work();
    weft_mutex_unlock(&mutex);
}

static void moves_it_here(void)
{
    model_until_asleep(0);
    weft__futex_requeue(&elsewhere, 0, &mutex.word);
    weft__mutex_received(&mutex);
}

const struct scenario model_scenarios[] = {
    {
        .name = "two_take_turns",
        .proves = "two threads, twice each: one at a time, nobody sleeps on",
        .setup = begin,
        .threads = {twice, twice},
        .finish = four,
        .spurious = 1,
    },
    {
        .name = "two_that_spin",
        .proves = "the same with a look before the sleep",
        .setup = begin,
        .threads = {twice, twice},
        .finish = four,
        .preemptions = 3,
        .spins = 1,
    },
    {
        .name = "three_at_once",
        .proves = "three threads: the wake is handed on",
        .setup = begin,
        .threads = {once, once, once},
        .finish = three,
        .preemptions = 3,
        .old_reads = 2,
        .spurious = 1,
    },
    {
        .name = "trylock",
        .proves = "a try takes a free lock, or leaves no trace",
        .setup = begin,
        .threads = {tries, once, tries},
        .finish = free_again,
        .preemptions = 3,
        .old_reads = 2,
    },
    {
        .name = "deadlines",
        .proves = "who gives up takes no wake away from others",
        .setup = begin,
        .threads = {once, waits_until, once},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 2,
    },
    {
        .name = "all_may_give_up",
        .proves = "who gives up leaves the word as if it had never come",
        .setup = begin,
        .threads = {once, waits_until, waits_until},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 2,
    },
    {
        .name = "last_one_frees",
        .proves = "nothing of the mutex is touched after the unlock",
        .setup = two_users,
        .threads = {lets_go, lets_go},
        .spurious = 1,
    },
    {
        .name = "last_of_three_frees",
        .proves = "the same with a wake on its way",
        .setup = three_users,
        .threads = {lets_go, lets_go, lets_go},
        .preemptions = 2,
        .old_reads = 2,
    },
    {
        .name = "greedy",
        .proves = "a waiter is woken in vain a bounded number of times",
        .setup = begin,
        .threads = {greedy, patient},
        .preemptions = 2,
        .old_reads = 2,
    },
    {
        .name = "starving_gives_up",
        .proves = "who kept the others out does not leave them asleep",
        .setup = begin,
        .threads = {greedy, waits_until},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "two_starve",
        .proves = "who starves is counted once, and all get their turn",
        .setup = begin,
        .threads = {greedy, once, once},
        .finish = free_again,
        .preemptions = 1,
        .old_reads = 1,
    },
    {
        .name = "moved_here",
        .proves = "a sleep that was moved to a mutex ends, held or not",
        .setup = begin,
        .threads = {sleeps_elsewhere, moves_it_here, once},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 1,
    },
    {0},
};
