// SPDX-License-Identifier: MIT
// shared_killed.c - a process is killed that waits, and another one that waits goes
// on.
//
//     shared_killed mutex|sem|rwlock|barrier|starving|exits
//
// Two processes sleep on one object in shared memory. What both wait for is done
// once, which wakes one of them or both; and before it runs, one is killed. Were
// its wake the only one, the other would sleep for ever. The two are of the kind
// that the kernel does not let in when it wakes them (SCHED_BATCH), on one processor,
// so nearly always it is the wake that is lost.
#include "support.h"
#include <linux/mman.h>

enum { ROUNDS = 60, WAITERS = 2, BATCH = 3 };

static struct page {
    weft_owned_mutex mutex;
    weft_sem sem;
    weft_rwlock rwlock;
    weft_barrier barrier;
    int ready[WAITERS], got[WAITERS];
} * page;

static const struct object {
    const char *name;
    void (*take)(void), (*give)(void);
} * object;

static void mutex_take(void)
{
    CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
}

static void mutex_give(void)
{
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
}

static void sem_take(void)
{
    CHECK_EQ(weft_sem_wait(&page->sem), 0);
}

static void sem_give(void)
{
    CHECK_EQ(weft_sem_post(&page->sem), 0);
}

// 0: the parent; else a waiter, counted from 1.
static int seat;

// Who writes: a bit for each seat. All have to wait for the parent.
static const unsigned writers[] = {1, 3, 5, 7, 6, 2};
static int turn;

static void rwlock_take(void)
{
    const unsigned all = writers[turn % 6];
    CHECK_EQ(all >> seat & 1 ? weft_rwlock_wrlock(&page->rwlock)
                             : weft_rwlock_rdlock(&page->rwlock),
             0);
}

static void rwlock_give(void)
{
    CHECK_EQ(weft_rwlock_unlock(&page->rwlock), 0);
}

// The parent gives by coming last.
static void meet(void)
{
    CHECK(weft_barrier_wait(&page->barrier) != WEFT_EINVAL);
}

static void barrier_take(void)
{
    if (seat != 0) {
        meet();
    }
}

static void barrier_give(void)
{
    if (seat == 0) {
        meet();
    }
}

static const struct object objects[] = {
    {"mutex", mutex_take, mutex_give},
    {"sem", sem_take, sem_give},
    {"rwlock", rwlock_take, rwlock_give},
    {"barrier", barrier_take, barrier_give},
};
enum { OBJECTS = sizeof objects / sizeof *objects };

static void init_page(void)
{
    CHECK_EQ(weft_owned_mutex_init(&page->mutex, WEFT_ERRORCHECK, WEFT_SHARED),
             0);
    CHECK_EQ(weft_sem_init(&page->sem, 1, WEFT_SHARED), 0);
    CHECK_EQ(weft_rwlock_init(&page->rwlock, WEFT_SHARED), 0);
    CHECK_EQ(weft_barrier_init(&page->barrier, WAITERS + 1, WEFT_SHARED), 0);
    for (int i = 0; i < WAITERS; i++) {
        set_word(&page->ready[i], 0);
        set_word(&page->got[i], 0);
    }
}

static void stay_on_this_cpu(void)
{
    uint64_t mask[16] = {0};
    CHECK_EQ(weft_get_affinity(weft_self(), mask, sizeof mask), 0);
    CHECK(mask[0] != 0);
    const uint64_t one = mask[0] & -mask[0];
    CHECK_EQ(weft_set_affinity(weft_self(), &one, sizeof one), 0);
}

// A fork whose child does not stay behind, should this process fail.
static long fork_child(void)
{
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        CHECK_EQ(sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL), 0);
    }
    return pid;
}

static long start_waiter(int me)
{
    long pid = fork_child();
    if (pid == 0) {
        const int priority = 0;
        seat = me + 1;
        CHECK_EQ(sys(__NR_sched_setscheduler, 0, BATCH, &priority), 0);
        set_word(&page->ready[me], 1);
        object->take();
        set_word(&page->got[me], 1);
        object->give();
        quit(0);
    }
    until_equal(&page->ready[me], 1);
    until_process_asleep((int)pid);
    return pid;
}

static int end_of(long pid)
{
    int status = 0;
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    return status;
}

static void kill_child(long pid)
{
    CHECK_EQ(sys(__NR_kill, pid, SIGKILL), 0);
    end_of(pid); // it may have been through
}

static void one_of_two(void)
{
    stay_on_this_cpu();
    for (turn = 0; turn < ROUNDS; turn++) {
        long pid[WAITERS];
        const int victim = turn % 8 >= 6; // mostly the first to be woken
        init_page();
        object->take();
        for (int i = 0; i < WAITERS; i++) {
            pid[i] = start_waiter(i);
        }
        if (turn % 4 == 3) { // it is killed in its sleep
            kill_child(pid[victim]);
            object->give();
            CHECK(exited_with(end_of(pid[1 - victim]), 0));
            continue;
        }
        object->give();
        CHECK_EQ(sys(__NR_kill, pid[victim], SIGKILL), 0);
        if (!killed_by(end_of(pid[victim]), SIGKILL) ||
            !page->got[victim]) { // else it may have died with it
            CHECK(exited_with(end_of(pid[1 - victim]), 0));
            CHECK_EQ(page->got[1 - victim], 1);
        } else {
            kill_child(pid[1 - victim]);
        }
    }
    // Who was killed in the last turn has come to the barrier, and does not leave it.
    CHECK_EQ(weft_barrier_destroy(&page->barrier), 0);
}

// ---- one that starves, or just ends ----

static void *wait_for_ever(void *arg)
{
    for (;;) {
        object->take();
        object->give();
    }
    return arg;
}

static int take_and_give(void *unused)
{
    (void)unused;
    alarm_after(30);
    object->take();
    object->give();
    return 0;
}

// The waiter is let down a few times, as long as it is alive.
static void one_that_starves(int exits)
{
    for (turn = 0; turn < ROUNDS; turn++) {
        init_page();
        object->take();
        long pid = fork_child();
        if (pid == 0) {
            weft_thread thread;
            CHECK_EQ(weft_create(&thread, NULL, wait_for_ever, NULL), 0);
            until_asleep(weft_tid(thread));
            set_word(&page->ready[0], 1);
            until_equal(&page->ready[1], 1);
            quit(0); // all its threads end
        }
        until_equal(&page->ready[0], 1);
        for (int i = 0; i < 3 + turn % 5; i++) {
            object->give();
            object->take();
            weft_sleep_for(200000);
        }
        if (exits) {
            set_word(&page->ready[1], 1);
            CHECK(exited_with(end_of(pid), 0));
        } else {
            kill_child(pid);
        }
        object->give();
        CHECK(exited_with(run_in_child(take_and_give, NULL), 0));
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    long memory = sys(__NR_mmap, 0, sizeof *page, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    page = (struct page *)memory;
    object = &objects[0];
    for (int i = 1; i < OBJECTS; i++) {
        object = is_case(argc, argv, objects[i].name) ? &objects[i] : object;
    }
    if (is_case(argc, argv, "starving") || is_case(argc, argv, "exits")) {
        one_that_starves(is_case(argc, argv, "exits"));
    } else {
        CHECK(is_case(argc, argv, object->name));
        one_of_two();
    }
    return 0;
}
