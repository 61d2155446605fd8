// SPDX-License-Identifier: MIT
// cancel_points.c - every way to sleep in the kernel can be cancelled.
//
//   cancel_points before    the request waits already: the call is not made
//   cancel_points blocked   the request comes while the call sleeps
//
// A call that is missed makes this program hang, and its name is the last one
// that was printed.
#include "support.h"

// From linux/eventpoll.h, linux/socket.h, linux/fcntl.h; not all are libc-free.
enum { UNIX = 1, STREAM = 1, DATAGRAM = 2, FIFO = 010000, LOCK = 2 };

static int empty[2], full[2]; // pipes
static int sockets[2];
static int listener, epoll, locked;
static int child;
static weft_thread sleeper;
static char fifo[64];

static void *sleep_on(void *unused)
{
    weft_sleep_until(WEFT_FOREVER);
    return unused;
}

#define POINT(name, ...)                                                       \
    static void point_##name(void)                                             \
    {                                                                          \
        static char buffer[64];                                                \
        (void)buffer;                                                          \
        __VA_ARGS__;                                                           \
    }
#define SYSCALL(name, ...) POINT(name, padded(__NR_##name, __VA_ARGS__))
#define padded(...)        call_padded(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define call_padded(nr, a, b, c, d, e, f, ...)                                 \
    weft_syscall_cancel((nr), (long)(a), (long)(b), (long)(c), (long)(d),      \
                        (long)(e), (long)(f))

static const struct iovec {
    void *base;
    size_t size;
} vector = {&(char[8]){0}, 8};
static const int64_t a_day[2] = {86400, 0};
static const uint64_t no_signal;
static const uint64_t one_signal = 1 << (SIGUSR1 - 1);
static struct {
    int fd;
    short events, found;
} poll_empty = {-1, 1, 0};
static uint32_t word;
// struct msghdr: no name, one vector, nothing else
static const void *message[7] = {[2] = &vector, [3] = (void *)1};

POINT(sleep_for, weft_sleep_for(WEFT_FOREVER))
POINT(sleep_until, weft_sleep_until(WEFT_FOREVER))
POINT(join, weft_join(sleeper, NULL))
POINT(join_for, weft_join_for(sleeper, NULL, a_day[0] * 1000000000))
SYSCALL(read, empty[0], buffer, 1)
SYSCALL(readv, empty[0], &vector, 1)
SYSCALL(write, full[1], buffer, 1)
SYSCALL(nanosleep, a_day, 0)
SYSCALL(clock_nanosleep, 1, 0, a_day, 0)
SYSCALL(ppoll, &poll_empty, 1, 0, 0, 8)
SYSCALL(pselect6, 0, 0, 0, 0, 0, 0)
SYSCALL(epoll_pwait, epoll, buffer, 1, -1, 0, 8)
SYSCALL(futex, &word, FUTEX_WAIT, 0, 0)
SYSCALL(wait4, child, 0, 0, 0)
SYSCALL(waitid, P_PID, child, 0, WEXITED, 0)
SYSCALL(openat, AT_FDCWD, fifo, O_RDONLY, 0)
SYSCALL(flock, locked, LOCK)
SYSCALL(accept4, listener, 0, 0, 0)
SYSCALL(recvfrom, sockets[0], buffer, 1, 0, 0, 0)
SYSCALL(recvmsg, sockets[0], message, 0)
SYSCALL(rt_sigtimedwait, &one_signal, 0, 0, 8)
SYSCALL(rt_sigsuspend, &no_signal, 8)

static const struct point {
    const char *name;
    void (*block)(void);
} points[] = {
#define ENTRY(name)                                                            \
    {                                                                          \
#name, point_##name                                                    \
    }
    ENTRY(sleep_for),     ENTRY(sleep_until), ENTRY(join),
    ENTRY(join_for),      ENTRY(read),        ENTRY(readv),
    ENTRY(write),         ENTRY(nanosleep),   ENTRY(clock_nanosleep),
    ENTRY(ppoll),         ENTRY(pselect6),    ENTRY(epoll_pwait),
    ENTRY(futex),         ENTRY(wait4),       ENTRY(waitid),
    ENTRY(openat),        ENTRY(flock),       ENTRY(accept4),
    ENTRY(recvfrom),      ENTRY(recvmsg),     ENTRY(rt_sigtimedwait),
    ENTRY(rt_sigsuspend),
};

static int is_before;

static void *run(void *arg)
{
    const struct point *point = arg;
    if (is_before) {
        CHECK_EQ(weft_cancel(weft_self()), 0);
    }
    point->block();
    return NULL; // not cancelled
}

static void prepare(void)
{
    static const uint16_t address = UNIX;
    CHECK_EQ(sys(__NR_pipe2, empty, 0), 0);
    CHECK_EQ(sys(__NR_pipe2, full, 04000), 0); // O_NONBLOCK, to fill it
    while (sys(__NR_write, full[1], points, 64) > 0) {
    }
    CHECK_EQ(sys(__NR_fcntl, full[1], F_SETFL, 0), 0);
    CHECK_EQ(sys(__NR_socketpair, UNIX, DATAGRAM, 0, sockets), 0);
    listener = (int)sys(__NR_socket, UNIX, STREAM, 0);
    CHECK_EQ(sys(__NR_bind, listener, &address, sizeof address), 0);
    CHECK_EQ(sys(__NR_listen, listener, 1), 0);
    epoll = (int)sys(__NR_epoll_create1, 0);
    struct line name = {0};
    line_text(&name, "/tmp/weft-fifo-");
    line_number(&name, sys(__NR_getpid));
    for (size_t i = 0; i <= name.length; i++) {
        fifo[i] = name.text[i];
    }
    CHECK_EQ(sys(__NR_mknodat, AT_FDCWD, fifo, FIFO | 0600, 0), 0);
    // Two open files of one: a lock on the first keeps the second out.
    int file = (int)sys(__NR_memfd_create, "locked", 0);
    CHECK_EQ(sys(__NR_flock, file, LOCK), 0);
    struct line path = {0};
    line_text(&path, "/proc/self/fd/");
    line_number(&path, file);
    locked = (int)sys(__NR_openat, AT_FDCWD, path.text, O_RDWR);
    CHECK(locked >= 0 && epoll >= 0 && listener >= 0);
}

static void try_point(const struct point *point)
{
    weft_thread t;
    void *value;
    print(2, point->name);
    print(2, "\n");
    CHECK_EQ(weft_create(&t, NULL, run, (void *)point), 0);
    if (!is_before) {
        until_asleep(weft_tid(t));
        CHECK_EQ(weft_cancel(t), 0);
    }
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
    // The other was not joined: who waits for it was cancelled.
    CHECK_EQ(weft_tryjoin(sleeper, NULL), WEFT_EBUSY);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    is_before = is_case(argc, argv, "before");
    child = (int)weft_fork();
    if (child == 0) {
        sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            sys(__NR_ppoll, NULL, 0, NULL, NULL, 8);
        }
    }
    prepare();
    CHECK_EQ(weft_create(&sleeper, NULL, sleep_on, NULL), 0);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        try_point(&points[i]);
    }
    CHECK_EQ(sys(__NR_unlinkat, AT_FDCWD, fifo, 0), 0);
    CHECK_EQ(sys(__NR_kill, child, SIGKILL), 0);
    CHECK_EQ(sys(__NR_wait4, child, NULL, 0, NULL), child);
    return 0;
}
