// SPDX-License-Identifier: MIT
// robust.c - mutexes that outlive an owner that dies.
// Read before: owned_pi.c.
//
// Each thread keeps a list of the robust mutexes that it holds. When it ends, it
// goes through the list itself. When its process is killed, the kernel does, for
// all that is shared with others (get_robust_list(2) and the kernel's
// Documentation/locking/robust-futexes.rst): the list is a contract with it.
//
//   list.first -> held_next -> held_next -> &list.first     each with PI set
//
// A thread may die between any two instructions, and no mutex may be lost. So
// list.pending names the mutex that is being locked or unlocked: first it is set,
// then the word changes, then the list, then it is cleared; and before an unlock
// the list first, then the word. The kernel looks at both, and asks the word
// whether it is held by the dead. The kernel does so on behalf of the same thread,
// so what is needed is program order: a fence for the compiler.
//
//   state             meaning                        left by
//   CONSISTENT        nobody died with it            next owner: R1
//   INCONSISTENT      somebody did, and the owner    owner: R2, R3
//                     has been told
//   NOT_RECOVERABLE   it was unlocked like that      nobody
//
//   R1  -> INCONSISTENT       the thread's end here, or OWNER_DIED in the word
//   R2  -> CONSISTENT         weft_owned_mutex_consistent
//   R3  -> NOT_RECOVERABLE    unlock
//
// A mutex may be unmapped when its last unlock is over; but a process killed in
// between still has it as its pending one, and the kernel would look at whatever is
// mapped there then. So weft_owned_mutex_destroy waits for those who are in
// between, if the mutex is a shared one:
//
//   unlockers         31..16 fork generation | 15 AWAITED | 14..0 threads between
//                     list and end of an unlock. Those of another generation do not
//                     exist in this process
#include <stddef.h>
#include "owned.h"
#include "syscall.h"

// What set_robust_list(2) is told: struct robust_list_head.
struct robust_list {
    void *first;
    long offset; // from an entry to its word
    void *pending;
};

// The thread's own.
static _Thread_local struct {
    struct robust_list list;
    uint32_t registered; // 1 + the fork generation in which the list began
} held;

#define PI      ((uintptr_t)1) // in a pointer to an entry: its word is a PI word
#define AWAITED 0x8000u

static uint32_t unlockers;

// fork.c, if the program forks
extern __attribute__((weak)) uint32_t weft__fork_generation;

// The child of a fork has a copy of the list, but not of the registration; and
// what was in it is held by the parent's thread.
static uint32_t here_and_now(void)
{
    // relaxed: changed when the process had one thread
    return 1 + (&weft__fork_generation != NULL
                    ? weft__load_relaxed(&weft__fork_generation)
                    : 0);
}

// An unlocker more.
static void come(void)
{
    uint32_t seen, base;
    do {
        seen = weft__load_relaxed(&unlockers); // only what the cas expects
        base = here_and_now() << 16;
        if ((seen ^ base) >> 16 == 0) {
            base = seen;
        }
        // relaxed: it holds the mutex still
    } while (!weft__cas_relaxed(&unlockers, seen, base + 1));
}

// An unlocker less. [robust.go]
static void go(void)
{
    uint32_t seen = weft__add_release(&unlockers, (uint32_t)-1);
    if ((seen & 0xffff) == (AWAITED | 1)) {
        weft__futex_wake(&unlockers, INT32_MAX, 0);
    }
}

void weft__robust_wait_for_unlockers(void)
{
    for (;;) {
        // acquire: pairs with [robust.go]
        uint32_t seen = weft__load_acquire(&unlockers);
        if ((seen & (AWAITED - 1)) == 0 ||
            (seen ^ here_and_now() << 16) >> 16 != 0) {
            return; // AWAITED may stay: a useless wake
        }
        // relaxed: the sleep compares the word
        if ((seen & AWAITED) ||
            weft__cas_relaxed(&unlockers, seen, seen | AWAITED)) {
            weft__futex_wait(&unlockers, seen | AWAITED, 0);
        }
    }
}

static void *entry_of(weft_owned_mutex *m)
{
    return (void *)((uintptr_t)&m->held_next | PI);
}

static weft_owned_mutex *mutex_of(void *entry)
{
    return (weft_owned_mutex *)(((uintptr_t)entry & ~PI) -
                                offsetof(weft_owned_mutex, held_next));
}

// The thread ends. R1.
static void end(struct weft__thread *self)
{
    (void)self;
    if (held.registered != here_and_now()) {
        return;
    }
    while (held.list.first != &held.list) {
        weft_owned_mutex *m = mutex_of(held.list.first);
        if (weft__owned_state(m) == CONSISTENT) {
            weft__owned_set_state(m, INCONSISTENT);
        }
        weft__owned_release(m);
    }
}

long weft__robust_register(void)
{
    if (held.registered != here_and_now()) {
        held.registered = here_and_now();
        held.list.first = &held.list;
        held.list.offset = (long)offsetof(weft_owned_mutex, lock) -
                           (long)offsetof(weft_owned_mutex, held_next);
        held.list.pending = NULL;
        weft__store_pointer_relaxed(&weft__robust_end, (void *)end);
    }
    return arch_syscall3(SYS_set_robust_list, (long)&held.list,
                         sizeof held.list, 0);
}

void weft__robust_begin(weft_owned_mutex *m)
{
    if (held.registered != here_and_now()) {
        // A kernel that has no such lists: what dies is then the whole process,
        // with all that has the mutex, since a shared one was refused at init.
        weft__robust_register();
    }
    held.list.pending = entry_of(m);
    weft__signal_fence();
}

int weft__robust_locked(weft_owned_mutex *m)
{
    // relaxed: the lock itself was an acquire
    if ((weft__load_relaxed(&m->lock.word) & FUTEX_OWNER_DIED) &&
        weft__owned_state(m) == CONSISTENT) {
        weft__owned_set_state(m, INCONSISTENT); // R1.
    }
    m->held_next = held.list.first;
    weft__signal_fence(); // whole before it can be found
    held.list.first = entry_of(m);
    const uint32_t state = weft__owned_state(m);
    return state == CONSISTENT     ? 0
           : state == INCONSISTENT ? WEFT_EOWNERDEAD
                                   : WEFT_ENOTRECOVERABLE;
}

void weft__robust_unlocking(weft_owned_mutex *m)
{
    if (m->type & OWNED_SHARED) {
        come();
    }
    weft__robust_begin(m);
    // One of those locked last, mostly; there is no way back in the list, as the
    // mutex has to fit into what a libc gives one.
    void **link = &held.list.first;
    while (mutex_of(*link) != m) {
        link = &mutex_of(*link)->held_next;
    }
    *link = m->held_next;
    weft__signal_fence();
}

void weft__robust_done(uint32_t type)
{
    weft__signal_fence();
    held.list.pending = NULL;
    if (type & OWNED_SHARED) {
        weft__signal_fence();
        go();
    }
}
