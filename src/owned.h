// SPDX-License-Identifier: MIT
// owned.h - the parts of a mutex with an owner: owned.c, owned_pi.c, robust.c,
// ceiling.c.
#ifndef OWNED_H
#define OWNED_H

#include <weft/owned.h>
#include "futex.h"
#include "thread.h"

// Flags in .type.
#define OWNED_FLAG(flag) ((flag) << 2)
#define OWNED_SHARED     OWNED_FLAG(WEFT_SHARED)
#define OWNED_ROBUST     OWNED_FLAG(WEFT_ROBUST)
#define OWNED_CEILING    OWNED_FLAG(WEFT_PRIO_PROTECT)
// .lock is the kernel's word, and no mutex of ours
#define OWNED_KERNEL OWNED_FLAG(WEFT_ROBUST | WEFT_PRIO_INHERIT)

// .condition: what the lock guards is in a state, and has a ceiling.
enum { CONSISTENT, INCONSISTENT, NOT_RECOVERABLE }; // robust.c
#define OWNED_CEILING_BITS 0xffu
#define OWNED_STATE_SHIFT  8

// relaxed, here and below: the state is the owner's own affair, and who reads the
// ceiling without the lock looks again when he has it.
static inline uint32_t weft__owned_state(const weft_owned_mutex *m)
{
    return weft__load_relaxed(&m->condition) >> OWNED_STATE_SHIFT;
}

static inline int weft__owned_ceiling(const weft_owned_mutex *m)
{
    return (int)(weft__load_relaxed(&m->condition) & OWNED_CEILING_BITS);
}

// The caller holds m.
static inline void weft__owned_set_condition(weft_owned_mutex *m,
                                             uint32_t state, int ceiling)
{
    weft__store_relaxed(&m->condition,
                        state << OWNED_STATE_SHIFT | (uint32_t)ceiling);
}

static inline void weft__owned_set_state(weft_owned_mutex *m, uint32_t state)
{
    weft__owned_set_condition(m, state, weft__owned_ceiling(m));
}

static inline unsigned weft__owned_futex_flags(const weft_owned_mutex *m)
{
    return m->type & OWNED_SHARED ? FUTEX_SHARED : 0;
}

// The caller's number in the kernel's word.
static inline uint32_t weft__own_tid(void)
{
    // relaxed: it does not change while the thread lives
    return weft__load_relaxed(&weft__thread_self()->record->exit_word);
}

// owned.c: whether the caller holds m; gives up m, which the caller holds once.
int weft__owned_is_mine(const weft_owned_mutex *m);
void weft__owned_release(weft_owned_mutex *m);

// owned_pi.c: the kernel's word. Whether the kernel has it: 0 or WEFT_ENOTSUP.
// Lock: 0 or an error; m is held after WEFT_EOWNERDEAD, too. With a deadline of
// TRY_ONLY, WEFT_EBUSY instead of waiting.
#define TRY_ONLY INT64_MIN
int weft__pi_probe(void);
int weft__pi_lock(weft_owned_mutex *m, int64_t deadline_ns);
void weft__pi_unlock(weft_owned_mutex *m);

// robust.c: around each lock and unlock of a robust mutex's word.
long weft__robust_register(void); // 0, or -errno of set_robust_list(2)
void weft__robust_begin(weft_owned_mutex *m);
int weft__robust_locked(weft_owned_mutex *m); // 0 or why it is no ordinary lock
void weft__robust_unlocking(weft_owned_mutex *m);
void weft__robust_done(uint32_t type);
void weft__robust_wait_for_unlockers(void);

// ceiling.c: before and after m is locked, and around its unlock.
int weft__ceiling_raise(const weft_owned_mutex *m); // 0 or an error
void weft__ceiling_locked(weft_owned_mutex *m);
void weft__ceiling_unlocking(weft_owned_mutex *m);
void weft__ceiling_lower(void);

#endif
