// SPDX-License-Identifier: MIT
// other_glibc.c - what goes with the facade, beside glibc.
#include "posix.h"

// The libc's fork adds to it, for the libc's own pthread_once, which is not there.
extern unsigned long __fork_generation;
unsigned long __fork_generation;
