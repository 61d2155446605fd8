// SPDX-License-Identifier: MIT
// realtime.c - threads with SCHED_FIFO go by their priorities: those that wait for
// a read-write lock, those that inherit the policy of the main thread, and those that
// hold a mutex with a ceiling.
// Without the right to use SCHED_FIFO it does nothing.
// posix: musl glibc
#include <pthread.h>
#include <sched.h>
#include "standard.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int order[4], at; // who got the lock; atomic

struct waiter {
    int writes, priority, name;
    pthread_t thread;
    int tid; // atomic; 0 until it has its priority
};

static void set_priority(int priority)
{
    struct sched_param param = {.sched_priority = priority};
    CHECK_EQ(pthread_setschedparam(pthread_self(), SCHED_FIFO, &param), 0);
}

static void *wait_and_note(void *arg)
{
    struct waiter *w = arg;
    set_priority(w->priority);
    __atomic_store_n(&w->tid, gettid(), __ATOMIC_SEQ_CST);
    CHECK_EQ(w->writes ? pthread_rwlock_wrlock(&lock)
                       : pthread_rwlock_rdlock(&lock),
             0);
    order[__atomic_fetch_add(&at, 1, __ATOMIC_SEQ_CST)] = w->name;
    usleep(1000);
    CHECK_EQ(pthread_rwlock_unlock(&lock), 0);
    return NULL;
}

// Until it waits for the lock, or has got it: it sleeps for nothing else before.
static void begin(struct waiter *w)
{
    CHECK_EQ(pthread_create(&w->thread, NULL, wait_and_note, w), 0);
    int tid;
    while ((tid = __atomic_load_n(&w->tid, __ATOMIC_SEQ_CST)) == 0 ||
           !is_asleep(tid)) {
        usleep(1000); // the others are less urgent
    }
}

// A reader with priority 2, 3 or 4 comes when a writer with 3 waits for a reader.
static void readers_and_a_waiting_writer(void)
{
    for (int priority = 2; priority <= 4; priority++) {
        struct waiter writer = {1, 3, 'w', 0, 0},
                      reader = {0, priority, 'r', 0, 0};
        at = 0;
        CHECK_EQ(pthread_rwlock_rdlock(&lock), 0);
        begin(&writer);
        begin(&reader);
        CHECK_EQ(__atomic_load_n(&at, __ATOMIC_SEQ_CST), priority > 3);
        CHECK_EQ(pthread_rwlock_unlock(&lock), 0);
        CHECK_EQ(pthread_join(writer.thread, NULL), 0);
        CHECK_EQ(pthread_join(reader.thread, NULL), 0);
        CHECK_EQ(order[0], priority > 3 ? 'r' : 'w');
    }
}

// The most urgent goes first, a writer before a reader that is as urgent.
static void all_wait_for_a_writer(void)
{
    struct waiter first = {1, 4, '1', 0, 0}, reader = {0, 4, '2', 0, 0},
                  last = {1, 2, '3', 0, 0};
    at = 0;
    CHECK_EQ(pthread_rwlock_wrlock(&lock), 0);
    begin(&first);
    begin(&reader);
    begin(&last);
    CHECK_EQ(pthread_rwlock_unlock(&lock), 0);
    CHECK_EQ(pthread_join(first.thread, NULL), 0);
    CHECK_EQ(pthread_join(reader.thread, NULL), 0);
    CHECK_EQ(pthread_join(last.thread, NULL), 0);
    CHECK_EQ(order[0], '1');
    CHECK_EQ(order[1], '2');
    CHECK_EQ(order[2], '3');
    CHECK_EQ(pthread_rwlock_destroy(&lock), 0);
}

// What the calling thread was told to run at, and what it runs at.
static void runs(int own, int now)
{
    struct sched_param param = {.sched_priority = 0};
    int found;
    CHECK_EQ(pthread_getschedparam(pthread_self(), &found, &param), 0);
    CHECK_EQ(found, SCHED_FIFO);
    CHECK_EQ(param.sched_priority, own);
    CHECK_EQ(sched_getparam(0, &param), 0);
    CHECK_EQ(param.sched_priority, now);
}

static void *set_main(void *thread)
{
    CHECK_EQ(pthread_setschedprio(*(pthread_t *)thread, 5), 0);
    return NULL;
}

// The ceiling is lent: it is not the thread's own priority, which can be set all the
// while, and which counts again after the unlock.
static void mutexes_with_a_ceiling(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t low, high;
    pthread_t self = pthread_self(), other;
    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_PROTECT), 0);
    CHECK_EQ(pthread_mutexattr_setprioceiling(&attr, 6), 0);
    CHECK_EQ(pthread_mutex_init(&low, &attr), 0);
    CHECK_EQ(pthread_mutexattr_setprioceiling(&attr, 12), 0);
    CHECK_EQ(pthread_mutex_init(&high, &attr), 0);
    set_priority(4);
    CHECK_EQ(pthread_mutex_lock(&low), 0);
    runs(4, 6);
    CHECK_EQ(pthread_mutex_lock(&high), 0);
    runs(4, 12);
    set_priority(3);
    runs(3, 12);
    CHECK_EQ(pthread_mutex_unlock(&high), 0);
    runs(3, 6);
    set_priority(8); // its own is above the ceiling
    runs(8, 8);
    CHECK_EQ(pthread_create(&other, NULL, set_main, &self), 0);
    CHECK_EQ(pthread_join(other, NULL), 0);
    runs(5, 6);
    CHECK_EQ(pthread_mutex_unlock(&low), 0);
    runs(5, 5);
    CHECK_EQ(pthread_mutex_destroy(&low), 0);
    CHECK_EQ(pthread_mutex_destroy(&high), 0);
}

static void *policy(void *arg)
{
    struct sched_param param = {.sched_priority = 0};
    int *found = arg;
    CHECK_EQ(pthread_getschedparam(pthread_self(), found, &param), 0);
    CHECK_EQ(param.sched_priority, 6);
    return NULL;
}

int main(void)
{
    struct sched_param param = {.sched_priority = 5};
    pthread_t thread;
    int found = -1;
    if (sched_setscheduler(0, SCHED_FIFO, &param) < 0) {
        CHECK_EQ(errno, EPERM);
        return 0;
    }
    CHECK_EQ(sched_getscheduler(0), SCHED_FIFO);
    param.sched_priority = 6;
    CHECK_EQ(sched_setparam(0, &param), 0);
    param.sched_priority = 0;
    CHECK_EQ(sched_getparam(0, &param), 0);
    CHECK_EQ(param.sched_priority, 6);
    CHECK_EQ(pthread_create(&thread, NULL, policy, &found), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(found, SCHED_FIFO);
    mutexes_with_a_ceiling();
    if (!STOCK) {
        readers_and_a_waiting_writer();
        all_wait_for_a_writer();
    }
    return 0;
}
