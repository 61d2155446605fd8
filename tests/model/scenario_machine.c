// SPDX-License-Identifier: MIT
// scenario_machine.c - what the explorer must find: small programs, each wrong in
// one way. An explorer that overlooked one of them could be trusted in nothing.
#include <weft/atomic.h>
#include <weft/error.h>
#include "futex.h"
#include "spin_wait.h"
#include "thread.h"
#include "model.h"

const char model_primitive[] = "machine";
const char model_sources[] = "";

static uint32_t flag, gate, other;
static int data;
static uint32_t *object;

static void sleep_on(uint32_t *word, uint32_t expected, unsigned flags)
{
    weft__futex_wait(word, expected, flags);
}

// ---- Sleeping ----

static void sets_flag_and_wakes(void)
{
    weft__store_release(&flag, 1);
    weft__futex_wake(&flag, 1, 0);
}

static void sets_flag_and_wakes_shared(void)
{
    weft__store_release(&flag, 1);
    weft__futex_wake(&flag, 1, FUTEX_SHARED);
}

static void sets_flag_and_forgets(void)
{
    weft__store_release(&flag, 1);
}

static void waits_for_flag(void)
{
    while (weft__load_acquire(&flag) == 0) {
        sleep_on(&flag, 0, 0);
    }
}

// Looks at one word and sleeps on another: what happens in between is lost.
static void waits_on_another_word(void)
{
    if (weft__load_acquire(&flag) == 0) {
        sleep_on(&gate, 0, 0);
    }
}

static void sets_flag_and_wakes_gate(void)
{
    weft__store_release(&flag, 1);
    weft__futex_wake(&gate, 1, 0);
}

static void believes_its_wake(void)
{
    if (weft__load_acquire(&flag) == 0) {
        sleep_on(&flag, 0, 0);
        REQUIRE(weft__load_acquire(&flag) == 1);
    }
}

static void waits_with_two_words(void)
{
    weft__store_relaxed(&flag, 1); // "I may be asleep"
    if (weft__load_relaxed(&gate) == 0) {
        sleep_on(&gate, 0, 0);
    }
}

static void opens_with_two_words(void)
{
    weft__store_relaxed(&gate, 1);
    if (weft__load_relaxed(&flag) == 1) { // somebody may be asleep
        weft__futex_wake(&gate, 1, 0);
    }
}

static void waits_with_a_fence(void)
{
    weft__store_relaxed(&flag, 1);
    weft__fence_seq_cst();
    if (weft__load_relaxed(&gate) == 0) {
        sleep_on(&gate, 0, 0);
    }
}

static void opens_with_a_fence(void)
{
    weft__store_relaxed(&gate, 1);
    weft__fence_seq_cst();
    if (weft__load_relaxed(&flag) == 1) {
        weft__futex_wake(&gate, 1, 0);
    }
}

// ---- Data ----

static void publishes(void)
{
    data = 1;
    weft__store_release(&flag, 1);
}

static void publishes_relaxed(void)
{
    data = 1;
    weft__store_relaxed(&flag, 1);
}

static void spins_and_reads(void)
{
    while (weft__load_acquire(&flag) == 0) {
        weft__spin_pause();
    }
    REQUIRE(data == 1);
}

// Adds by a load and a store: two threads lose one.
static void adds_in_two_steps(void)
{
    weft__store_relaxed(&gate, weft__load_relaxed(&gate) + 1);
}

static void gate_is_two(void)
{
    REQUIRE(gate == 2);
}

// ---- Lifetimes ----

static void make_object(void)
{
    object = model_alloc(sizeof *object);
    model_name(object, sizeof *object, "the object");
}

static void uses_then_says_so(void)
{
    weft__add_relaxed(object, 1);
    weft__store_release(&flag, 1);
}

static void says_so_then_uses(void)
{
    weft__store_release(&flag, 1);
    while (weft__load_acquire(&other) == 0) {
        weft__spin_pause();
    }
    weft__add_relaxed(object, 1);
}

static void says_so_then_reads_plainly(void)
{
    weft__store_release(&flag, 1);
    (void)*(volatile uint32_t *)object;
}

static void says_so_then_wakes(void)
{
    weft__store_release(&flag, 1);
    weft__futex_wake(object, 1, 0);
}

static void frees_when_told(void)
{
    while (weft__load_acquire(&flag) == 0) {
        weft__spin_pause();
    }
    model_free(object, sizeof *object);
    weft__store_release(&other, 1);
}

static uint32_t *shown;

// A node on the stack is gone when its function returns.
__attribute__((noinline)) static void shows_a_node(int waits)
{
    uint32_t node = 0;
    shown = &node;
    weft__store_release(&flag, 1);
    while (waits && weft__load_acquire(&node) == 0) {
        weft__spin_pause();
    }
}

static void shows_and_waits(void)
{
    shows_a_node(1);
}

static void shows_and_returns(void)
{
    shows_a_node(0);
    weft__load_relaxed(&other);
}

static void sets_the_node(void)
{
    while (weft__load_acquire(&flag) == 0) {
        weft__spin_pause();
    }
    weft__store_release(shown, 1);
}

// ---- No end ----

static void spins_for_nobody(void)
{
    while (weft__load_acquire(&other) == 0) {
        weft__spin_pause();
    }
}

static void changes_its_mind_for_ever(void)
{
    for (;;) {
        weft__add_relaxed(&other, 1);
    }
}

// ---- Killed ----

static void sets_flag_and_wakes_all(void)
{
    weft__store_release(&flag, 1);
    weft__futex_wake(&flag, INT32_MAX, 0);
}

static void sets_flag_and_wakes_all_at_once(void)
{
    weft__futex_change_and_wake(&flag, FUTEX_SET, 1, 0);
}

// Whoever is woken wakes the next one.
static void waits_and_hands_on(void)
{
    waits_for_flag();
    weft__futex_wake(&flag, 1, 0);
}

// Whose end is not looked at: it is the others that are killed.
MODEL_LOOKER static int is_the_second(unsigned thread)
{
    return thread == 1;
}

MODEL_LOOKER static int is_the_third(unsigned thread)
{
    return thread == 2;
}

// A lock; who has it does nothing.
static int holder = MODEL_THREADS;

static void locks_and_unlocks(void)
{
    while (!weft__cas_acquire(&gate, 0, 1)) {
        sleep_on(&gate, 1, 0);
    }
    holder = (int)model_self();
    weft__futex_change_and_wake(&gate, FUTEX_SET, 0, 0);
}

MODEL_LOOKER static int holds(unsigned thread)
{
    return gate == 1 && holder == (int)thread;
}

MODEL_LOOKER static int holds_nothing(unsigned thread)
{
    (void)thread;
    return 0;
}

static void killed_once_and_counted(void)
{
    model_outcome("%d%d", model_vanished(0), model_vanished(1));
}

static void takes_two_steps(void)
{
    weft__add_relaxed(&other, 1);
    weft__add_relaxed(&other, 1);
}

static void counted_steps(void)
{
    model_outcome("%u,%d", other, model_vanished(0));
}

// ---- Left behind by a fork ----

static void forks_and_waits(void)
{
    model_fork();
    waits_for_flag();
}

static void forks_and_reads(void)
{
    while (weft__load_relaxed(&flag) == 0) {
        weft__spin_pause();
    }
    model_fork();
    REQUIRE(data == 1); // the copy has what was stored, in whatever order
}

static void forks_and_follows(void)
{
    while (weft__load_acquire(&flag) == 0) {
        weft__spin_pause();
    }
    model_fork();
    weft__store_release(shown, 1);
}

static void sleeps_once(void)
{
    long result = weft__futex_wait_until(&flag, 0, WEFT__NEVER, 0);
    weft__load_relaxed(&other);
    model_outcome("%d,%u", result == -WEFT_EINTR,
                  weft__load_relaxed(&weft__fork_generation));
}

static void forks_by_generation(void)
{
    uint32_t before = weft__load_relaxed(&weft__fork_generation);
    model_fork();
    REQUIRE(weft__load_relaxed(&weft__fork_generation) == before + 1);
}

static void adds_to_both(void)
{
    weft__add_relaxed(&gate, 1);
    weft__add_relaxed(&other, 1);
}

static void reads_both(void)
{
    weft__load_relaxed(&flag);
    model_outcome("%u%u", weft__load_relaxed(&gate),
                  weft__load_relaxed(&other));
}

#define FINE(NAME, PROVES, ...)                                                \
    {                                                                          \
        .name = NAME, .proves = PROVES, .threads = {__VA_ARGS__},              \
        .setup = make_object, .spurious = 1                                    \
    }
#define WRONG(NAME, PROVES, VIOLATES, ...)                                     \
    {                                                                          \
        .name = NAME, .proves = PROVES, .violates = VIOLATES,                  \
        .threads = {__VA_ARGS__}, .setup = make_object                         \
    }

const struct scenario model_scenarios[] = {
    FINE("wake", "a wake after the change is enough", waits_for_flag,
         sets_flag_and_wakes),
    WRONG("no_wake", "a sleeper that nobody wakes", "A sleeps", waits_for_flag,
          sets_flag_and_forgets),
    WRONG("shared_wake", "a private sleeper does not hear a shared wake",
          "A sleeps", waits_for_flag, sets_flag_and_wakes_shared),
    WRONG("one_wake_for_two", "one wake for two sleepers", "sleeps",
          waits_for_flag, waits_for_flag, sets_flag_and_wakes),
    WRONG("lost_wake", "a wake between the look and the sleep is lost",
          "A sleeps", waits_on_another_word, sets_flag_and_wakes_gate),
    {
        .name = "spurious",
        .proves = "a wake may come for no reason",
        .violates = "== 1",
        .threads = {believes_its_wake, sets_flag_and_wakes},
        .spurious = 1,
    },
    WRONG("two_words", "each may miss what the other has written", "A sleeps",
          waits_with_two_words, opens_with_two_words),
    FINE("two_words_fences", "fences on both sides mend that",
         waits_with_a_fence, opens_with_a_fence),
    WRONG("two_words_one_fence", "on one side they do not", "A sleeps",
          waits_with_a_fence, opens_with_two_words),
    FINE("publish", "a spin that acquires sees the data", publishes,
         spins_and_reads),
    WRONG("race", "a flag without order does not publish", "data race",
          publishes_relaxed, spins_and_reads),
    WRONG("unguarded", "two writers without a lock", "data race", publishes,
          publishes),
    {
        .name = "lost_update",
        .proves = "a load and a store are no update",
        .violates = "gate == 2",
        .threads = {adds_in_two_steps, adds_in_two_steps},
        .finish = gate_is_two,
    },
    FINE("free", "freed when nobody uses it any more", uses_then_says_so,
         frees_when_told),
    FINE("free_wake", "a wake may come after the end", says_so_then_wakes,
         frees_when_told),
    WRONG("use_after_free", "an atomic access after the end", "after its end",
          says_so_then_uses, frees_when_told),
    WRONG("free_too_early", "a plain read that nothing orders before the end",
          "data race", says_so_then_reads_plainly, frees_when_told),
    FINE("node", "a node on the stack of a thread that waits", shows_and_waits,
         sets_the_node),
    WRONG("node_gone", "a node on the stack of a thread that went on",
          "the stack of A", shows_and_returns, sets_the_node),
    {
        .name = "killed_anywhere",
        .proves = "before each step, or nowhere",
        .threads = {takes_two_steps},
        .finish = counted_steps,
        .outcomes = "0,1 1,1 2,0",
        .vanish = 1,
    },
    {
        .name = "killed_one_of_two",
        .proves = "whoever, but no more than the scenario says",
        .threads = {takes_two_steps, takes_two_steps},
        .finish = killed_once_and_counted,
        .outcomes = "00 01 10",
        .vanish = 1,
    },
    {
        .name = "killed_with_its_wake",
        .proves = "a wake that a killed thread was given is lost",
        .violates = "sleeps",
        .threads = {waits_and_hands_on, waits_and_hands_on,
                    sets_flag_and_wakes},
        .held = is_the_third,
        .vanish = 1,
    },
    FINE("not_killed", "the same, but nobody is killed", waits_and_hands_on,
         waits_and_hands_on, sets_flag_and_wakes),
    {
        .name = "killed_before_the_wake",
        .proves = "who is killed between a store and its wake wakes nobody",
        .violates = "A sleeps",
        .threads = {waits_for_flag, sets_flag_and_wakes_all},
        .vanish = 1,
    },
    {
        .name = "killed_and_all_woken",
        .proves = "in one step, and all, it is enough",
        .threads = {waits_for_flag, waits_for_flag,
                    sets_flag_and_wakes_all_at_once,
                    sets_flag_and_wakes_all_at_once},
        .preemptions = 2,
        .vanish = 1,
    },
    {
        .name = "killed_holder",
        .proves = "the others may wait for what a killed thread had",
        .threads = {locks_and_unlocks, locks_and_unlocks, locks_and_unlocks},
        .held = holds,
        .vanish = 1,
    },
    {
        .name = "killed_no_holder",
        .proves = "but not for ever, if it had nothing",
        .violates = "sleeps",
        .threads = {locks_and_unlocks, locks_and_unlocks},
        .held = holds_nothing,
        .vanish = 1,
    },
    {
        .name = "killed_node",
        .proves = "nothing is left of a killed thread's stack",
        .violates = "the stack of A",
        .threads = {shows_and_waits, sets_the_node},
        .held = is_the_second,
        .vanish = 1,
    },
    {
        .name = "fork",
        .proves = "the child is alone, and has all that was stored",
        .threads = {forks_and_reads, publishes_relaxed},
    },
    {
        .name = "fork_and_wait",
        .proves = "nobody comes in the child",
        .violates = "A sleeps",
        .threads = {forks_and_waits, sets_flag_and_wakes},
    },
    {
        .name = "fork_and_follow",
        .proves = "nothing is left of the others' stacks",
        .violates = "the stack of B",
        .threads = {forks_and_follows, shows_and_waits},
    },
    {
        .name = "fork_while_asleep",
        .proves = "nobody sleeps in the child",
        .threads = {forks_by_generation, waits_for_flag},
        .may_hang = 1,
    },
    {
        .name = "fork_anywhere",
        .proves = "a handler forks between any two steps of others",
        .threads = {reads_both, adds_to_both},
        .outcomes = "00 01 10 11",
        .fork = 1,
    },
    {
        .name = "fork_in_a_sleep",
        .proves = "and in a sleep",
        .outcomes = "0,0 0,1 1,1",
        .threads = {sleeps_once, sets_flag_and_wakes},
        .may_hang = 1,
        .fork = 1,
    },
    WRONG("spin_for_nobody", "a spin that nobody ends", "A spins",
          spins_for_nobody),
    WRONG("no_end", "a loop without end", "no end", changes_its_mind_for_ever),
    {0},
};
