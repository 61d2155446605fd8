// SPDX-License-Identifier: MIT
// robust.c - mutexes that outlive an owner that dies.
// Read before: owned_pi.c, robust.h.
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
#include "robust.h"
#include "syscall.h"

_Thread_local struct weft__held weft__held;

#define AWAITED 0x8000u

static uint32_t unlockers;

// An unlocker more.
static void come(void)
{
    uint32_t seen, base;
    do {
        seen = weft__load_relaxed(&unlockers); // only what the cas expects
        base = weft__robust_here() << 16;
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

int weft__robust_unlock_counted(weft_owned_mutex *m)
{
    come();
    weft__pi_unlock_uncounted(m);
    weft__signal_fence();
    go();
    return 0;
}

void weft__robust_wait_for_unlockers(void)
{
    for (;;) {
        // acquire: pairs with [robust.go]
        uint32_t seen = weft__load_acquire(&unlockers);
        if ((seen & (AWAITED - 1)) == 0 ||
            (seen ^ weft__robust_here() << 16) >> 16 != 0) {
            return; // AWAITED may stay: a useless wake
        }
        // relaxed: the sleep compares the word
        if ((seen & AWAITED) ||
            weft__cas_relaxed(&unlockers, seen, seen | AWAITED)) {
            weft__futex_wait(&unlockers, seen | AWAITED, 0);
        }
    }
}

static weft_owned_mutex *mutex_of(void *entry)
{
    return (weft_owned_mutex *)((uintptr_t)entry - PI -
                                offsetof(weft_owned_mutex, held_next));
}

void weft__robust_died(weft_owned_mutex *m)
{
    if (weft__owned_state(m) == CONSISTENT) {
        weft__owned_set_state(m, INCONSISTENT); // R1.
    }
}

// The thread ends.
static void end(struct weft__thread *self)
{
    (void)self;
    weft__pi_arrive(); // with nothing, if there was a fork
    while (weft__held.list.first != NULL &&
           weft__held.list.first != &weft__held.list) {
        weft_owned_mutex *m = mutex_of(weft__held.list.first);
        weft__robust_died(m);
        m->again = 0;
        weft__owned_release(m);
    }
}

void weft__pi_arrive(void)
{
    if (weft__pi_is_here()) {
        return;
    }
    weft__held.list.first = NULL;
    weft__held.who[0] = weft__owned_identity(0);
    weft__held.who[1] = weft__owned_identity(OWNED_SHARED);
    weft__held.arrived = weft__robust_here();
}

long weft__robust_register(void)
{
    weft__pi_arrive();
    if (weft__held.list.first == NULL) {
        weft__held.list.first = &weft__held.list;
        weft__held.list.offset = (long)offsetof(weft_owned_mutex, lock) -
                                 (long)offsetof(weft_owned_mutex, held_next);
        weft__store_pointer_relaxed(&weft__robust_end, (void *)end);
    }
    return arch_syscall3(SYS_set_robust_list, (long)&weft__held.list,
                         sizeof weft__held.list, 0);
}
