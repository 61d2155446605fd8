// SPDX-License-Identifier: MIT
// support_kernel.h - signals, children, limits and sandboxes for test programs.
//
// Part of support.h, which see. The types come from the kernel's own headers,
// which hold no libc, except where two processors' headers disagree.
#ifndef SUPPORT_KERNEL_H
#define SUPPORT_KERNEL_H

#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/time.h>
#include <linux/wait.h>
#include <asm/mman.h>
#include <asm/signal.h>
#include <asm/siginfo.h>

// ---- waiting for another thread ----

// Lets others run until *word is value. A test that waits for ever is ended by
// the runner's hang limit.
static inline void until_equal(const int *word, int value)
{
    // acquire: what the other thread did before its release is seen
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) {
        weft_yield();
    }
}

static inline void set_word(int *word, int value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE); // for until_equal
}

// ---- signals ----

// What rt_sigaction(2) takes, on both processors.
struct signal_action {
    void (*handler)(int sig, siginfo_t *info, void *context);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

void weft__sigreturn(void); // the library's own way out of a handler

// Calls handler(sig, info, context) on every sig from now on, in whichever
// thread the kernel chooses; flags: 0, SA_RESTART, SA_ONSTACK, SA_NODEFER.
static inline void on_signal(int sig, void (*handler)(int, siginfo_t *, void *),
                             unsigned long flags)
{
    struct signal_action action = {
        .handler = handler,
        .flags = flags | SA_SIGINFO | 0x04000000, // SA_RESTORER
        .restorer = weft__sigreturn,
    };
    CHECK_EQ(sys(__NR_rt_sigaction, sig, &action, NULL, 8), 0);
}

// The bit of one signal in a mask such as weft_attr.sigmask.
static inline uint64_t signal_bit(int sig)
{
    return (uint64_t)1 << (sig - 1);
}

// The process dies of SIGALRM when it is not done by then: a hang limit for a
// part of a program. Generous, please: on an emulated machine all is slow.
static inline void alarm_after(int seconds)
{
    long timer[4] = {0, 0, seconds, 0}; // struct itimerval: interval, value
    CHECK_EQ(sys(__NR_setitimer, ITIMER_REAL, timer, NULL), 0);
}

// ---- children ----

// Runs fn in a forked child and returns the status of its end as wait4(2)
// stores it. The child ends with fn's result as its exit status.
static inline int run_in_child(int (*fn)(void *), void *arg)
{
    int status = 0;
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        quit(fn(arg));
    }
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    return status;
}

// For what run_in_child returns: ended by itself with this exit status, or by
// this signal.
static inline int exited_with(int status, int code)
{
    return (status & 0x7f) == 0 && ((status >> 8) & 0xff) == code;
}

static inline int killed_by(int status, int sig)
{
    return (status & 0x7f) == sig;
}

// ---- limits and sandboxes; all of them bind for the rest of the process ----

// Sets both the soft and the hard limit, and returns the soft one before.
static inline uint64_t set_limit(int resource, uint64_t value)
{
    uint64_t old[2] = {0, 0};
    uint64_t limit[2] = {value, value};
    CHECK_EQ(sys(__NR_prlimit64, 0, resource, NULL, old), 0);
    CHECK_EQ(sys(__NR_prlimit64, 0, resource, limit, NULL), 0);
    return old[0];
}

// Becomes nobody, when it is root: the superuser is exempt from some limits.
static inline void drop_privileges(void)
{
    enum { NOBODY = 65534 };
    if (sys(__NR_geteuid) == 0) {
        CHECK_EQ(sys(__NR_setgroups, 0, NULL), 0);
        CHECK_EQ(sys(__NR_setresgid, NOBODY, NOBODY, NOBODY), 0);
        CHECK_EQ(sys(__NR_setresuid, NOBODY, NOBODY, NOBODY), 0);
    }
}

// From now on the system call nr is answered with -error (a positive number) in
// this thread and in all that come from it. Filters add up.
static inline void seccomp_errno(int nr, int error)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), // seccomp_data.nr
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = rules};
    CHECK_EQ(sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    CHECK_EQ(
        sys(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0),
        0);
}

// How many processors this thread may run on.
static inline int cpu_count(void)
{
    uint64_t mask[128] = {0};
    int count = 0;
    CHECK(sys(__NR_sched_getaffinity, 0, sizeof mask, mask) > 0);
    for (size_t i = 0; i < sizeof mask / sizeof mask[0]; i++) {
        count += __builtin_popcountll(mask[i]);
    }
    return count;
}

// Some races cannot happen with one processor.
static inline int is_one_cpu(void)
{
    return cpu_count() == 1;
}

#endif
