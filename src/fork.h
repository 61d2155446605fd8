// SPDX-License-Identifier: MIT
// fork.h - what a libc that forks has to tell. See fork.c.
#ifndef FORK_H
#define FORK_H

// Before a fork, with the signals of the program blocked: calls the program's
// handlers and takes the locks of the runtime's lists. After it, in the parent
// and in the child, whose exit word is registered by then: gives them back.
void weft__fork_begin(void);
void weft__fork_end(int in_child);

#endif
