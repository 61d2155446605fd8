// SPDX-License-Identifier: MIT
// cancel_nr.h - the one number that cancel.c and thread.S share.
#ifndef CANCEL_NR_H
#define CANCEL_NR_H

// What a system call "returns" when a cancel request kept it from being made.
// The kernel's own results are -4095..-1 for errors; just below is no address
// and no count, so no system call returns it.
#define WEFT__CANCELED_CALL -4096

#endif
