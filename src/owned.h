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

// .condition: what the lock guards is in a state, and has a ceiling; 0: none.
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

// The caller's number in the kernel's word, from where the kernel has put it.
static inline uint32_t weft__own_tid(void)
{
    // relaxed: it does not change while the thread lives
    return weft__load_relaxed(&weft__thread_self()->record->exit_word);
}

// What is not on the way of a lock that nobody else wants is in functions of its
// own, so that the way needs no stack: whatever it calls, it calls last.
#define NOINLINE __attribute__((noinline))

// owned.c: the caller as the owner of a mutex of this type; whether it holds m; the
// owner locks m again; gives up m, which the caller holds once.
uint64_t weft__owned_identity(uint32_t type);
int weft__owned_is_mine(const weft_owned_mutex *m);
int weft__owned_again(weft_owned_mutex *m, struct weft__deadline deadline);
void weft__owned_release(weft_owned_mutex *m);

// owned.c: as weft_owned_mutex_lock_until, by either clock.
int weft__owned_lock(weft_owned_mutex *m, struct weft__deadline deadline);

// owned_pi.c: mutexes with the kernel's word, but for their ceilings. Whether the
// kernel has such words: 0 or WEFT_ENOTSUP. Lock, as its owner again or not: 0 or
// an error; m is held after WEFT_EOWNERDEAD, too. With
// WEFT__TRY_ONLY, WEFT_EBUSY instead of waiting. Unlock, by who holds m once: 0.
int weft__pi_probe(void);
int weft__pi_lock(weft_owned_mutex *m, struct weft__deadline deadline);
int weft__pi_unlock(weft_owned_mutex *m);
int weft__pi_unlock_uncounted(weft_owned_mutex *m); // its inner part

// robust.c: what a thread keeps for them (robust.h).
void weft__pi_arrive(void);                  // it is valid on return
void weft__robust_died(weft_owned_mutex *m); // the owner has
long weft__robust_register(void); // 0, or -errno of set_robust_list(2)
int weft__robust_unlock_counted(weft_owned_mutex *m); // a shared one
void weft__robust_wait_for_unlockers(void);

// ceiling.c: before and after m is locked, and around its unlock.
int weft__ceiling_raise(const weft_owned_mutex *m); // 0 or an error
void weft__ceiling_locked(weft_owned_mutex *m);
void weft__ceiling_unlocking(weft_owned_mutex *m);
void weft__ceiling_lower(void);

#endif
