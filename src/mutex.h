// SPDX-License-Identifier: MIT
// mutex.h - what the other objects need of mutexes. See mutex.c.
#ifndef MUTEX_H
#define MUTEX_H

#include <weft/mutex.h>

// The holder of m registers another thread as a waiter, before it moves that
// thread's sleep to m's word. The other one, once it is awake, locks m with
// weft__mutex_lock_registered.
void weft__mutex_register(weft_mutex *m);
void weft__mutex_lock_registered(weft_mutex *m);

// Lock and unlock for a mutex inside another object, which may be shared:
// flags as in futex.h.
int weft__mutex_lock_in(weft_mutex *m, int64_t deadline_ns, unsigned flags);
void weft__mutex_unlock_in(weft_mutex *m, unsigned flags);

#endif
