// SPDX-License-Identifier: MIT
// once.c - who comes first runs the function, the others wait for its end.
// Read before: weft/once.h, futex.h.
//
// The word:   31..2 fork generation | 1..0 state
//
//   state     meaning                          left by
//   NEW       not done; the whole word is 0    anybody: T1
//   RUNNING   somebody is in the function      waiter: T2, runner: T3, T4
//   WAITED    the same, and others sleep       runner: T3, T4
//   DONE      done; the whole word is DONE     nobody
//
//   T1  NEW -> RUNNING, or RUNNING or WAITED of another generation -> RUNNING
//   T2  RUNNING -> WAITED
//   T3  -> DONE    the function has returned
//   T4  -> NEW     its thread was cancelled in it, or left by weft_exit
//
// A runner of another generation is a thread of the process that forked this one.
// It does not exist here and nobody sleeps for it; whoever comes takes its place.
//
// No wake is lost: a waiter sleeps on WAITED only, and every way out of WAITED
// wakes all. Who sleeps nevertheless through T4 and a new T1 is woken by T4's
// wake, which is for the address, whatever the word is by then; it does T2 again.
#include <weft/once.h>
#include <weft/cancel.h>
#include "futex.h"
#include "thread.h"

enum { NEW, RUNNING, WAITED, DONE = WEFT__ONCE_DONE, STATE = 3 };

static uint32_t in_this_process(uint32_t state)
{
    // relaxed: changed when the process had one thread
    return weft__load_relaxed(&weft__fork_generation) << 2 | state;
}

static void leave(uint32_t *word, uint32_t next)
{
    // [once.done] pairs with all acquires here and in weft_once. Once the word is
    // DONE it may be freed: only its address is used then.
    if ((weft__swap_release(word, next) & STATE) == WAITED) {
        weft__futex_wake(word, INT32_MAX, 0);
    }
}

static void give_up(void *word)
{
    leave(word, NEW); // T4.
}

// fn is under way. Should it be left otherwise than by its return, the record in
// the thread's list of cleanups does T4; or, where threads end frame by frame and
// C++ throws, the end of the frame (the drop-in for glibc).
struct run {
    struct weft_cleanup cleanup;
    uint32_t *word;
    uint32_t next;
};

static void end(struct run *run)
{
    weft_cleanup_unlink(&run->cleanup);
    leave(run->word, run->next); // T3, T4.
}

static void run(uint32_t *word, void (*fn)(void))
{
    struct run run __attribute__((cleanup(end)));
    run.word = word;
    run.next = NEW;
    weft_cleanup_link(&run.cleanup, give_up, word);
    fn();
    run.next = DONE;
}

int weft__once_slow(weft_once_flag *flag, void (*fn)(void))
{
    uint32_t *word = &flag->word;
    if (fn == NULL) {
        return WEFT_EINVAL;
    }
    for (;;) {
        // Again each time: a signal handler may have forked, over this wait.
        const uint32_t running = in_this_process(RUNNING);
        const uint32_t waited = in_this_process(WAITED);
        uint32_t seen = weft__load_acquire(word); // pairs with [once.done]
        if (seen == DONE) {
            return 0;
        }
        if (seen == running) {
            // T2.  relaxed: the sleep compares the word
            if (weft__cas_relaxed(word, running, waited)) {
                seen = waited;
            }
        }
        if (seen == waited) {
            // Whatever it returns, look again.
            weft__futex_wait(word, waited, 0);
        } else if (seen != running &&
                   // T1.  acquire: pairs with [once.done] of T4
                   weft__cas_acquire(word, seen, running)) {
            run(word, fn);
            return 0;
        }
    }
}
