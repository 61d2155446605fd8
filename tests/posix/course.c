// SPDX-License-Identifier: MIT
// course.c - the first programs of every course on threads.
// Two threads that run in turns of their own; the three ways to end, and what join
// learns of them; a thread that nobody may join; data of a thread's own.
// posix: musl glibc
#include <pthread.h>
#include "standard.h"

static int counted[2];

static void *count(void *arg)
{
    for (int i = 0; i < 5; i++) {
        ++*(int *)arg;
        usleep(1000);
    }
    return NULL;
}

static void both_run(void)
{
    pthread_t other;
    CHECK_EQ(pthread_create(&other, NULL, count, &counted[0]), 0);
    count(&counted[1]);
    CHECK_EQ(pthread_join(other, NULL), 0);
    CHECK_EQ(counted[0], 5);
    CHECK_EQ(counted[1], 5);
}

static void *by_return(void *arg)
{
    return arg;
}

static void deeper(void *arg)
{
    pthread_exit(arg);
}

static void *by_exit(void *arg)
{
    deeper(arg);
    return NULL;
}

static void *by_cancellation(void *arg)
{
    for (;;) {
        pause();
    }
    return arg;
}

static void three_ways(void)
{
    pthread_t t;
    void *result;
    CHECK_EQ(pthread_create(&t, NULL, by_return, (void *)1), 0);
    CHECK_EQ(pthread_join(t, &result), 0);
    CHECK_EQ(result, 1);
    CHECK_EQ(pthread_create(&t, NULL, by_exit, (void *)2), 0);
    CHECK_EQ(pthread_join(t, &result), 0);
    CHECK_EQ(result, 2);
    CHECK_EQ(pthread_create(&t, NULL, by_cancellation, NULL), 0);
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(pthread_join(t, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
}

static void detached(void)
{
    pthread_t t;
    pthread_attr_t attr;
    CHECK_EQ(pthread_create(&t, NULL, by_cancellation, NULL), 0);
    CHECK_EQ(pthread_detach(t), 0);
#ifdef WEFT // a libc may do anything
    CHECK_EQ(pthread_join(t, NULL), EINVAL);
    CHECK_EQ(pthread_detach(t), EINVAL);
#endif
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
    CHECK_EQ(pthread_create(&t, &attr, by_return, NULL), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    CHECK_EQ(pthread_join(pthread_self(), NULL), EDEADLK);
}

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int destroyed;

static void destroy(void *value)
{
    destroyed += *(int *)value;
}

static void make_key(void)
{
    CHECK_EQ(pthread_key_create(&key, destroy), 0);
}

static void *with_key(void *arg)
{
    CHECK_EQ(pthread_once(&once, make_key), 0);
    CHECK(pthread_getspecific(key) == NULL);
    CHECK_EQ(pthread_setspecific(key, arg), 0);
    CHECK(pthread_getspecific(key) == arg);
    return NULL;
}

static void own_data(void)
{
    int values[3] = {1, 10, 100};
    pthread_t t[3];
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(pthread_create(&t[i], NULL, with_key, &values[i]), 0);
        CHECK_EQ(pthread_join(t[i], NULL), 0); // one destructor at a time
    }
    CHECK_EQ(destroyed, 111);
}

static void *last(void *first)
{
    CHECK_EQ(pthread_join(*(pthread_t *)first, NULL), 0);
    printf("main has left, the process goes on\n");
    return NULL;
}

int main(void)
{
    static pthread_t self;
    pthread_t t;
    both_run();
    three_ways();
    detached();
    own_data();
    self = pthread_self();
    CHECK_EQ(pthread_create(&t, NULL, last, &self), 0);
    pthread_exit(NULL);
}
