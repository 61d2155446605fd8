// SPDX-License-Identifier: MIT
// blocked.c - a program that is started with all signals blocked can cancel threads.
//
// The signal mask outlives execve(2), and some launchers block everything. What is
// blocked is the program's business, but for the library's own signal: with that one
// blocked, a request would not reach a thread that sleeps.
#include "support.h"

enum { CANCEL_SIGNAL = 33 };

static int fds[2];
static int reader;

static void *reads(void *unused)
{
    char byte;
    set_word(&reader, (int)sys(__NR_gettid));
    weft_syscall_cancel(__NR_read, fds[0], (long)&byte, 1, 0, 0, 0);
    return unused;
}

static uint64_t bit(int sig)
{
    return (uint64_t)1 << (sig - 1);
}

int weft_main(int argc, char **argv, char **envp)
{
    uint64_t mask = ~(uint64_t)0;
    weft_thread t;
    void *value;
    if (argc == 1) {
        char *const again[] = {argv[0], "again", NULL};
        CHECK_EQ(sys(__NR_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8), 0);
        sys(__NR_execve, "/proc/self/exe", again, envp);
        CHECK(!"execve");
    }
    CHECK_EQ(sys(__NR_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8), 0);
    CHECK_EQ(~mask & ~bit(CANCEL_SIGNAL), bit(SIGKILL) | bit(SIGSTOP));
    CHECK_EQ(sys(__NR_pipe2, fds, 0), 0);
    CHECK_EQ(weft_create(&t, NULL, reads, NULL), 0);
    while (__atomic_load_n(&reader, __ATOMIC_ACQUIRE) == 0) {
        weft_yield();
    }
    until_asleep(reader);
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
    return 0;
}
