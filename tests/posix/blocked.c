// SPDX-License-Identifier: MIT
// blocked.c - a program that is started with all signals blocked can cancel threads,
// and change its user for all of them.
// posix: musl glibc
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include "standard.h"

static int fds[2];

static void *reads(void *arg)
{
    char byte;
    (void)!read(fds[0], &byte, 1);
    return arg;
}

int main(int argc, char **argv)
{
    pthread_t t;
    void *value;
    if (STOCK) {
        return 0; // both libcs wait for ever
    }
    if (argc == 1) {
        unsigned long all = ~0ul;
        CHECK_EQ(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8), 0);
        execl("/proc/self/exe", argv[0], "again", (char *)NULL);
        CHECK(!"execl");
    }
    sigset_t mask;
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    CHECK(sigismember(&mask, SIGTERM) && sigismember(&mask, SIGRTMAX));
    CHECK_EQ(pipe(fds), 0);
    CHECK_EQ(pthread_create(&t, NULL, reads, NULL), 0);
    usleep(20000); // mostly it blocks by now; if it does not, all the same
    CHECK_EQ(setuid(getuid()), 0);
    CHECK_EQ(pthread_cancel(t), 0);
    CHECK_EQ(pthread_join(t, &value), 0);
    CHECK(value == PTHREAD_CANCELED);
    return 0;
}
