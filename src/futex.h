// SPDX-License-Identifier: MIT
// futex.h - sleep only if nothing changed: the one place futexes come from.
//
// A wait sleeps if *word still is expected, and the kernel checks that under the
// same lock that a wake takes: a change followed by a wake can not fall between
// the look and the sleep. Any wait may also return for no reason at all, since
// memory that was a futex before may still be woken: callers always look at the
// word again.
#ifndef FUTEX_H
#define FUTEX_H

#include <stdint.h>
#include "deadline.h"

enum {
    // The word is looked up by the memory behind it, not by its address in this
    // process: for words in memory shared between processes, and for the
    // kernel's own wake at thread exit, which a private sleeper never hears
    // (kernel/fork.c, mm_release).
    FUTEX_SHARED = 1,
    // The wait is a cancellation point.
    FUTEX_CANCEL = 2,
    // Every signal handler ends the wait. As a rule the kernel begins it anew after
    // one of SA_RESTART, and who is the child of a fork by then sleeps on, for
    // somebody who is not there. Costs a timer: for sleeps that are rare.
    FUTEX_HANDLERS = 4,
};

// Sleeps while *word is expected, until the deadline. 0, -WEFT_EAGAIN (the word had
// changed), -WEFT_EINTR, -WEFT_ETIMEDOUT; with FUTEX_CANCEL also
// WEFT__CANCELED_CALL, and then the caller undoes what it has half done and calls
// weft__cancel_now.
long weft__futex_wait_until(uint32_t *word, uint32_t expected,
                            struct weft__deadline deadline, unsigned flags);

// The same without deadline and cancellation.
void weft__futex_wait(uint32_t *word, uint32_t expected, unsigned flags);

// Wakes up to count sleepers.
void weft__futex_wake(uint32_t *word, int count, unsigned flags);

// Changes *word and wakes all sleepers, in one step of the kernel's: who is killed
// has done both or nothing, where a store with a wake after it may be only the
// store. operand: -2048..2047. Orders as an update that acquires and releases: the
// kernel's is a full barrier (futex_atomic_op_inuser of each architecture).
enum weft__futex_change { FUTEX_SET, FUTEX_ADD, FUTEX_AND_NOT = 3 };
void weft__futex_change_and_wake(uint32_t *word, enum weft__futex_change change,
                                 uint32_t operand, unsigned flags);

// If *word is expected, moves one sleeper on it over to target, where it sleeps
// on, whatever is in target. Private. How many were moved, or the kernel's refusal.
long weft__futex_requeue(uint32_t *word, uint32_t expected, uint32_t *target);

#endif
