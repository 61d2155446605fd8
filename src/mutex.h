// SPDX-License-Identifier: MIT
// mutex.h - what condition variables need of mutexes. See mutex.c.
#ifndef MUTEX_H
#define MUTEX_H

#include <weft/mutex.h>

// The holder of m registers another thread as a waiter, before it moves that
// thread's sleep to m's word. The other one, once it is awake, locks m with
// weft__mutex_lock_registered.
void weft__mutex_register(weft_mutex *m);
void weft__mutex_lock_registered(weft_mutex *m);

#endif
