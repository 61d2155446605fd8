// SPDX-License-Identifier: MIT
// barrier_shared.c - the same between processes, any of which may be killed.
// Read before: barrier.c.
//
// There is no lock inside, and the word of the round is in the barrier: a record
// of another process can not be seen. Waiters sleep on the number's half:
//
//   state    63..32 number of the round | 31..0 arrived in it
//
//   S1  arrived + 1                  not the last one
//   S2  number + 1, arrived = 0      the last one; then it wakes all
//
// Who was killed after S1 or S2 has arrived. If that was between S2 and the wake,
// nobody wakes the others; so no sleep is longer than LOOK.
//
// The barrier has to stay until all have left it. weft_barrier_destroy waits for
// that, but who was killed does not leave: it waits no longer than LEAVING.
//
//   inside   31 ENDING, somebody waits in weft_barrier_destroy | 30..0 threads that
//            have come and not left yet
#include "barrier.h"
#include "futex.h"

#define ENDING 0x80000000u
enum { LOOK_NS = 100000000, LEAVING_NS = 1000000000 };

// The number's half, as little-endian processors have it.
static uint32_t *number_half(weft_barrier *b)
{
    return (uint32_t *)(void *)&b->shared + 1;
}

static uint32_t number_in(uint64_t state)
{
    return (uint32_t)(state >> 32);
}

static void wait_for_end(weft_barrier *b, uint32_t number, unsigned count)
{
    unsigned looks = weft__barrier_spins(count);
    // acquire: pairs with [barrier_shared.arrived] of all
    while (number_in(weft__load64_acquire(&b->shared)) == number) {
        if (looks > 0) {
            looks--;
            weft__spin_pause();
        } else {
            weft__futex_wait_until(number_half(b), number,
                                   weft__deadline_in(LOOK_NS), FUTEX_SHARED);
        }
    }
}

// The caller touches the barrier no more. [barrier_shared.leave]
static void leave(weft_barrier *b)
{
    if (weft__add_release(&b->inside, (uint32_t)-1) == (ENDING | 1)) {
        weft__futex_wake(&b->inside, 1, FUTEX_SHARED);
    }
}

int weft__barrier_shared_wait(weft_barrier *b, uint32_t count)
{
    weft__add_relaxed(&b->inside, 1); // relaxed: S1 and S2 release it
    uint64_t seen = weft__load64_relaxed(&b->shared); // what the cas expects
    uint64_t next;
    int last;
    do {
        last = (uint32_t)seen + 1 == count;
        next = last ? (uint64_t)(number_in(seen) + 1) << 32 : seen + 1;
        // S1, S2. [barrier_shared.arrived]
    } while (!weft__cas64_release(&b->shared, &seen, next));
    if (last) {
        weft__futex_wake(number_half(b), INT32_MAX, FUTEX_SHARED);
    }
    wait_for_end(b, number_in(seen), count); // for the last one: one look
    leave(b);
    return last ? WEFT_BARRIER_SERIAL : 0;
}

int weft__barrier_shared_destroy(weft_barrier *b)
{
    // relaxed: the caller was in the last round, or was told of it
    if ((uint32_t)weft__load64_relaxed(&b->shared) != 0) {
        return 1;
    }
    const struct weft__deadline deadline = weft__deadline_in(LEAVING_NS);
    uint32_t inside = weft__add_acquire(&b->inside, ENDING) | ENDING;
    long result = 0;
    // acquire: pairs with [barrier_shared.leave] of all who have left. An update,
    // which sees what is newest, so that who has left in time is seen.
    while (inside != ENDING && result != -WEFT_ETIMEDOUT) {
        result =
            weft__futex_wait_until(&b->inside, inside, deadline, FUTEX_SHARED);
        inside = weft__add_acquire(&b->inside, 0);
    }
    return 0;
}
