// SPDX-License-Identifier: MIT
// ceiling_own.c - what a thread was told to run at, while ceilings lend it more.
//
//     ceiling_own itself|set_by_others|forked|recycled
//     ceiling_own storm [ROUNDS] [SEED]
//
// What others see and set is the thread's own, and it counts again after the last
// unlock; the kernel shows what it runs at.
#include "support.h"

enum { LOW = 10, HIGH = 30 };

static weft_owned_mutex mutex, other;
static weft_sem locked, go;

static weft_thread start(void *(*run)(void *))
{
    weft_thread thread;
    weft_attr attr = {
        .flags = WEFT_EXPLICIT_SCHED, .policy = SCHED_FIFO, .priority = LOW};
    CHECK_EQ(weft_create(&thread, &attr, run, NULL), 0);
    return thread;
}

static void join(weft_thread thread)
{
    CHECK_EQ(weft_join(thread, NULL), 0);
}

static void runs_at(weft_thread t, int policy, int priority)
{
    int now = -1, tid = weft_tid(t);
    CHECK_EQ(sys(__NR_sched_getscheduler, tid), policy);
    CHECK_EQ(sys(__NR_sched_getparam, tid, &now), 0);
    CHECK_EQ(now, priority);
}

static void is_told(weft_thread t, int policy, int priority)
{
    int policy_now = -1, now = -1;
    CHECK_EQ(weft_get_sched(t, &policy_now, &now), 0);
    CHECK_EQ(policy_now, policy);
    CHECK_EQ(now, priority);
}

static void tell(weft_thread t, int policy, int priority)
{
    CHECK_EQ(weft_set_sched(t, policy, priority), 0);
    is_told(t, policy, priority);
}

static void lock(weft_owned_mutex *m)
{
    CHECK_EQ(weft_owned_mutex_lock(m), 0);
}

static void unlock(weft_owned_mutex *m)
{
    CHECK_EQ(weft_owned_mutex_unlock(m), 0);
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

static void itself(void)
{
    const weft_thread self = weft_self();
    init_ceilings();
    tell(self, SCHED_RR, LOW);
    lock(&mutex);
    runs_at(weft_self(), SCHED_RR, 20);
    is_told(self, SCHED_RR, LOW);
    tell(self, SCHED_FIFO, LOW);
    runs_at(weft_self(), SCHED_FIFO, 20);
    lock(&other);
    tell(self, SCHED_FIFO, 22);
    is_told(self, SCHED_FIFO, 22);
    runs_at(weft_self(), SCHED_FIFO, 25);
    unlock(&other);
    runs_at(weft_self(), SCHED_FIFO,
            22);  // its own is above the ceiling of the first
    lock(&mutex); // which it has, so it may again
    unlock(&mutex);
    tell(self, SCHED_BATCH, 0);
    is_told(self, SCHED_BATCH, 0);
    runs_at(weft_self(), SCHED_FIFO, 20);
    // What is refused changes nothing.
    CHECK_EQ(weft_set_sched(self, SCHED_BATCH, 1), WEFT_EINVAL);
    CHECK_EQ(weft_set_sched(self, SCHED_FIFO, 0), WEFT_EINVAL);
    CHECK_EQ(weft_set_sched(self, SCHED_RR, 100), WEFT_EINVAL);
    CHECK_EQ(weft_set_sched(self, 4711, 0), WEFT_EINVAL);
    is_told(self, SCHED_BATCH, 0);
    runs_at(weft_self(), SCHED_FIFO, 20);
    unlock(&mutex);
    runs_at(weft_self(), SCHED_BATCH, 0);
    is_told(self, SCHED_BATCH, 0);
}

static void *hold_and_be_told(void *arg)
{
    lock(&mutex);
    CHECK_EQ(weft_sem_post(&locked), 0);
    CHECK_EQ(weft_sem_wait(&go), 0);
    runs_at(weft_self(), SCHED_FIFO, 20);
    unlock(&mutex);
    runs_at(weft_self(), SCHED_FIFO, LOW + 2);
    return arg;
}

static void *wait_and_be_told(void *arg)
{
    lock(&mutex);
    runs_at(weft_self(), SCHED_FIFO, 20);
    unlock(&mutex);
    runs_at(weft_self(), SCHED_FIFO, LOW - 1);
    return arg;
}

// One that holds a mutex and one that waits for it are given other priorities.
static void set_by_others(void)
{
    init_ceilings();
    weft_thread holder = start(hold_and_be_told);
    CHECK_EQ(weft_sem_wait(&locked), 0);
    weft_thread waiter = start(wait_and_be_told);
    until_asleep(weft_tid(waiter));
    is_told(holder, SCHED_FIFO, LOW);
    is_told(waiter, SCHED_FIFO, LOW);
    tell(holder, SCHED_FIFO, HIGH);
    runs_at(holder, SCHED_FIFO, HIGH);
    tell(holder, SCHED_RR, LOW + 2);
    tell(waiter, SCHED_FIFO, LOW - 1);
    is_told(holder, SCHED_RR, LOW + 2);
    is_told(waiter, SCHED_FIFO, LOW - 1);
    runs_at(holder, SCHED_RR, 20);
    runs_at(waiter, SCHED_FIFO, 20);
    tell(holder, SCHED_FIFO, LOW + 2);
    runs_at(holder, SCHED_FIFO, 20);
    CHECK_EQ(weft_sem_post(&go), 0);
    join(holder);
    join(waiter);
}

static int go_on_in_child(void *arg)
{
    (void)arg;
    runs_at(weft_self(), SCHED_FIFO, 20);
    is_told(weft_self(), SCHED_FIFO, LOW);
    tell(weft_self(), SCHED_FIFO, LOW + 1);
    runs_at(weft_self(), SCHED_FIFO, 20);
    unlock(&mutex);
    runs_at(weft_self(), SCHED_FIFO, LOW + 1);
    return 0;
}

// The child of a fork has its copy of the mutex, and the priority that goes with it.
static void forked(void)
{
    init_ceilings();
    tell(weft_self(), SCHED_FIFO, LOW);
    lock(&mutex);
    CHECK(exited_with(run_in_child(go_on_in_child, NULL), 0));
    is_told(weft_self(), SCHED_FIFO, LOW);
    unlock(&mutex);
    runs_at(weft_self(), SCHED_FIFO, LOW);
}

static void *end_as_owner(void *arg)
{
    CHECK_EQ(weft_owned_mutex_lock(&other), arg == NULL ? 0 : WEFT_EOWNERDEAD);
    runs_at(weft_self(), SCHED_FIFO, 25);
    is_told(weft_self(), SCHED_NORMAL, 0);
    return &other;
}

static void *be_as_new(void *arg)
{
    runs_at(weft_self(), SCHED_NORMAL, 0);
    is_told(weft_self(), SCHED_NORMAL, 0);
    return arg;
}

// Who comes after an owner that ends has nothing of it.
static void recycled(void)
{
    init_ceilings();
    CHECK_EQ(weft_recycle(1), 0);
    for (int i = 0; i < 3; i++) {
        weft_thread thread;
        void *value;
        CHECK_EQ(weft_create(&thread, NULL, end_as_owner, i ? &go : NULL), 0);
        CHECK_EQ(weft_join(thread, &value), 0);
        CHECK(value == &other);
        CHECK_EQ(weft_create(&thread, NULL, be_as_new, NULL), 0);
        join(thread);
    }
}

static uint32_t stop; // atomic

static void *lock_for_ever(void *arg)
{
    CHECK_EQ(weft_sem_wait(&go), 0);
    do {
        lock(&mutex);
        lock(&other);
        unlock(&mutex);
        unlock(&other);
    } while (weft__load_relaxed(&stop) == 0); // set by the last one of the row
    runs_at(weft_self(), SCHED_RR, LOW);
    return arg;
}

// A thread is told many times, while it locks its first ones and more.
static void storm(int64_t rounds, uint64_t seed)
{
    init_ceilings();
    tell(weft_self(), SCHED_FIFO, HIGH);
    for (int64_t i = 0; i < rounds; i++) {
        weft__store_relaxed(&stop, 0);
        weft_thread thread = start(lock_for_ever);
        CHECK_EQ(weft_sem_post(&go), 0);
        for (uint64_t j = random_below(&seed, 60); j > 0; j--) {
            int priority = 1 + (int)random_below(&seed, 19);
            tell(thread, SCHED_FIFO, priority);
            is_told(thread, SCHED_FIFO, priority);
        }
        tell(thread, SCHED_RR, LOW);
        is_told(thread, SCHED_RR, LOW);
        weft__store_relaxed(&stop, 1);
        join(thread);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "itself")) {
        itself();
    } else if (is_case(argc, argv, "set_by_others")) {
        set_by_others();
    } else if (is_case(argc, argv, "forked")) {
        forked();
    } else if (is_case(argc, argv, "recycled")) {
        recycled();
    } else {
        CHECK(is_case(argc, argv, "storm"));
        int64_t rounds = arg_number(argc, argv, 2, 100);
        storm(rounds, random_start(argc, argv, 3));
    }
    return 0;
}
