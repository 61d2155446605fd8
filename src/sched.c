// SPDX-License-Identifier: MIT
// sched.c - a thread's name, CPUs and scheduling, for oneself and for others.
// Read before: life.c (pins).
//
// The kernel takes a tid. While it is used the record is pinned, so that it
// cannot become another thread's; and signals are blocked while a pin is held.
#include <weft/atomic.h>
#include <weft/error.h>
#include "life.h"
#include "name.h"
#include "signal.h"
#include "refusal.h"
#include "thread.h"

// A pinned thread: its tid, and what to put back.
struct target {
    struct weft__record *record;
    long tid;
    uint64_t mask;
};

// 0, or the error; then there is nothing to give back.
static int aim(struct target *target, weft_thread t)
{
    target->record = weft__record_find(t);
    if (target->record == NULL) {
        return WEFT_ESRCH;
    }
    long result = weft__signals_block(&target->mask);
    if (result < 0) {
        return weft__refusal(result);
    }
    if (weft__life_pin(target->record, t) != PIN_HELD) {
        weft__signals_restore(&target->mask);
        return WEFT_ESRCH;
    }
    target->tid = (long)weft__life_tid(target->record);
    return 0;
}

static int done(const struct target *target, long result)
{
    weft__life_unpin(target->record);
    weft__signals_restore(&target->mask);
    return result < 0 ? weft__refusal(result) : 0;
}

int weft_set_sched(weft_thread t, int policy, int priority)
{
    struct target target;
    int error = aim(&target, t);
    if (error) {
        return error;
    }
    return done(&target, sys_sched_setscheduler(target.tid, policy, &priority));
}

int weft_get_sched(weft_thread t, int *policy, int *priority)
{
    struct target target;
    int error = aim(&target, t);
    if (error) {
        return error;
    }
    int level = 0;
    long number = arch_syscall3(SYS_sched_getscheduler, target.tid, 0, 0);
    long result = number;
    if (number >= 0) {
        result = arch_syscall3(SYS_sched_getparam, target.tid, (long)&level, 0);
    }
    error = done(&target, result);
    if (error == 0 && policy != NULL) {
        *policy = (int)number;
    }
    if (error == 0 && priority != NULL) {
        *priority = level;
    }
    return error;
}

int weft_set_affinity(weft_thread t, const void *mask, size_t size)
{
    if (mask == NULL) {
        return WEFT_EINVAL;
    }
    struct target target;
    int error = aim(&target, t);
    if (error) {
        return error;
    }
    return done(&target, sys_sched_setaffinity(target.tid, size, mask));
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
    struct target target;
    int error = aim(&target, t);
    if (error) {
        return error;
    }
    unsigned char words[1024] __attribute__((aligned(8))); // 8,192 CPUs
    long result = arch_syscall3(SYS_sched_getaffinity, target.tid, sizeof words,
                                (long)words);
    error = done(&target, result);
    return error ? error : copy_mask(mask, size, words, (size_t)result);
}

// "/proc/self/task/TID/comm": only threads of this process are found there, also
// when the main thread has ended.
static void comm_path(char path[48], long tid)
{
    const char *start = "/proc/self/task/";
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + tid % 10);
        tid /= 10;
    } while (tid > 0);
    while (*start != '\0') {
        *path++ = *start++;
    }
    while (count > 0) {
        *path++ = digits[--count];
    }
    for (const char *end = "/comm"; (*path++ = *end) != '\0'; end++) {
    }
}

// Reads or writes another thread's name. The kernel ends what it gives with a
// newline. Bytes done, or -errno.
static long comm(long tid, long nr, long flags, char *name, size_t size)
{
    char path[48];
    comm_path(path, tid);
    long fd =
        arch_syscall4(SYS_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0);
    if (fd < 0) {
        return fd;
    }
    long result = arch_syscall3(nr, fd, (long)name, (long)size);
    arch_syscall3(SYS_close, fd, 0, 0);
    return result;
}

int weft_set_name(weft_thread t, const char *name)
{
    size_t size = name == NULL ? COMM_SIZE + 1 : weft__name_size(name);
    if (size > COMM_SIZE) {
        return WEFT_EINVAL;
    }
    struct target target;
    int error = aim(&target, t);
    if (error) {
        return error;
    }
    return done(&target, t == weft_self()
                             ? sys_prctl(PR_SET_NAME, name)
                             : comm(target.tid, SYS_write, O_WRONLY,
                                    (char *)(uintptr_t)name, size));
}

int weft_get_name(weft_thread t, char *buf, size_t size)
{
    if (buf == NULL) {
        return WEFT_EINVAL;
    }
    struct target target;
    int error = aim(&target, t);
    if (error) {
        return error;
    }
    char name[COMM_SIZE + 1];
    name[0] = '\0';
    long result;
    if (t == weft_self()) {
        result = sys_prctl(PR_GET_NAME, name);
    } else {
        result = comm(target.tid, SYS_read, O_RDONLY, name, COMM_SIZE);
        if (result > 0) {
            name[result - 1] = '\0'; // the newline
        }
    }
    error = done(&target, result);
    if (error) {
        return error;
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
