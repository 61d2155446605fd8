// SPDX-License-Identifier: MIT
// cancel.c - end when asked, at a point where nothing is lost.
// Read before: thread.S (weft__cancel_syscall), hold.c.
//
// A request is a bit in the thread's record (request.c), and a signal that makes the
// thread look, unless it has cancellation disabled. The danger is a blocking system call:
//
//   asked before the look      the look sees it               not made
//   between look and call      the handler finds the pc there not made
//   while it blocks            the same: the kernel stands the pc at the call
//                              when a handler with SA_RESTART interrupts it
//   after it has done its work the pc is past the call        result returned
//
// So the handler needs nothing but the pc: in [begin, end) of the stub it sends
// the thread to the stub's other exit, which returns WEFT__CANCELED_CALL. Some
// calls do not restart and come back with EINTR instead: no work was done then.
//
// Anywhere else there is nothing to do, since the next look will see the request;
// unless a stub is under way below, and what was interrupted is a handler that
// runs on top of it (or the step between the stub and its caller; stubs counts
// them). Then the signal is blocked in what was interrupted and sent again: it
// stays pending, and the return to the stub below restores the mask that the stub
// ran with, so that the signal arrives there. At the level where no stub is below,
// the signal is never left blocked.
//
// What the thread itself changes (state, type) is plain data, which its own
// handlers see in program order.
#include <weft/atomic.h>
#include <weft/cancel.h>
#include <weft/error.h>
#include "cancel.h"
#include "hold.h"
#include "host/host.h"
#include "life.h"
#include "signal.h"
#include "refusal.h"
#include "request.h"
#include "thread.h"

// thread.S
long weft__cancel_syscall(const uint32_t *request, long nr, long a, long b,
                          long c, long d, long e, long f);
extern __attribute__((visibility("hidden"))) const char weft__cancel_begin[];
extern __attribute__((visibility("hidden"))) const char weft__cancel_end[];
extern __attribute__((visibility("hidden"))) const char weft__cancel_canceled[];
void weft__cancel_async(void);

// Whether a request waits that may be acted upon.
static int due(const struct weft__thread *self)
{
    return self->cancel_state == WEFT_CANCEL_ENABLE &&
           weft__request_is_made(self->record);
}

_Noreturn void weft__cancel_now(void)
{
    if (weft__libc_hooks != NULL && weft__libc_hooks->unwind != NULL) {
        weft__libc_hooks->unwind(WEFT_CANCELED);
    }
    weft_exit(WEFT_CANCELED);
}

void weft__signal_unblock_cancel(void)
{
    weft__signal_unblock(weft__cancel_signal);
}

long weft__cancel_point(long nr, long a, long b, long c, long d, long e, long f)
{
    struct weft__thread *self = weft__thread_self();
    if (self->cancel_state != WEFT_CANCEL_ENABLE) {
        return arch_syscall6(nr, a, b, c, d, e, f);
    }
    self->stubs++;
    weft__signal_fence(); // a handler from here on counts it ...
    long result = weft__cancel_syscall(&self->record->cancel_request, nr, a, b,
                                       c, d, e, f);
    weft__signal_fence(); // ... to here
    self->stubs--;
    if (self->stubs == 0 && self->cancel_signal_blocked) {
        weft__signal_unblock_cancel();
    }
    // close(2) has closed even when it was interrupted.
    if (result == -WEFT_EINTR && nr != SYS_close && due(self)) {
        return WEFT__CANCELED_CALL;
    }
    return result;
}

long weft_syscall_cancel(long nr, long a, long b, long c, long d, long e,
                         long f)
{
    long result = weft__cancel_point(nr, a, b, c, d, e, f);
    if (result == WEFT__CANCELED_CALL) {
        weft__cancel_now();
    }
    return result;
}

void weft_test_cancel(void)
{
    if (due(weft__thread_self())) {
        weft__cancel_now();
    }
}

void weft_cleanup_link(struct weft_cleanup *c, void (*fn)(void *), void *arg)
{
    struct weft__thread *self = weft__thread_self();
    c->fn = fn;
    c->arg = arg;
    c->next = self->cleanups;
    weft__signal_fence(); // whole before it can be found
    self->cleanups = c;
}

void weft_cleanup_unlink(struct weft_cleanup *c)
{
    weft__thread_self()->cleanups = c->next;
}

// Blocking calls in a libc's own code count as stubs as well.
static int canceled_by_libc(char *ucontext)
{
    return weft__libc_hooks != NULL && weft__libc_hooks->cancel_at != NULL &&
           weft__libc_hooks->cancel_at(ucontext);
}

static void handle_cancel(int sig, void *info, void *context)
{
    (void)sig;
    (void)info;
    struct weft__thread *self = weft__thread_self();
    self->cancel_signal_blocked = 0; // or it would not have come
    if (!due(self)) {
        return;
    }
    char *ucontext = context;
    uintptr_t *pc = (uintptr_t *)(void *)(ucontext + ARCH_UCONTEXT_PC);
    uint64_t *mask = (uint64_t *)(void *)(ucontext + ARCH_UCONTEXT_MASK);
    if (self->cancel_type == WEFT_CANCEL_ASYNC) {
        *pc = (uintptr_t)weft__cancel_async;
    } else if (*pc >= (uintptr_t)weft__cancel_begin &&
               *pc < (uintptr_t)weft__cancel_end) {
        *pc = (uintptr_t)weft__cancel_canceled;
    } else if (self->stubs > 0 && !canceled_by_libc(ucontext)) {
        if (sys_tkill(sys_gettid(), weft__cancel_signal) < 0) {
            weft__request_lost(self->record); // the queue is full
            return;
        }
        self->cancel_signal_blocked = 1;
        *mask |= weft__signal_bit(weft__cancel_signal);
    }
}

// Installed by the first request; the same again does no harm.
static long install_handler(void)
{
    static uint32_t installed;
    const struct kernel_sigaction action = {
        .handler = handle_cancel,
        // ONSTACK: the thread may have little stack left of its own.
        .flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | SA_RESTORER,
        .restorer = weft__sigreturn,
        .mask = ~(uint64_t)0,
    };
    // relaxed: the kernel's table of handlers is not memory of ours
    if (weft__load_relaxed(&installed)) {
        return 0;
    }
    long result = sys_sigaction(weft__cancel_signal, &action);
    weft__store_relaxed(&installed, result >= 0);
    return result;
}

// Makes a thread look, which is held.
static long nudge(const struct weft__hold *hold)
{
    long result = install_handler();
    if (result < 0) {
        return result;
    }
    uint32_t tid = weft__held_tid(hold);
    // Not born yet: it will look before it first blocks.
    return tid == WEFT__UNBORN ? 0 : sys_tkill((long)tid, weft__cancel_signal);
}

// After a change that may have made a request due. It is acted upon at once, or
// by a signal of our own, for the stub that may be blocked below the handler that
// is running this; unless such a signal is pending already.
static void look_again(const struct weft__thread *self)
{
    weft__signal_fence(); // handlers see the change before this looks
    if (!due(self)) {
        return;
    }
    if (self->cancel_type == WEFT_CANCEL_ASYNC) {
        weft__cancel_now();
    }
    if (self->stubs > 0 && !self->cancel_signal_blocked &&
        (install_handler() < 0 ||
         sys_tkill(sys_gettid(), weft__cancel_signal) < 0)) {
        weft__request_lost(self->record);
    }
}

int weft_cancel(weft_thread t)
{
    struct weft__hold hold;
    long result = weft__hold(&hold, t);
    if (result != 0) {
        return weft__refusal(result); // 0 as well when it has ended
    }
    if (hold.oneself) {
        weft__request_make_own(hold.record);
        look_again(weft__thread_self());
        return 0;
    }
    if (weft__request_make(hold.record)) {
        result = nudge(&hold);
        weft__request_told(hold.record, result >= 0);
    }
    weft__let_go(&hold);
    return weft__refusal(result);
}

void weft__cancel_listen(const struct weft__thread *self, int listens)
{
    weft__signal_fence(); // a handler from here on sees the state
    if (listens) {
        weft__request_allow(self->record);
        look_again(self);
    } else {
        weft__request_defer(self->record);
    }
}

void weft__cancel_leave(struct weft__thread *self)
{
    self->leaving = 1;
    self->cancel_state = WEFT_CANCEL_DISABLE;
    // Not through weft__cancel_listen: a program in which nobody is cancelled does
    // not link the handler.
    weft__signal_fence(); // a handler from here on sees the state
    weft__request_defer(self->record);
}

int weft_set_cancel_state(int state, int *old)
{
    if (state != WEFT_CANCEL_ENABLE && state != WEFT_CANCEL_DISABLE) {
        return WEFT_EINVAL;
    }
    struct weft__thread *self = weft__thread_self();
    if (old != NULL) {
        *old = self->cancel_state;
    }
    if (!self->leaving && state != self->cancel_state) {
        self->cancel_state = (uint8_t)state;
        weft__cancel_listen(self, state == WEFT_CANCEL_ENABLE);
    }
    return 0;
}

int weft_set_cancel_type(int type, int *old)
{
    if (type != WEFT_CANCEL_DEFERRED && type != WEFT_CANCEL_ASYNC) {
        return WEFT_EINVAL;
    }
    struct weft__thread *self = weft__thread_self();
    if (old != NULL) {
        *old = self->cancel_type;
    }
    self->cancel_type = (uint8_t)type;
    look_again(self);
    return 0;
}
