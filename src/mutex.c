// SPDX-License-Identifier: MIT
// mutex.c - a lock that is fast while nobody waits, and fair when somebody does.
// Read before: weft/mutex.h, futex.h.  Read after: cond.c.
//
// The word:   31..11 generation | 10..3 starving | 2 OFFERED | 1 SLEEPERS | 0 LOCKED
//
//   0           free
//   LOCKED      somebody holds it, or it is offered; 0 otherwise, in all its bits
//   SLEEPERS    somebody may be asleep: the holder has to wake one
//   OFFERED     nobody holds it, and only a waiter, who has slept, may take it
//   starving    how many waiters were woken in vain too often
//   generation  weft__fork_generation of these; 0 while nobody starves
//
//   T1  0 -> LOCKED                    a newcomer
//   T2  LOCKED -> 0                    the holder, nobody waiting
//   T3  SLEEPERS on                    who finds it held, before it sleeps
//   T4  starving + 1, SLEEPERS on      the same, woken in vain TRIES times
//   T5  LOCKED, SLEEPERS -> 0          the holder, nobody starving; wakes one
//   T6  OFFERED on                     the holder, somebody starving; wakes one
//   T7  0 -> LOCKED, SLEEPERS          a waiter takes it: there may be others
//   T8  OFFERED off, starving - its 1  a waiter takes what was offered
//   T9  starving - its 1               a waiter gives up at its deadline
//   T10 SLEEPERS on                    somebody, for a waiter of a condition
//                                      variable that it has moved here (cond.c)
//
// While a woken waiter is on its way the word does not tell that others sleep, so
// locks and unlocks by those who run are as short as if nobody waited, and nobody
// wakes a second one (T5). It is the woken one's duty to put SLEEPERS back, whether
// it takes the lock (T7) or sleeps again (T3).
//
// Why no wake is lost. Nobody sleeps but on a word with SLEEPERS, and only if it
// still is that word. SLEEPERS goes off only by T5, whose wake goes to somebody who
// slept, and who will put it back; a waiter gives up only after a sleep that no wake
// has ended. If nobody was asleep any more, then all who waited are awake, and will
// look at the word before they sleep.
//
// Why an offer is always taken. T6 needs a starving waiter, counted by itself (T4),
// which ends only by its own next step; and that step, when it finds an offer, is to
// take it (T8), even at its deadline.
//
// Why nobody waits for ever. Sleepers are woken first in, first out. Newcomers may
// overtake the one that was woken, but after TRIES wakes in vain it is counted as
// starving. From then on the word is never 0, each unlock is an offer (T6) to the
// oldest sleeper, and only those who wait already are before it. (If as many starve
// as can be counted, one more is not; while they do, it is served in its turn, too.)
//
// The child of a fork has the word, but of those who wait for it at most one, the
// thread that forked. Whoever is counted in another generation does not exist here,
// so whoever looks at a word first takes it in that sense (in_this_process): such a
// count is none, and what was offered is free. Without that, all offers in the child
// would be to nobody. A generation comes again after 2^21 forks of forks; a word that
// nobody has touched in all of them would be misread.
#include <weft/mutex.h>
#include "futex.h"
#include "mutex.h"
#include "spin_wait.h"
#include "thread.h"

#define LOCKED   WEFT__MUTEX_LOCKED
#define SLEEPERS 2u
#define OFFERED  4u
#define STARVING 8u // one of them
enum { ALL_STARVING = 0x7f8, GENERATION_SHIFT = 11 };
enum { TRIES = 4 };
enum { PATIENCE = 5 }; // pauses, for each look worth taking

// This process's, in the word's place.
static uint32_t generation(void)
{
    // relaxed: changed when the process had one thread
    return weft__load_relaxed(&weft__fork_generation) << GENERATION_SHIFT;
}

static uint32_t in_this_process(uint32_t found, uint32_t generation)
{
    uint32_t of_word = found >> GENERATION_SHIFT << GENERATION_SHIFT;
    if (!(found & ALL_STARVING) || of_word == generation) {
        return found;
    }
    return found & OFFERED ? 0 : found & (LOCKED | SLEEPERS);
}

// The word with so many more starving, or fewer.
static uint32_t count(uint32_t seen, uint32_t more, uint32_t generation)
{
    uint32_t starving = (seen + more) & ALL_STARVING;
    seen &= LOCKED | SLEEPERS | OFFERED;
    return starving == 0 ? seen : seen | starving | generation;
}

// Spins while there is hope: somebody holds the lock, who may be running. Rarely
// looking is what makes this cheap: each look takes the word away from the holder's
// processor. Returns the word as it was seen last.
static uint32_t spin(const uint32_t *word)
{
    // relaxed: what is seen here is only what the next cas expects
    uint32_t seen = weft__load_relaxed(word);
    unsigned left = PATIENCE * weft__spin_limit();
    unsigned pauses = 0;
    while (seen != 0 && !(seen & OFFERED) && left > pauses) {
        left -= pauses;
        pauses = weft__spin_back_off(pauses);
        seen = weft__load_relaxed(word);
    }
    return seen;
}

// One that waits.
struct waiter {
    uint32_t taken;      // what it makes of a free word: LOCKED for a newcomer,
                         // with SLEEPERS for who has slept
    unsigned tries;      // how often it was woken in vain
    uint32_t counted;    // STARVING, once the word counts it
    uint32_t generation; // in which all this is
};

// Sleeps if the word still is what was found, which is seen by in_this_process.
// Returns as weft__futex_wait_until.
static long sleep_on(uint32_t *word, uint32_t found, uint32_t seen,
                     struct waiter *self, struct weft__deadline deadline,
                     unsigned flags)
{
    const int room = self->counted || (~seen & ALL_STARVING);
    uint32_t counted = self->tries >= TRIES && room ? STARVING : 0;
    uint32_t next =
        count(seen | SLEEPERS, counted - self->counted, self->generation);
    // T3, T4.  relaxed: the sleep itself compares the word
    if (next != found && !weft__cas_relaxed(word, found, next)) {
        return -WEFT_EAGAIN;
    }
    self->counted = counted;
    self->taken = LOCKED | SLEEPERS;
    long result = weft__futex_wait_until(word, next, deadline, flags);
    self->tries += result == 0;
    return result;
}

// Takes the lock, or gives up at the deadline.
static int wait_for(uint32_t *word, struct weft__deadline deadline,
                    unsigned flags, uint32_t taken)
{
    struct waiter self = {.taken = taken};
    long result = 0;
    for (;;) {
        uint32_t found = spin(word);
        if (self.generation != generation()) {
            // The first time; or a signal handler has forked, over this wait.
            self.generation = generation();
            self.counted = 0;
        }
        uint32_t seen = in_this_process(found, self.generation);
        uint32_t less = 0 - self.counted;
        if (seen == 0 || ((seen & OFFERED) && self.taken != LOCKED)) {
            uint32_t next =
                count((seen & ~OFFERED) | self.taken, less, self.generation);
            // T1, T7, T8.  acquire: pairs with [mutex.release]
            if (weft__cas_acquire(word, found, next)) {
                return 0;
            }
        } else if (result == -WEFT_ETIMEDOUT) {
            uint32_t next = count(seen, less, self.generation);
            // T9.  relaxed: nothing was done under the lock
            if (less == 0 || weft__cas_relaxed(word, found, next)) {
                return WEFT_ETIMEDOUT;
            }
        } else {
            result = sleep_on(word, found, seen, &self, deadline, flags);
        }
    }
}

int weft__mutex_is_held_here(uint32_t found)
{
    return in_this_process(found, generation()) != 0;
}

int weft__mutex_trylock_slow(weft_mutex *m)
{
    uint32_t found = weft__load_relaxed(&m->word); // as in spin
    // T1.  acquire: pairs with [mutex.release]
    return !weft__mutex_is_held_here(found) &&
                   weft__cas_acquire(&m->word, found, LOCKED)
               ? 0
               : WEFT_EBUSY;
}

void weft__mutex_lock_slow(weft_mutex *m)
{
    wait_for(&m->word, WEFT__NEVER, 0, LOCKED);
}

int weft__mutex_lock_in(weft_mutex *m, struct weft__deadline deadline,
                        unsigned flags)
{
    if (weft_mutex_trylock(m) == 0) {
        return 0;
    }
    return wait_for(&m->word, deadline, flags, LOCKED);
}

int weft_mutex_lock_until(weft_mutex *m, int64_t deadline_ns)
{
    return weft__mutex_lock_in(m, weft__monotonic(deadline_ns), 0);
}

int weft_mutex_lock_for(weft_mutex *m, int64_t timeout_ns)
{
    return weft__mutex_lock_in(m, weft__deadline_in(timeout_ns), 0);
}

void weft__mutex_unlock_in(weft_mutex *m, unsigned flags)
{
    uint32_t *word = &m->word;
    uint32_t found, seen, next;
    do {
        found = weft__load_relaxed(word); // as in spin
        seen = in_this_process(found, generation());
        next = seen & ALL_STARVING ? seen | OFFERED : 0;
        // T2, T5, T6. [mutex.release] pairs with T1, T7 and T8
    } while (!weft__cas_release(word, found, next));
    // The word may be gone by now; only its address is used.
    if (seen & SLEEPERS) {
        weft__futex_wake(word, 1, flags);
    }
}

void weft__mutex_unlock_slow(weft_mutex *m)
{
    weft__mutex_unlock_in(m, 0);
}

void weft__mutex_received(weft_mutex *m)
{
    uint32_t *word = &m->word;
    uint32_t found, seen;
    do {
        found = weft__load_relaxed(word); // as in spin
        seen = in_this_process(found, generation());
        if (seen == 0) {
            weft__futex_wake(word, 1, 0); // no holder is there to do it
            return;
        }
        // T10.  relaxed: as T3
    } while (!weft__cas_relaxed(word, found, seen | SLEEPERS));
}

void weft__mutex_lock_received(weft_mutex *m)
{
    wait_for(&m->word, WEFT__NEVER, 0, LOCKED | SLEEPERS);
}
