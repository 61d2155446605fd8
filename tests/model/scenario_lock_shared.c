// SPDX-License-Identifier: MIT
// scenario_lock_shared.c - src/lock_shared.c: the lock of several processes, of which
// any may be killed anywhere.
#include "lock_shared.h"
#include "model.h"

const char model_primitive[] = "lock_shared";
const char model_sources[] = "lock_shared.h lock_shared.c";

static uint32_t lock;
static int inside, count, holder = MODEL_THREADS;

static void begin(void)
{
    model_name(&lock, sizeof lock, "lock");
    model_name(&count, sizeof count, "count");
    model_name(&inside, sizeof inside, "inside");
}

static void work_and_unlock(void)
{
    holder = (int)model_self();
    REQUIRE(inside == 0);
    inside = 1;
    count++;
    inside = 0;
    weft__shared_unlock(&lock);
}

MODEL_LOOKER static int has_it(unsigned thread)
{
    return lock != SHARED_FREE && holder == (int)thread;
}

static void once(void)
{
    REQUIRE(weft__shared_lock(&lock, WEFT__NEVER) == 0);
    work_and_unlock();
}

static void twice(void)
{
    once();
    once();
}

static void tries(void)
{
    if (weft__shared_trylock(&lock) == 0) {
        work_and_unlock();
    }
}

static void waits_until(void)
{
    int error = weft__shared_lock(&lock, weft__monotonic(1000));
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    if (error == 0) {
        work_and_unlock();
    }
}

static void three(void)
{
    REQUIRE(count == 3 && lock == SHARED_FREE);
}

static void four(void)
{
    REQUIRE(count == 4 && lock == SHARED_FREE);
}

static void free_again(void)
{
    REQUIRE(lock == SHARED_FREE);
}

static void free_or_dead(void)
{
    int died = 0;
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        died |= model_vanished(i);
    }
    REQUIRE(died || lock == SHARED_FREE);
}

// ---- The lock lies in what it guards the last use of ----

static struct object {
    uint32_t lock;
    int users;
} * object;

static void two_users(void)
{
    object = model_alloc(sizeof *object);
    model_name(object, sizeof *object, "object");
    object->users = 2;
}

static void lets_go(void)
{
    struct object *mine = object;
    weft__shared_lock(&mine->lock, WEFT__NEVER);
    int last = --mine->users == 0;
    weft__shared_unlock(&mine->lock);
    if (last) {
        model_free(mine, sizeof *mine);
    }
}

// ---- The child of a fork, where the lock is not shared after all ----

static void forks_holding(void)
{
    REQUIRE(weft__shared_lock(&lock, WEFT__NEVER) == 0);
    model_fork();
    weft__shared_unlock(&lock);
    once();
    REQUIRE(lock == SHARED_FREE);
}

const struct scenario model_scenarios[] = {
    {.name = "two_take_turns",
     .proves = "two, twice each: one at a time, and nobody sleeps on",
     .setup = begin,
     .threads = {twice, twice},
     .finish = four,
     .spurious = 1},
    {.name = "two_that_spin",
     .proves = "the same with a look before the sleep",
     .setup = begin,
     .threads = {twice, twice},
     .finish = four,
     .preemptions = 3,
     .spins = 1},
    {.name = "three_at_once",
     .proves = "three: all are woken",
     .setup = begin,
     .threads = {once, once, once},
     .finish = three,
     .preemptions = 3,
     .old_reads = 2,
     .spurious = 1},
    {.name = "trylock",
     .proves = "a try takes a free lock, or leaves no trace",
     .setup = begin,
     .threads = {tries, once, tries},
     .finish = free_again,
     .preemptions = 3,
     .old_reads = 2},
    {.name = "deadlines",
     .proves = "who gives up takes no wake away from others",
     .setup = begin,
     .threads = {once, waits_until, once},
     .finish = free_again,
     .preemptions = 2,
     .old_reads = 2},
    {.name = "last_one_frees",
     .proves = "nothing of the lock is touched after the unlock",
     .setup = two_users,
     .threads = {lets_go, lets_go},
     .spurious = 1},
    {.name = "killed",
     .proves = "one of three is killed, and the others go on",
     .setup = begin,
     .threads = {once, once, once},
     .finish = free_or_dead,
     .held = has_it,
     .preemptions = 2,
     .old_reads = 1,
     .vanish = 1},
    {.name = "two_killed",
     .proves = "two of four",
     .setup = begin,
     .threads = {once, once, once, once},
     .finish = free_or_dead,
     .held = has_it,
     .preemptions = 1,
     .old_reads = NONE,
     .vanish = 2},
    {.name = "killed_or_given_up",
     .proves = "whoever gives up or is killed",
     .setup = begin,
     .threads = {once, waits_until, once},
     .finish = free_or_dead,
     .held = has_it,
     .preemptions = 2,
     .old_reads = 1,
     .vanish = 1},
    {.name = "fork",
     .proves = "what the forking thread holds it can unlock and lock again",
     .setup = begin,
     .threads = {forks_holding, once, waits_until},
     .held = has_it,
     .preemptions = 2,
     .old_reads = 1},
    {0},
};
