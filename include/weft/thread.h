// SPDX-License-Identifier: MIT
// weft/thread.h - create threads, wait for them, name them, steer them.
//
//     static void *work(void *arg) { return arg; }
//
//     weft_thread t;
//     void *value;
//     if (weft_create(&t, NULL, work, "hello") == 0) {
//         weft_join(t, &value);
//     }
#ifndef WEFT_THREAD_H
#define WEFT_THREAD_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
#define WEFT__NORETURN   [[noreturn]]
#define WEFT__ALIGNAS(n) alignas(n)
extern "C" {
#else
#define WEFT__NORETURN   _Noreturn
#define WEFT__ALIGNAS(n) _Alignas(n)
#endif

// A thread's handle. It carries a generation: once the thread is gone (joined,
// or detached and ended) every call with the old handle returns WEFT_ESRCH, even
// when a new thread uses the same record. 0 is no thread.
typedef uint64_t weft_thread;

// How a thread is to be born. All-zero means defaults for everything.
typedef struct weft_attr {
    // Usable bytes of stack; TLS comes on top. 0: what the linker was told by
    // -z stack-size, or else 256 KiB. With .stack: the size of that region. The
    // library's stacks can be executed where the program's can (-z execstack, or
    // nested functions of gcc).
    size_t stack_size;
    // Bytes below the stack that fault when touched, rounded up to pages.
    // 0: one page, but 64 KiB on aarch64, where compilers rely on that much.
    // WEFT_NO_GUARD: none. Ignored with .stack.
    size_t guard_size;
    // The caller's own region for the thread, or NULL. TLS and bookkeeping are
    // carved from its top (weft_stack_overhead). It is the thread's until a join
    // returns, or until weft_tid says 0 for a detached thread.
    void *stack;
    // At most 15 bytes, as ps -L, top -H and gdb show it; NULL: the creator's.
    const char *name;
    // WEFT_DETACHED, WEFT_EXPLICIT_SCHED.
    uint32_t flags;
    // The kernel's SCHED_* number and priority; read only with
    // WEFT_EXPLICIT_SCHED, otherwise both are inherited.
    int32_t policy, priority;
    // A kernel CPU mask (bit n of byte n / 8: CPU n) of affinity_size bytes, or
    // NULL: the creator's.
    const void *affinity;
    size_t affinity_size;
    // The thread's first signal mask (bit n - 1: signal n), or NULL: the
    // creator's.
    const uint64_t *sigmask;
} weft_attr;

#define WEFT_DETACHED       0x1u // nobody will join it; its end frees it
#define WEFT_EXPLICIT_SCHED 0x2u // use .policy and .priority
#define WEFT_NO_GUARD       ((size_t)-1)
#define WEFT_CANCELED       ((void *)-1) // what join gives for a cancelled thread
#define WEFT_FOREVER        INT64_MAX    // a deadline that never comes
#define WEFT_NAME_MAX       16           // bytes of a name with its end mark

// The smallest stack_size accepted. Where the processor's registers need a
// larger signal frame (AT_MINSIGSTKSZ, see getauxval(3)), a caller's region must
// leave 2 KiB more than that frame; a library-owned stack is then made larger.
#define WEFT_STACK_MIN ((size_t)8192)

// A static region to pass as .stack with .stack_size = sizeof name: size usable
// bytes, plus what a program with at most 1 KiB of thread-local variables needs
// on top, beside a libc as well. With more of them, add weft_stack_overhead() to a
// region by hand.
#define WEFT_STACK(name, size)                                                 \
    WEFT__ALIGNAS(64)                                                          \
    static unsigned char                                                       \
        name[((size_t)(size) + WEFT__STACK_EXTRA + 63) & ~(size_t)63]
#define WEFT__STACK_EXTRA 4864

// Bytes that TLS and bookkeeping take from the top of a caller's region: with
// a region of S bytes the thread has at least S - weft_stack_overhead() bytes of
// stack. Constant while the process lives. Async-signal-safe.
size_t weft_stack_overhead(void);

// Starts a thread that runs start(arg) and ends with what it returns.
//   out    receives the handle before start runs; must not be NULL
//   attr   NULL for defaults; read before weft_create returns, not kept
// Everything attr asks for is in force before the first instruction of start.
// When it fails, no user code has run, nothing is leaked and *out is 0.
//   WEFT_EINVAL   out or start is NULL, unknown flags, the stack is too small,
//                 the name is over 15 bytes, or the kernel finds the policy,
//                 priority or CPU mask meaningless
//   WEFT_EAGAIN   not enough memory, or the limit on threads is reached
//                 (RLIMIT_NPROC, RLIMIT_AS, pid_max, cgroup): may work later
//   WEFT_ENOMEM   the sizes add up to more than an address space
//   WEFT_EPERM    policy, priority or CPU mask not allowed to this user, or a
//                 sandbox refuses a system call that is needed, or the system lets
//                 no stack be executed and the program asks for that
//   WEFT_ENOTSUP  a needed system call does not exist here
// Ordering: all the creator did before happens before start.
// The system calls made are listed in README.md.
int weft_create(weft_thread *out, const weft_attr *attr, void *(*start)(void *),
                void *arg);

// Ends the calling thread: runs its cleanup handlers, then the destructors of
// its keys, and gives value to whoever joins it. The last thread to end ends
// the process with status 0. Called by main, the process lives on until then. In
// a cleanup handler or destructor it goes on with the next one. Not to be called
// by a signal handler that may have interrupted a call of this library.
WEFT__NORETURN void weft_exit(void *value);

// Waits until t has ended and receives its value (value may be NULL). When it
// returns 0, the kernel has left the thread's stack and all memory of the thread
// is free again; the handle is dead.
//   WEFT_ESRCH    t is gone: joined before, or detached and ended, or no thread
//   WEFT_EINVAL   t is detached, or somebody else is joining it
//   WEFT_EDEADLK  t is the caller, or waits, perhaps through others, for the
//                 caller. (Who waits with a deadline, or is cancelled and has that
//                 enabled, will wait no more, and does not count)
// Ordering: all t did happens before the return.
// Cancellation point: a cancelled joiner leaves t joinable.
int weft_join(weft_thread t, void **value);

// As weft_join, but never waits: WEFT_EBUSY while t still runs.
// Not a cancellation point.
int weft_tryjoin(weft_thread t, void **value);

// As weft_join, but gives up at deadline_ns (CLOCK_MONOTONIC, as weft_now), or
// after timeout_ns: WEFT_ETIMEDOUT, and t stays joinable.
int weft_join_until(weft_thread t, void **value, int64_t deadline_ns);
int weft_join_for(weft_thread t, void **value, int64_t timeout_ns);

// Keeps up to max kernel threads whose thread has ended, asleep, for threads that
// are created later; 0, the default, ends those that are kept, and on return they
// have gone. A create and join then costs a third of what it did. Only threads on
// stacks of the library's own are kept, and found by weft_create for the same
// .stack_size and .guard_size.
//
// What such a thread begins with is what any thread does: stack, thread-local
// variables, keys, cancellation, signal mask, no signal pending, no signal stack,
// name, CPUs, policy and priority, floating point modes.
// What stays is what the kernel keeps for a thread beside that: the tid and its
// directory in /proc, the CPU time used, credentials and capabilities, seccomp
// filters, namespaces, cgroup, I/O priority (ioprio_set(2)), memory policy
// (set_mempolicy(2)), and what prctl(2) sets (timer slack among it). A
// program that changes any of these in its threads calls weft_recycle(0) before.
//   WEFT_ENOTSUP  beside a libc, or the kernel lacks sched_getattr(2)
int weft_recycle(unsigned max);

// Gives up the right to join t: its own end frees it.
//   WEFT_ESRCH    t is gone
//   WEFT_EINVAL   t is detached already, or somebody is joining it
int weft_detach(weft_thread t);

// The calling thread's handle. Async-signal-safe.
static inline weft_thread weft_self(void);

// The kernel's number for t (see gettid(2)); 0 once the kernel has let go of the
// thread, or when there is no such thread. For a detached thread, 0 means that
// the region it was given as .stack is the caller's again (and all the thread
// did happens before that). Async-signal-safe.
int weft_tid(weft_thread t);

// Sends signal sig to t; 0 only checks the handle. Never reaches another thread
// that the kernel has given the same number. An ended thread that was not joined
// yet swallows the signal.
//   WEFT_ESRCH    t is gone
//   WEFT_EINVAL   sig is no signal, or one of 32..34, which libraries keep
//   WEFT_EAGAIN   the kernel's queue of real-time signals is full
// While weft_create still works on t, WEFT_ESRCH.
// Async-signal-safe.
int weft_kill(weft_thread t, int sig);

// Lets another thread that is ready run first (sched_yield(2)).
// Async-signal-safe.
void weft_yield(void);

// Nanoseconds of CLOCK_MONOTONIC. Async-signal-safe.
int64_t weft_now(void);

// Sleeps for a time, or until a time. A time in the past returns 0 at once.
//   WEFT_EINTR    a signal handler ran
// Cancellation points, even when there is nothing to sleep.
int weft_sleep_for(int64_t duration_ns);
int weft_sleep_until(int64_t deadline_ns);

// A thread's name: at most 15 bytes. get fills buf with the name and its end
// mark; 16 bytes (WEFT_NAME_MAX) always suffice.
//   WEFT_EINVAL   name or buf is NULL, or the name is over 15 bytes
//   WEFT_ERANGE   buf is too small
//   WEFT_ESRCH    t is gone or has ended
// For another thread it needs /proc, else the error of open(2).
int weft_set_name(weft_thread t, const char *name);
int weft_get_name(weft_thread t, char *buf, size_t size);

// The CPUs a thread may run on: a kernel mask of size bytes. get zeroes what the
// kernel does not fill.
//   WEFT_EINVAL   no CPU of the mask may be used, or size is too small for the
//                 kernel's mask (see sched_setaffinity(2))
//   WEFT_ESRCH    t is gone or has ended
//   WEFT_EPERM    not allowed to this user
int weft_set_affinity(weft_thread t, const void *mask, size_t size);
int weft_get_affinity(weft_thread t, void *mask, size_t size);

// A thread's scheduling policy and priority (sched_setscheduler(2)); either
// pointer of get may be NULL. It is the thread's own, without what mutexes lend it
// (weft/owned.h): while they do, set changes what they add to.
//   WEFT_EINVAL   no such policy, or the priority is out of its range
//   WEFT_ESRCH    t is gone or has ended
//   WEFT_EPERM    not allowed to this user
int weft_set_sched(weft_thread t, int policy, int priority);
int weft_get_sched(weft_thread t, int *policy, int *priority);

// The calling thread's signal mask, bit n - 1 for signal n; set or old may be
// NULL. The signals a thread library works with (32..34) are never blocked.
//   how           WEFT_SIG_BLOCK, WEFT_SIG_UNBLOCK, WEFT_SIG_SETMASK
//   WEFT_EINVAL   how is none of them
// Async-signal-safe.
int weft_sigmask(int how, const uint64_t *set, uint64_t *old);
#define WEFT_SIG_BLOCK   0
#define WEFT_SIG_UNBLOCK 1
#define WEFT_SIG_SETMASK 2

// Has handlers called around every weft_fork: prepare in the parent before,
// newest first; parent and child after, oldest first. Any may be NULL. There is
// no way to take them back.
//   WEFT_ENOMEM   no memory for another entry
int weft_atfork(void (*prepare)(void), void (*parent)(void),
                void (*child)(void));

// A new process, with the calling thread as its only one. Returns 0 in the
// child, the child's pid in the parent, or a negative error number. In the
// child, all other threads are gone (their handles give WEFT_ESRCH), their
// memory is free, and threads can be created and joined again.
long weft_fork(void);

// ---- Private from here: what the inline functions need ----

#define WEFT_KEYS_MAX 1024 // part of the ABI: see weft/key.h

// Keys whose values lie in each thread's own data. For others a thread gets memory
// when it first sets one.
#define WEFT__KEYS_NEAR 8

struct weft__key_slot {
    uint32_t key; // whose value this is, generation and all; 0: nobody's
    void *value;
};

// The part of a thread's own data that inline code reads.
struct weft__local {
    weft_thread handle;
    const uint32_t *cancel_request;  // odd once somebody asked it to end
    struct weft__far_keys *far_keys; // those beyond the near ones, or NULL
    struct weft__key_slot keys[WEFT__KEYS_NEAR];
};

// Where, counted in bytes from the thread pointer, a thread keeps the pointer to
// its own data. The host sets it once, before there is a second thread.
extern __attribute__((visibility("hidden"))) ptrdiff_t weft__self_slot;

// Always inline: as functions these would be larger than where they are used.
static inline __attribute__((always_inline)) struct weft__local *
weft__self(void)
{
    char *thread_pointer = (char *)__builtin_thread_pointer();
    return *(struct weft__local **)(void *)(thread_pointer + weft__self_slot);
}

static inline __attribute__((always_inline)) weft_thread weft_self(void)
{
    return weft__self()->handle;
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
