// SPDX-License-Identifier: MIT
// weft.h - threads for statically linked Linux programs: the whole public API.
//
// Weft needs no libc. A program that has none links weft-crt0.o and defines
// weft_main (weft/start.h).
//
// Rules that hold for every call:
//   - A call that can fail returns int: 0, or a positive Linux error number
//     (weft/error.h); beside those that a call names, whatever else the kernel or
//     a sandbox may answer. Nothing touches errno. weft_syscall_cancel and weft_fork
//     speak the kernel's language instead: a result, or a negative number.
//   - Times are int64_t nanoseconds. _for is relative; _until is absolute on
//     CLOCK_MONOTONIC, as weft_now() reads it; WEFT_FOREVER never expires.
//   - "Async-signal-safe" on a call means: a signal handler may make it, whatever
//     the thread was doing. Where nothing is said, it may not.
//   - "Cancellation point" on a call means: a cancelled thread ends there. Where
//     nothing is said, the call is not one.
//   - Names with two underscores (weft__) are for the library's own use.
#ifndef WEFT_H
#define WEFT_H

#include <weft/error.h>
#include <weft/thread.h>
#include <weft/cancel.h>
#include <weft/key.h>
#include <weft/mutex.h>
#include <weft/owned.h>
#include <weft/cond.h>
#include <weft/sem.h>
#include <weft/rwlock.h>
#include <weft/barrier.h>
#include <weft/once.h>
#include <weft/spin.h>
#include <weft/start.h>

// Major * 10000 + minor * 100 + patch.
#define WEFT_VERSION 100

#endif
