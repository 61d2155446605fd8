// SPDX-License-Identifier: MIT
// fork.c - the child of a fork has one thread, and all that a program has.
//
//   fork main       the child of main creates and joins threads; the handles of
//                   others are dead there, its own is alive
//   fork thread     the same for the child of another thread; ended by weft_exit
//                   it ends the process, and may be joined by who it creates
//   fork memory     the stacks of the others are free in the child
//   fork status     exit status and signal of a child, and SIGCHLD
//   fork alone      fork and wait without any other thread
#include "support.h"

enum { THREADS = 100 };

static weft_thread parent_main, sleeper;
static int chld;

static void *sleep_on(void *unused)
{
    weft_sleep_until(WEFT_FOREVER);
    return unused;
}

static void *add_one(void *number)
{
    return (char *)number + 1;
}

static void create_and_join(int threads)
{
    weft_thread t[THREADS];
    void *value;
    for (int i = 0; i < threads; i++) {
        CHECK_EQ(weft_create(&t[i], NULL, add_one, (void *)(long)i), 0);
    }
    for (int i = 0; i < threads; i++) {
        CHECK_EQ(weft_join(t[i], &value), 0);
        CHECK_EQ(value, i + 1);
    }
}

static void others_are_gone(void)
{
    weft_thread self = weft_self();
    CHECK_EQ(weft_tid(self), sys(__NR_gettid));
    CHECK_EQ(weft_kill(self, 0), 0);
    CHECK_EQ(weft_kill(sleeper, 0), WEFT_ESRCH);
    CHECK_EQ(weft_join(sleeper, NULL), WEFT_ESRCH);
    CHECK_EQ(weft_detach(sleeper), WEFT_ESRCH);
    CHECK_EQ(weft_cancel(sleeper), WEFT_ESRCH);
    CHECK_EQ(weft_tid(sleeper), 0);
    if (self != parent_main) {
        CHECK_EQ(weft_kill(parent_main, 0), WEFT_ESRCH);
        CHECK_EQ(weft_tryjoin(parent_main, NULL), WEFT_ESRCH);
    }
}

static int live_in_child(void *unused)
{
    (void)unused;
    CHECK_EQ(thread_count(), 1);
    others_are_gone();
    create_and_join(5);
    others_are_gone(); // nor does a new thread get an old handle
    CHECK_EQ(weft_cancel(weft_self()), 0);
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    return 7;
}

static void *join_and_check(void *first)
{
    void *value;
    CHECK_EQ(weft_join(*(weft_thread *)first, &value), 0);
    CHECK_EQ(value, 42);
    return NULL;
}

// The first thread of this child ends before the last one.
static int end_as_a_thread(void *unused)
{
    static weft_thread self;
    weft_thread t;
    (void)unused;
    self = weft_self();
    create_and_join(2);
    CHECK_EQ(weft_create(&t, NULL, join_and_check, &self), 0);
    weft_exit((void *)42);
}

// Runs only when the process ends as from a return of main: that the last
// thread is the last one has to be known.
static int last_status;

__attribute__((destructor)) static void end_of_process(void)
{
    if (last_status != 0) {
        quit(last_status);
    }
}

static int end_alone(void *unused)
{
    (void)unused;
    last_status = 33;
    weft_exit((void *)42);
}

static void *fork_twice(void *unused)
{
    CHECK(exited_with(run_in_child(live_in_child, NULL), 7));
    CHECK(exited_with(run_in_child(end_as_a_thread, NULL), 0));
    CHECK(exited_with(run_in_child(end_alone, NULL), 33));
    // In the parent nothing has changed.
    CHECK_EQ(weft_kill(parent_main, 0), 0);
    CHECK_EQ(weft_kill(sleeper, 0), 0);
    create_and_join(2);
    return unused;
}

static void fork_in_thread(void)
{
    weft_thread t;
    CHECK_EQ(weft_create(&t, NULL, fork_twice, NULL), 0);
    CHECK_EQ(weft_join(t, NULL), 0); // a joiner that the child does not have
}

static int count_maps(void *parent_maps)
{
    enum { KEPT = 64, LINES = 2 }; // blocks in the cache; guard and stack
    long before = (long)parent_maps;
    CHECK(maps_count() <= before - LINES * (THREADS - KEPT));
    create_and_join(THREADS);
    CHECK(maps_count() <= before);
    return 0;
}

static void memory(void)
{
    weft_thread t[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_create(&t[i], NULL, sleep_on, NULL), 0);
    }
    CHECK(exited_with(run_in_child(count_maps, (void *)maps_count()), 0));
}

static void count_chld(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    __atomic_fetch_add(&chld, 1, __ATOMIC_RELEASE);
}

static int end_with(void *number)
{
    return (int)(long)number;
}

static int die(void *sig)
{
    CHECK_EQ(weft_kill(weft_self(), (int)(long)sig), 0);
    return 0;
}

// A child may end while its parent is still inside of weft_fork, with all signals
// blocked. Then it is the other thread that takes SIGCHLD, at its leisure.
static void status(void)
{
    on_signal(SIGCHLD, count_chld, SA_RESTART);
    CHECK(exited_with(run_in_child(end_with, (void *)0), 0));
    until_equal(&chld, 1);
    CHECK(exited_with(run_in_child(end_with, (void *)99), 99));
    until_equal(&chld, 2);
    CHECK(killed_by(run_in_child(die, (void *)SIGTERM), SIGTERM));
    until_equal(&chld, 3);
    CHECK_EQ(sys(__NR_wait4, -1, NULL, 0, NULL), -ECHILD);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    parent_main = weft_self();
    if (is_case(argc, argv, "alone")) {
        CHECK(exited_with(run_in_child(end_as_a_thread, NULL), 0));
        return 0;
    }
    CHECK_EQ(weft_create(&sleeper, NULL, sleep_on, NULL), 0);
    if (is_case(argc, argv, "main")) {
        CHECK(exited_with(run_in_child(live_in_child, NULL), 7));
    } else if (is_case(argc, argv, "thread")) {
        fork_in_thread();
    } else if (is_case(argc, argv, "memory")) {
        memory();
    } else {
        status();
    }
    return 0;
}
