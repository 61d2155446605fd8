// SPDX-License-Identifier: MIT
// beyond.c - what POSIX.1-2024 and the GNU libc add: joins that give up, deadlines
// on a clock of one's choice, signals with a value for one thread, kinds of
// read-write locks; and mutexes with a priority ceiling.
// posix: musl glibc
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include "standard.h"

enum { PAST = -10, SOON = 20, LATE = 100000 }; // milliseconds from now

static sem_t go;

static void *wait_for_go(void *arg)
{
    while (sem_wait(&go) != 0) {
    }
    return arg;
}

static void joins_that_give_up(void)
{
    pthread_t thread[3];
    int result[3];
    void *value = NULL;
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(pthread_create(&thread[i], NULL, wait_for_go, &result[i]), 0);
        CHECK_EQ(pthread_tryjoin_np(thread[i], &value), EBUSY);
    }
    struct timespec t = after(CLOCK_REALTIME, PAST);
    CHECK_EQ(pthread_timedjoin_np(thread[0], &value, &t), ETIMEDOUT);
    t = after(CLOCK_MONOTONIC, SOON);
    CHECK_EQ(pthread_clockjoin_np(thread[1], &value, CLOCK_MONOTONIC, &t),
             ETIMEDOUT);
    for (int i = 0; i < 3; i++) {
        sem_post(&go);
    }
    t = after(CLOCK_REALTIME, LATE);
    CHECK_EQ(pthread_timedjoin_np(thread[0], &value, &t), 0);
    CHECK(value == &result[0]);
    t = after(CLOCK_MONOTONIC, LATE);
    CHECK_EQ(pthread_clockjoin_np(thread[1], &value, CLOCK_MONOTONIC, &t), 0);
    CHECK(value == &result[1]);
    int error;
    while ((error = pthread_tryjoin_np(thread[2], &value)) == EBUSY) {
        sched_yield();
    }
    CHECK_EQ(error, 0);
    CHECK(value == &result[2]);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void *find_it_locked(void *clock_of)
{
    clockid_t clock = *(clockid_t *)clock_of;
    struct timespec t = after(clock, SOON);
    CHECK_EQ(pthread_rwlock_clockrdlock(&rwlock, clock, &t), ETIMEDOUT);
    CHECK_EQ(pthread_rwlock_clockwrlock(&rwlock, clock, &t), ETIMEDOUT);
    return NULL;
}

static void deadlines_on_any_clock(clockid_t clock)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
    struct timespec soon = after(clock, SOON);
    struct timespec late = after(clock, LATE);
    CHECK_EQ(pthread_mutex_clocklock(&mutex, clock, &late), 0);
    CHECK_EQ(pthread_mutex_clocklock(&mutex, clock, &soon), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_clocklock(&mutex, CLOCK_PROCESS_CPUTIME_ID, &soon),
             EINVAL);
    CHECK_EQ(pthread_cond_clockwait(&cond, &mutex, clock, &soon), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0); // the wait gave it back locked
    CHECK_EQ(sem_clockwait(&go, clock, &soon), -1);
    CHECK_EQ(errno, ETIMEDOUT);
    sem_post(&go);
    CHECK_EQ(sem_clockwait(&go, clock, &late), 0);

    pthread_t other;
    CHECK_EQ(pthread_rwlock_clockwrlock(&rwlock, clock, &late), 0);
    CHECK_EQ(pthread_create(&other, NULL, find_it_locked, &clock), 0);
    CHECK_EQ(pthread_join(other, NULL), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_clockrdlock(&rwlock, clock, &late), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
}

static void *take_signal(void *number)
{
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR1);
    CHECK_EQ(info.si_code, SI_QUEUE);
    *(int *)number = info.si_value.sival_int;
    return NULL;
}

static void signals_with_a_value(void)
{
    pthread_t thread;
    sigset_t set;
    int number = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    CHECK_EQ(pthread_create(&thread, NULL, take_signal, &number), 0);
    CHECK_EQ(pthread_sigqueue(thread, SIGUSR1, (union sigval){.sival_int = 42}),
             0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(number, 42);
}

static void kinds_of_rwlocks(void)
{
    pthread_rwlockattr_t attr;
    pthread_rwlock_t lock;
    int kind = -1;
    CHECK_EQ(pthread_rwlockattr_init(&attr), 0);
    CHECK_EQ(pthread_rwlockattr_setkind_np(&attr, 99), EINVAL);
    CHECK_EQ(pthread_rwlockattr_setkind_np(
                 &attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP),
             0);
    CHECK_EQ(pthread_rwlockattr_getkind_np(&attr, &kind), 0);
    CHECK_EQ(kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    CHECK_EQ(pthread_rwlock_init(&lock, &attr), 0);
    CHECK_EQ(pthread_rwlock_rdlock(&lock), 0);
    CHECK_EQ(pthread_rwlock_tryrdlock(&lock), 0);
    CHECK_EQ(pthread_rwlock_trywrlock(&lock), EBUSY);
    CHECK_EQ(pthread_rwlock_unlock(&lock), 0);
    CHECK_EQ(pthread_rwlock_unlock(&lock), 0);
    CHECK_EQ(pthread_rwlock_destroy(&lock), 0);
}

static void mutexes_with_a_ceiling(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t mutex;
    int number = 0;
    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_PROTECT), 0);
    CHECK_EQ(pthread_mutexattr_setprioceiling(&attr, 1000), EINVAL);
    CHECK_EQ(pthread_mutexattr_setprioceiling(&attr, 10), 0);
    CHECK_EQ(pthread_mutex_init(&mutex, &attr), 0);
    CHECK_EQ(pthread_mutex_getprioceiling(&mutex, &number), 0);
    CHECK_EQ(number, 10);
    int error = pthread_mutex_lock(&mutex);
    // Nobody raises a priority without the right to; and glibc's threads, only
    // that of one who is urgent already.
    if (error == EPERM || (STOCK && error == EINVAL)) {
        return;
    }
    CHECK_EQ(error, 0);
    CHECK_EQ(sched_getscheduler(0), SCHED_FIFO);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
    CHECK_EQ(pthread_mutex_setprioceiling(&mutex, 12, &number), 0);
    CHECK_EQ(number, 10);
    CHECK_EQ(pthread_mutex_getprioceiling(&mutex, &number), 0);
    CHECK_EQ(number, 12);
    CHECK_EQ(pthread_mutex_destroy(&mutex), 0);
}

int main(void)
{
    CHECK_EQ(sem_init(&go, 0, 0), 0);
    joins_that_give_up();
    deadlines_on_any_clock(CLOCK_MONOTONIC);
    deadlines_on_any_clock(CLOCK_REALTIME);
    signals_with_a_value();
    kinds_of_rwlocks();
    mutexes_with_a_ceiling();
    return 0;
}
