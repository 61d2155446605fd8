// SPDX-License-Identifier: MIT
// agreed.c - mistakes, and what POSIX leaves open, where both libcs give the same
// answer: programs may have come to count on it.
// posix: musl glibc
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <threads.h>
#include "standard.h"

// musl's own threads lack some calls, and wait for ever for who is detached.
#if defined WEFT || defined __GLIBC__
#define STOCK_MUSL 0
#else
#define STOCK_MUSL 1
#endif

static const struct timespec no_time = {.tv_sec = 0, .tv_nsec = 1000000000};

static void init_mutex(pthread_mutex_t *mutex, int kind, int robust)
{
    pthread_mutexattr_t attr;
    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    CHECK_EQ(pthread_mutexattr_settype(&attr, kind), 0);
    CHECK_EQ(pthread_mutexattr_setrobust(&attr, robust), 0);
    CHECK_EQ(pthread_mutex_init(mutex, &attr), 0);
    CHECK_EQ(pthread_mutexattr_destroy(&attr), 0);
}

// ---- what somebody else holds, or waits for ----

struct objects {
    pthread_mutex_t robust;
    pthread_rwlock_t read, written;
    pthread_spinlock_t spin;
    sem_t held, go;
};

static void init(struct objects *o)
{
    init_mutex(&o->robust, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
    CHECK_EQ(pthread_rwlock_init(&o->read, NULL), 0);
    CHECK_EQ(pthread_rwlock_init(&o->written, NULL), 0);
    CHECK_EQ(pthread_spin_init(&o->spin, 77), 0); // shared or not: neither
    CHECK_EQ(sem_init(&o->held, 0, 0), 0);
    CHECK_EQ(sem_init(&o->go, 0, 0), 0);
}

static void lock_all(struct objects *o)
{
    CHECK_EQ(pthread_mutex_lock(&o->robust), 0);
    CHECK_EQ(pthread_rwlock_rdlock(&o->read), 0);
    CHECK_EQ(pthread_rwlock_wrlock(&o->written), 0);
    CHECK_EQ(pthread_spin_lock(&o->spin), 0);
}

static void *hold_all(void *objects)
{
    struct objects *o = objects;
    lock_all(o);
    CHECK_EQ(sem_post(&o->held), 0);
    CHECK_EQ(sem_wait(&o->go), 0);
    return NULL;
}

static void destroy_all(struct objects *o)
{
    CHECK_EQ(pthread_mutex_destroy(&o->robust), 0);
    CHECK_EQ(pthread_rwlock_destroy(&o->read), 0);
    CHECK_EQ(pthread_rwlock_destroy(&o->written), 0);
    CHECK_EQ(pthread_spin_destroy(&o->spin), 0);
}

static void held_by_another(void)
{
    static struct objects o; // its end comes after that of the thread
    pthread_t thread;
    init(&o);
    CHECK_EQ(pthread_create(&thread, NULL, hold_all, &o), 0);
    CHECK_EQ(sem_wait(&o.held), 0);
    CHECK_EQ(pthread_mutex_consistent(&o.robust), EINVAL); // nothing to mend
    destroy_all(&o);
    CHECK_EQ(sem_post(&o.go), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

// The memory of what was destroyed is the program's, also when the thread ends.
static void *held_by_oneself(void *arg)
{
    struct objects *o = malloc(sizeof *o);
    CHECK(o != NULL);
    init(o);
    CHECK_EQ(pthread_mutex_consistent(&o->robust), EINVAL);
    lock_all(o);
    CHECK_EQ(pthread_mutex_consistent(&o->robust), EINVAL);
    destroy_all(o);
    // The libcs' threads would follow a list into it.
    if (!STOCK) {
        memset(o, 0x5a, sizeof *o);
        free(o);
    }
    return arg;
}

// A thread that says who it is, and then waits for a semaphore or for a thread.
struct waiter {
    pthread_t thread;
    sem_t *sem;
    pthread_t join;
    int tid; // atomic
};

static void *wait_for(void *arg)
{
    struct waiter *w = arg;
    __atomic_store_n(&w->tid, gettid(), __ATOMIC_SEQ_CST);
    if (w->sem == NULL) {
        CHECK_EQ(pthread_join(w->join, NULL), 0);
        return NULL;
    }
    while (sem_wait(w->sem) != 0) {
    }
    return NULL;
}

// On return it waits: it sleeps for nothing else.
static void begin(struct waiter *w)
{
    int tid;
    CHECK_EQ(pthread_create(&w->thread, NULL, wait_for, w), 0);
    while ((tid = __atomic_load_n(&w->tid, __ATOMIC_SEQ_CST)) == 0 ||
           !is_asleep(tid)) {
        sched_yield();
    }
}

static int is_gone(const struct waiter *w)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d", w->tid);
    return access(path, F_OK) != 0;
}

static void a_semaphore_with_a_waiter(void)
{
    static sem_t sem;
    struct waiter waiter = {.sem = &sem};
    CHECK_EQ(sem_init(&sem, 0, 0), 0);
    begin(&waiter);
    CHECK_EQ(sem_destroy(&sem), 0);
    CHECK_EQ(sem_post(&sem), 0);
    CHECK_EQ(pthread_join(waiter.thread, NULL), 0);
}

// ---- clocks and times ----

// An owner's lock has no end: that comes before the time.
static void a_second_lock_with_no_time(void)
{
    pthread_mutex_t mutex;
    for (int robust = 0; robust < 2; robust++) {
        init_mutex(&mutex, PTHREAD_MUTEX_ERRORCHECK, robust);
        CHECK_EQ(pthread_mutex_lock(&mutex), 0);
        CHECK_EQ(pthread_mutex_timedlock(&mutex, &no_time), EDEADLK);
        CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    }
}

#if !STOCK_MUSL
// A clock that is none is an error, whether there is anything to wait for or not.
static void clocks_that_are_none(void)
{
    static const clockid_t none[] = {CLOCK_PROCESS_CPUTIME_ID,
                                     CLOCK_THREAD_CPUTIME_ID, CLOCK_BOOTTIME,
                                     -1, 77};
    for (unsigned i = 0; i < sizeof none / sizeof *none; i++) {
        const struct timespec time = after(CLOCK_REALTIME, 1000);
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
        pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
        sem_t sem;
        CHECK_EQ(sem_init(&sem, 0, 1), 0);
        CHECK_EQ(pthread_mutex_clocklock(&mutex, none[i], &time), EINVAL);
        CHECK_EQ(pthread_rwlock_clockrdlock(&lock, none[i], &time), EINVAL);
        CHECK_EQ(pthread_rwlock_clockwrlock(&lock, none[i], &time), EINVAL);
        CHECK_EQ(sem_clockwait(&sem, none[i], &time), -1);
        CHECK_EQ(errno, EINVAL);
        // Nothing was taken, and now there would be something to wait for.
        CHECK_EQ(pthread_mutex_lock(&mutex), 0);
        CHECK_EQ(pthread_mutex_clocklock(&mutex, none[i], &time), EINVAL);
        CHECK_EQ(pthread_cond_clockwait(&cond, &mutex, none[i], &time), EINVAL);
        CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
        CHECK_EQ(pthread_rwlock_wrlock(&lock), 0);
        CHECK_EQ(pthread_rwlock_unlock(&lock), 0);
        CHECK_EQ(pthread_rwlock_rdlock(&lock), 0);
        CHECK_EQ(pthread_rwlock_clockwrlock(&lock, none[i], &time), EINVAL);
        CHECK_EQ(pthread_rwlock_unlock(&lock), 0);
        CHECK_EQ(sem_trywait(&sem), 0);
        CHECK_EQ(sem_clockwait(&sem, none[i], &time), -1);
        CHECK_EQ(errno, EINVAL);
        CHECK_EQ(pthread_clockjoin_np(pthread_self(), NULL, none[i], NULL),
                 EINVAL);
    }
}
#endif

// Two threads, each with what the other one waits for. One has a deadline, and gives
// up and unlocks; then the other one has both. (Of glibc's own threads the one that
// closes the circle may sleep until its deadline.)
static pthread_mutex_t first, second;
static pthread_barrier_t both;

static void *give_up(void *arg)
{
    CHECK_EQ(pthread_mutex_lock(&second), 0);
    pthread_barrier_wait(&both);
    struct timespec soon = after(CLOCK_REALTIME, 20);
    CHECK_EQ(pthread_mutex_timedlock(&first, &soon), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_unlock(&second), 0);
    return arg;
}

static void a_circle_that_ends(void)
{
    pthread_t thread;
    pthread_mutexattr_t attr;
    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT), 0);
    CHECK_EQ(pthread_mutex_init(&first, &attr), 0);
    CHECK_EQ(pthread_mutex_init(&second, &attr), 0);
    CHECK_EQ(pthread_barrier_init(&both, NULL, 2), 0);
    CHECK_EQ(pthread_mutex_lock(&first), 0);
    CHECK_EQ(pthread_create(&thread, NULL, give_up, NULL), 0);
    pthread_barrier_wait(&both);
    CHECK_EQ(pthread_mutex_lock(&second), 0);
    CHECK_EQ(pthread_mutex_unlock(&second), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(pthread_mutex_unlock(&first), 0);
}

// ---- threads ----

// To detach who is being joined is no mistake: it will be gone.
static void a_thread_that_is_joined(void)
{
    sem_t sem;
    CHECK_EQ(sem_init(&sem, 0, 0), 0);
    struct waiter thread = {.sem = &sem}, joiner = {.sem = NULL};
    begin(&thread);
    joiner.join = thread.thread;
    begin(&joiner);
    CHECK_EQ(pthread_detach(thread.thread), 0);
    CHECK_EQ(sem_post(&sem), 0);
    CHECK_EQ(pthread_join(joiner.thread, NULL), 0);
    CHECK_EQ(sem_destroy(&sem), 0);
}

static void joins_that_do_not_wait(void)
{
    sem_t sem;
    CHECK_EQ(sem_init(&sem, 0, 0), 0);
    struct waiter thread = {.sem = &sem};
    CHECK_EQ(pthread_tryjoin_np(pthread_self(), NULL), EBUSY); // oneself runs
    begin(&thread);
    CHECK_EQ(sem_post(&sem), 0);
    while (!is_gone(&thread)) {
        sched_yield();
    }
    CHECK_EQ(pthread_timedjoin_np(thread.thread, NULL, &no_time), 0);
}

static void the_rest(void)
{
    cpu_set_t cpus;
    mtx_t mutex;
    CHECK_EQ(pthread_getaffinity_np(pthread_self(), 1, &cpus), EINVAL);
    CHECK_EQ(mtx_init(&mutex, 64), thrd_success); // bits that mean nothing
    CHECK_EQ(mtx_lock(&mutex), thrd_success);
    CHECK_EQ(mtx_trylock(&mutex), thrd_busy);
    CHECK_EQ(mtx_unlock(&mutex), thrd_success);
    mtx_destroy(&mutex);
}

int main(void)
{
    pthread_t thread;
    held_by_another();
    CHECK_EQ(pthread_create(&thread, NULL, held_by_oneself, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    a_semaphore_with_a_waiter();
    a_second_lock_with_no_time();
    if (!STOCK) {
        a_circle_that_ends();
    }
#if !STOCK_MUSL
    clocks_that_are_none();
#endif
    if (!STOCK_MUSL) {
        a_thread_that_is_joined();
    }
    joins_that_do_not_wait();
    the_rest();
    return 0;
}
