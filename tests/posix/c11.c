// SPDX-License-Identifier: MIT
// c11.c - <threads.h>: the same in the words of C11.
// posix: musl glibc
#include <threads.h>
#include "standard.h"

static mtx_t mutex;
static cnd_t changed;
static once_flag once = ONCE_FLAG_INIT;
static tss_t own;
static int count, done, made, destroyed;

static void make(void)
{
    made++;
}

static void destroy(void *value)
{
    destroyed += *(int *)value;
}

static int work(void *arg)
{
    call_once(&once, make);
    CHECK_EQ(tss_set(own, arg), thrd_success);
    CHECK(tss_get(own) == arg);
    for (int i = 0; i < 1000; i++) {
        CHECK_EQ(mtx_lock(&mutex), thrd_success);
        count++;
        CHECK_EQ(mtx_unlock(&mutex), thrd_success);
    }
    CHECK_EQ(mtx_lock(&mutex), thrd_success);
    done++;
    CHECK_EQ(cnd_signal(&changed), thrd_success);
    CHECK_EQ(mtx_unlock(&mutex), thrd_success);
    return -7;
}

static int leaves(void *arg)
{
    thrd_exit(*(int *)arg);
}

static int tries(void *arg)
{
    struct timespec soon = after(CLOCK_REALTIME, 3);
    CHECK_EQ(mtx_trylock(arg), thrd_busy);
    CHECK_EQ(mtx_timedlock(arg, &soon), thrd_timedout);
    return 0;
}

int main(void)
{
    thrd_t t[4];
    int one = 1, result;
    struct timespec time;
    CHECK_EQ(mtx_init(&mutex, mtx_plain), thrd_success);
    CHECK_EQ(cnd_init(&changed), thrd_success);
    CHECK_EQ(tss_create(&own, destroy), thrd_success);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(thrd_create(&t[i], work, &one), thrd_success);
    }
    CHECK_EQ(mtx_lock(&mutex), thrd_success);
    while (done < 4) {
        CHECK_EQ(cnd_wait(&changed, &mutex), thrd_success);
    }
    time = after(CLOCK_REALTIME, 3);
    CHECK_EQ(cnd_timedwait(&changed, &mutex, &time), thrd_timedout);
    CHECK_EQ(mtx_unlock(&mutex), thrd_success);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(thrd_join(t[i], &result), thrd_success);
        CHECK_EQ(result, -7);
    }
    CHECK_EQ(count, 4000);
    CHECK_EQ(made, 1);
    CHECK_EQ(destroyed, 4);
    mtx_destroy(&mutex);
    CHECK_EQ(mtx_init(&mutex, mtx_timed | mtx_recursive), thrd_success);
    CHECK_EQ(mtx_lock(&mutex), thrd_success);
    CHECK_EQ(mtx_trylock(&mutex), thrd_success);
    CHECK_EQ(thrd_create(&t[0], tries, &mutex), thrd_success);
    CHECK_EQ(thrd_join(t[0], NULL), thrd_success);
    CHECK_EQ(mtx_unlock(&mutex), thrd_success);
    CHECK_EQ(mtx_unlock(&mutex), thrd_success);
    result = 42;
    CHECK_EQ(thrd_create(&t[0], leaves, &result), thrd_success);
    CHECK_EQ(thrd_join(t[0], &one), thrd_success);
    CHECK_EQ(one, 42);
    CHECK(thrd_equal(thrd_current(), thrd_current()));
    time = (struct timespec){0, 1000000};
    CHECK_EQ(thrd_sleep(&time, NULL), 0);
    thrd_yield();
    tss_delete(own);
    cnd_destroy(&changed);
    mtx_destroy(&mutex);
    return 0;
}
