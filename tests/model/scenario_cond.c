// SPDX-License-Identifier: MIT
// scenario_cond.c - weft/cond.h, src/cond.c: no signal is lost, taken twice or
// taken by who came later. What may be freed when is in scenario_cond_freed.c.
#include <weft/cancel.h>
#include <weft/error.h>
#include <weft/thread.h>
#include "cond.h"
#include "model.h"
#include "selves.h"
#include "spin_wait.h"

const char model_primitive[] = "cond";
const char model_sources[] = "cond.c";

static weft_mutex mutex;
static weft_cond *cond;
static int tokens, taken, ended;

static void begin(void)
{
    begin_selves();
    cond = model_alloc(sizeof *cond);
    model_name(cond, sizeof *cond, "cond");
    model_name(&mutex, sizeof mutex, "mutex");
    model_name(&tokens, sizeof tokens, "tokens");
}

// ---- One token for each signal ----

static void consume(void)
{
    weft_mutex_lock(&mutex);
    while (tokens == 0) {
        REQUIRE(weft_cond_wait(cond, &mutex) == 0);
    }
    tokens--;
    taken++;
    weft_mutex_unlock(&mutex);
}

static void unlock(void *unused)
{
    (void)unused;
    ended++; // the mutex is held here
    weft_mutex_unlock(&mutex);
}

static void consume_or_be_cancelled(void)
{
    weft_mutex_lock(&mutex);
    weft_cleanup_push(unlock, NULL);
    while (tokens == 0) {
        weft_cond_wait(cond, &mutex);
    }
    tokens--;
    taken++;
    weft_cleanup_pop(1);
}

static void consume_until(void)
{
    int error = 0;
    weft_mutex_lock(&mutex);
    while (tokens == 0 && error == 0) {
        error = weft_cond_wait_until(cond, &mutex, 1000);
        REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    }
    if (tokens > 0) {
        tokens--;
        taken++;
    }
    weft_mutex_unlock(&mutex);
}

static void produce(void)
{
    weft_mutex_lock(&mutex);
    tokens++;
    weft_cond_signal(cond);
    weft_mutex_unlock(&mutex);
}

// The signal after the unlock.
static void produce_outside(void)
{
    weft_mutex_lock(&mutex);
    tokens++;
    weft_mutex_unlock(&mutex);
    weft_cond_signal(cond);
}

static void produce_two(void)
{
    produce();
    produce_outside();
}

static void produce_two_at_once(void)
{
    weft_mutex_lock(&mutex);
    tokens += 2;
    weft_cond_broadcast(cond);
    weft_mutex_unlock(&mutex);
}

static void cancel_a(void)
{
    model_cancel(0);
}

static void all_taken(void)
{
    REQUIRE(tokens == 0);
    REQUIRE(mutex.word == 0);
}

static void none_lost_of_one(void)
{
    REQUIRE(tokens + taken == 1 && mutex.word == 0);
}

static void none_lost(void)
{
    REQUIRE(tokens + taken == 2);
    REQUIRE(mutex.word == 0);
}

// ---- Who waits when a signal is made, and who comes later (L14) ----

static int a_may_go, b_may_go;
static uint32_t b_may_come;

static void wait_for(const int *condition)
{
    weft_mutex_lock(&mutex);
    while (!*condition) {
        weft_cond_wait(cond, &mutex);
    }
    weft_mutex_unlock(&mutex);
}

static void waits_as_a(void)
{
    wait_for(&a_may_go);
}

static void waits_as_b(void)
{
    while (weft__load_acquire(&b_may_come) == 0) {
        weft__spin_pause();
    }
    wait_for(&b_may_go);
}

static void lets_a_go_then_b(void)
{
    model_until_asleep(0);
    weft_mutex_lock(&mutex);
    a_may_go = 1;
    weft_cond_signal(cond);
    weft_mutex_unlock(&mutex);
    weft__store_release(&b_may_come, 1);
    weft_mutex_lock(&mutex);
    b_may_go = 1;
    weft_cond_signal(cond);
    weft_mutex_unlock(&mutex);
}

// ---- A broadcast is no storm ----

// Comes back with one wake for each sleep: who is woken while another holds the
// mutex would need two.
static void waits_and_is_woken_once(void)
{
    weft_mutex_lock(&mutex);
    unsigned before = model_wakes();
    if (!a_may_go) {
        weft_cond_wait(cond, &mutex);
    }
    REQUIRE(model_wakes() - before <= 1);
    weft_mutex_unlock(&mutex);
}

static void wakes_one_that_sleeps(void)
{
    model_until_asleep(0);
    weft_mutex_lock(&mutex);
    a_may_go = 1;
    weft_cond_signal(cond);
    weft_mutex_unlock(&mutex);
}

static void wakes_two_that_sleep(void)
{
    for (int i = 0; i < 2; i++) { // at first one may sleep for the mutex only
        model_until_asleep(0);
        model_until_asleep(1);
    }
    weft_mutex_lock(&mutex);
    a_may_go = 1;
    weft_mutex_unlock(&mutex);
    weft_cond_broadcast(cond);
}

// ---- The child of a fork ----

// Whoever waited, signalled or left.
static void forks_and_uses_it(void)
{
    weft_mutex own = {0};
    model_fork();
    weft_cond_signal(cond);
    weft_cond_broadcast(cond);
    REQUIRE(!weft__cond_is_waited_on(cond));
    weft_mutex_lock(&own);
    REQUIRE(weft_cond_wait_until(cond, &own, 1000) == WEFT_ETIMEDOUT);
    weft_mutex_unlock(&own);
    REQUIRE(cond->list == 0);
}

// Nobody is left to wake who came to wait after the fork.
static MODEL_LOOKER int has_mutex_or_signal(unsigned thread)
{
    (void)thread;
    return mutex.word != 0 || (!a_may_go && cond->list < 4);
}

static void waits_once(void)
{
    weft_mutex_lock(&mutex);
    if (!a_may_go) {
        REQUIRE(weft_cond_wait(cond, &mutex) == 0);
    }
    weft_mutex_unlock(&mutex);
    weft_cond_signal(cond);
}

static void waits_second(void)
{
    model_until_asleep(2);
    waits_once();
}

static void waits_once_until(void)
{
    weft_mutex_lock(&mutex);
    int error = weft_cond_wait_until(cond, &mutex, 1000);
    REQUIRE(error == 0 || error == WEFT_ETIMEDOUT);
    weft_mutex_unlock(&mutex);
    weft_cond_signal(cond);
}

static MODEL_LOOKER int has_mutex(unsigned thread)
{
    (void)thread;
    return mutex.word != 0;
}

static void lets_all_go(void)
{
    weft_mutex_lock(&mutex);
    a_may_go = 1;
    weft_mutex_unlock(&mutex);
    weft_cond_broadcast(cond);
}

#define COND(NAME, PROVES, FINISH, ...)                                        \
    .name = NAME, .proves = PROVES, .setup = begin, .finish = FINISH,          \
    .threads = {__VA_ARGS__}

const struct scenario model_scenarios[] = {
    {COND("signal", "a signal under the mutex ends the wait", all_taken,
          consume, produce),
     .spurious = 1},
    {COND("signal_outside", "and after the unlock", all_taken, consume,
          produce_outside),
     .spurious = 1},
    {COND("two_signals", "two signals for two waiters", all_taken, consume,
          consume, produce_two),
     .preemptions = 2, .old_reads = 1},
    {COND("broadcast", "one broadcast for two waiters", all_taken, consume,
          consume, produce_two_at_once),
     .preemptions = 2, .old_reads = 1, .spurious = 1},
    {COND("no_storm", "a broadcast wakes nobody to find the mutex taken", NULL,
          waits_and_is_woken_once, waits_and_is_woken_once,
          wakes_two_that_sleep),
     .preemptions = 1, .old_reads = 1},
    {COND("woken_once", "a signal under the mutex does not either", NULL,
          waits_and_is_woken_once, wakes_one_that_sleeps),
     .preemptions = 1, .old_reads = 1},
    {COND("later", "who comes later takes no earlier one's signal", NULL,
          waits_as_a, waits_as_b, lets_a_go_then_b),
     .preemptions = 2, .old_reads = 1},
    {COND("deadline", "who gives up takes no signal away", none_lost,
          consume_until, consume, produce_two),
     .preemptions = 2, .old_reads = 1},
    {COND("two_deadlines", "two that give up while a signal is made",
          none_lost_of_one, consume_until, consume_until, produce_outside),
     .preemptions = 1, .old_reads = 1},
    {COND("cancelled", "who is cancelled holds the mutex in its handlers", NULL,
          consume_or_be_cancelled, cancel_a, produce),
     .preemptions = 2, .old_reads = 1},
    {COND("cancelled_beside", "and takes no signal away", none_lost,
          consume_or_be_cancelled, consume, produce_two, cancel_a),
     .preemptions = 1, .old_reads = 1},
    {COND("fork", "in the child nobody waits, and it is as good as new", NULL,
          forks_and_uses_it, consume, produce_outside),
     .preemptions = 2, .old_reads = 1},
    {COND("fork_leaving", "whoever was at work on the list", NULL,
          forks_and_uses_it, consume_until, consume_until, produce_outside),
     .preemptions = 1, .old_reads = NONE},
    {COND("fork_in_wait", "a wait over which a handler forks ends in the child",
          NULL, lets_all_go, waits_once),
     .preemptions = 2, .old_reads = 1, .fork = 2, .fork_asleep = 1,
     .held = has_mutex_or_signal},
    {COND("fork_in_turn",
          "also when it was signalled, and others went before it", NULL,
          lets_all_go, waits_second, waits_once),
     .preemptions = 2, .old_reads = 1, .fork = 2, .fork_asleep = 1,
     .held = has_mutex_or_signal},
    {COND("fork_in_deadline", "also one with a deadline", NULL,
          waits_once_until, waits_once_until),
     .preemptions = 2, .old_reads = 1, .fork = 2, .fork_asleep = 1,
     .held = has_mutex},
    {0},
};
