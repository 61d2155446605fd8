// SPDX-License-Identifier: MIT
// life.h - who may free a thread: join against detach against its own end.
// The protocol and its table are in life.c.
#ifndef LIFE_H
#define LIFE_H

#include <weft/atomic.h>
#include <weft/thread.h>
#include "record.h"

// Begins a new life in a free record and returns its handle.
weft_thread weft__life_begin(struct weft__record *record, int detached);

// The handle of the life that record is living.
weft_thread weft__life_handle(const struct weft__record *record);

// The end of the record's life: from now on its handle is dead. Only for who
// owns the freeing: the joiner, the reaper, or the creator of a stillborn.
void weft__life_free(struct weft__record *record);

// Takes, and gives back, the right to join. 0 or an error as weft_join's. The
// first only says whether it could be taken now.
int weft__life_claimable(const struct weft__record *record, weft_thread t);
int weft__life_claim(struct weft__record *record, weft_thread t);
void weft__life_unclaim(struct weft__record *record, weft_thread t);

// Detaches. 0 or an error as weft_detach's. *ended: the thread has announced its
// end before, so the caller has to put the record on the list of the dying.
int weft__life_detach(struct weft__record *record, weft_thread t, int *ended);

// The thread announces its end: from now on nobody uses its tid any more.
// Returns whether it is detached and has to put itself on the dying list.
int weft__life_end(struct weft__record *record);

// While a record is pinned, its thread does not end, so that its tid stays its
// own. The caller must not end itself meanwhile: it blocks all signals.
enum weft__pin { PIN_HELD, PIN_ENDED, PIN_GONE };
enum weft__pin weft__life_pin(struct weft__record *record, weft_thread t);
void weft__life_unpin(struct weft__record *record);

// The tid of a thread whose record is pinned, or of the caller; WEFT__UNBORN while
// there is none yet. acquire: pairs with the kernel's store at clone.
static inline uint32_t weft__life_tid(const struct weft__record *record)
{
    return weft__load_acquire(record->tid_word);
}

// Whether t still is the life that record is living.
int weft__life_is(const struct weft__record *record, weft_thread t);

// Whether nobody will join: the phase in the two lowest bits.
// acquire: pairs with [life]
static inline int weft__life_is_detached(const struct weft__record *record)
{
    return (weft__load64_acquire(&record->life) & 3) == 3;
}

// How far the record has come through its lives: more at each birth, when a
// thread leaves, and when it is free again, and never less. The phase is in the
// two lowest bits, ENDED and LEAVING are the next two.
// acquire: pairs with [life]
static inline uint64_t weft__life_progress(const struct weft__record *record)
{
    uint64_t life = weft__load64_acquire(&record->life);
    return (life >> 32) * 4 + ((life & 3) != 0) + ((life & 12) != 0);
}

// In the child of a fork, for the one thread that is there: nobody joins it and
// nobody pins it.
void weft__life_after_fork(struct weft__record *self);

#endif
