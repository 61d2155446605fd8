// SPDX-License-Identifier: MIT
// hosts: musl glibc
// cancel_calls.c - every call of the libc that may block is a cancellation point.
//
// Each is cancelled twice: by a request that waits already when the call is made,
// and while it blocks in the kernel. Without the libc's part in it, a thread that
// sleeps in poll would be cancelled when somebody writes, if ever.
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include "hosted.h"

static int quiet[2];    // a pair of sockets: nothing comes
static int full[2];     // nothing more goes in
static int listener;    // nobody connects
static pid_t child;     // does not end
static int locked_file; // by the child
static char fifo[32], lock_name[32];
static char byte;
static sem_t none;
static const struct timespec hour = {3600, 0};

static struct timespec next_hour(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    time.tv_sec += 3600;
    return time;
}

// ---- the calls ----

static struct iovec one = {&byte, 1};
static struct pollfd quiet_poll;

// The libc's own mutex and condition variable, as a library may use them inside.
static pthread_mutex_t cond_lock; // which knows its owner
__attribute__((unused)) static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

__attribute__((unused)) static void unlock(void *arg)
{
    CHECK_EQ(pthread_mutex_unlock(arg), 0); // the wait had locked it again
}

#define CALL(name, ...)                                                        \
    static void call_##name(void)                                              \
    {                                                                          \
        __VA_ARGS__;                                                           \
    }
#include "calls.def"
#undef CALL

static const struct {
    const char *name;
    void (*function)(void);
} calls[] = {
#define CALL(name, ...) {#name, call_##name},
#include "calls.def"
#undef CALL
};

// ---- both ways ----

static uint32_t go;

static void *block(void *arg)
{
    size_t i = (size_t)(uintptr_t)arg;
    until(&go, 1);
    calls[i].function();
    dprintf(2, "%s came back, errno %d\n", calls[i].name, errno);
    return NULL;
}

static void cancel(size_t i, int while_it_blocks)
{
    set(&go, (uint32_t)while_it_blocks);
    weft_thread thread = start(block, (void *)i);
    if (while_it_blocks && strcmp(calls[i].name, "pthread_testcancel") != 0) {
        until_asleep(thread);
    }
    CHECK_EQ(weft_cancel(thread), 0);
    set(&go, 1);
    void *value = join(thread);
    if (value != WEFT_CANCELED) {
        dprintf(2, "%s was not cancelled\n", calls[i].name);
        _exit(1);
    }
}

// ---- what they block on ----

static void fill(int fd)
{
    char many[4096] = {0};
    while (send(fd, many, sizeof many, MSG_DONTWAIT) > 0) {
    }
}

static int listen_at_nothing(void)
{
    struct sockaddr_un address = {.sun_family =
                                      AF_UNIX}; // a name of its choice
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQ(bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    CHECK_EQ(listen(fd, 1), 0);
    return fd;
}

// A child that holds a lock on a file until it is killed.
static void start_child(void)
{
    int told[2];
    CHECK_EQ(pipe(told), 0);
    CHECK((locked_file = open(lock_name, O_RDWR | O_CREAT, 0600)) >= 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // should the test fail
        CHECK_EQ(lockf(locked_file, F_LOCK, 0), 0);
        CHECK_EQ(write(told[1], "x", 1), 1);
        for (;;) {
            pause();
        }
    }
    CHECK_EQ(read(told[0], &byte, 1), 1);
}

int main(int argc, char **argv)
{
    (void)argc;
    snprintf(fifo, sizeof fifo, "fifo-%d", getpid());
    snprintf(lock_name, sizeof lock_name, "lock-%d", getpid());
    CHECK(chdir(access("/tmp", W_OK) == 0 ? "/tmp" : "/") == 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, quiet), 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, full), 0);
    quiet_poll = (struct pollfd){.fd = quiet[0], .events = POLLIN};
    fill(full[0]);
    listener = listen_at_nothing();
    CHECK_EQ(mkfifo(fifo, 0600), 0);
    CHECK_EQ(sem_init(&none, 0, 0), 0);
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    CHECK_EQ(pthread_mutex_init(&cond_lock, &kind), 0);
    start_child();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (argv[1] == NULL || strcmp(argv[1], calls[i].name) == 0) {
            cancel(i, 0);
            cancel(i, 1);
        }
    }
    CHECK_EQ(pthread_mutex_trylock(&cond_lock), 0); // the cancelled unlocked it
    CHECK_EQ(kill(child, SIGKILL), 0);
    CHECK_EQ(waitpid(child, NULL, 0), child);
    unlink(fifo);
    unlink(lock_name);
    return 0;
}
