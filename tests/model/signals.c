// SPDX-License-Identifier: MIT
// signals.c - signals to a thread: sent, blocked, waiting, handled.
//
// There is one handler, for one signal. A thread to which that one was sent, and
// which has not blocked it, is interrupted before any of its steps: at once, or
// later, which counts as a preemption; or in its sleep. Signals from 32 on queue, as in the kernel; of the lower ones all that
// come before the first is handled are one.
//
// Who handles a signal knows what its sender knew: the kernel keeps it under a
// lock that both take. The sources do not have to rely on that, see model_signal.
#include "machine.h"
#include "arch.h"
#include "linux.h"
#include "kernel.h"

enum { FIRST_THAT_QUEUES = 32 };

static struct target {
    uint64_t blocked;
    unsigned waiting;       // signals that were sent and not yet handled
    struct knowledge known; // by those who sent them
    int late;               // it has taken a step since
    int in_kernel;          // being born, or on its way out
    void (*before_mask)(void);
} targets[MODEL_THREADS];

static int handled; // the signal with the handler; 0: none
static struct kernel_sigaction action;

void signals_reset(void)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        targets[i] = (struct target){0};
    }
    handled = 0;
}

static uint64_t bit(int sig)
{
    return (uint64_t)1 << (sig - 1);
}

int signals_due(unsigned thread)
{
    const struct target *t = &targets[thread];
    return t->waiting > 0 && handled != 0 && !t->in_kernel &&
           !(t->blocked & bit(handled));
}

void signals_take(void)
{
    struct target *self = &targets[model_current];
    while (signals_due(model_current)) {
        uint64_t blocked = self->blocked;
        self->waiting--;
        self->late = 0;
        self->blocked |= action.mask | bit(handled);
        remember(self->waiting);
        knowledge_join(&running()->now, &self->known);
        trace_event(NULL, "(signal %d)", handled);
        action.handler(handled, NULL, NULL);
        trace_event(NULL, "(goes on)");
        self->blocked = blocked;
    }
}

int signals_interrupt(void)
{
    struct target *self = &targets[model_current];
    if (!signals_due(model_current)) {
        return 0;
    }
    if ((self->late || may_preempt()) && choose(2) == 1) {
        if (!self->late) {
            self->late = 1;
            has_preempted();
        }
        return 0;
    }
    signals_take();
    return 1;
}

static void add(unsigned thread, int sig)
{
    struct target *t = &targets[thread];
    if (sig == handled && (t->waiting == 0 || sig >= FIRST_THAT_QUEUES)) {
        t->waiting++;
        model_threads[thread].history =
            mix(model_threads[thread].history,
                (uint64_t)model_current << 32 | running()->steps);
    }
}

void signals_send(unsigned thread, int sig)
{
    add(thread, sig);
    knowledge_join(&targets[thread].known, &running()->now);
    running()->now.clock[model_current]++;
}

void model_signal(unsigned thread, int sig)
{
    step(NULL, 0, 1);
    trace_event(NULL, "(sends %c signal %d)", trace_letter(thread), sig);
    add(thread, sig);
}

void signals_in_kernel(unsigned thread, int in_kernel)
{
    targets[thread].in_kernel = in_kernel;
}

void signals_inherit(unsigned child)
{
    targets[child] = (struct target){.blocked = targets[model_current].blocked,
                                     .in_kernel = 1};
}

void signals_after_fork(void)
{
    targets[model_current].waiting = 0;
}

void signals_action(int sig, const void *new_action)
{
    handled = sig;
    action = *(const struct kernel_sigaction *)new_action;
}

void model_signal_before_mask(void (*handler)(void))
{
    targets[model_current].before_mask = handler;
}

static void handle_before_mask(void)
{
    void (*handler)(void) = targets[model_current].before_mask;
    targets[model_current].before_mask = NULL;
    if (handler != NULL) {
        trace_event(NULL, "(a signal handler)");
        handler();
    }
}

int signals_all_blocked(unsigned thread)
{
    return targets[thread].blocked == ~(uint64_t)0;
}

void signals_mask(long how, const uint64_t *set, uint64_t *old)
{
    if (model_current == ALONE) {
        return;
    }
    handle_before_mask();
    uint64_t *blocked = &targets[model_current].blocked;
    if (old != NULL) {
        *old = *blocked;
    }
    if (set != NULL) {
        *blocked = how == SIG_BLOCK     ? *blocked | *set
                   : how == SIG_UNBLOCK ? *blocked & ~*set
                                        : *set;
    }
    signals_take();
}
