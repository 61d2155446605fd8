// SPDX-License-Identifier: MIT
// request.c - one word decides whether who is asked to end gets a signal.
// Read before: record.h.  Read after: cancel.c.
//
// A thread that has cancellation disabled is not to be disturbed: after a signal many
// system calls do not go on (poll, for one). So it gets none, and looks when it
// enables. A request must not get lost between the two, and who has just disabled must
// not get the signal of a request that came before.
//
//   bit        meaning                                    set by     cleared by
//   ASKED      somebody wants the thread to end           R1, R2     nobody
//   TELLING    a signal is being sent to it               R2         R3, R7
//   TOLD       a signal was sent, nobody need send more   R3         R7
//   DEFERRED   it wants no signals                        thread: R4 thread: R6
//   AWAITED    it sleeps until TELLING is over            thread: R5 R3
//
//   R1  + ASKED             DEFERRED is set: the thread will look, after R6
//   R2  + ASKED, TELLING    DEFERRED is not set: the requester sends a signal; unless
//                           TELLING or TOLD is set, for then somebody does, or did
//   R3  - TELLING, AWAITED  the signal is sent: + TOLD; or could not be sent: the
//                           next request sends another. Wakes the thread if AWAITED
//   R4  + DEFERRED          the thread. If ASKED was set, it may have a signal still:
//   R5  + AWAITED           while TELLING is set, it sleeps. Then a system call, any:
//                           at its end the kernel delivers what was sent before
//   R6  - DEFERRED          the thread; then it looks at ASKED
//   R7  - TELLING, TOLD     the thread: the signal got lost on its way (cancel.c)
//
// Because R1, R2, R4 and R6 change one word, they come one after the other: a
// requester that finds DEFERRED set is before R6, which finds ASKED; and one that does
// not is before R4, which finds TELLING, or TOLD.
#include "futex.h"
#include "request.h"
#include "syscall.h"

#define ASKED ((uint32_t)WEFT__REQUEST_ASKED)
enum { TELLING = 2, TOLD = 4, DEFERRED = 8, AWAITED = 16 };

static uint32_t look(const struct weft__record *record)
{
    // relaxed: what is done about it is done by change()
    return weft__load_relaxed(&record->cancel_request);
}

// Returns what was there before.
// acquire: pairs with [request.told]: a system call that comes after it finds the signal
static uint32_t change(struct weft__record *record, uint32_t set,
                       uint32_t clear)
{
    uint32_t seen;
    do {
        seen = look(record);
    } while (!weft__cas_acquire(&record->cancel_request, seen,
                                (seen & ~clear) | set));
    return seen;
}

int weft__request_make(struct weft__record *record)
{
    uint32_t seen, more;
    do {
        seen = look(record);
        if (seen & (TELLING | TOLD)) {
            return 0;
        }
        more = seen & DEFERRED ? ASKED : ASKED | TELLING; // R1, R2.
        // What changes the word after it hands it on. [cancel.request]
    } while (!weft__cas_release(&record->cancel_request, seen, seen | more));
    return (more & TELLING) != 0;
}

void weft__request_told(struct weft__record *record, int told)
{
    uint32_t seen, next;
    do {
        seen = look(record);
        // R3, unless R7 was before it.
        next = told && (seen & TELLING) ? seen | TOLD : seen;
        // release: after the signal. [request.told]
    } while (!weft__cas_release(&record->cancel_request, seen,
                                next & ~(uint32_t)(TELLING | AWAITED)));
    if (seen & AWAITED) {
        weft__futex_wake(&record->cancel_request, 1, 0);
    }
}

void weft__request_make_own(struct weft__record *record)
{
    change(record, ASKED, 0);
}

void weft__request_defer(struct weft__record *record)
{
    uint32_t seen = change(record, DEFERRED, 0); // R4.
    if ((seen & ASKED) == 0) {
        return;
    }
    // acquire: pairs with [request.told]
    while ((seen = weft__load_acquire(&record->cancel_request)) & TELLING) {
        // R5.  relaxed: says nothing but itself
        if ((seen & AWAITED) ||
            weft__cas_relaxed(&record->cancel_request, seen, seen | AWAITED)) {
            weft__futex_wait(&record->cancel_request, seen | AWAITED, 0);
        }
    }
    sys_sigprocmask(SIG_BLOCK, NULL, NULL);
}

void weft__request_allow(struct weft__record *record)
{
    change(record, 0, DEFERRED); // R6.
}

void weft__request_lost(struct weft__record *record)
{
    change(record, 0, TELLING | TOLD); // R7.
}

void weft__request_after_fork(struct weft__record *record)
{
    change(record, 0, TELLING | TOLD | AWAITED);
}

int weft__request_will_be_met(const struct weft__record *record)
{
    return (look(record) & (ASKED | DEFERRED)) == ASKED;
}
