// SPDX-License-Identifier: MIT
// fork_storm.c - fork at any moment of what others do.
//
//   fork_storm ROUNDS [SEED]
//
// Threads create, join and detach threads, make and delete keys, and send signals
// to those who fork; two threads fork without pause. Each child must find whole
// lists and free locks: it creates and joins threads, makes a key, and ends as a
// thread or as a process. A child that hangs is ended by an alarm.
#include "support.h"

enum { BUSY = 2, FORKERS = 2 };

static int stop;
static weft_thread forkers[FORKERS];

static void *do_nothing(void *unused)
{
    return unused;
}

static void create_some(uint64_t *lots)
{
    const weft_attr detached = {.flags = WEFT_DETACHED};
    const weft_attr named = {.name = "x", .stack_size = 16384};
    weft_thread t;
    CHECK_EQ(weft_create(&t, &detached, do_nothing, NULL), 0);
    CHECK_EQ(weft_create(&t, random_below(lots, 2) ? &named : NULL, do_nothing,
                         NULL),
             0);
    if (random_below(lots, 2)) {
        CHECK_EQ(weft_join(t, NULL), 0);
    } else {
        CHECK_EQ(weft_detach(t), 0);
    }
}

static void *be_busy(void *seed)
{
    uint64_t lots = (uint64_t)seed;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        create_some(&lots);
        for (int i = 0; i < 50; i++) { // as long as a creation takes
            weft_key key;
            CHECK_EQ(weft_key_create(&key, NULL), 0);
            CHECK_EQ(weft_key_delete(key), 0);
        }
        weft_kill(forkers[random_below(&lots, FORKERS)], SIGUSR1);
    }
    return NULL;
}

static int live_in_child(void *seed)
{
    uint64_t lots = *(uint64_t *)seed;
    weft_key key;
    alarm_after(20);
    for (int i = 0; i < 3; i++) {
        create_some(&lots);
    }
    CHECK_EQ(weft_key_create(&key, NULL), 0);
    CHECK_EQ(weft_kill(weft_self(), SIGUSR1), 0);
    if (random_below(&lots, 2)) {
        weft_exit(NULL);
    }
    return 0;
}

struct task {
    uint64_t lots;
    int64_t rounds;
};

static void *fork_often(void *arg)
{
    struct task *task = arg;
    for (; task->rounds > 0; task->rounds--) {
        random_next(&task->lots);
        CHECK(exited_with(run_in_child(live_in_child, &task->lots), 0));
    }
    return NULL;
}

static void ignore(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
}

int weft_main(int argc, char **argv, char **envp)
{
    int64_t rounds = arg_number(argc, argv, 1, 100);
    uint64_t lots = random_start(argc, argv, 2);
    struct task tasks[FORKERS];
    weft_thread busy[BUSY];
    (void)envp;
    on_signal(SIGUSR1, ignore, SA_RESTART);
    for (int i = 0; i < FORKERS; i++) {
        tasks[i] = (struct task){random_next(&lots), rounds};
        CHECK_EQ(weft_create(&forkers[i], NULL, fork_often, &tasks[i]), 0);
    }
    for (int i = 0; i < BUSY; i++) {
        CHECK_EQ(
            weft_create(&busy[i], NULL, be_busy, (void *)random_next(&lots)),
            0);
    }
    for (int i = 0; i < FORKERS; i++) {
        CHECK_EQ(weft_join(forkers[i], NULL), 0);
    }
    set_word(&stop, 1);
    for (int i = 0; i < BUSY; i++) {
        CHECK_EQ(weft_join(busy[i], NULL), 0);
    }
    return 0;
}
