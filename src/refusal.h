// SPDX-License-Identifier: MIT
// refusal.h - a refused system call, in the words of the API. See refusal.c.
#ifndef REFUSAL_H
#define REFUSAL_H

// The error to return for a system call's result: 0, or what its -errno means.
int weft__refusal(long result);

#endif
