// SPDX-License-Identifier: MIT
// scenario_owned.c - weft/owned.h, src/owned.c, src/cond_owned.c: the owner is who
// holds the lock, however often; mistakes are errors; a wait gives all of it up.
// What the kernel hands over (robust, priority inheritance) is no part of it.
#include <weft/cond.h>
#include <weft/error.h>
#include <weft/mutex.h>
#include "futex_pi.h"
#include "model.h"
#include "robust.h"
#include "selves.h"

const char model_primitive[] = "owned";
const char model_sources[] = "owned.h owned.c cond_owned.c";

static weft_owned_mutex *mutex;
static int inside, count;

static void make(int kind, uint32_t flags)
{
    begin_selves();
    mutex = model_alloc(sizeof *mutex);
    model_name(mutex, sizeof *mutex, "mutex");
    REQUIRE(weft_owned_mutex_init(mutex, kind, flags) == 0);
}

static void errorcheck(void)
{
    make(WEFT_ERRORCHECK, 0);
}

static void recursive(void)
{
    make(WEFT_RECURSIVE, 0);
}

static void normal(void)
{
    make(WEFT_NORMAL, 0);
}

static void recursive_shared(void)
{
    make(WEFT_RECURSIVE, WEFT_SHARED);
}

static void work(void)
{
    REQUIRE(inside == 0);
    inside = 1;
    count++;
    inside = 0;
}

static void unlock(void)
{
    REQUIRE(weft_owned_mutex_unlock(mutex) == 0);
}

static void locks(void)
{
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    work();
    unlock();
}

// What is a mistake now, before and after.
static void locks_and_errs(void)
{
    REQUIRE(weft_owned_mutex_unlock(mutex) == WEFT_EPERM);
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    REQUIRE(weft_owned_mutex_lock(mutex) == WEFT_EDEADLK);
    REQUIRE(weft_owned_mutex_trylock(mutex) == WEFT_EBUSY);
    work();
    unlock();
    REQUIRE(weft_owned_mutex_unlock(mutex) == WEFT_EPERM);
}

static void locks_twice(void)
{
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    work();
    unlock();
    work();
    unlock();
    REQUIRE(weft_owned_mutex_unlock(mutex) == WEFT_EPERM);
}

static void tries_twice(void)
{
    int error = weft_owned_mutex_trylock(mutex);
    REQUIRE(error == 0 || error == WEFT_EBUSY);
    if (error == 0) {
        REQUIRE(weft_owned_mutex_trylock(mutex) == 0);
        work();
        unlock();
        unlock();
    }
}

static void waits_until(void)
{
    int error = weft_owned_mutex_lock_until(mutex, 1000);
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    if (error == 0) {
        work();
        unlock();
    }
}

static void never_the_owner(void)
{
    REQUIRE(weft_owned_mutex_unlock(mutex) == WEFT_EPERM);
}

// A normal one waits for itself until its deadline.
static void waits_for_itself(void)
{
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    REQUIRE(weft_owned_mutex_lock_until(mutex, 1000) == WEFT_ETIMEDOUT);
    work();
    unlock();
}

static void nobody_owns(void)
{
    REQUIRE(mutex->owner == 0 && mutex->lock.word == 0 && mutex->again == 0);
}

// ---- The last one frees it (L17) ----

static int users;

static void two_users(void)
{
    recursive();
    users = 2;
}

static void lets_go(void)
{
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    int last = --users == 0;
    unlock();
    unlock();
    if (last) {
        model_free(mutex, sizeof *mutex);
    }
}

// ---- Forks, and is killed ----

static void forks_holding(void)
{
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    model_fork();
    unlock();
    unlock();
    locks_twice();
    REQUIRE(weft_owned_mutex_trylock(mutex) == 0);
    unlock();
}

static void shared(void)
{
    make(WEFT_ERRORCHECK, WEFT_SHARED);
}

static int holder = MODEL_THREADS;

// Whether a thread that is killed has it; or somebody who does not say so yet.
MODEL_LOOKER static int has_it(unsigned thread)
{
    return mutex->lock.word != 0 &&
           (holder == (int)thread || holder == MODEL_THREADS);
}

static void locks_as_holder(void)
{
    int error = weft_owned_mutex_lock_until(
        mutex, model_self() == 1 ? 1000 : WEFT_FOREVER);
    REQUIRE(error == 0 || (error == WEFT_ETIMEDOUT && model_self() == 1));
    if (error == 0) {
        holder = (int)model_self();
        work();
        holder = MODEL_THREADS;
        unlock();
    }
}

// ---- With a condition variable ----

static weft_cond cond;
static int ready;

static void waits_deep(void)
{
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    while (!ready) {
        REQUIRE(weft_cond_wait_owned(&cond, mutex) == 0);
    }
    work();
    unlock();
    work();
    unlock();
    REQUIRE(weft_owned_mutex_unlock(mutex) == WEFT_EPERM);
}

static void wakes_all(void)
{
    REQUIRE(weft_cond_wait_owned(&cond, mutex) == WEFT_EPERM);
    REQUIRE(weft_owned_mutex_lock(mutex) == 0);
    ready = 1;
    weft_cond_broadcast(&cond);
    unlock();
}

// ---- What is not in the model ----

_Thread_local struct weft__held weft__held;

void weft__pi_arrive(void)
{
}

int weft__pi_probe(void)
{
    return WEFT_ENOTSUP;
}

int weft__pi_lock(weft_owned_mutex *m, struct weft__deadline deadline)
{
    (void)m;
    (void)deadline;
    return WEFT_ENOTSUP;
}

int weft__pi_unlock(weft_owned_mutex *m)
{
    (void)m;
    return WEFT_EPERM;
}

long weft__robust_register(void)
{
    return -WEFT_ENOSYS;
}

void weft__robust_wait_for_unlockers(void)
{
}

int weft__ceiling_raise(const weft_owned_mutex *m)
{
    (void)m;
    return 0;
}

void weft__ceiling_locked(weft_owned_mutex *m)
{
    (void)m;
}

void weft__ceiling_unlocking(weft_owned_mutex *m)
{
    (void)m;
}

void weft__ceiling_lower(void)
{
}

#define OWNED(NAME, PROVES, SETUP, ...)                                        \
    .name = NAME, .proves = PROVES, .setup = SETUP, .finish = nobody_owns,     \
    .threads = {__VA_ARGS__}

const struct scenario model_scenarios[] = {
    {OWNED("errorcheck", "mistakes are errors", errorcheck, locks_and_errs,
           locks_and_errs),
     .preemptions = 3, .old_reads = 2, .spurious = 1},
    {OWNED("stranger", "only the owner unlocks", errorcheck, locks,
           never_the_owner, locks),
     .preemptions = 2, .old_reads = 2},
    {OWNED("recursive", "it is free after the last unlock", recursive,
           locks_twice, locks_twice),
     .preemptions = 2, .old_reads = 2, .spurious = 1},
    {OWNED("trylock", "a try counts, too", recursive, tries_twice, locks_twice,
           tries_twice),
     .preemptions = 2, .old_reads = 1},
    {OWNED("shared", "between processes", recursive_shared, locks_twice,
           locks_twice),
     .preemptions = 2, .old_reads = 2},
    {OWNED("deadline", "who gives up owns nothing", errorcheck, locks,
           waits_until, locks),
     .preemptions = 2, .old_reads = 1},
    {OWNED("normal", "a normal one waits for itself", normal, waits_for_itself,
           locks),
     .preemptions = 2, .old_reads = 2},
    {.name = "last_one_frees",
     .proves = "nothing is touched after the last unlock",
     .setup = two_users,
     .threads = {lets_go, lets_go},
     .spurious = 1},
    {OWNED("wait", "a wait gives up all, and has it again", recursive,
           waits_deep, wakes_all),
     .preemptions = 3, .old_reads = 2},
    {OWNED("wait_two", "with two that are moved to the mutex", recursive,
           waits_deep, waits_deep, wakes_all),
     .preemptions = 2, .old_reads = 1},
    {
        .name = "fork",
        .proves = "who forks owns in the child what it has, and no more",
        .setup = recursive,
        .threads = {forks_holding, locks, tries_twice},
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "killed",
        .proves = "a shared one goes on when somebody is killed that waits",
        .setup = shared,
        .threads = {locks_as_holder, locks_as_holder, locks_as_holder},
        .held = has_it,
        .preemptions = 1,
        .old_reads = 1,
        .vanish = 1,
    },
    {0},
};
