// SPDX-License-Identifier: MIT
// coroutine.c - threads of the scenario as coroutines of one real thread.
// Each has a stack and, at its bottom, a loop that runs one body after another.
// An execution that is broken off leaves nothing to be undone: the next one jumps
// back into that loop.
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>
#include "machine.h"

char model_stacks[MODEL_THREADS][STACK_SIZE] __attribute__((aligned(4096)));

static jmp_buf explorer;              // where a thread was entered
static jmp_buf bottom[MODEL_THREADS]; // the loop
static jmp_buf where[MODEL_THREADS];  // where it stands now
static void (*bodies[MODEL_THREADS])(void);
static int made[MODEL_THREADS];
static int fresh[MODEL_THREADS]; // to be entered through its loop

static void loop(void)
{
    // Read once: it is entered with model_current saying which stack this is.
    const unsigned self = model_current;
    for (;;) {
        (void)_setjmp(bottom[self]);
        fresh[self] = 0;
        bodies[self]();
    }
}

static void go(unsigned thread)
{
    static ucontext_t context, unused;
    if (!fresh[thread]) {
        _longjmp(where[thread], 1);
    }
    if (made[thread]) {
        _longjmp(bottom[thread], 1);
    }
    made[thread] = 1;
    getcontext(&context);
    context.uc_stack.ss_sp = model_stacks[thread];
    context.uc_stack.ss_size = STACK_SIZE;
    context.uc_link = &unused;
    makecontext(&context, loop, 0);
    setcontext(&context);
}

void coroutine_start(unsigned thread, void (*body)(void))
{
    bodies[thread] = body;
    fresh[thread] = 1;
}

void coroutine_restart(void)
{
    _longjmp(bottom[model_current], 1);
}

void coroutine_enter(unsigned thread)
{
    model_current = thread;
    if (_setjmp(explorer) == 0) {
        go(thread);
    }
}

void coroutine_alone(void (*function)(void))
{
    model_current = ALONE;
    if (_setjmp(explorer) == 0) {
        function();
    }
}

void coroutine_switch(unsigned from, unsigned to)
{
    model_current = to;
    if (_setjmp(where[from]) == 0) {
        go(to);
    }
}

void coroutine_leave(void)
{
    _longjmp(explorer, 1);
}

static void crashed(int sig)
{
    model_fail("%c crashes: signal %d", trace_letter(model_current), sig);
}

void coroutine_catch_crashes(void)
{
    static char memory[STACK_SIZE];
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    struct sigaction action = {.sa_handler = crashed,
                               .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigaltstack(&stack, NULL);
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaction(signals[i], &action, NULL);
    }
}
