// SPDX-License-Identifier: MIT
// cancel.c - cancellation, in place of src/cancel.c, whose signal handler and
// assembly are no part of the model: a request is seen at a cancellation point,
// and ends a sleep that is one (sleep.c).
#include <weft/cancel.h>
#include <weft/thread.h>
#include "machine.h"

struct weft__thread;
void weft__cancel_leave(struct weft__thread *self);
void weft__cancel_now(void);
void weft__signal_unblock_cancel(void);
void weft_exit(void *value) __attribute__((weak));

void model_cancel(unsigned thread)
{
    step(NULL, 0, 1);
    struct thread *t = &model_threads[thread];
    t->cancel_requested = 1;
    t->history =
        mix(t->history, (uint64_t)model_current << 32 | running()->steps);
    uint32_t *request = kernel_cancel_request(thread);
    if (request != NULL) {
        kernel_store(request, memory_newest(request) | 1);
    }
    trace_event(NULL, "cancels %c", trace_letter(thread));
}

int cancel_due(const struct thread *t)
{
    return t->cancel_requested && !t->cancel_disabled;
}

// Ends the thread as the library does: cleanup handlers first, newest first.
void weft__cancel_now(void)
{
    struct thread *self = running();
    self->cancel_disabled = 1;
    trace_event(NULL, "is cancelled");
    if (weft_exit != NULL) {
        weft_exit(WEFT_CANCELED);
    }
    while (self->cleanups != NULL) {
        struct weft_cleanup *cleanup = self->cleanups;
        self->cleanups = cleanup->next;
        cleanup->fn(cleanup->arg);
    }
    model_end();
}

void weft_test_cancel(void)
{
    if (cancel_due(running())) {
        weft__cancel_now();
    }
}

int weft_set_cancel_state(int state, int *old)
{
    struct thread *self = running();
    if (old != NULL) {
        *old = self->cancel_disabled ? WEFT_CANCEL_DISABLE : WEFT_CANCEL_ENABLE;
    }
    self->cancel_disabled = state == WEFT_CANCEL_DISABLE;
    return 0;
}

// Nobody sends it here, so nobody has it blocked.
void weft__signal_unblock_cancel(void)
{
}

void weft__cancel_leave(struct weft__thread *self)
{
    (void)self;
    running()->cancel_disabled = 1;
}

void weft_cleanup_link(struct weft_cleanup *c, void (*fn)(void *), void *arg)
{
    c->fn = fn;
    c->arg = arg;
    c->next = running()->cleanups;
    running()->cleanups = c;
}

void weft_cleanup_unlink(struct weft_cleanup *c)
{
    running()->cleanups = c->next;
}
