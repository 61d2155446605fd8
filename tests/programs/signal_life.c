// SPDX-License-Identifier: MIT
// signal_life.c - a handler at any moment of a thread's life (L7, L8).
//
//   signal_life ROUNDS [SEED]
//
// Main sends signals to the process without pause, and a timer adds its own; two
// threads create others, which use TLS and a key, and end. The kernel hands each
// signal to any thread that is there: one that has not run its first instruction
// yet, one that is running destructors, one on its last steps. The handler must
// find a whole thread each time.
#include "support.h"

enum { CREATORS = 2 };

static weft_key key;
static int running = CREATORS;
static int64_t handled;

// What a thread notes about itself; the handler may come before or after.
static _Thread_local weft_thread noted;
static _Thread_local int constant = 12345;

static void look_around(int sig, siginfo_t *info, void *context)
{
    weft_thread self = weft_self();
    const weft_thread *value = weft_key_get(key);
    (void)sig;
    (void)info;
    (void)context;
    CHECK_EQ(constant, 12345);
    CHECK(noted == 0 || noted == self);
    CHECK(value == NULL || (value == &noted && *value == self));
    CHECK_EQ(weft_tid(self), sys(__NR_gettid));
    __atomic_add_fetch(&handled, 1, __ATOMIC_RELAXED); // a count for interest
}

static void destroy(void *value)
{
    CHECK_EQ(value, &noted);
    CHECK_EQ(*(weft_thread *)value, weft_self());
}

static void *live(void *unused)
{
    CHECK_EQ(noted, 0);
    CHECK_EQ(weft_key_get(key), NULL);
    noted = weft_self();
    CHECK_EQ(weft_key_set(key, &noted), 0);
    return unused;
}

struct task {
    int64_t rounds;
    uint64_t lots;
};

static void *create(void *arg)
{
    struct task *task = arg;
    const uint64_t nothing = 0;
    const weft_attr kinds[] = {
        {0},
        {.flags = WEFT_DETACHED},
        {.name = "named"},
        {.sigmask = &nothing},
    };
    uint64_t usr1 = signal_bit(SIGUSR1) | signal_bit(SIGALRM);
    CHECK_EQ(weft_sigmask(WEFT_SIG_UNBLOCK, &usr1, NULL), 0);
    for (; task->rounds > 0; task->rounds--) {
        const weft_attr *kind = &kinds[random_below(&task->lots, 4)];
        weft_thread t;
        CHECK_EQ(weft_create(&t, kind, live, NULL), 0);
        if (!(kind->flags & WEFT_DETACHED)) {
            CHECK_EQ(weft_join(t, NULL), 0);
        }
    }
    __atomic_sub_fetch(&running, 1, __ATOMIC_RELEASE);
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    int64_t rounds = arg_number(argc, argv, 1, 1000);
    uint64_t lots = random_start(argc, argv, 2);
    struct task tasks[CREATORS];
    weft_thread creators[CREATORS];
    long timer[4] = {0, 100, 0, 100}; // struct itimerval: microseconds
    uint64_t both = signal_bit(SIGUSR1) | signal_bit(SIGALRM);
    (void)envp;
    CHECK_EQ(weft_key_create(&key, destroy), 0);
    on_signal(SIGUSR1, look_around, SA_RESTART);
    on_signal(SIGALRM, look_around, SA_RESTART);
    // Main blocks them, or the kernel would choose it each time.
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &both, NULL), 0);
    for (int i = 0; i < CREATORS; i++) {
        tasks[i] = (struct task){rounds / CREATORS + 1, random_next(&lots)};
        CHECK_EQ(weft_create(&creators[i], NULL, create, &tasks[i]), 0);
    }
    CHECK_EQ(sys(__NR_setitimer, ITIMER_REAL, timer, NULL), 0);
    while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0) {
        CHECK_EQ(sys(__NR_kill, sys(__NR_getpid), SIGUSR1), 0);
    }
    for (int i = 0; i < CREATORS; i++) {
        CHECK_EQ(weft_join(creators[i], NULL), 0);
    }
    print_value(2, "handled:", handled);
    CHECK(handled > 0);
    return 0;
}
