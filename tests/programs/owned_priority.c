// SPDX-License-Identifier: MIT
// owned_priority.c - what a mutex does for the priority of its owner.
//
//     owned_priority inherits|circle|broadcast
//     owned_priority ceiling|nested|above|refused
//
// Without inheritance, a thread in between keeps the owner, and so the most urgent
// waiter, from running for as long as it likes. The kernel shows the priority that
// a thread runs at: -1 - priority for real time.
#include "support.h"

enum { LOW = 10, HIGH = 30, WAITERS = 8 };

static weft_owned_mutex mutex, other;
static weft_sem locked, go;

static weft_thread start(int priority, void *(*run)(void *), void *arg)
{
    weft_thread thread;
    weft_attr attr = {.flags = WEFT_EXPLICIT_SCHED,
                      .policy = SCHED_FIFO,
                      .priority = priority};
    CHECK_EQ(weft_create(&thread, &attr, run, arg), 0);
    return thread;
}

static void join(weft_thread thread)
{
    CHECK_EQ(weft_join(thread, NULL), 0);
}

// Field 18 of /proc/self/task/TID/stat: the second one, the name, ends in ')'.
static int64_t priority_now(int tid)
{
    struct line path = {0};
    char text[512];
    line_text(&path, "/proc/self/task/");
    line_number(&path, tid);
    line_text(&path, "/stat");
    CHECK(read_file(path.text, text, sizeof text) > 0);
    const char *at = text;
    while (*at != ')') {
        at++;
    }
    for (int field = 2; field < 18; at++) {
        field += *at == ' ';
    }
    int64_t number = 0;
    int negative = *at == '-';
    for (at += negative; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (*at - '0');
    }
    return negative ? -number : number;
}

static void *hold(void *arg)
{
    int tid = weft_tid(weft_self());
    CHECK_EQ(priority_now(tid), -1 - LOW);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_sem_post(&locked), 0);
    CHECK_EQ(weft_sem_wait(&go), 0);
    CHECK_EQ(priority_now(tid), -1 - HIGH);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    CHECK_EQ(priority_now(tid), -1 - LOW);
    return arg;
}

static void *lock_and_unlock(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock(arg), 0);
    CHECK_EQ(weft_owned_mutex_unlock(arg), 0);
    return NULL;
}

static void inherits(void)
{
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, WEFT_PRIO_INHERIT), 0);
    weft_thread holder = start(LOW, hold, NULL);
    CHECK_EQ(weft_sem_wait(&locked), 0);
    CHECK_EQ(priority_now(weft_tid(holder)), -1 - LOW);
    weft_thread waiter = start(HIGH, lock_and_unlock, &mutex);
    until_asleep(weft_tid(waiter));
    CHECK_EQ(priority_now(weft_tid(holder)), -1 - HIGH);
    CHECK_EQ(weft_sem_post(&go), 0);
    join(holder);
    join(waiter);
}

static void *lock_both(void *arg)
{
    (void)arg;
    CHECK_EQ(weft_owned_mutex_lock(&other), 0);
    CHECK_EQ(weft_sem_post(&locked), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&other), 0);
    return NULL;
}

static void circle(void)
{
    weft_thread thread;
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, WEFT_PRIO_INHERIT), 0);
    CHECK_EQ(weft_owned_mutex_init(&other, WEFT_NORMAL, WEFT_PRIO_INHERIT), 0);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_create(&thread, NULL, lock_both, NULL), 0);
    CHECK_EQ(weft_sem_wait(&locked), 0);
    until_asleep(weft_tid(thread));
    CHECK_EQ(weft_owned_mutex_lock(&other), WEFT_EDEADLK);
    CHECK_EQ(weft_owned_mutex_lock_for(&other, WEFT_FOREVER - 1), WEFT_EDEADLK);
    CHECK_EQ(weft_owned_mutex_trylock(&other), WEFT_EBUSY);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    join(thread);
}

static weft_cond cond;
static int told, heard, inside; // guarded by mutex

static void *wait_for_word(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_sem_post(&locked), 0);
    while (!told) {
        CHECK_EQ(weft_cond_wait_owned(&cond, &mutex), 0);
        CHECK_EQ(inside++, 0);
        weft_yield();
        inside--;
    }
    heard++;
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    return arg;
}

// A condition variable with a mutex that the kernel hands over.
static void broadcast(void)
{
    weft_thread waiter[WAITERS];
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_NORMAL, WEFT_PRIO_INHERIT), 0);
    for (int round = 0; round < 100; round++) {
        heard = told = 0;
        for (int i = 0; i < WAITERS; i++) {
            waiter[i] = start(1 + i, wait_for_word, NULL);
            CHECK_EQ(weft_sem_wait(&locked), 0);
        }
        CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
        told = 1;
        weft_cond_broadcast(&cond);
        CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
        for (int i = 0; i < WAITERS; i++) {
            join(waiter[i]);
        }
        CHECK_EQ(heard, WAITERS);
    }
}

// What the kernel shows.
static void runs_at(int policy, int priority)
{
    int now = -1;
    CHECK_EQ(sys(__NR_sched_getscheduler, 0), policy);
    CHECK_EQ(sys(__NR_sched_getparam, 0, &now), 0);
    CHECK_EQ(now, priority);
}

static void init_ceilings(void)
{
    CHECK_EQ(weft_owned_mutex_init(&mutex, WEFT_RECURSIVE, WEFT_PRIO_PROTECT),
             0);
    CHECK_EQ(weft_owned_mutex_init(&other, WEFT_NORMAL,
                                   WEFT_PRIO_PROTECT | WEFT_ROBUST),
             0);
    CHECK_EQ(weft_owned_mutex_set_ceiling(&mutex, 20), 0);
    CHECK_EQ(weft_owned_mutex_set_ceiling(&other, 25), 0);
}

static void *find_it_busy(void *arg)
{
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_EBUSY);
    runs_at(SCHED_FIFO, LOW);
    CHECK_EQ(weft_owned_mutex_lock_for(&mutex, 1000000), WEFT_ETIMEDOUT);
    runs_at(SCHED_FIFO, LOW);
    return arg;
}

static void ceiling(void)
{
    init_ceilings();
    CHECK_EQ(weft_owned_mutex_set_ceiling(&mutex, 0), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_set_ceiling(&mutex, 100), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    runs_at(SCHED_FIFO, 20);
    CHECK_EQ(weft_owned_mutex_set_ceiling(&mutex, 21), WEFT_EDEADLK);
    CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    runs_at(SCHED_FIFO, 20);
    join(start(LOW, find_it_busy, NULL));
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    runs_at(SCHED_NORMAL, 0);
    CHECK_EQ(weft_owned_mutex_set_ceiling(&mutex, 22), 0);
    runs_at(SCHED_NORMAL, 0);
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), 0);
    runs_at(SCHED_FIFO, 22);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), 0);
    runs_at(SCHED_NORMAL, 0);
}

static void *unlock_in_both_orders(void *arg)
{
    const int *base = arg; // policy, priority
    runs_at(base[0], base[1]);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_owned_mutex_lock(&mutex), 0);
        runs_at(SCHED_FIFO, 20);
        CHECK_EQ(weft_owned_mutex_lock(&other), 0);
        runs_at(SCHED_FIFO, 25);
        CHECK_EQ(weft_owned_mutex_unlock(i == 0 ? &mutex : &other), 0);
        runs_at(SCHED_FIFO, i == 0 ? 25 : 20);
        CHECK_EQ(weft_owned_mutex_unlock(i == 0 ? &other : &mutex), 0);
        runs_at(base[0], base[1]);
    }
    return NULL;
}

static void nested(void)
{
    int normal[2] = {SCHED_NORMAL, 0};
    int real_time[2] = {SCHED_FIFO, LOW};
    init_ceilings();
    unlock_in_both_orders(normal);
    join(start(LOW, unlock_in_both_orders, real_time));
}

static void *is_above(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock(&mutex), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_trylock(&mutex), WEFT_EINVAL);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
    runs_at(SCHED_FIFO, HIGH);
    return arg;
}

static void refused(void)
{
    init_ceilings();
    set_limit(RLIMIT_RTPRIO, 0);
    drop_privileges();
    CHECK_EQ(weft_owned_mutex_lock(&mutex), WEFT_EPERM);
    CHECK_EQ(weft_owned_mutex_lock(&other), WEFT_EPERM);
    CHECK_EQ(weft_owned_mutex_unlock(&mutex), WEFT_EPERM);
    CHECK_EQ(weft_owned_mutex_destroy(&mutex), 0);
    runs_at(SCHED_NORMAL, 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "inherits")) {
        inherits();
    } else if (is_case(argc, argv, "circle")) {
        circle();
    } else if (is_case(argc, argv, "broadcast")) {
        broadcast();
    } else if (is_case(argc, argv, "ceiling")) {
        ceiling();
    } else if (is_case(argc, argv, "nested")) {
        nested();
    } else if (is_case(argc, argv, "above")) {
        init_ceilings();
        join(start(HIGH, is_above, NULL));
    } else {
        CHECK(is_case(argc, argv, "refused"));
        refused();
    }
    return 0;
}
