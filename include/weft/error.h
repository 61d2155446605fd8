// SPDX-License-Identifier: MIT
// error.h - the error numbers that Weft's calls return.
//
// The values are the kernel's own (include/uapi/asm-generic/errno*.h, the same
// on x86_64 and aarch64), so they equal a libc's errno constants.
#ifndef WEFT_ERROR_H
#define WEFT_ERROR_H

#define WEFT_EPERM           1  // not allowed, or not the owner
#define WEFT_ESRCH           3  // no such thread: the handle's thread is gone
#define WEFT_EINTR           4  // a signal handler ran and ended the wait
#define WEFT_EAGAIN          11 // out of memory or thread slots for now
#define WEFT_ENOMEM          12 // more than the address space could ever hold
#define WEFT_EBUSY           16 // still running, or still held
#define WEFT_EINVAL          22 // an argument has no meaning
#define WEFT_ERANGE          34 // the caller's buffer is too small
#define WEFT_EDEADLK         35 // the wait could never end
#define WEFT_ENOSYS          38 // the kernel has no such system call
#define WEFT_EOVERFLOW       75 // a counter is full
#define WEFT_ENOTSUP         95 // this kernel (or sandbox) lacks what is needed
#define WEFT_ETIMEDOUT       110 // the deadline has passed
#define WEFT_EOWNERDEAD      130 // the owner died holding the lock
#define WEFT_ENOTRECOVERABLE 131 // the state behind the lock was given up

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

// The error's name: as above for what Weft returns, "WEFT_EAGAIN"; the kernel's for
// its other errors, "ENOENT"; "0" for 0; "unknown error" for a number that is none.
// The string is constant and lives for ever.
// Async-signal-safe.
const char *weft_errname(int error);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
