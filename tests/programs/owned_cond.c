// SPDX-License-Identifier: MIT
// owned_cond.c - condition variables with owned mutexes.
//
//     owned_cond depth|cancelled|errors
//     owned_cond storm ROUNDS [SEED]
//
// During a wait the mutex is nobody's, however often it was locked; afterwards the
// waiter owns it again as often, in its cleanup handlers, too. A waiter that only
// gets the lock back and not the ownership could not unlock it.
#include "support.h"

enum { DEPTH = 3, CONSUMERS = 3 };

static const uint32_t all_flags[] = {0, WEFT_ROBUST, WEFT_PRIO_INHERIT};

static weft_owned_mutex mutex;
static weft_cond cond;
static int waits, tokens, taken; // guarded by mutex
static int64_t wanted;

static weft_thread start(void *(*run)(void *), void *arg)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, run, arg), 0);
    return thread;
}

static void lock(void)
{
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
}

static void unlock(void)
{
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
}

static void lock_deep(void)
{
    for (int i = 0; i < DEPTH; i++) {
        lock();
    }
}

static void unlock_deep(void *arg)
{
    (void)arg;
    for (int i = 0; i < DEPTH; i++) {
        unlock();
    }
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
}

static void *wait_deep(void *arg)
{
    lock_deep();
    waits++;
    weft_cleanup_push(unlock_deep, NULL);
    while (tokens == 0) {
        CHECK_EQ(weft_cond_wait_owned(&cond, &mutex), 0);
    }
    tokens--;
    weft_cleanup_pop(1);
    return arg;
}

// Comes back with the mutex held, and count threads waiting.
static void lock_when_waiting(int count)
{
    lock();
    while (waits < count) {
        unlock();
        weft_yield();
        lock();
    }
    waits = 0;
}

static void depth(int broadcast)
{
    weft_thread waiter[2] = {start(wait_deep, NULL), start(wait_deep, NULL)};
    lock_when_waiting(2);
    tokens = 2;
    if (broadcast) {
        weft_cond_broadcast(&cond);
    } else {
        weft_cond_signal(&cond);
        weft_cond_signal(&cond);
    }
    unlock();
    CHECK_EQ(weft_join(waiter[0], NULL), 0);
    CHECK_EQ(weft_join(waiter[1], NULL), 0);
    CHECK_EQ(tokens, 0);
}

static void cancelled(void)
{
    void *value;
    weft_thread waiter = start(wait_deep, NULL);
    lock_when_waiting(1);
    CHECK_EQ(weft_cancel(waiter), 0);
    unlock();
    CHECK_EQ(weft_join(waiter, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
    lock(); // its cleanup handler has unlocked it
    unlock();
}

static void *lock_and_end(void *arg)
{
    lock();
    weft_cond_signal(&cond);
    return arg;
}

static void errors(uint32_t flags)
{
    CHECK_EQ(weft_cond_wait_owned(&cond, &mutex), WEFT_EPERM);
    CHECK_EQ(weft_cond_wait_owned_for(&cond, &mutex, 0), WEFT_EPERM);
    lock_deep();
    CHECK_EQ(weft_cond_wait_owned_for(&cond, &mutex, 0), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_cond_wait_owned_until(&cond, &mutex, -1), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_cond_wait_owned_for(&cond, &mutex, 1000000), WEFT_ETIMEDOUT);
    unlock_deep(NULL);
    if (flags & WEFT_ROBUST) {
        lock_deep();
        weft_thread thread = start(lock_and_end, NULL);
        CHECK_EQ(weft_cond_wait_owned(&cond, &mutex), WEFT_EOWNERDEAD);
        CHECK_EQ(weft_owned_mutex_consistent(&mutex), 0);
        unlock_deep(NULL);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
}

static void *consume(void *arg)
{
    uint64_t state = *(uint64_t *)arg;
    for (;;) {
        lock();
        while (tokens == 0 && taken < wanted) {
            int error = weft_cond_wait_owned_for(
                &cond, &mutex, 1000 + (int64_t)random_below(&state, 1000000));
            CHECK(error == 0 || error == WEFT_ETIMEDOUT);
        }
        int over = taken == wanted;
        if (!over) {
            tokens--;
            taken++;
        }
        if (taken == wanted) {
            weft_cond_broadcast(&cond);
        }
        unlock();
        if (over) {
            return NULL;
        }
    }
}

static void storm(int64_t rounds, uint64_t *state)
{
    uint64_t seed[CONSUMERS];
    weft_thread thread[CONSUMERS];
    taken = tokens = 0;
    wanted = rounds;
    for (int i = 0; i < CONSUMERS; i++) {
        seed[i] = random_next(state);
        thread[i] = start(consume, &seed[i]);
    }
    for (int64_t left = rounds; left > 0;) {
        int64_t some = (int64_t)random_below(state, 4);
        some = some < left ? some : left;
        lock();
        tokens += (int)some;
        if (some > 1) {
            weft_cond_broadcast(&cond);
        } else if (some == 1) {
            weft_cond_signal(&cond);
        }
        unlock();
        left -= some;
    }
    for (int i = 0; i < CONSUMERS; i++) {
        CHECK_EQ(weft_join(thread[i], NULL), 0);
    }
    CHECK_EQ(taken, rounds);
    CHECK_EQ(tokens, 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 2, 1000);
    uint64_t state = random_start(argc, argv, 3);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_RECURSIVE, all_flags[i]),
                 0);
        if (is_case(argc, argv, "depth")) {
            depth(0);
            depth(1);
        } else if (is_case(argc, argv, "cancelled")) {
            cancelled();
        } else if (is_case(argc, argv, "errors")) {
            errors(all_flags[i]);
        } else {
            CHECK(is_case(argc, argv, "storm"));
            storm(rounds, &state);
        }
    }
    return 0;
}
