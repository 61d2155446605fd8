// SPDX-License-Identifier: MIT
// scenario_sem.c - weft/sem.h, src/sem.c: no token is lost or made, none is slept
// through, and nothing is touched once the token can be taken.
#include <weft/cancel.h>
#include <weft/error.h>
#include <weft/sem.h>
#include "model.h"
#include "selves.h"

const char model_primitive[] = "sem";
const char model_sources[] = "sem.h sem.c";

static weft_sem *sem;
static int data; // what the first post publishes
static int taken[MODEL_THREADS];

static void make(uint32_t flags)
{
    begin_selves();
    sem = model_alloc(sizeof *sem);
    model_name(sem, sizeof *sem, "sem");
    REQUIRE(weft_sem_init(sem, 0, flags) == 0);
}

static void begin(void)
{
    make(0);
}

static void begin_shared(void)
{
    make(WEFT_SHARED);
}

static void begin_with_one(void)
{
    make(0);
    REQUIRE(weft_sem_post(sem) == 0);
}

static void posts(void)
{
    data++;
    REQUIRE(weft_sem_post(sem) == 0);
}

static void posts_twice(void)
{
    posts();
    weft_sem_post(sem);
}

// What came before the post is seen.
static void waits(void)
{
    REQUIRE(weft_sem_wait(sem) == 0);
    REQUIRE(data >= 1);
    taken[model_self()]++;
}

static void waits_twice(void)
{
    waits();
    REQUIRE(weft_sem_wait(sem) == 0);
    taken[model_self()]++;
}

static void tries(void)
{
    int error = weft_sem_trywait(sem);
    REQUIRE(error == 0 || error == WEFT_EAGAIN);
    if (error == 0) {
        REQUIRE(data >= 1);
        taken[model_self()]++;
    }
}

static void waits_until(void)
{
    int error = weft_sem_wait_until(sem, 1000);
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT || error == WEFT_EINTR);
    if (error == 0) {
        taken[model_self()]++;
    }
}

static void cancels_a(void)
{
    model_cancel(0);
}

static void posts_and_cancels_a(void)
{
    posts();
    cancels_a();
}

static void tokens_are(uint32_t posted)
{
    uint32_t all = weft_sem_value(sem);
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        all += (uint32_t)taken[i];
    }
    REQUIRE(all == posted);
    REQUIRE((sem->word << 1) >> 33 == 0); // nobody is counted as a waiter
}

static void one_token(void)
{
    tokens_are(1);
}

static void two_tokens(void)
{
    tokens_are(2);
}

// ---- As a lock ----

static int inside;

static void one_at_a_time(void)
{
    REQUIRE(weft_sem_wait(sem) == 0);
    REQUIRE(inside == 0);
    inside = 1;
    inside = 0;
    REQUIRE(weft_sem_post(sem) == 0);
}

// ---- A lock of several processes, or of a process that forks ----

static int holder = MODEL_THREADS, lost;

static void begin_shared_with_one(void)
{
    make(WEFT_SHARED);
    REQUIRE(weft_sem_post(sem) == 0);
}

// Whether a thread that is gone has taken the one token.
MODEL_LOOKER static int has_it(unsigned thread)
{
    lost |= holder == (int)thread && (uint32_t)sem->word == 0;
    return lost;
}

static void takes_and_posts(int error)
{
    if (error == 0) {
        holder = (int)model_self();
        REQUIRE(weft_sem_post(sem) == 0);
    }
}

static void locks(void)
{
    int error = weft_sem_wait(sem);
    REQUIRE(error == 0 || error == WEFT_EINTR);
    takes_and_posts(error);
}

static void locks_until(void)
{
    takes_and_posts(weft_sem_wait_until(sem, 1000));
}

static void locks_and_forks(void)
{
    REQUIRE(weft_sem_wait(sem) == 0);
    model_fork();
    REQUIRE(weft_sem_post(sem) == 0);
    locks();
}

static void one_or_lost(void)
{
    REQUIRE(lost || weft_sem_value(sem) == 1);
}

// ---- Freed by who has waited (L18) ----

static void waits_and_frees(void)
{
    REQUIRE(weft_sem_wait(sem) == 0);
    model_free(sem, sizeof *sem);
}

static void waits_for_two_and_frees(void)
{
    REQUIRE(weft_sem_wait(sem) == 0);
    waits_and_frees();
}

static void posts_once(void)
{
    weft_sem_post(sem);
}

// ---- At the maximum ----

static int posted[MODEL_THREADS];

static void begin_full(void)
{
    make(0);
    REQUIRE(weft_sem_init(sem, WEFT_SEM_MAX, 0) == 0);
    data = 1;
}

static void begin_shared_full(void)
{
    make(WEFT_SHARED);
    REQUIRE(weft_sem_init(sem, WEFT_SEM_MAX, WEFT_SHARED) == 0);
    data = 1;
}

static void posts_if_it_can(void)
{
    int error = weft_sem_post(sem);
    REQUIRE(error == 0 || error == WEFT_EOVERFLOW);
    posted[model_self()] = error == 0;
}

// A post that failed has not changed the value, whoever took meanwhile.
static void full_but_for_one(void)
{
    uint32_t posts = 0;
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        posts += (uint32_t)posted[i];
    }
    REQUIRE(posts <= 1);
    tokens_are(WEFT_SEM_MAX + posts);
}

#define SEM(NAME, PROVES, SETUP, FINISH, ...)                                  \
    .name = NAME, .proves = PROVES, .setup = SETUP, .finish = FINISH,          \
    .threads = {__VA_ARGS__}

const struct scenario model_scenarios[] = {
    {SEM("post_wait", "one post, one wait, with a spurious wake", begin,
         one_token, posts, waits),
     .spurious = 1},
    {SEM("post_wait_shared", "the same between processes", begin_shared,
         one_token, posts, waits),
     .spurious = 1},
    {SEM("two_waiters", "two posts for two that wait", begin, two_tokens,
         posts_twice, waits, waits),
     .preemptions = 2, .old_reads = 1, .spurious = 1},
    {SEM("three_users", "a semaphore of 1 is a lock", begin_with_one, NULL,
         one_at_a_time, one_at_a_time, one_at_a_time),
     .preemptions = 2, .old_reads = 2},
    {SEM("trywait", "a try takes a token or leaves no trace", begin, one_token,
         posts, tries, tries),
     .preemptions = 3, .old_reads = 2},
    {SEM("waits_twice", "one that posts twice, one that waits twice", begin,
         two_tokens, posts_twice, waits_twice),
     .spurious = 1},
    {SEM("deadline", "who gives up takes no wake away", begin, two_tokens,
         waits_until, waits, posts_twice),
     .preemptions = 2, .old_reads = 2},
    {SEM("interrupted", "a handler ends a wait that has taken nothing", begin,
         two_tokens, waits_until, waits_until, posts_twice),
     .preemptions = 2, .old_reads = 2, .interrupts = 1},
    {SEM("cancelled", "a cancelled waiter takes nothing", begin, one_token,
         waits, posts_and_cancels_a),
     .spurious = 1},
    {SEM("cancelled_beside", "and takes no wake away", begin, two_tokens, waits,
         waits, posts_twice, cancels_a),
     .preemptions = 1, .old_reads = 1},
    {SEM("waiter_frees", "who has waited may free it", begin, NULL, posts_once,
         waits_and_frees)},
    {SEM("waiter_of_two_frees", "who has waited for all may free it", begin,
         NULL, posts_once, posts_once, waits_for_two_and_frees),
     .preemptions = 3, .old_reads = 2},
    {SEM("killed", "whoever is killed, the others are woken",
         begin_shared_with_one, one_or_lost, locks, locks, locks),
     .preemptions = 2, .old_reads = 1, .held = has_it, .vanish = 1},
    {SEM("killed_or_given_up", "or gives up", begin_shared_with_one,
         one_or_lost, locks, locks_until, locks),
     .preemptions = 1, .old_reads = 1, .held = has_it, .vanish = 1},
    {SEM("two_killed", "two of four", begin_shared_with_one, one_or_lost, locks,
         locks, locks, locks),
     .preemptions = 1, .old_reads = NONE, .held = has_it, .vanish = 2},
    {SEM("fork", "who forks can give back what it has taken, and take it again",
         begin_with_one, one_or_lost, locks_and_forks, locks, locks),
     .preemptions = 2, .old_reads = 1},
    {SEM("fork_while_waiting", "or waits on, for who has it", begin_with_one,
         one_or_lost, locks, locks, locks),
     .preemptions = 2, .old_reads = 1, .held = has_it, .fork = 2},
    {SEM("one_too_many_shared", "a post above the maximum is none",
         begin_shared_full, full_but_for_one, posts_if_it_can, posts_if_it_can,
         tries)},
    {SEM("one_too_many", "a post above the maximum is none", begin_full,
         full_but_for_one, posts_if_it_can, posts_if_it_can, tries)},
    {0},
};
