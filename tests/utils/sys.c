// SPDX-License-Identifier: MIT
// sys.c - see sys.h.
//
// They go through weft_syscall_cancel, Weft's public door to the kernel. fwsum
// cancels nobody, so for it that is an ordinary system call.
#include "sys.h"
#include "syscall_nr.h"

#define AT_FDCWD           (-100)
#define SEEK_CUR           1
#define TCGETS             0x5401
#define STATX_SIZE         0x200u
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129

static long call(long nr, long a, long b, long c, long d)
{
    long result;

    do {
        result = weft_syscall_cancel(nr, a, b, c, d, 0, 0);
    } while (result == -WEFT_EINTR);
    return result;
}

long sys_open(const char *name, int flags)
{
    return call(SYS_openat, AT_FDCWD, (long)name, flags, 0);
}

long sys_close(int fd)
{
    // Not by way of call: the descriptor is free even after EINTR, and may be
    // another file's by now.
    return weft_syscall_cancel(SYS_close, fd, 0, 0, 0, 0, 0);
}

long sys_read(int fd, void *buffer, size_t size)
{
    return call(SYS_read, fd, (long)buffer, (long)size, 0);
}

long sys_write(int fd, const void *bytes, size_t size)
{
    return call(SYS_write, fd, (long)bytes, (long)size, 0);
}

long sys_position(int fd)
{
    return call(SYS_lseek, fd, 0, SEEK_CUR, 0);
}

long sys_terminal(int fd)
{
    char settings[64]; // struct termios: only a terminal has any to tell

    return call(SYS_ioctl, fd, TCGETS, (long)settings, 0);
}

long sys_size(const char *name)
{
    // struct statx: unlike struct stat, the same on every architecture.
    struct {
        char before[40];
        int64_t size;
        char after[208];
    } file;
    _Static_assert(sizeof file == 256, "statx(2)");
    long result = weft_syscall_cancel(SYS_statx, AT_FDCWD, (long)name, 0,
                                      STATX_SIZE, (long)&file, 0);

    return result < 0 ? result : file.size;
}

long sys_affinity(unsigned char *mask, size_t size)
{
    return call(SYS_sched_getaffinity, 0, (long)size, (long)mask, 0);
}

void sys_futex_wait(uint32_t *word, uint32_t value, int64_t timeout_ns)
{
    struct {
        int64_t seconds, nanoseconds;
    } time = {timeout_ns / 1000000000, timeout_ns % 1000000000};

    weft_syscall_cancel(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, value,
                        timeout_ns == WEFT_FOREVER ? 0 : (long)&time, 0, 0);
}

void sys_futex_wake(uint32_t *word, int count)
{
    call(SYS_futex, (long)word, FUTEX_WAKE_PRIVATE, count, 0);
}
