// SPDX-License-Identifier: MIT
// hosts: musl glibc
// build: -iquote src
// cancel_loss.c - a libc call that has taken something is never also cancelled.
//
// Round after round a thread takes bytes (or tokens of a semaphore) by a blocking
// call of the libc and counts them, while main gives some and cancels it at a
// random moment. What was given is what was counted and what is left. With
// "naive" the call is cancelled wherever the thread stands, as libraries did that
// had only a signal handler: then something must be lost before long, or the test
// would prove nothing. It prints where the requests met the threads.
#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/socket.h>
#include "glibc_arch.h"
#include "hosted.h"

static int ends[2]; // taken from [0], given to [1]
static sem_t tokens;
static int naive;
static volatile long taken;

// ---- where the requests meet the threads ----

static unsigned long outside, inside, at_end;

#ifdef __GLIBC__
// In glibc's own code: from its call of Weft's function to the system call.
enum { SIGNAL_CANCEL = 32 };
int __pthread_enable_asynccancel(void);
extern const char __executable_start[], etext[];

static unsigned long *meeting_at(uintptr_t pc)
{
    uintptr_t low = (uintptr_t)__executable_start + ARCH_GLIBC_MOVES + 8;
    if (pc < low || pc >= (uintptr_t)etext) {
        return &outside;
    }
    for (uintptr_t at = pc; pc - at <= ARCH_GLIBC_MOVES; at--) {
        if (arch_glibc_calls(at, (uintptr_t)__pthread_enable_asynccancel)) {
            long nr;
            uintptr_t call = arch_glibc_syscall(at, &nr);
            return pc <= call                             ? &inside
                   : pc == call + ARCH_GLIBC_SYSCALL_SIZE ? &at_end
                                                          : &outside;
        }
    }
    return &outside;
}
#else
// In the stub of src/cancel.c.
enum { SIGNAL_CANCEL = 33 };
extern const char weft__cancel_begin[], weft__cancel_end[];

static unsigned long *meeting_at(uintptr_t pc)
{
    return pc == (uintptr_t)weft__cancel_end ? &at_end
           : pc >= (uintptr_t)weft__cancel_begin &&
                   pc < (uintptr_t)weft__cancel_end
               ? &inside
               : &outside;
}
#endif

// The kernel's struct sigaction.
struct action {
    void (*handler)(int, void *, void *);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};
static struct action library;

static void look(int sig, void *info, void *context)
{
    uintptr_t pc = *(uintptr_t *)(void *)((char *)context + ARCH_UCONTEXT_PC);
    __atomic_fetch_add(meeting_at(pc), 1, __ATOMIC_RELAXED);
    library.handler(sig, info, context);
}

// The library has installed its handler with the first request; this one looks,
// and calls it.
static void look_at_requests(void)
{
    static const struct action none;
    if (library.handler != NULL) {
        return;
    }
    CHECK_EQ(syscall(SYS_rt_sigaction, SIGNAL_CANCEL, NULL, &library, 8), 0);
    CHECK(library.handler != none.handler);
    struct action mine = library;
    mine.handler = look;
    CHECK_EQ(syscall(SYS_rt_sigaction, SIGNAL_CANCEL, &mine, NULL, 8), 0);
}

// ---- the takers ----

static int take_by_read(void)
{
    char byte;
    return read(ends[0], &byte, 1) == 1;
}

static int take_by_poll(void)
{
    struct pollfd one = {.fd = ends[0], .events = POLLIN};
    return poll(&one, 1, -1) == 1 && take_by_read();
}

static int take_by_recv(void)
{
    char byte;
    return recv(ends[0], &byte, 1, 0) == 1;
}

static int take_token(void)
{
    return sem_wait(&tokens) == 0;
}

static void *take(void *arg)
{
    int (*take_one)(void) = *(int (**)(void))arg;
    for (;;) {
        if (naive) {
            weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL);
        }
        int got = take_one();
        if (naive) {
            weft_set_cancel_type(WEFT_CANCEL_DEFERRED, NULL);
        }
        taken += got;
    }
    return NULL;
}

// ---- the giver ----

static void give(int token)
{
    if (token) {
        CHECK_EQ(sem_post(&tokens), 0);
    } else {
        CHECK_EQ(write(ends[1], "x", 1), 1);
    }
}

static long left_over(int token)
{
    char bytes[64];
    long left = 0;
    if (token) {
        while (sem_trywait(&tokens) == 0) {
            left++;
        }
        return left;
    }
    ssize_t got;
    while ((got = recv(ends[0], bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        left += got;
    }
    return left;
}

static void delay(uint64_t steps)
{
    for (volatile uint64_t i = 0; i < steps; i++) {
    }
}

int main(int argc, char **argv)
{
    int (*take_one)(void) = is_case(argc, argv, "read")   ? take_by_read
                            : is_case(argc, argv, "poll") ? take_by_poll
                            : is_case(argc, argv, "recv") ? take_by_recv
                            : is_case(argc, argv, "sem")  ? take_token
                                                          : NULL;
    CHECK(take_one != NULL && argc > 2);
    naive = strcmp(argv[2], "naive") == 0;
    long rounds = number(argc, argv, 3, 1000);
    uint64_t lots = random_start(argc, argv, 4);
    int token = take_one == take_token;
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK_EQ(sem_init(&tokens, 0, 0), 0);
    long given = 0;
    long left = 0;
    for (long i = 0; i < rounds && !(naive && given > taken + left); i++) {
        weft_thread taker = start(take, &take_one);
        for (uint64_t n = random_next(&lots) % 4; n > 0; n--, given++) {
            delay(random_next(&lots) % 20000);
            give(token);
        }
        delay(random_next(&lots) % 10000);
        CHECK_EQ(weft_cancel(taker), 0);
        look_at_requests();
        CHECK_EQ(join(taker), WEFT_CANCELED);
        left += left_over(token);
    }
    fprintf(stderr,
            "given %ld, lost %ld; requests met a thread before or in the call "
            "%lu times, with its result not yet returned %lu, elsewhere %lu\n",
            given, given - taken - left, inside, at_end, outside);
    if (naive) {
        CHECK(given > taken + left);
    } else {
        CHECK_EQ(given, taken + left);
    }
    return 0;
}
