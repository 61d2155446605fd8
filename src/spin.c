// SPDX-License-Identifier: MIT
// spin.c - a mutex with more patience.
// Read before: mutex.c, spin_wait.h.
//
// A spin lock that never sleeps hangs where the holder waits for the processor on
// which somebody spins for it: on one CPU always, and for ever when the spinner is
// the more urgent of the two. One that sleeps must say so in the word, or its
// unlock could not know whether to wake; and it must not let its sleepers be
// overtaken for ever. The mutex has all this. So this is one: its word, its table
// and its transitions, entered later.
#include <weft/spin.h>
#include "spin_wait.h"

enum { PATIENCE = 16 }; // looks, for each one worth taking before a sleep

void weft__spin_lock_slow(weft_spin *s)
{
    for (unsigned left = PATIENCE * weft__spin_limit(); left > 0; left--) {
        // relaxed: what is seen decides only whether it is worth a try. Looking
        // leaves the word in the holder's cache, trying would not.
        uint32_t seen = weft__load_relaxed(&s->mutex.word);
        if (seen == 0 && weft_spin_trylock(s) == 0) {
            return;
        }
        if (seen > WEFT__MUTEX_LOCKED) {
            break; // somebody sleeps: it is his turn
        }
        weft__spin_pause();
    }
    weft__mutex_lock_slow(&s->mutex);
}
