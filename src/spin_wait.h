// SPDX-License-Identifier: MIT
// spin_wait.h - how long to spin before sleeping. See spin_wait.c.
#ifndef SPIN_WAIT_H
#define SPIN_WAIT_H

// Looks worth taking at a word before sleeping on it, when it takes so many other
// threads to change it: 0 if they and the caller have no CPU each.
unsigned weft__spin_limit_for(unsigned others);

static inline unsigned weft__spin_limit(void)
{
    return weft__spin_limit_for(1);
}

// Between two looks: tells the processor that this is a spin.
void weft__spin_pause(void);

// The same, longer each time, for a word that others write all the time. pauses:
// what the last call returned, 0 for the first. Returns how often it has paused.
unsigned weft__spin_back_off(unsigned pauses);

#endif
