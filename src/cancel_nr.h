// SPDX-License-Identifier: MIT
// cancel_nr.h - the two numbers that the sources in C and in assembly share.
#ifndef CANCEL_NR_H
#define CANCEL_NR_H

// What a system call "returns" when a cancel request kept it from being made.
// The kernel's own results are -4095..-1 for errors; just below is no address
// and no count, so no system call returns it.
#define WEFT__CANCELED_CALL -4096

// The bit of a thread's cancel_request that says that it was asked (request.c).
#define WEFT__REQUEST_ASKED 1

#endif
