// SPDX-License-Identifier: MIT
// sys.h - the system calls that fwsum makes, as thin as can be. They return what
// the kernel does: a result, or a negative error number.
#ifndef SYS_H
#define SYS_H

#include <stddef.h>
#include <stdint.h>

#include <weft.h>

// Error numbers that fwsum tells apart and weft/error.h does not have.
#define SYS_ENOENT 2
#define SYS_EBADF  9

#define SYS_O_RDONLY 0
#define SYS_O_WRONLY 1

long sys_open(const char *name, int flags);
long sys_close(int fd);

// Not ended by a signal handler: it is read(2) or write(2) until it did
// something or failed.
long sys_read(int fd, void *buffer, size_t size);
long sys_write(int fd, const void *bytes, size_t size);

// -EBADF says that fd is not open; any other answer that it is.
long sys_position(int fd);

// 0 when fd is a terminal.
long sys_terminal(int fd);

// The size of a file in bytes.
long sys_size(const char *name);

// The CPUs that the caller may run on, a bit for each. Returns how many bytes of
// mask were written.
long sys_affinity(unsigned char *mask, size_t size);

// Sleeps while *word is value: until a wake, a signal, or the end of the time;
// so whoever calls it looks again. Only for threads of this process.
void sys_futex_wait(uint32_t *word, uint32_t value, int64_t timeout_ns);
void sys_futex_wake(uint32_t *word, int count);

#endif
