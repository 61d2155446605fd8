// SPDX-License-Identifier: MIT
// life.c - one atomic word decides join against detach against a thread's end.
// Read before: record.h.  Read after: thread.c, join.c.
//
// The word:   63..32 generation | 31..4 pins | 3 LEAVING | 2 ENDED | 1..0 phase
//
//   phase      who frees the record and the block     left by
//   FREE       nobody: it is free                     creator: T1
//   JOINABLE   nobody yet                             joiner: T2, detacher: T4
//   JOINING    the joiner, after the exit word is 0   joiner: T3 gives up, T8
//   DETACHED   the reaper, after the exit word is 0   reaper: T8
//
//   T1  FREE -> JOINABLE or DETACHED    the creator begins a life
//   T2  JOINABLE -> JOINING             a joiner claims; others get EINVAL
//   T3  JOINING -> JOINABLE             it gives up: deadline or cancellation
//   T4  JOINABLE -> DETACHED            with ENDED set, the detacher hands the
//                                       record to the reaper, else T5 does
//   T5  sets ENDED                      the thread itself, once no pin is held
//   T6  pins + 1, while not ENDED       somebody is about to use the tid; not
//       and not LEAVING                 once it leaves, so that it gets away
//   T7  pins - 1                        the last one wakes a LEAVING thread
//   T8  -> FREE, generation + 1         the freer; all old handles are dead
//   T9  sets LEAVING                    the thread, while pins are held; it
//                                       sleeps until the last T7
//
// In the child of a fork, where nobody competes, T8 ends every other life in
// whatever state it was, and weft__life_after_fork clears pins and JOINING of the
// one that is left.
//
// Because T4 and T5 change one word, exactly one of them sees the other: the
// detached thread is handed to the reaper exactly once.
// Because pins and ENDED are in one word, a pin is never taken after the end, and
// the kernel cannot give the tid away before the last pin is gone.
#include <weft/atomic.h>
#include <weft/error.h>
#include "futex.h"
#include "life.h"

enum { FREE, JOINABLE, JOINING, DETACHED };
#define PHASE   ((uint64_t)3)
#define ENDED   ((uint64_t)4)
#define LEAVING ((uint64_t)8)
#define PIN     ((uint64_t)16)
#define PINS    ((uint64_t)0xfffffff0)

// Every change that another could compete with is made through here, by
// compare-and-swap on what was seen.
// acq_rel: the word is the meeting point of all parties; each step sees what
// the steps before it did, and shows the next one what it did. [life]
static int change(struct weft__record *record, uint64_t *seen, uint64_t next)
{
    return weft__cas64_acq_rel(&record->life, seen, next);
}

// acquire: pairs with [life]
static uint64_t look(const struct weft__record *record)
{
    return weft__load64_acquire(&record->life);
}

static uint32_t generation_of(uint64_t life)
{
    return (uint32_t)(life >> 32);
}

// A handle is the generation above the record's index.
static int is_about(uint64_t life, weft_thread t)
{
    return generation_of(life) == (uint32_t)(t >> 32) && (life & PHASE) != FREE;
}

static uint64_t with_phase(uint64_t life, uint64_t phase)
{
    return (life & ~PHASE) | phase;
}

// futex(2) looks at 32 bits: the low half, which comes first on the little-
// endian processors that Linux on x86_64 and aarch64 runs on.
static uint32_t *low_half(struct weft__record *record)
{
    return (uint32_t *)(void *)&record->life;
}

weft_thread weft__life_handle(const struct weft__record *record)
{
    return (look(record) >> 32 << 32) | record->index;
}

weft_thread weft__life_begin(struct weft__record *record, int detached)
{
    uint64_t life = look(record);
    // T1.  Nobody else touches a free record, so a store will do. The release
    // shows the record's new contents to who gets hold of the handle.
    weft__store64_release(&record->life,
                          with_phase(life, detached ? DETACHED : JOINABLE));
    return weft__life_handle(record);
}

void weft__life_free(struct weft__record *record)
{
    uint64_t life = look(record);
    uint32_t next = generation_of(life) + 1;
    if (next == 0) {
        next = 1; // so that no handle is ever 0
    }
    // T8.  A store will do: the thread has ENDED, so no pin is held or taken, and
    // the freer has the only claim. (After a fork: there is nobody else.)
    weft__store64_release(&record->life, (uint64_t)next << 32 | FREE);
}

// Why nobody may join or detach t in this state; 0 if somebody may.
static int refusal(uint64_t life, weft_thread t)
{
    if (!is_about(life, t)) {
        return WEFT_ESRCH;
    }
    if ((life & PHASE) == DETACHED && (life & ENDED)) {
        return WEFT_ESRCH; // gone, but for the reaper
    }
    return (life & PHASE) == JOINABLE ? 0 : WEFT_EINVAL;
}

int weft__life_claimable(const struct weft__record *record, weft_thread t)
{
    return refusal(look(record), t);
}

int weft__life_claim(struct weft__record *record, weft_thread t)
{
    uint64_t life = look(record);
    int error;
    do {
        error = refusal(life, t);
        // T2.
    } while (!error && !change(record, &life, with_phase(life, JOINING)));
    return error;
}

void weft__life_unclaim(struct weft__record *record, weft_thread t)
{
    uint64_t life = look(record);
    // T3.  The claim kept the generation from changing.
    while (is_about(life, t) &&
           !change(record, &life, with_phase(life, JOINABLE))) {
    }
}

int weft__life_detach(struct weft__record *record, weft_thread t, int *ended)
{
    uint64_t life = look(record);
    int error;
    do {
        error = refusal(life, t);
        // T4.
    } while (!error && !change(record, &life, with_phase(life, DETACHED)));
    *ended = !error && (life & ENDED);
    return error;
}

int weft__life_end(struct weft__record *record)
{
    uint64_t life = look(record);
    for (;;) {
        if ((life & PINS) == 0) {
            // T5.
            if (change(record, &life, (life & ~LEAVING) | ENDED)) {
                return (life & PHASE) == DETACHED;
            }
        } else if (life & LEAVING) {
            weft__futex_wait(low_half(record), (uint32_t)life, 0);
            life = look(record);
        } else {
            change(record, &life, life | LEAVING); // T9.
            life = look(record);
        }
    }
}

enum weft__pin weft__life_pin(struct weft__record *record, weft_thread t)
{
    uint64_t life = look(record);
    do {
        if (!is_about(life, t)) {
            return PIN_GONE;
        }
        if (life & (ENDED | LEAVING)) {
            return (life & PHASE) == DETACHED ? PIN_GONE : PIN_ENDED;
        }
        // T6.
    } while (!change(record, &life, life + PIN));
    return PIN_HELD;
}

void weft__life_unpin(struct weft__record *record)
{
    uint64_t life = look(record);
    while (!change(record, &life, life - PIN)) { // T7.
    }
    if ((life & LEAVING) && (life & PINS) == PIN) {
        // Only the thread itself sleeps here.
        weft__futex_wake(low_half(record), 1, 0);
    }
}

int weft__life_is(const struct weft__record *record, weft_thread t)
{
    return is_about(look(record), t);
}

void weft__life_after_fork(struct weft__record *self)
{
    uint64_t life = look(self);
    uint64_t phase = (life & PHASE) == DETACHED ? DETACHED : JOINABLE;
    weft__store64_release(&self->life,
                          (uint64_t)generation_of(life) << 32 | phase);
}
