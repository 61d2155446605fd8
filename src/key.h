// SPDX-License-Identifier: MIT
// key.h - what a fork asks of key.c.
#ifndef KEY_H
#define KEY_H

#include "hidden.h"
#include "lock.h"

struct weft__thread;

// Guards the table of keys, and the list of far values' memory.
extern WEFT__HIDDEN struct weft__lock weft__key_lock;

// In the child of a fork, where self is the only thread: the memory of the others'
// values goes back. The caller holds the lock.
void weft__keys_alone(struct weft__thread *self);

#endif
