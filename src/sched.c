// SPDX-License-Identifier: MIT
// sched.c - a thread's name, CPUs and scheduling, for oneself and for others.
// Read before: hold.c.
#include <weft/error.h>
#include "ceiling.h"
#include "hold.h"
#include "life.h"
#include "name.h"
#include "syscall.h"
#include "refusal.h"

// Holds a thread that is there: one that has ended has no tid any more.
static long aim(struct weft__hold *hold, weft_thread t)
{
    long result = weft__hold(hold, t);
    return result == WEFT__ENDED ? -WEFT_ESRCH : result;
}

// A system call about a thread, whose tid is the first argument.
static long call(long nr, weft_thread t, long a, long b)
{
    struct weft__hold hold;
    long result = aim(&hold, t);
    if (result == 0) {
        result = arch_syscall3(nr, (long)weft__held_tid(&hold), a, b);
        weft__let_go(&hold);
    }
    return result;
}

// Of a thread that is held. What the kernel shows is its own policy and priority,
// unless mutexes with a ceiling lend it a higher one: ceiling.c, if it is there.
static __attribute__((noinline)) struct weft__ceilings *
ceilings(const struct weft__record *record) // one copy is smaller than four
{
    return weft__ceiling_set_sched != NULL ? weft__ceilings(record) : NULL;
}

static long set_sched(const struct weft__record *record, int policy,
                      int priority)
{
    long tid = (long)weft__life_tid(record), result = 0;
    struct weft__ceilings *c = ceilings(record);
    if (c == NULL) {
        result = sys_sched_setscheduler(tid, policy, &priority);
        // The thread may have locked its first one meanwhile, and have seen what
        // was before: pairs with the fence in ceiling.c.
        weft__fence_seq_cst();
        c = ceilings(record);
    }
    return c == NULL || result < 0
               ? result
               : weft__ceiling_set_sched(c, tid, policy, priority);
}

int weft_set_sched(weft_thread t, int policy, int priority)
{
    struct weft__hold hold;
    long result = aim(&hold, t);
    if (result == 0) {
        result = set_sched(hold.record, policy, priority);
        weft__let_go(&hold);
    }
    return weft__refusal(result);
}

static long get_sched(const struct weft__record *record, int *policy,
                      int *priority)
{
    long tid = (long)weft__life_tid(record), result = 0;
    struct weft__ceilings *c = ceilings(record);
    if (c == NULL) {
        result = sys_sched_get(tid, policy, priority);
        weft__fence_seq_cst(); // as above
        c = ceilings(record);
    }
    return c == NULL ? result
                     : weft__ceiling_get_sched(c, tid, policy, priority);
}

int weft_get_sched(weft_thread t, int *policy, int *priority)
{
    int found_policy, found_priority;
    struct weft__hold hold;
    long result = aim(&hold, t);
    if (result == 0) {
        result = get_sched(hold.record, &found_policy, &found_priority);
        weft__let_go(&hold);
    }
    if (result < 0) {
        return weft__refusal(result);
    }
    if (policy != NULL) {
        *policy = found_policy;
    }
    if (priority != NULL) {
        *priority = found_priority;
    }
    return 0;
}

int weft_set_affinity(weft_thread t, const void *mask, size_t size)
{
    return mask == NULL ? WEFT_EINVAL
                        : weft__refusal(call(SYS_sched_setaffinity, t,
                                             (long)size, (long)mask));
}

// The kernel fills whole words, as many as it has CPUs for; the caller may have
// asked for fewer bytes, which is fine as long as no CPU is lost.
static int copy_mask(unsigned char *to, size_t size, const unsigned char *from,
                     size_t filled)
{
    for (size_t i = 0; i < size || i < filled; i++) {
        unsigned char byte = i < filled ? from[i] : 0;
        if (i < size) {
            to[i] = byte;
        } else if (byte != 0) {
            return WEFT_EINVAL;
        }
    }
    return 0;
}

int weft_get_affinity(weft_thread t, void *mask, size_t size)
{
    if (mask == NULL) {
        return WEFT_EINVAL;
    }
    unsigned char words[1024] __attribute__((aligned(8))); // 8,192 CPUs
    long result = call(SYS_sched_getaffinity, t, sizeof words, (long)words);
    return result < 0 ? weft__refusal(result)
                      : copy_mask(mask, size, words, (size_t)result);
}

// Reads or writes another thread's name, which is the text of a file. The kernel ends
// what it gives with a newline. Bytes done, or -errno.
static long comm(weft_thread t, long nr, long flags, char *name, size_t size)
{
    struct weft__hold hold;
    long result = aim(&hold, t);
    if (result != 0) {
        return result;
    }
    // Only threads of this process are found there, also when the main thread has
    // ended. The tid is written over the slashes from the right, and those that are
    // left mean one.
    char path[] = "/proc/self/task///////////comm";
    char *digit = path + sizeof path - sizeof "/comm";
    for (uint32_t tid = weft__held_tid(&hold); tid > 0; tid /= 10) {
        *--digit = (char)('0' + tid % 10);
    }
    result =
        arch_syscall4(SYS_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0);
    if (result >= 0) {
        long fd = result;
        result = arch_syscall3(nr, fd, (long)name, (long)size);
        arch_syscall3(SYS_close, fd, 0, 0);
    }
    weft__let_go(&hold);
    return result;
}

int weft_set_name(weft_thread t, const char *name)
{
    size_t size = name == NULL ? COMM_SIZE + 1 : weft__name_size(name);
    if (size > COMM_SIZE) {
        return WEFT_EINVAL;
    }
    return weft__refusal(
        t == weft_self()
            ? sys_prctl(PR_SET_NAME, name)
            : comm(t, SYS_write, O_WRONLY, (char *)(uintptr_t)name, size));
}

int weft_get_name(weft_thread t, char *buf, size_t size)
{
    if (buf == NULL) {
        return WEFT_EINVAL;
    }
    char name[COMM_SIZE + 1];
    name[0] = '\0';
    long result = t == weft_self()
                      ? sys_prctl(PR_GET_NAME, name)
                      : comm(t, SYS_read, O_RDONLY, name, COMM_SIZE);
    if (result < 0) {
        return weft__refusal(result);
    }
    if (result > 0) {
        name[result - 1] = '\0'; // the newline
    }
    size_t length = weft__name_size(name);
    if (length > size) {
        return WEFT_ERANGE;
    }
    for (size_t i = 0; i < length; i++) {
        buf[i] = name[i];
    }
    return 0;
}
