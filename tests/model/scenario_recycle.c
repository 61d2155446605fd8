// SPDX-License-Identifier: MIT
// scenario_recycle.c - kernel threads that are used again: who may stand on a
// block, and where a fork finds it. Thread A is main, as in scenario_life.c.
#include "life_world.h"
#include "futex.h"

const char model_primitive[] = "recycle";
const char model_sources[] = "recycle.c";

static void recycle(unsigned most)
{
    REQUIRE(weft_recycle(most) == 0);
}

static uint32_t raised;

static void raise_flag(void)
{
    weft__store_release(&raised, 1);
    weft__futex_wake(&raised, INT32_MAX, 0);
}

static void await_flag(void)
{
    while (weft__load_acquire(&raised) == 0) {
        weft__futex_wait(&raised, 0, 0);
    }
}

static unsigned ran_on; // the model's thread

static void *says_where(void *arg)
{
    ran_on = model_self();
    work++;
    return arg;
}

// Its thread sleeps when this has returned.
static void one_parks(void)
{
    must_join(create(says_where, 0));
    REQUIRE(work == 1 && ran_on == model_self() + created);
}

// ---- One after the other ----

static void becomes_the_next(void)
{
    recycle(1);
    one_parks();
    unsigned first = ran_on;
    must_join(create(says_where, 0));
    REQUIRE(work == 2 && ran_on == first);
    recycle(0);
}

static void is_of_no_use(void)
{
    recycle(1);
    one_parks();
    unsigned first = ran_on;
    model_set_nice(1);
    must_join(create(says_where, 0));
    REQUIRE(work == 2 && ran_on != first);
    recycle(0);
}

static void nobody_may_sleep_any_more(void)
{
    recycle(1);
    one_parks();
    weft_thread second = create(works, 0);
    recycle(0);
    must_join(second);
    REQUIRE(work == 2);
}

static void detached_parks(void)
{
    recycle(1);
    create(does_nothing, WEFT_DETACHED);
    must_join(create(works, 0));
    REQUIRE(work == 1);
    recycle(0);
}

static void detached_while_it_parks(void)
{
    recycle(1);
    weft_thread first = create(works, 0);
    REQUIRE(weft_detach(first) == 0);
    must_join(create(does_nothing, 0));
    recycle(0);
}

// ---- Two at once ----

static weft_thread first;
static int results[2];

static void *joins_first(void *arg)
{
    results[1] = weft_join(first, NULL);
    return arg;
}

static void two_join(void)
{
    recycle(1);
    first = create(does_nothing, 0);
    weft_thread second = create(joins_first, 0);
    results[0] = weft_join(first, NULL);
    must_join(second);
    REQUIRE((results[0] == 0) != (results[1] == 0));
    recycle(0);
}

static int done[2];

static void *does_its_part(void *arg)
{
    (*(int *)arg)++;
    return arg;
}

static void creates_for(int *part)
{
    weft_thread t;
    void *value;
    REQUIRE(weft_create(&t, NULL, does_its_part, part) == 0);
    REQUIRE(weft_join(t, &value) == 0);
    REQUIRE(value == part && *part == 1);
}

static void *creates_as_well(void *arg)
{
    await_flag();
    creates_for(&done[1]);
    return arg;
}

static void two_create(void)
{
    recycle(1);
    weft_thread second = create(creates_as_well, 0);
    must_join(create(works, 0));
    raise_flag();
    creates_for(&done[0]);
    must_join(second);
    recycle(0);
    created = 3; // or fewer
}

static void *ends_all(void *arg)
{
    await_flag();
    recycle(0);
    return arg;
}

static void two_end_all(void)
{
    recycle(2);
    weft_thread other = create(ends_all, 0);
    weft_thread one = create(works, 0);
    weft_thread two = create(does_nothing, 0);
    must_join(one);
    must_join(two);
    raise_flag();
    recycle(0);
    must_join(other);
}

// ---- A fork of somebody else ----

static int forked;

// All blocks but its own are in one place of the child's, and nobody is on them.
static void *forks(void *arg)
{
    await_flag();
    REQUIRE(weft_fork() == 0);
    forked = 1;
    blocks_are_free(model_mapped() - 1);
    recycle(0);
    return arg;
}

static weft_thread one_parks_beside_a_fork(void)
{
    recycle(1);
    weft_thread other = create(forks, 0);
    one_parks();
    raise_flag();
    return other;
}

static void forks_beside_a_creator(void)
{
    weft_thread other = one_parks_beside_a_fork();
    must_join(create(works, 0));
    must_join(other);
}

static void forks_beside_a_careful_creator(void)
{
    weft_thread other = one_parks_beside_a_fork();
    model_set_nice(1);
    must_join(create(works, 0));
    must_join(other);
}

static void forks_beside_an_end(void)
{
    weft_thread other = one_parks_beside_a_fork();
    recycle(0);
    must_join(other);
}

static void all_went_well(void)
{
    if (!forked) {
        free_but_reused();
    }
}

#define RECYCLE(NAME, PROVES, THREAD, SWITCHES, OLD_READS)                     \
    {                                                                          \
        .name = NAME, .proves = PROVES, .setup = begin, .threads = {THREAD},   \
        .finish = all_went_well, .preemptions = SWITCHES,                      \
        .old_reads = OLD_READS, .spurious = 1                                  \
    }

const struct scenario model_scenarios[] = {
    RECYCLE("next", "a thread that ends becomes the next one", becomes_the_next,
            2, 1),
    RECYCLE("no_use", "who is no use is gone before the block is used",
            is_of_no_use, 2, 1),
    RECYCLE("none", "who may not sleep ends, on which word ever",
            nobody_may_sleep_any_more, 2, 1),
    RECYCLE("detached", "the memory of who is detached is freed once",
            detached_parks, 1, 1),
    RECYCLE("detach", "nor does it matter when it is", detached_while_it_parks,
            2, NONE),
    RECYCLE("two_join", "one of two joiners gets who parks", two_join, 1, 1),
    RECYCLE("two_create", "one of two creators gets who sleeps", two_create, 1,
            NONE),
    RECYCLE("two_end", "two may end all at once", two_end_all, 1, NONE),
    RECYCLE("fork", "a block is not between two places in a fork's child",
            forks_beside_a_creator, 1, NONE),
    RECYCLE("fork_no_use", "nor when its sleeper is no use",
            forks_beside_a_careful_creator, 1, NONE),
    RECYCLE("fork_end", "nor when its sleeper is ended", forks_beside_an_end, 1,
            NONE),
    {0},
};
