// SPDX-License-Identifier: MIT
// scenario_cond_shared.c - src/cond_shared.c: condition variables between
// processes, here between threads: no signal is lost, and nobody's death matters.
#include <weft/cancel.h>
#include <weft/error.h>
#include <weft/thread.h>
#include "cond.h"
#include "model.h"
#include "selves.h"
#include "spin_wait.h"

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

// The next object in the same place, which is waited for, too. But for the word, which
// the kernel may look at once more, who was signalled does not touch it.
static void broadcasts_and_begins_anew(void)
{
    weft_mutex_lock(&mutex);
    may_go = 1;
    weft_cond_broadcast(cond);
    weft_mutex_unlock(&mutex);
    weft_cond_destroy(cond);
    REQUIRE(weft_cond_init(cond, WEFT_SHARED) == 0);
    weft_mutex_lock(&mutex);
    weft_cond_wait_until(cond, &mutex, 1000);
    weft_mutex_unlock(&mutex);
    model_free(&cond->list, sizeof cond->list);
    model_free(&cond->shared, sizeof cond->shared);
}

// ---- Processes that are killed ----

// A lock that tells who has it: who is killed then takes it along, and all may wait.
static uint32_t lock;

static MODEL_LOOKER int has_the_lock(unsigned thread)
{
    return lock == thread + 1;
}

static int take_lock(void *unused)
{
    (void)unused;
    while (!weft__cas_acquire(&lock, 0, model_self() + 1)) {
        weft__spin_pause();
    }
    return 0;
}

static void drop_lock(void *unused)
{
    (void)unused;
    weft__store_release(&lock, 0);
}

static const struct weft__cond_mutex with_lock = {NULL, take_lock, drop_lock,
                                                  NULL};

static void consume_with_lock(void)
{
    take_lock(NULL);
    while (tokens == 0) {
        REQUIRE(weft__cond_wait(cond, &with_lock, WEFT__NEVER) == 0);
    }
    tokens--;
    drop_lock(NULL);
}

static void produce_with_lock(void)
{
    take_lock(NULL);
    tokens++;
    drop_lock(NULL);
    weft_cond_signal(cond);
}

static void produce_two_with_lock(void)
{
    produce_with_lock();
    produce_with_lock();
}

static MODEL_LOOKER int is_third_or_has_the_lock(unsigned thread)
{
    return thread == 2 || has_the_lock(thread);
}

static void waits_with_lock(void)
{
    take_lock(NULL);
    while (!may_go) {
        weft__cond_wait(cond, &with_lock, WEFT__NEVER);
    }
    drop_lock(NULL);
}

static void ends_it_with_lock(void)
{
    take_lock(NULL);
    may_go = 1;
    drop_lock(NULL);
    weft_cond_broadcast(cond);
    weft_cond_destroy(cond);
    model_free(&cond->list, sizeof cond->list);
    model_free(&cond->shared, sizeof cond->shared);
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
    {COND("destroyed", "it may end, and another begin, when all are signalled",
          NULL, waits_and_goes, broadcasts_and_begins_anew),
     .preemptions = 2, .old_reads = 1, .spurious = 1},
    {COND("destroyed_by_two", "with two of them", NULL, waits_and_goes,
          waits_and_goes, broadcasts_and_begins_anew),
     .preemptions = 2, .old_reads = 1},
    {COND("killed_waiter", "who is killed takes no other's signal along", NULL,
          consume_with_lock, consume_with_lock, produce_two_with_lock),
     .preemptions = 2, .old_reads = 1, .vanish = 1,
     .held = is_third_or_has_the_lock},
    {COND("killed_signaller",
          "who is killed in a signal hides no waiter from another", NULL,
          consume_with_lock, produce_with_lock, produce_with_lock),
     .preemptions = 2, .old_reads = 1, .vanish = 1, .held = has_the_lock},
    {COND("killed_and_destroyed", "nor does it hold up the end", NULL,
          waits_with_lock, waits_with_lock, ends_it_with_lock),
     .preemptions = 2, .old_reads = 1, .vanish = 1,
     .held = is_third_or_has_the_lock},
    {0},
};
