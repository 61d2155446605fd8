// SPDX-License-Identifier: MIT
// cancel_disabled.c - pthread_cancel does not disturb who has cancellation disabled,
// or is on its last steps; and no request is lost, whenever it is enabled.
// posix: musl glibc
#include <poll.h>
#include <pthread.h>
#include "standard.h"

enum { LONG_MS = 300, ROUNDS = 300 };
static int rounds = ROUNDS;
static int step; // atomic

static void wait_for(int value)
{
    while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) != value) {
        usleep(100);
    }
}

static void set(int value)
{
    __atomic_store_n(&step, value, __ATOMIC_RELEASE);
}

static void *polls(void *arg)
{
    CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL), 0);
    set(1);
    CHECK_EQ(poll(NULL, 0, LONG_MS), 0);
    return arg;
}

static void *sleeps(void *arg)
{
    const struct timespec time = {0, LONG_MS * 1000000};
    CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL), 0);
    set(1);
    CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, 0, &time, NULL), 0);
    return arg;
}

static void cleans_up(void *unused)
{
    (void)unused;
    set(1);
    CHECK_EQ(poll(NULL, 0, LONG_MS), 0);
}

static void *ends(void *arg)
{
    pthread_cleanup_push(cleans_up, NULL);
    pthread_exit(arg);
    pthread_cleanup_pop(0);
    return arg;
}

// Is asked some time while it waits.
static void undisturbed(void *(*start)(void *))
{
    pthread_t t;
    void *value;
    set(0);
    CHECK_EQ(pthread_create(&t, NULL, start, &step), 0);
    wait_for(1);
    usleep(LONG_MS * 1000 / 4); // or earlier or later: there is nothing to see
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(pthread_join(t, &value), 0);
    CHECK(value == &step);
}

static void *comes_and_goes(void *arg)
{
    set(1);
    for (;;) {
        CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL), 0);
        // It looks for signals all the same. (The libcs' own threads do see one that
        // was sent before.)
        CHECK(poll(NULL, 0, 0) == 0 || STOCK);
        CHECK_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL), 0);
        pthread_testcancel();
    }
    return arg;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        rounds = atoi(argv[1]);
    }
    undisturbed(polls);
    undisturbed(sleeps);
    if (!STOCK) {
        undisturbed(ends);
    }
    for (int i = 0; i < rounds; i++) {
        pthread_t t;
        void *value;
        set(0);
        CHECK_EQ(pthread_create(&t, NULL, comes_and_goes, NULL), 0);
        wait_for(1);
        CHECK_EQ(pthread_cancel(t), 0);
        CHECK_EQ(pthread_join(t, &value), 0);
        CHECK(value == PTHREAD_CANCELED);
    }
    return 0;
}
