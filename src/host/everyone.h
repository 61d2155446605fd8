// SPDX-License-Identifier: MIT
// everyone.h - a function in all threads, while none of them does anything else.
#ifndef EVERYONE_H
#define EVERYONE_H

// Stops all threads but the caller by signal sig, has each of them, and the
// caller, call function(argument), one after the other, the caller first, and
// lets them go on when all are done. Threads that are born meanwhile are born of
// one that has called it, or call it themselves. function may make system calls
// and nothing else. Async-signal-safe.
void weft__everyone_calls(int sig, void (*function)(void *), void *argument);

// In the child of a fork, which has one thread: nobody is being stopped.
void weft__everyone_alone(void);

#endif
