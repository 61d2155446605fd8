// SPDX-License-Identifier: MIT
// hosts: glibc
// setid.c - setuid and its like change all threads of a glibc program.
//
// Each thread asks the kernel for its own ids, before and after one of them has
// given up the rights of root; a refused change changes nobody. (Who is not
// root can only see that setting what is set already works.) Without Weft's own
// __nptl_setxid the libc would look for its own threads, and find none.
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "hosted.h"

enum { THREADS = 6, NOBODY = 65534 };

static weft_barrier meeting;
static unsigned expected_user, expected_group;

static void check_ids(void)
{
    unsigned real, effective, saved;
    CHECK_EQ(syscall(SYS_getresuid, &real, &effective, &saved), 0);
    CHECK(real == expected_user && effective == expected_user &&
          saved == expected_user);
    CHECK_EQ(syscall(SYS_getresgid, &real, &effective, &saved), 0);
    CHECK(real == expected_group && effective == expected_group &&
          saved == expected_group);
}

static void *compare(void *arg)
{
    for (int i = 0; i < 3; i++) {
        weft_barrier_wait(&meeting);
        check_ids();
        weft_barrier_wait(&meeting);
    }
    return arg;
}

static void everybody_compares(void)
{
    weft_barrier_wait(&meeting);
    check_ids();
    weft_barrier_wait(&meeting);
}

// Sleeps in the libc until it is cancelled: setuid must not have to wait for it.
static void *sleep_on(void *arg)
{
    while (sleep(1000) < 2000) {
    }
    return arg;
}

static void be_told(int signal)
{
    (void)signal;
    _exit(77);
}

static void *change_alone(void *arg)
{
    CHECK_EQ(syscall(SYS_setresuid, 2001, 2002, 2003), 0);
    weft_barrier_wait(&meeting);
    while (sleep(1000) < 2000) {
    }
    return arg;
}

// A thread that cannot follow the others ends the process, with SIGABRT.
static void one_may_not(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, be_told);
        weft_barrier_init(&meeting, 2, 0);
        start(change_alone, NULL);
        weft_barrier_wait(&meeting);
        CHECK_EQ(setresuid(1001, 1002, 1003), -2); // it does not come back
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 77);
}

int main(void)
{
    if (geteuid() == 0) {
        one_may_not();
    }
    weft_thread thread[THREADS];
    expected_user = getuid();
    expected_group = getgid();
    weft_barrier_init(&meeting, THREADS + 1, 0);
    for (int i = 0; i < THREADS; i++) {
        thread[i] = start(compare, NULL);
    }
    weft_thread sleeper = start(sleep_on, NULL);
    everybody_compares();
    int is_root = geteuid() == 0;
    unsigned to = is_root ? NOBODY : getuid();
    CHECK_EQ(setresgid(to, to, to), 0);
    CHECK_EQ(setresuid(to, to, to), 0);
    expected_user = expected_group = to;
    everybody_compares();
    errno = 0;
    CHECK_EQ(setuid(12345), -1);
    CHECK_EQ(errno, EPERM);
    everybody_compares();
    for (int i = 0; i < THREADS; i++) {
        join(thread[i]);
    }
    CHECK_EQ(weft_cancel(sleeper), 0);
    CHECK_EQ(join(sleeper), WEFT_CANCELED);
    return 0;
}
