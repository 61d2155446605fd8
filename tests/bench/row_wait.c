// SPDX-License-Identifier: MIT
// row_wait.c - threads wait for each other.
#include "bench.h"

enum { CROWD = 8 };

#ifdef API_COND

static api_mutex mutex;
static api_cond changed[2];

static void cond_reset(void)
{
    api_mutex_init(&mutex);
    api_cond_init(&changed[0]);
    api_cond_init(&changed[1]);
}

static void cond_signal(struct run *run)
{
    cond_reset();
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_signal(&changed[0]);
        KEEP(changed);
    }
    run_end(run);
}

static void cond_broadcast(struct run *run)
{
    cond_reset();
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_broadcast(&changed[0]);
        KEEP(changed);
    }
    run_end(run);
}

static int turn; // whose; guarded by mutex

static void take_turns(int me, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        api_lock(&mutex);
        while (turn != me) {
            api_cond_wait(&changed[me], &mutex);
        }
        turn = !me;
        api_signal(&changed[!me]);
        api_unlock(&mutex);
    }
}

static void *take_turns_too(void *arg)
{
    take_turns(1, ((struct run *)arg)->count);
    return NULL;
}

// One operation is there and back.
static void cond_ping_pong(struct run *run)
{
    api_thread other;
    cond_reset();
    turn = 0;
    must(api_create(&other, take_turns_too, run));
    run_begin(run);
    take_turns(0, run->count);
    api_join(other);
    run_end(run);
}

static uint64_t round_number, answers; // guarded by mutex

static void *answer_each_round(void *arg)
{
    uint64_t last = ((struct run *)arg)->count;
    for (uint64_t i = 1; i <= last; i++) {
        api_lock(&mutex);
        while (round_number < i) {
            api_cond_wait(&changed[0], &mutex);
        }
        if (++answers == CROWD) {
            api_signal(&changed[1]);
        }
        api_unlock(&mutex);
    }
    return NULL;
}

// One operation: a broadcast to 8 threads, until all 8 have answered.
static void cond_broadcast_8(struct run *run)
{
    api_thread crowd[CROWD];
    cond_reset();
    round_number = 0;
    for (int i = 0; i < CROWD; i++) {
        must(api_create(&crowd[i], answer_each_round, run));
    }
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_lock(&mutex);
        answers = 0;
        round_number++;
        api_broadcast(&changed[0]);
        while (answers < CROWD) {
            api_cond_wait(&changed[1], &mutex);
        }
        api_unlock(&mutex);
    }
    run_end(run);
    for (int i = 0; i < CROWD; i++) {
        api_join(crowd[i]);
    }
}

#endif

#ifdef API_SEM

static api_sem there, back;

static void *answer(void *arg)
{
    const struct run *run = arg;
    for (uint64_t i = 0; i < run->count; i++) {
        api_take(&there);
        api_post(&back);
    }
    return NULL;
}

static void sem_ping_pong(struct run *run)
{
    api_thread other;
    api_sem_init(&there, 0);
    api_sem_init(&back, 0);
    must(api_create(&other, answer, run));
    run_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        api_post(&there);
        api_take(&back);
    }
    run_end(run);
    api_join(other);
}

#endif

#ifdef API_BARRIER

static api_barrier barrier;

static void *meet(void *arg)
{
    const struct run *run = arg;
    for (uint64_t i = 0; i < run->count; i++) {
        api_barrier_wait(&barrier);
    }
    return NULL;
}

static void meet_with(struct run *run, int threads)
{
    api_thread other[CROWD];
    api_barrier_init(&barrier, (unsigned)threads);
    for (int i = 1; i < threads; i++) {
        must(api_create(&other[i], meet, run));
    }
    run_begin(run);
    meet(run);
    run_end(run);
    for (int i = 1; i < threads; i++) {
        api_join(other[i]);
    }
}

static void barrier_2(struct run *run)
{
    meet_with(run, 2);
}

static void barrier_4(struct run *run)
{
    meet_with(run, 4);
}

#endif

const struct row wait_rows[] = {
#ifdef API_COND
    {"cond_signal_idle", cond_signal, 0, 0},
    {"cond_broadcast_idle", cond_broadcast, 0, 0},
    {"cond_ping_pong", cond_ping_pong, 0, 0},
    {"cond_broadcast_8", cond_broadcast_8, 0, 0},
#endif
#ifdef API_SEM
    {"sem_ping_pong", sem_ping_pong, 0, 0},
#endif
#ifdef API_BARRIER
    {"barrier_2", barrier_2, 0, 0},
    {"barrier_4", barrier_4, 0, 0},
#endif
    {0},
};
