// SPDX-License-Identifier: MIT
// protected.c - threads in a program that asks for protected branches.
// build.x86_64: -fcf-protection=full
// build.aarch64: -mbranch-protection=standard -mno-outline-atomics
// build.aarch64: -Wl,-z,force-bti,--fatal-warnings
//
// Where every object of a program is marked, a processor that can do so lets
// indirect branches land at marked instructions only. Proves that all the ways
// into code that Weft opens are marked: start routines, signal handlers, the way
// out of a cancelled system call, and asynchronous cancellation. Without
// them this program does not link, or dies of SIGILL on aarch64 with BTI.
#include "support.h"

enum { HWCAP2_BTI = 1 << 17 }; // aarch64's; no other processor has bit 17 yet

static int handled;

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    set_word(&handled, 1);
}

static void *start(void *arg)
{
    return arg;
}

static void *read_for_ever(void *arg)
{
    const int *ends = arg;
    char byte;
    weft_syscall_cancel(__NR_read, ends[0], (long)&byte, 1, 0, 0, 0);
    return NULL;
}

static void *spin_for_ever(void *arg)
{
    volatile int *spinning = arg;
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    *spinning = 1;
    while (*spinning) {
    }
    return NULL;
}

// Its first instruction is the mark, of four bytes on both processors; behind
// it nothing but the return.
__attribute__((noinline)) static void land(void)
{
    __asm__ volatile("");
}

static int land_behind_the_mark(void *unused)
{
    uintptr_t target = (uintptr_t)land + 4;
    void (*volatile jump)(void) = (void (*)(void))target;
    (void)unused;
    jump();
    return 0;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread thread;
    void *value;
    int ends[2];
    int spinning = 0;
    int status = run_in_child(land_behind_the_mark, NULL);
    (void)argc;
    (void)argv;
    (void)envp;
    // The guard is up: else this test would prove nothing.
    if (auxiliary(AT_HWCAP2) & HWCAP2_BTI) {
        CHECK(killed_by(status, SIGILL));
    }
    on_signal(SIGUSR1, handle, 0);
    CHECK_EQ(weft_kill(weft_self(), SIGUSR1), 0);
    until_equal(&handled, 1);

    CHECK_EQ(weft_create(&thread, NULL, start, &spinning), 0);
    CHECK_EQ(weft_join(thread, &value), 0);
    CHECK_EQ(value, &spinning);

    CHECK_EQ(sys(__NR_pipe2, ends, 0), 0);
    CHECK_EQ(weft_create(&thread, NULL, read_for_ever, ends), 0);
    until_asleep(weft_tid(thread));
    CHECK_EQ(weft_cancel(thread), 0);
    CHECK_EQ(weft_join(thread, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);

    CHECK_EQ(weft_create(&thread, NULL, spin_for_ever, &spinning), 0);
    until_equal(&spinning, 1);
    CHECK_EQ(weft_cancel(thread), 0);
    CHECK_EQ(weft_join(thread, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
    return 0;
}
