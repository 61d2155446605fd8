// SPDX-License-Identifier: MIT
// support_gate.h - a gate at which threads sleep until it is opened.
//
// Many threads that wait by yielding would leave nothing for the one that they
// wait for, least of all on an emulated machine.
#ifndef SUPPORT_GATE_H
#define SUPPORT_GATE_H

#include "support.h"

struct gate {
    int ends[2]; // a pipe: read there, and written to by nobody
};

static inline void gate_make(struct gate *gate)
{
    CHECK_EQ(sys(__NR_pipe2, gate->ends, 0), 0);
}

static inline void gate_wait(const struct gate *gate)
{
    char byte;
    CHECK_EQ(sys(__NR_read, gate->ends[0], &byte, 1), 0);
}

static inline void gate_open(const struct gate *gate)
{
    CHECK_EQ(sys(__NR_close, gate->ends[1]), 0);
}

// When all have passed.
static inline void gate_remove(const struct gate *gate)
{
    CHECK_EQ(sys(__NR_close, gate->ends[0]), 0);
}

#endif
