// SPDX-License-Identifier: MIT
// spin_wait.h - how long to spin before sleeping. See spin_wait.c.
#ifndef SPIN_WAIT_H
#define SPIN_WAIT_H

// Looks worth taking at a word before sleeping on it: 0 on one CPU, where nobody
// can change it while we look.
unsigned weft__spin_limit(void);

// Between two looks: tells the processor that this is a spin.
void weft__spin_pause(void);

#endif
