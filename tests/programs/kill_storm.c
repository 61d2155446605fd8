// SPDX-License-Identifier: MIT
// kill_storm.c - signals to threads that end at that very moment.
//
//     kill_storm ROUNDS [SEED]
//
// Every thread ends after a random moment; two others send it signals for as
// long as they are told it is there. The handler knows for whom each signal was
// meant by its number. A tid that is read, and used when the kernel has given it
// to somebody else, shows as a signal that comes to a thread of the wrong kind.
#include "support.h"

enum { KINDS = 4 };

// Of the kind that is pending once or not at all: no queue to drown in.
static const int signals[KINDS] = {SIGUSR1, SIGUSR2, SIGURG, SIGWINCH};

static _Thread_local int kind;
static int64_t handled;
static int stop;
static weft_thread targets[KINDS];

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    CHECK_EQ(kind, sig);
    __atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static void spin(uint64_t turns)
{
    while (turns-- > 0) {
        __asm__ volatile("");
    }
}

struct life {
    int kind;
    uint64_t turns;
};

static void *live_shortly(void *arg)
{
    const struct life *life = arg;
    const uint64_t mine = signal_bit(life->kind);
    kind = life->kind;
    CHECK_EQ(weft_sigmask(WEFT_SIG_UNBLOCK, &mine, NULL), 0);
    spin(life->turns);
    return NULL;
}

static void *send(void *arg)
{
    uint64_t state = *(uint64_t *)arg;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        uint64_t index = random_below(&state, KINDS);
        weft_thread t = __atomic_load_n(&targets[index], __ATOMIC_ACQUIRE);
        int error = weft_kill(t, signals[index]);
        CHECK(error == 0 || error == WEFT_ESRCH);
        spin(random_below(&state, 500)); // and let it get somewhere
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    int64_t rounds = arg_number(argc, argv, 1, 100);
    uint64_t state = random_start(argc, argv, 2);
    uint64_t seeds[2] = {random_next(&state), random_next(&state)};
    weft_thread senders[2];
    uint64_t blocked = 0;
    for (int i = 0; i < KINDS; i++) {
        on_signal(signals[i], handle, SA_RESTART);
        blocked |= signal_bit(signals[i]);
    }
    // Inherited: a new thread opens its own signal when it knows its kind.
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &blocked, NULL), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_create(&senders[i], NULL, send, &seeds[i]), 0);
    }
    // And on until a signal was handled: on a busy machine the senders come late.
    for (int64_t i = 0;
         i < rounds || __atomic_load_n(&handled, __ATOMIC_RELAXED) == 0; i++) {
        struct life lives[KINDS];
        weft_thread threads[KINDS];
        for (int j = 0; j < KINDS; j++) {
            lives[j] = (struct life){signals[j], random_below(&state, 3000)};
            CHECK_EQ(weft_create(&threads[j], NULL, live_shortly, &lives[j]),
                     0);
            __atomic_store_n(&targets[j], threads[j], __ATOMIC_RELEASE);
        }
        for (int j = 0; j < KINDS; j++) {
            CHECK_EQ(weft_join(threads[j], NULL), 0);
        }
    }
    set_word(&stop, 1);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(weft_join(senders[i], NULL), 0);
    }
    return 0;
}
