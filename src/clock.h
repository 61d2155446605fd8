// SPDX-License-Identifier: MIT
// clock.h - deadlines out of durations.
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

// timeout_ns from now, on CLOCK_MONOTONIC; at most WEFT_FOREVER.
int64_t weft__deadline(int64_t timeout_ns);

#endif
