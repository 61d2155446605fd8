// SPDX-License-Identifier: MIT
// scenario_cond_freed.c - weft/cond.h, src/cond.c: the condition variable may go
// when all are signalled (L15), and the mutex with the last of them.
#include <weft/cond.h>
#include <weft/thread.h>
#include "model.h"
#include "selves.h"
#include "spin_wait.h"

const char model_primitive[] = "cond_freed";
const char model_sources[] = "cond.h"; // the rest: scenario_cond.c

static weft_mutex mutex;
static weft_cond *cond;
static int may_go;
static uint32_t other_may_come;

static void begin(void)
{
    begin_selves();
    cond = model_alloc(sizeof *cond);
    model_name(cond, sizeof *cond, "cond");
    model_name(&mutex, sizeof mutex, "mutex");
}

static void waits_and_goes(void)
{
    weft_mutex_lock(&mutex);
    while (!may_go) {
        weft_cond_wait(cond, &mutex);
    }
    weft_mutex_unlock(&mutex);
}

static void waits_until_and_goes(void)
{
    weft_mutex_lock(&mutex);
    if (!may_go) {
        weft_cond_wait_until(cond, &mutex, 1000);
    }
    weft_mutex_unlock(&mutex);
}

static void broadcasts_and_frees(void)
{
    weft_mutex_lock(&mutex);
    may_go = 1;
    weft_cond_broadcast(cond);
    weft_mutex_unlock(&mutex);
    model_free(cond, sizeof *cond);
}

// The mutex, too, goes with the last of them.
static struct together {
    weft_mutex mutex;
    weft_cond cond;
    int users, ready;
} * together;

static void begin_together(void)
{
    begin_selves();
    together = model_alloc(sizeof *together);
    model_name(together, sizeof *together, "object");
    together->users = 2;
}

static void leave_together(void)
{
    int last = --together->users == 0;
    weft_mutex_unlock(&together->mutex);
    if (last) {
        model_free(together, sizeof *together);
    }
}

static void waits_together(void)
{
    weft_mutex_lock(&together->mutex);
    while (!together->ready) {
        weft_cond_wait(&together->cond, &together->mutex);
    }
    leave_together();
}

static void signals_together(void)
{
    weft_mutex_lock(&together->mutex);
    together->ready = 1;
    weft_cond_signal(&together->cond);
    leave_together();
}

// The signaller holds nothing, and is not counted: what it touches of the object, it
// touches before the waiter is back.
static void signals_from_outside(void)
{
    model_until_asleep(0); // it waits: nobody else is here yet
    weft_mutex_lock(&together->mutex);
    together->ready = 1;
    weft_mutex_unlock(&together->mutex);
    weft__store_release(&other_may_come, 1);
    weft_cond_signal(&together->cond);
}

static void passes_by(void)
{
    while (weft__load_acquire(&other_may_come) == 0) {
        weft__spin_pause();
    }
    weft_mutex_lock(&together->mutex);
    leave_together();
}

const struct scenario model_scenarios[] = {
    {
        .name = "freed",
        .proves = "freed when all are signalled",
        .setup = begin,
        .threads = {waits_and_goes, broadcasts_and_frees},
        .spurious = 1,
    },
    {
        .name = "freed_by_two",
        .proves = "with two of them",
        .setup = begin,
        .threads = {waits_and_goes, waits_and_goes, broadcasts_and_frees},
        .preemptions = 2,
        .old_reads = 1,
    },
    {
        .name = "freed_leaving",
        .proves = "also when one is just about to give up",
        .setup = begin,
        .threads = {waits_until_and_goes, broadcasts_and_frees},
        .spurious = 1,
    },
    {
        .name = "freed_together",
        .proves = "the last one frees mutex and condition variable",
        .setup = begin_together,
        .threads = {waits_together, signals_together},
        .spurious = 1,
    },
    {
        .name = "freed_from_outside",
        .proves = "also when the signaller does not hold the mutex",
        .setup = begin_together,
        .threads = {waits_together, signals_from_outside, passes_by},
        .preemptions = 2,
        .old_reads = 1,
    },
    {0},
};
