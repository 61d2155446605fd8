// SPDX-License-Identifier: MIT
// futex.h - sleep only if nothing changed: the one place futexes come from.
//
// A wait sleeps if *word still is expected, and the kernel checks that under the
// same lock that a wake takes: a change followed by a wake can not fall between
// the look and the sleep. Any wait may also return for no reason at all, since
// memory that was a futex before may still be woken: callers always look at the
// word again.
#ifndef FUTEX_H
#define FUTEX_H

#include <stdint.h>

enum {
    // The word is looked up by the memory behind it, not by its address in this
    // process: for words in memory shared between processes, and for the
    // kernel's own wake at thread exit, which a private sleeper never hears
    // (kernel/fork.c, mm_release).
    FUTEX_SHARED = 1,
    // The wait is a cancellation point.
    FUTEX_CANCEL = 2,
};

// POSIX has deadlines on CLOCK_REALTIME, which somebody may set while a thread
// waits. Such a deadline travels as a number that nobody gives for one on
// CLOCK_MONOTONIC: in a band more than two hundred years before the machine was
// switched on, counted in 16 nanoseconds, so that the band is narrow.
#define WEFT__REALTIME_BAND (-7 * ((int64_t)1 << 60))
#define WEFT__REALTIME_MAX  (((int64_t)1 << 62) - 16) // the year 2116

// ns: 0..WEFT__REALTIME_MAX
static inline int64_t weft__realtime(int64_t ns)
{
    return WEFT__REALTIME_BAND + (ns + 15) / 16;
}

static inline int weft__is_realtime(int64_t deadline_ns)
{
    uint64_t above = (uint64_t)deadline_ns - (uint64_t)WEFT__REALTIME_BAND;
    return above < (uint64_t)1 << 58;
}

// The way back.
static inline int64_t weft__realtime_ns(int64_t deadline_ns)
{
    return (deadline_ns - WEFT__REALTIME_BAND) * 16;
}

// Sleeps while *word is expected, until deadline_ns (CLOCK_MONOTONIC;
// WEFT_FOREVER for none; or a weft__realtime, above). 0, -WEFT_EAGAIN (the word had changed), -WEFT_EINTR,
// -WEFT_ETIMEDOUT; with FUTEX_CANCEL also WEFT__CANCELED_CALL, and then the
// caller undoes what it has half done and calls weft__cancel_now.
long weft__futex_wait_until(uint32_t *word, uint32_t expected,
                            int64_t deadline_ns, unsigned flags);

// The same without deadline and cancellation.
void weft__futex_wait(uint32_t *word, uint32_t expected, unsigned flags);

// Wakes up to count sleepers.
void weft__futex_wake(uint32_t *word, int count, unsigned flags);

// If *word is expected, moves one sleeper on it over to target, where it sleeps
// on, whatever is in target. Private. How many were moved, or the kernel's refusal.
long weft__futex_requeue(uint32_t *word, uint32_t expected, uint32_t *target);

#endif
