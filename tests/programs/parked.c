// SPDX-License-Identifier: MIT
// parked.c - threads that stand still, to be looked at from outside.
//
// Two named threads wait three calls deep, the second of them in a signal
// handler there, and one without a name of its own waits in a system call. Then
// everybody_is_parked is called: a good place for a breakpoint. With "stay" the program says so on stdout and then waits for its
// stdin to end; without it, it ends at once.
#include "support.h"

static int parked;
static int may_go;
static weft_thread sleeper;

__attribute__((noinline)) static void innermost(void)
{
    __atomic_fetch_add(&parked, 1, __ATOMIC_RELEASE);
    until_equal(&may_go, 1);
    __asm__ volatile(""); // so that the caller's frame stays
}

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    innermost();
}

__attribute__((noinline)) static void middle(int in_handler)
{
    if (in_handler) {
        CHECK_EQ(weft_kill(weft_self(), SIGUSR1), 0);
    } else {
        innermost();
    }
    __asm__ volatile("");
}

static void *wait_deep(void *in_handler)
{
    middle(in_handler != NULL);
    return NULL;
}

static void *wait_in_kernel(void *arg)
{
    __atomic_fetch_add(&parked, 1, __ATOMIC_RELEASE);
    weft_sleep_for(WEFT_FOREVER); // ended by weft_cancel
    return arg;
}

__attribute__((noinline)) static void everybody_is_parked(void)
{
    __asm__ volatile("" : : "r"(&parked) : "memory");
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr first = {.name = "first-of-two"};
    const weft_attr second = {.name = "second-of-two!!"};
    weft_thread threads[2];
    char byte;
    (void)envp;
    on_signal(SIGUSR1, handle, 0);
    CHECK_EQ(weft_create(&threads[0], &first, wait_deep, NULL), 0);
    CHECK_EQ(weft_create(&threads[1], &second, wait_deep, &parked), 0);
    CHECK_EQ(weft_create(&sleeper, NULL, wait_in_kernel, NULL), 0);
    until_equal(&parked, 3);
    until_asleep(weft_tid(sleeper));
    everybody_is_parked();
    if (is_case(argc, argv, "stay")) {
        print(1, "parked\n");
        while (sys(__NR_read, 0, &byte, 1) > 0) {
        }
    }
    set_word(&may_go, 1);
    CHECK_EQ(weft_cancel(sleeper), 0);
    CHECK_EQ(weft_join(threads[0], NULL), 0);
    CHECK_EQ(weft_join(threads[1], NULL), 0);
    CHECK_EQ(weft_join(sleeper, NULL), 0);
    return 0;
}
