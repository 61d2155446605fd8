// SPDX-License-Identifier: MIT
// vfork.c - a child of vfork may kill itself, and nothing of that is left in the
// memory that it shares with its parent.
// posix: musl glibc
//
// Where the libc's vfork is a fork, the parent's memory is not shared, and the
// program shows nothing.
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include "standard.h"

enum way { BY_KILL, BY_SIGQUEUE, BY_RAISE, WAYS };

// The child must not return from the function that made it.
// NOLINTBEGIN(clang-analyzer-*): what a careful program does not do is tried here
__attribute__((noinline)) static void child_dies(enum way way)
{
    int status;
    pid_t child = vfork();
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &none, NULL);
        if (pthread_kill(pthread_self(), 0) == 0) {
            switch (way) {
            case BY_KILL:
                pthread_kill(pthread_self(), SIGKILL);
                break;
            case BY_SIGQUEUE:
#ifdef WEFT // glibc's own asks for its parent's number
                pthread_sigqueue(pthread_self(), SIGKILL,
                                 (union sigval){.sival_int = 1});
#endif
                pthread_kill(pthread_self(), SIGKILL);
                break;
            case BY_RAISE:
#ifdef __GLIBC__ // musl's raise is its parent's as well
                raise(SIGKILL);
#endif
                pthread_kill(pthread_self(), SIGKILL);
                break;
            case WAYS:
                break;
            }
        }
        _exit(1);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGKILL);
}
// NOLINTEND(clang-analyzer-*)

static void *has_children(void *arg)
{
    for (enum way way = BY_KILL; way < WAYS; way++) {
        child_dies(way);
    }
    return arg;
}

int main(void)
{
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, has_children, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    return 0;
}
