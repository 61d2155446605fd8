// SPDX-License-Identifier: MIT
// owned_killed.c - a process is killed with a robust mutex, at any instruction.
//
//     owned_killed held|waited|forked|lock_in_steps|unlock_in_steps
//     owned_killed storm ROUNDS [SEED]
//
// The mutexes are in shared memory. Whoever waits for one, or comes later, gets it
// and is told that its owner died, if it died between lock and unlock; just before
// and after, either is right, but nobody may wait for ever. One store in the wrong
// order in the list that the kernel goes through, and a mutex is lost.
#include "support.h"
#include <linux/mman.h>
#include <linux/ptrace.h>

enum { MUTEXES = 2, CHILDREN = 2, SECOND = 1000000000 };

static struct page {
    weft_owned_mutex mutex[MUTEXES];
    int inside[MUTEXES]; // set after the lock, cleared before the unlock
    int done;
    int64_t passes[CHILDREN];
} * page;

static void init_page(void)
{
    for (int i = 0; i < MUTEXES; i++) {
        CHECK_EQ(weft_owned_mutex_init(&page->mutex[i], WEFT_ERRORCHECK,
                                       WEFT_ROBUST | WEFT_SHARED),
                 0);
        set_word(&page->inside[i], 0);
    }
    set_word(&page->done, 0);
}

// The lock of somebody who can mend what the dead have left.
static int lock_and_mend(int i)
{
    int error =
        weft_owned_mutex_lock_for(&page->mutex[i], 20 * (int64_t)SECOND);
    if (error == WEFT_EOWNERDEAD) {
        CHECK_EQ(weft_owned_mutex_consistent(&page->mutex[i]), 0);
    } else {
        CHECK_EQ(error, 0);
    }
    return error;
}

static void enter(int i)
{
    lock_and_mend(i);
    set_word(&page->inside[i], 1);
}

static void leave(int i)
{
    set_word(&page->inside[i], 0);
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex[i]), 0);
}

// The older one is unlocked first, out of the middle of the list.
static void pass(void)
{
    enter(0);
    enter(1);
    leave(0);
    leave(1);
}

static void kill_child(long pid)
{
    int status;
    CHECK_EQ(sys(__NR_kill, pid, SIGKILL), 0);
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK(killed_by(status, SIGKILL));
}

// What is found after everybody else is dead.
static void look_at_what_is_left(void)
{
    for (int i = 0; i < MUTEXES; i++) {
        int died_inside = page->inside[i];
        int error = lock_and_mend(i);
        if (died_inside) {
            CHECK_EQ(error, WEFT_EOWNERDEAD);
        }
        CHECK_EQ(weft_owned_mutex_unlock(&page->mutex[i]), 0);
        CHECK_EQ(lock_and_mend(i), 0);
        CHECK_EQ(weft_owned_mutex_unlock(&page->mutex[i]), 0);
    }
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

static long start_holder(void)
{
    long pid = fork_child();
    if (pid == 0) {
        CHECK_EQ(weft_owned_mutex_lock(&page->mutex[0]), 0);
        CHECK_EQ(weft_owned_mutex_lock(&page->mutex[1]), 0);
        set_word(&page->inside[0], 1);
        set_word(&page->inside[1], 1);
        for (;;) {
            weft_sleep_for(WEFT_FOREVER);
        }
    }
    until_equal(&page->inside[1], 1);
    return pid;
}

static void *wait_and_mend(void *arg)
{
    return (void *)(long)(lock_and_mend(0) + 0 * (arg != NULL));
}

static void held(int waited)
{
    long pid = start_holder();
    weft_thread waiter = 0;
    void *error;
    if (waited) {
        CHECK_EQ(weft_create(&waiter, NULL, wait_and_mend, NULL), 0);
        until_asleep(weft_tid(waiter));
    }
    kill_child(pid);
    if (waited) {
        CHECK_EQ(weft_join(waiter, &error), 0);
        CHECK_EQ(error, WEFT_EOWNERDEAD);
        set_word(&page->inside[0], 1); // the waiter has ended with it
    }
    look_at_what_is_left();
}

// The child of a fork begins a list of its own: what its parent holds, in the same
// memory, is not in it.
static void *fork_between(void *arg)
{
    int status;
    enter(0);
    long pid = fork_child();
    if (pid == 0) {
        enter(1);
        quit(0);
    }
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK(exited_with(status, 0));
    leave(0);
    return arg;
}

static void forked(void)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, fork_between, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    CHECK_EQ(lock_and_mend(0), 0); // the thread had unlocked it
    CHECK_EQ(lock_and_mend(1), WEFT_EOWNERDEAD);
}

// ---- one instruction more each time ----

// Starts a child, and stops it before what is to be looked at: a lock and unlock
// with another mutex held, or the unlocks of two, the older one first.
static long start_traced(int two_unlocks)
{
    int status;
    long pid = fork_child();
    if (pid == 0) {
        enter(1);
        if (two_unlocks) {
            enter(0);
        }
        CHECK_EQ(sys(__NR_ptrace, PTRACE_TRACEME, 0, 0, 0), 0);
        sys(__NR_kill, sys(__NR_getpid), SIGSTOP);
        if (two_unlocks) {
            leave(1);
        } else {
            enter(0);
        }
        leave(0);
        set_word(&page->done, 1);
        quit(0);
    }
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK_EQ(status & 0xff, 0x7f); // stopped
    return pid;
}

static void step(long pid)
{
    int status;
    CHECK_EQ(sys(__NR_ptrace, PTRACE_SINGLESTEP, pid, 0, 0), 0);
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK_EQ(status & 0xff, 0x7f);
}

// The first of the first 64 processors that may be used. Tracer and traced take
// turns: on two processors each turn would be a wake from afar.
static uint64_t one_of_mine(void)
{
    uint64_t mask[16] = {0};
    CHECK_EQ(weft_get_affinity(weft_self(), mask, sizeof mask), 0);
    CHECK(mask[0] != 0);
    return mask[0] & -mask[0];
}

// Where an atomic operation is a loop that a step breaks off each time (aarch64),
// no child gets past its first one: then only the way there is tried, and the rest
// is left to the storm.
static void every_step(int two_unlocks)
{
    enum { ENOUGH = 4000, TO_THE_FIRST = 200 };
    int total = 0;
    const uint64_t one_processor = one_of_mine();
    CHECK_EQ(weft_set_affinity(weft_self(), &one_processor, 8), 0);
    init_page();
    long pid = start_traced(two_unlocks);
    for (; !page->done && total < ENOUGH; total++) {
        step(pid);
    }
    kill_child(pid);
    if (!page->done) {
        total = TO_THE_FIRST;
    }
    for (int count = 0; count < total; count++) {
        init_page();
        pid = start_traced(two_unlocks);
        for (int i = 0; i < count; i++) {
            step(pid);
        }
        kill_child(pid);
        look_at_what_is_left();
    }
}

// ---- any moment, while others want the same ----

static long start_passing(int me)
{
    long pid = fork_child();
    if (pid == 0) {
        for (;;) {
            pass();
            __atomic_fetch_add(&page->passes[me], 1, __ATOMIC_RELEASE);
        }
    }
    return pid;
}

static void until_passes(int me, int64_t more)
{
    int64_t goal = __atomic_load_n(&page->passes[me], __ATOMIC_ACQUIRE) + more;
    while (__atomic_load_n(&page->passes[me], __ATOMIC_ACQUIRE) < goal) {
        weft_yield();
    }
}

static void storm(int64_t rounds, uint64_t state)
{
    init_page();
    for (int64_t i = 0; i < rounds; i++) {
        long pid[CHILDREN];
        for (int j = 0; j < CHILDREN; j++) {
            pid[j] = start_passing(j);
        }
        int victim = (int)random_below(&state, CHILDREN);
        until_passes(victim, 1);
        for (uint64_t turns = random_below(&state, 3000); turns > 0; turns--) {
            __asm__ volatile("");
        }
        kill_child(pid[victim]);
        until_passes(1 - victim, 2); // the other goes on
        kill_child(pid[1 - victim]);
        look_at_what_is_left();
        set_word(&page->inside[0], 0);
        set_word(&page->inside[1], 0);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    long memory = sys(__NR_mmap, 0, sizeof *page, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    page = (struct page *)memory;
    init_page();
    if (is_case(argc, argv, "held")) {
        held(0);
    } else if (is_case(argc, argv, "waited")) {
        held(1);
    } else if (is_case(argc, argv, "forked")) {
        forked();
    } else if (is_case(argc, argv, "lock_in_steps")) {
        every_step(0);
    } else if (is_case(argc, argv, "unlock_in_steps")) {
        every_step(1);
    } else {
        CHECK(is_case(argc, argv, "storm"));
        storm(arg_number(argc, argv, 2, 100), random_start(argc, argv, 3));
    }
    return 0;
}
