// SPDX-License-Identifier: MIT
// deadline.h - when a wait is to end, and by which clock.
//
// The native API counts on CLOCK_MONOTONIC. POSIX has deadlines on CLOCK_REALTIME
// as well, which somebody may set while a thread waits.
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>
#include <weft/thread.h>

enum weft__clock { // the kernel's numbers, but for the last
    WEFT__REALTIME = 0,
    WEFT__MONOTONIC = 1,
    WEFT__NO_CLOCK = -1, // there is no wait, not even one that ends at once
};

struct weft__deadline {
    int64_t ns; // WEFT_FOREVER: never, on either clock; below 0: it has passed
    enum weft__clock clock;
};

#define WEFT__NEVER    ((struct weft__deadline){WEFT_FOREVER, WEFT__MONOTONIC})
#define WEFT__TRY_ONLY ((struct weft__deadline){0, WEFT__NO_CLOCK})

static inline struct weft__deadline weft__monotonic(int64_t ns)
{
    return (struct weft__deadline){ns, WEFT__MONOTONIC};
}

// timeout_ns from now; never, if that is beyond what can be counted.
struct weft__deadline weft__deadline_in(int64_t timeout_ns);

#endif
