// SPDX-License-Identifier: MIT
// signal_stack.c - alternate signal stacks, one per thread.
//
//   signal_stack own        each thread's handler runs on its own one; a new
//                           thread has none
//   signal_stack overflow   a thread that runs into its guard can still say so
//                           on its alternate stack (exit status 42)
#include "support.h"

enum { THREADS = 4, SIZE = 16384, DISABLED = 2 }; // SS_DISABLE

struct alternate {
    void *base;
    int flags;
    size_t size;
};

static unsigned char stacks[THREADS][SIZE] __attribute__((aligned(16)));
static _Thread_local const unsigned char *mine;
static _Thread_local int handled;
static int ready;

static void be_on_it(int sig, siginfo_t *info, void *context)
{
    const volatile unsigned char here = 0;
    uintptr_t low = (uintptr_t)mine;
    (void)sig;
    (void)info;
    (void)context;
    CHECK((uintptr_t)&here >= low && (uintptr_t)&here < low + SIZE);
    handled++;
}

static void use_alternate(void *base)
{
    const struct alternate new = {base, 0, SIZE};
    struct alternate old;
    CHECK_EQ(sys(__NR_sigaltstack, &new, &old), 0);
    CHECK_EQ(old.flags, DISABLED); // not the creator's, which is in use
    mine = base;
}

static void *take_signals(void *base)
{
    use_alternate(base);
    __atomic_add_fetch(&ready, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) < THREADS) {
        weft_yield();
    }
    for (int i = 1; i <= 100; i++) {
        CHECK_EQ(weft_kill(weft_self(), SIGUSR1), 0);
        CHECK_EQ(handled, i);
    }
    return NULL;
}

static void own(void)
{
    weft_thread t[THREADS];
    on_signal(SIGUSR1, be_on_it, SA_ONSTACK);
    for (int i = 1; i < THREADS; i++) {
        CHECK_EQ(weft_create(&t[i], NULL, take_signals, stacks[i]), 0);
    }
    take_signals(stacks[0]);
    for (int i = 1; i < THREADS; i++) {
        CHECK_EQ(weft_join(t[i], NULL), 0);
    }
    // Main's is in use: a thread created now still begins without.
    CHECK_EQ(weft_create(&t[1], NULL, take_signals, stacks[1]), 0);
    CHECK_EQ(weft_join(t[1], NULL), 0);
}

static void say_overflow(int sig, siginfo_t *info, void *context)
{
    be_on_it(sig, info, context);
    quit(42);
}

static void *overflow(void *base)
{
    use_alternate(base);
    for (;;) {
        volatile unsigned char *more = __builtin_alloca(1024);
        more[0] = 1;
    }
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)envp;
    if (is_case(argc, argv, "own")) {
        own();
        return 0;
    }
    on_signal(SIGSEGV, say_overflow, SA_ONSTACK);
    CHECK_EQ(weft_create(&t, NULL, overflow, stacks[0]), 0);
    weft_join(t, NULL);
    return 1;
}
