// SPDX-License-Identifier: MIT
// scenario_mutex.c - weft/mutex.h, src/mutex.c: mutual exclusion, no lost wake,
// nothing touched after the unlock, a bound on being overtaken.
#include <weft/error.h>
#include <weft/mutex.h>
#include <weft/thread.h>
#include "futex.h"
#include "model.h"
#include "mutex.h"
#include "thread.h"

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

// ---- The child of a fork ----

// As the table in mutex.c has them.
enum { LOCKED = 1, SLEEPERS = 2, OFFERED = 4, STARVING = 8, ALL = 255 };

static int holder = MODEL_THREADS, lost;

// Whether a thread that is not in the child has the mutex.
MODEL_LOOKER static int has_it(unsigned thread)
{
    lost |= holder == (int)thread && (mutex.word & LOCKED) &&
            !(mutex.word & OFFERED);
    return lost;
}

static void locks_as_holder(void)
{
    weft_mutex_lock(&mutex);
    holder = (int)model_self();
    count++;
}

// The usual handlers of pthread_atfork, (lock, unlock), and then as ever.
static void forks_holding(void)
{
    const unsigned round = model_choose(GREED);
    for (unsigned i = 0; i < GREED; i++) {
        locks_as_holder();
        model_until_asleep(1);
        if (i == round) {
            model_fork();
        }
        weft_mutex_unlock(&mutex);
    }
    REQUIRE(weft_mutex_trylock(&mutex) == 0);
    weft_mutex_unlock(&mutex);
}

// Or without handlers: nobody holds it, but somebody may be about to. Its first
// call in the child is a try, or a lock.
static void forks_free(void)
{
    const unsigned round = model_choose(GREED);
    const unsigned tries = model_choose(2);
    for (unsigned i = 0; i < GREED; i++) {
        locks_as_holder();
        model_until_asleep(1);
        weft_mutex_unlock(&mutex);
        if (i == round) {
            model_fork();
            if (tries) {
                REQUIRE(holder == 1 || weft_mutex_trylock(&mutex) == 0);
                return;
            }
        }
    }
}

static void free_or_lost(void)
{
    REQUIRE(mutex.word == 0 || lost);
}

static void waits_as_holder(void)
{
    locks_as_holder();
    weft_mutex_unlock(&mutex);
}

static void greedy_holder(void)
{
    for (int i = 0; i < GREED; i++) {
        locks_as_holder();
        model_until_asleep(1);
        weft_mutex_unlock(&mutex);
    }
}

// The word was left like this by threads of the process that forked this one.
static void left(uint32_t word)
{
    begin();
    weft__fork_generation = 3;
    mutex.word = word | 2 << 11 | 2 * STARVING;
}

static void left_offered(void)
{
    left(LOCKED | SLEEPERS | OFFERED);
}

static void left_held(void)
{
    left(LOCKED | SLEEPERS);
}

static void unlocks_what_was_left(void)
{
    weft_mutex_unlock(&mutex);
}

static void holds_what_was_left(void)
{
    work();
    model_until_asleep(1);
    weft_mutex_unlock(&mutex);
}

static void once_and_looks(void)
{
    weft_mutex_lock(&mutex);
    uint32_t word = weft__load_relaxed(&mutex.word);
    REQUIRE((word & ALL * STARVING) || word <= (LOCKED | SLEEPERS));
    weft_mutex_unlock(&mutex);
}

static void greedy_with_what_was_left(void)
{
    model_until_asleep(1);
    weft_mutex_unlock(&mutex);
    greedy();
}

static void tries_and_gets_it(void)
{
    REQUIRE(weft_mutex_trylock(&mutex) == 0);
    work();
    weft_mutex_unlock(&mutex);
}

// As many starve as can be counted; all but one are no part of the scenario.
static void all_starve(void)
{
    begin();
    weft__fork_generation = 3;
    mutex.word = LOCKED | SLEEPERS | 3 << 11 | ALL * STARVING;
}

static void holds_while_all_starve(void)
{
    model_until_asleep(1);
    uint32_t word = weft__load_relaxed(&mutex.word);
    REQUIRE((word & ALL * STARVING) == ALL * STARVING);
    weft_mutex_unlock(&mutex);
}

static void offered_to_all(void)
{
    REQUIRE(mutex.word ==
            (LOCKED | SLEEPERS | OFFERED | 3 << 11 | ALL * STARVING));
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
    {
        .name = "fork_holding",
        .proves = "what the forking thread holds, it can unlock and lock again",
        .setup = begin,
        .threads = {forks_holding, waits_as_holder},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "fork_holding_two_starve",
        .proves = "the same with two that wait",
        .setup = begin,
        .threads = {forks_holding, waits_as_holder, waits_as_holder},
        .finish = free_again,
        .preemptions = 1,
        .old_reads = NONE,
    },
    {
        .name = "fork_free",
        .proves = "what was offered to a thread that is not there is free",
        .setup = begin,
        .threads = {forks_free, waits_as_holder},
        .held = has_it,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "fork_while_waiting",
        .proves = "who forks while it waits goes on, or waits for the holder",
        .setup = begin,
        .threads = {greedy_holder, waits_as_holder},
        .finish = free_or_lost,
        .held = has_it,
        .fork = 2,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "left_offered",
        .proves = "an offer of before the fork is to nobody",
        .setup = left_offered,
        .threads = {once, once, waits_until},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "left_offered_try",
        .proves = "a try takes it",
        .setup = left_offered,
        .threads = {tries_and_gets_it},
        .finish = free_again,
    },
    {
        .name = "left_held",
        .proves = "who starved before the fork is not counted",
        .setup = left_held,
        .threads = {holds_what_was_left, once, once},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "left_held_alone",
        .proves = "its unlock offers it to nobody",
        .setup = left_held,
        .threads = {unlocks_what_was_left},
        .finish = free_again,
    },
    {
        .name = "left_and_looked_at",
        .proves = "while nobody starves there is no generation in the word",
        .setup = left_held,
        .threads = {greedy_with_what_was_left, once_and_looks},
        .finish = free_again,
        .preemptions = 1,
        .old_reads = 1,
    },
    {
        .name = "left_and_starving",
        .proves = "who starves now is",
        .setup = left_held,
        .threads = {greedy_with_what_was_left, patient},
        .finish = free_again,
        .preemptions = 1,
        .old_reads = 1,
    },
    {
        .name = "left_and_given_up",
        .proves = "and gives up as ever",
        .setup = left_held,
        .threads = {greedy_with_what_was_left, waits_until},
        .finish = free_again,
        .preemptions = 1,
        .old_reads = 1,
    },
    {
        .name = "left_and_moved_here",
        .proves = "a sleep that was moved to what was left ends",
        .setup = left_offered,
        .threads = {sleeps_elsewhere, moves_it_here},
        .finish = free_again,
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "no_room",
        .proves = "one too many to be counted changes nothing",
        .setup = all_starve,
        .threads = {holds_while_all_starve, once},
        .finish = offered_to_all,
        .spurious = 6,
        .preemptions = 1,
        .old_reads = NONE,
    },
    {0},
};
