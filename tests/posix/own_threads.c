// SPDX-License-Identifier: MIT
// own_threads.c - a pthread_t means its own thread, as long as that lives.
// posix: musl glibc
//
// Some threads create others, signal, cancel, detach and join them, again and
// again. The memory of those that have ended is the next ones', and so is, mostly,
// the pthread_t: who asks about a thread that was not joined yet must never be told
// of the one before it.
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include "standard.h"

enum { MANAGERS = 8, BATCH = 4 };
static int rounds = 500;
static sem_t detached; // those that are about to end

static void *waits(void *arg)
{
    pthread_barrier_wait(arg);
    return arg;
}

static void *posts(void *arg)
{
    sem_post(&detached);
    return arg;
}

static void *manages(void *arg)
{
    pthread_barrier_t barrier;
    pthread_t threads[BATCH], one;
    void *value;
    CHECK_EQ(pthread_barrier_init(&barrier, NULL, BATCH + 1), 0);
    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < BATCH; k++) {
            CHECK_EQ(pthread_create(&threads[k], NULL, waits, &barrier), 0);
        }
        CHECK_EQ(pthread_create(&one, NULL, posts, NULL), 0);
        CHECK_EQ(pthread_detach(one), 0);
        for (int k = 0; k < BATCH; k++) {
            CHECK_EQ(pthread_kill(threads[k], 0), 0);
        }
        pthread_barrier_wait(&barrier);
        CHECK_EQ(pthread_cancel(threads[0]), 0); // no point where it would end
        for (int k = 0; k < BATCH; k++) {
            CHECK_EQ(pthread_join(threads[k], &value), 0);
            CHECK(value == &barrier);
        }
    }
    CHECK_EQ(pthread_barrier_destroy(&barrier), 0);
    return arg;
}

int main(int argc, char **argv)
{
    pthread_t managers[MANAGERS];
    if (argc > 1) {
        rounds = atoi(argv[1]);
    }
    CHECK_EQ(sem_init(&detached, 0, 0), 0);
    for (int i = 0; i < MANAGERS; i++) {
        CHECK_EQ(pthread_create(&managers[i], NULL, manages, NULL), 0);
    }
    for (int i = 0; i < MANAGERS; i++) {
        CHECK_EQ(pthread_join(managers[i], NULL), 0);
    }
    for (int i = 0; i < MANAGERS * rounds; i++) {
        while (sem_wait(&detached) != 0) {
        }
    }
    return 0;
}
