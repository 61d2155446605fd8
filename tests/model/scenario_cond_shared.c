// SPDX-License-Identifier: MIT
// scenario_cond_shared.c - src/cond_shared.c: condition variables between
// processes, here between threads: no signal is lost, and destroy waits.
#include <weft/cancel.h>
#include <weft/cond.h>
#include <weft/error.h>
#include <weft/thread.h>
#include "model.h"
#include "selves.h"

const char model_primitive[] = "cond_shared";
const char model_sources[] = "cond_shared.c";

static weft_mutex mutex;
static weft_cond *cond;
static int tokens, taken, may_go;

static void begin(void)
{
    begin_selves();
    cond = model_alloc(sizeof *cond);
    model_name(cond, sizeof *cond, "cond");
    model_name(&mutex, sizeof mutex, "mutex");
    REQUIRE(weft_cond_init(cond, WEFT_SHARED) == 0);
}

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

static void produce(void)
{
    weft_mutex_lock(&mutex);
    tokens++;
    weft_cond_signal(cond);
    weft_mutex_unlock(&mutex);
}

static void produce_two(void)
{
    produce();
    produce();
}

static void produce_two_at_once(void)
{
    weft_mutex_lock(&mutex);
    tokens += 2;
    weft_mutex_unlock(&mutex);
    weft_cond_broadcast(cond);
}

static void cancel_a(void)
{
    model_cancel(0);
}

static void all_taken(void)
{
    REQUIRE(tokens == 0 && mutex.word == 0);
}

static void none_lost(void)
{
    REQUIRE(tokens + taken == 2 && mutex.word == 0);
}

static void waits_and_goes(void)
{
    weft_mutex_lock(&mutex);
    while (!may_go) {
        weft_cond_wait(cond, &mutex);
    }
    weft_mutex_unlock(&mutex);
}

static void broadcasts_and_destroys(void)
{
    weft_mutex_lock(&mutex);
    may_go = 1;
    weft_cond_broadcast(cond);
    weft_mutex_unlock(&mutex);
    weft_cond_destroy(cond);
    model_free(cond, sizeof *cond);
}

#define COND(NAME, PROVES, FINISH, ...)                                        \
    .name = NAME, .proves = PROVES, .setup = begin, .finish = FINISH,          \
    .threads = {__VA_ARGS__}

const struct scenario model_scenarios[] = {
    {COND("signal", "a signal ends the wait", all_taken, consume, produce),
     .spurious = 1},
    {COND("two_signals", "two signals for two waiters", all_taken, consume,
          consume, produce_two),
     .preemptions = 2, .old_reads = 1},
    {COND("broadcast", "one broadcast for two waiters", all_taken, consume,
          consume, produce_two_at_once),
     .preemptions = 2, .old_reads = 1},
    {COND("cancelled", "who is cancelled takes no signal away", none_lost,
          consume_or_be_cancelled, consume, produce_two, cancel_a),
     .preemptions = 1, .old_reads = 1},
    {COND("destroyed", "destroy waits for those that leave", NULL,
          waits_and_goes, broadcasts_and_destroys),
     .spurious = 1},
    {COND("destroyed_by_two", "with two of them", NULL, waits_and_goes,
          waits_and_goes, broadcasts_and_destroys),
     .preemptions = 2, .old_reads = 1},
    {0},
};
