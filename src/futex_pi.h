// SPDX-License-Identifier: MIT
// futex_pi.h - locks that the kernel hands over, with priority inheritance.
//
// The word is a contract with the kernel (futex(2), "Priority-inheritance
// futexes"): 0 while free, else the owner's tid, with FUTEX_WAITERS when threads
// wait in the kernel and FUTEX_OWNER_DIED when the last owner died with it. Without
// waiters it changes hands in user space; with them, the kernel stores the next
// owner's tid. Flags as in futex.h.
#ifndef FUTEX_PI_H
#define FUTEX_PI_H

#include <stdint.h>
#include "deadline.h"

// Waits for the lock until the deadline and takes it: 0 or -errno, -WEFT_ETIMEDOUT,
// -WEFT_EDEADLK and -WEFT_ESRCH (no thread has the owner's tid) among them.
long weft__futex_lock_pi(uint32_t *word, struct weft__deadline deadline,
                         unsigned flags);

// Takes the lock if no thread has it: 0, or -WEFT_EAGAIN.
long weft__futex_trylock_pi(uint32_t *word, unsigned flags);

// Hands the lock to the most urgent waiter. -WEFT_EPERM: the caller has not got it.
long weft__futex_unlock_pi(uint32_t *word, unsigned flags);

#endif
