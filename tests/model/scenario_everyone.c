// SPDX-License-Identifier: MIT
// scenario_everyone.c - a function in all threads: setuid's walk (host/everyone.c)
// over the real table of records, while threads are born and end.
//
// The function makes the calling thread another user. What POSIX promises is asked
// where it matters, in what the threads do beside it: once a walk has returned,
// nobody does anything as the old user. And the function looks, with plain reads,
// at what the threads write outside of it: any of them that is not stopped is in a
// race with it.
#include "everyone_world.h"
#include "futex.h"
#include "host/everyone.h"

const char model_primitive[] = "everyone";
const char model_sources[] = "everyone.c";

enum { SIGNAL = 34 };

// ---- What they do ----

static uint32_t completed;      // walks that have returned
static int work[MODEL_THREADS]; // of each thread, outside of the function

static void be_somebody(void)
{
    uint32_t least = weft__load_acquire(&completed);
    REQUIRE(model_user() >= least);
    work[model_self()]++;
}

struct call {
    unsigned user; // 0: nobody has called yet
};

static unsigned users, calls; // plain: the calls are one after the other

static void become(void *argument)
{
    struct call *call = argument;
    if (call->user == 0) {
        call->user = ++users;
    }
    calls++;
    REQUIRE(users == call->user);
    REQUIRE(model_user() + 1 ==
            call->user); // nobody is left out, or comes twice
    model_set_user(call->user);
    int sum = 0;
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        sum += work[i];
    }
    REQUIRE(sum >= 0);
}

static void walk(void)
{
    struct call call = {0};
    be_somebody();
    weft__everyone_calls(SIGNAL, become, &call);
    REQUIRE(model_user() >= call.user);
    weft__add_release(&completed, 1);
}

static void walks(void)
{
    walk();
    leave();
}

static void walks_twice(void)
{
    walk();
    walk();
    leave();
}

static void lives(void)
{
    be_somebody();
    be_somebody();
    leave();
}

static void lives_briefly(void)
{
    be_somebody();
    leave();
}

// Ends without a word, though it was signalled.
static void leaves_deaf(void)
{
    uint64_t old;
    weft__signals_block(&old);
    leave();
}

static uint32_t released;

static void walks_and_releases(void)
{
    walk();
    walk();
    weft__store_release(&released, 1);
    weft__futex_wake(&released, INT32_MAX, 0);
}

static void lives_until_released(void)
{
    while (weft__load_acquire(&released) == 0) {
        weft__futex_wait(&released, 0, 0);
        be_somebody();
    }
}

static void begin_2(void)
{
    begin(2);
}

static void begin_3(void)
{
    begin(3);
}

static void begin_without_ends(void)
{
    begin(2);
    nobody_ends = 1;
}

// ---- Births ----

static void *does_little(void *arg)
{
    static const uint64_t none;
    weft__signals_restore(&none); // its creator may have had them blocked
    be_somebody();
    return arg;
}

static void creates(void)
{
    spawn(does_little);
    be_somebody();
    leave();
}

static void *creates_one_more(void *arg)
{
    spawn(does_little);
    return arg;
}

// With signals blocked, as weft_create is where attributes may be refused.
static void begins_a_relay(void)
{
    uint64_t old;
    weft__signals_block(&old);
    spawn(creates_one_more);
    weft__signals_restore(&old);
    leave();
}

static struct weft__record *taken[MODEL_THREADS];

static void begin_with_taken(void)
{
    begin(1);
    for (unsigned i = 1; i < MODEL_THREADS; i++) {
        REQUIRE(weft__record_new(&taken[i]) == 0);
    }
    lives_already(1, taken[2]);
}

// Records 1 and 3 are free, and 3 is used first: a thread passes the baton on to
// one that a walk over the records has passed already.
static void begin_relay(void)
{
    begin_with_taken();
    weft__record_free(taken[1]);
    weft__record_free(taken[3]);
}

// The same, with the first to be born half way through.
static void begin_late_relay(void)
{
    begin_with_taken();
    weft__record_free(taken[1]);
    weft__record_free(taken[3]);
    taken[3] = prepare(creates_one_more);
}

static void walks_late(void)
{
    model_until_asleep(1);
    walk();
    leave();
}

// Goes on some time after the walker has looked at the one to be born.
static void goes_on_with_a_relay(void)
{
    static uint32_t word;
    uint64_t old;
    weft__signals_block(&old);
    (void)weft__load64_relaxed(&taken[3]->life);
    weft__futex_wait_until(&word, 0, weft__monotonic(1), 0);
    bring_to_life(taken[3]);
    weft__signals_restore(&old);
    leave();
}

// ---- Others ----

static void blocks_for_a_while(void)
{
    uint64_t old;
    weft__signals_block(&old);
    be_somebody();
    weft__signals_restore(&old);
    be_somebody();
    leave();
}

// Some other process sends thread B the very signal.
static void disturbs(void)
{
    model_signal(1, SIGNAL);
}

static void forks(void)
{
    uint64_t old;
    weft__signals_block(&old);
    struct weft__record *self = weft__thread_self()->record;
    weft__lock_acquire(&weft__record_lock);
    model_fork();
    weft__record_only(self);
    weft__lock_release(&weft__record_lock);
    weft__life_after_fork(self);
    weft__everyone_alone();
    weft__signals_restore(&old);
    walk();
}

#define EVERYONE(NAME, PROVES, SETUP, SWITCHES, OLD_READS, ...)                \
    {                                                                          \
        .name = NAME, .proves = PROVES, .setup = SETUP,                        \
        .threads = {__VA_ARGS__}, .preemptions = SWITCHES,                     \
        .old_reads = OLD_READS, .polls = 1                                     \
    }

const struct scenario model_scenarios[] = {
    EVERYONE("one", "two walks, and a thread that ends some time", begin_2, 1,
             1, walks_twice, lives),
    EVERYONE("two", "each calls it once, one at a time", begin_3, 1, NONE,
             walks, lives_briefly, lives_briefly),
    EVERYONE("asleep", "no wake is lost, in two walks over a sleeper",
             begin_without_ends, 1, 1, walks_and_releases,
             lives_until_released),
    EVERYONE("walkers", "two that walk at once stop each other", begin_2, 1, 1,
             walks, walks),
    EVERYONE("ends", "who ends is not waited for, and waits for nobody",
             begin_2, 2, NONE, walks_twice, leave),
    EVERYONE("blocked", "who has signals blocked is waited for", begin_2, 1, 1,
             walks, blocks_for_a_while),
    EVERYONE("born", "a creator's child does not get away", begin_2, 1, 1,
             walks, creates),
    EVERYONE("relay", "nor does the child of one that has ended", begin_relay,
             1, NONE, walks, begins_a_relay),
    EVERYONE("late_relay", "nor if that one was seen before it was born",
             begin_late_relay, 1, NONE, walks_late, goes_on_with_a_relay),
    EVERYONE("used_again", "nor one whose record was another's in this walk",
             begin_3, 1, NONE, walks, leaves_deaf, creates),
    EVERYONE("stranger", "the signal of a stranger does no harm", begin_2, 1, 1,
             walks_twice, lives, disturbs),
    EVERYONE("fork", "the child of a fork in the midst of a walk can walk",
             begin_3, 1, NONE, walks, forks, lives_briefly),
    {0},
};
