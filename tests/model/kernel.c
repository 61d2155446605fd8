// SPDX-License-Identifier: MIT
// kernel.c - the kernel, as far as a thread's life needs it: clone, exit, memory.
// Signals that are handled: signals.c. Fork: vanish.c.
//
// What the kernel stores (the tid at clone, 0 at exit) is a release: it takes many
// locks between entry and store. Its two last steps for a thread, the 0 and the
// wake, are two, and the tid is free for another thread only after them. Until
// then a signal handler may run on the thread's stack, so that counts as used.
#include <weft/error.h>
#include <weft/thread.h>
#include "machine.h"
#include "futex.h"
#include "seam/futex_hook.h"
#include "arch.h"
#include "linux.h"
#include "thread.h"
#include "kernel.h"

enum { FIRST_TID = 1001 };

static struct task {
    uint32_t tid; // 0: no such thread any more
    uint32_t *exit_word;
    void *tls;
    char *sp;
    struct weft__thread *self;
    unsigned user;
    int nice;
} tasks[MODEL_THREADS];

static int may_refuse, refuse_next_clone;
static unsigned mapped;
static unsigned last_signalled;

// Linked in the life-cycle scenarios only.
_Noreturn void weft__thread_start(struct weft__thread *self)
    __attribute__((weak));

void kernel_reset(const struct scenario *scenario)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        tasks[i] = (struct task){0};
    }
    may_refuse = scenario->refusals;
    refuse_next_clone = 0;
    last_signalled = MODEL_THREADS;
    mapped = 0;
}

// The slot is what the thread pointer points to.
ptrdiff_t weft__self_slot = 0;

void *model_thread_pointer(void)
{
    return tasks[model_current == ALONE ? 0 : model_current].tls;
}

void model_is_main(void *tls, uint32_t *exit_word)
{
    model_thread_lives(0, tls, exit_word);
}

void model_thread_lives(unsigned thread, void *tls, uint32_t *exit_word)
{
    uint32_t tid = FIRST_TID + thread;
    tasks[thread] =
        (struct task){.tid = tid, .exit_word = exit_word, .tls = tls};
    *exit_word = tid;
}

void model_thread_is(unsigned thread, void *tls)
{
    tasks[thread].tls = tls;
}

unsigned model_last_signalled(void)
{
    return last_signalled;
}

uint32_t *kernel_cancel_request(unsigned thread)
{
    if (tasks[thread].tls == NULL) {
        return NULL;
    }
    struct weft__thread *self = *(struct weft__thread **)tasks[thread].tls;
    return &self->record->cancel_request;
}

unsigned model_mapped(void)
{
    return mapped;
}

// ---- clone ----

void model_refuse_next_clone(void)
{
    refuse_next_clone = 1;
}

// The lowest tid that is free: it comes back as soon as it can.
static uint32_t new_tid(void)
{
    uint32_t tid = FIRST_TID;
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        if (tasks[i].tid == tid) {
            tid++;
            i = (unsigned)-1;
        }
    }
    return tid;
}

static unsigned new_task(void)
{
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        if (model_threads[i].state == ABSENT) {
            return i;
        }
    }
    model_fail("more than %d threads", MODEL_THREADS);
}

static void born(void)
{
    // CLONE_CHILD_SETTID: once more, by the child itself.
    uint32_t *exit_word = tasks[model_current].exit_word;
    step(exit_word, sizeof *exit_word, 1);
    kernel_store(exit_word, tasks[model_current].tid);
    signals_in_kernel(model_current, 0);
    weft__thread_start(tasks[model_current].self);
}

void kernel_store(uint32_t *word, uint32_t value)
{
    plain_atomic((uintptr_t)word, sizeof *word, 1);
    memory_put(memory_find(word, sizeof *word), value, RELEASE, -1);
}

long weft__clone(unsigned long flags, void *sp, uint32_t *tid_word,
                 uint32_t *exit_word, void *tls, struct weft__thread *self)
{
    (void)flags;
    step(NULL, 0, 1);
    if (refuse_next_clone || (may_refuse && model_choose(2) == 1)) {
        refuse_next_clone = 0;
        trace_event(NULL, "clone is refused");
        return -WEFT_EAGAIN;
    }
    unsigned child = new_task();
    tasks[child] = (struct task){.tid = new_tid(),
                                 .exit_word = exit_word,
                                 .tls = tls,
                                 .sp = sp,
                                 .self = self,
                                 .user = tasks[model_current].user,
                                 .nice = tasks[model_current].nice};
    signals_inherit(child);
    kernel_store(exit_word, tasks[child].tid);
    if (tid_word != exit_word) { // a libc's
        kernel_store(tid_word, tasks[child].tid);
    }
    thread_begin(child, born, model_current);
    remember(child);
    trace_event(NULL, "clone: %c, tid %u", trace_letter(child),
                tasks[child].tid);
    return tasks[child].tid;
}

// ---- the same kernel thread as another thread ----

void model_set_thread_pointer(void *tp)
{
    tasks[model_current].tls = tp;
}

static void over_again(void)
{
    weft__thread_start(tasks[model_current].self);
}

// In place of thread.S: all that was on the stack has come to its end.
_Noreturn void weft__start_over(void *sp, struct weft__thread *self)
{
    tasks[model_current].sp = sp;
    tasks[model_current].self = self;
    trace_event(NULL, "begins anew");
    frames_empty();
    running()->entry = over_again;
    coroutine_restart();
}

// Where it was interrupted up to now, a handler has run there.
static void might_handle_signals(const struct task *task)
{
    if (task->sp != NULL && !signals_all_blocked(model_current)) {
        plain_access((uintptr_t)task->sp - 64, 64, 1);
        plain_access((uintptr_t)task->self, 8, 1);
        plain_access((uintptr_t)task->tls, 8, 0);
    }
}

// ---- exit ----

static void exit_thread(void)
{
    struct task *task = &tasks[model_current];
    might_handle_signals(task);
    if (task->sp != NULL) {
        plain_access((uintptr_t)task->sp - 64, 64, 1);
    }
    step(NULL, 0, 1);
    signals_in_kernel(model_current, 1);
    trace_event(NULL, "exit: its exit word is 0");
    kernel_store(task->exit_word, 0);
    kernel_wake(task->exit_word);
    task->tid = 0;
    model_end();
}

// ---- signals ----

// Who gets it is what scenarios look at.
static long send(long tid, int sig)
{
    step(NULL, 0, 1);
    for (unsigned i = 0; i < MODEL_THREADS; i++) {
        if (tasks[i].tid == (uint32_t)tid && tid != 0) {
            last_signalled = i;
            remember(i);
            trace_event(NULL, "tkill %ld: %c", tid, trace_letter(i));
            signals_send(i, sig);
            return 0;
        }
    }
    last_signalled = MODEL_THREADS;
    remember(MODEL_THREADS);
    trace_event(NULL, "tkill %ld: nobody", tid);
    return -WEFT_ESRCH;
}

// ---- fork ----

// As the child: the word of fork.c is where its tid is, and where 0 will be.
static long fork_process(uint32_t *tid_word)
{
    step(NULL, 0, 1);
    vanish_leave_others();
    tasks[model_current].exit_word = tid_word;
    kernel_store(tid_word, tasks[model_current].tid);
    return 0;
}

int kernel_has_block(unsigned thread)
{
    return tasks[thread].sp != NULL;
}

// ---- what a thread has from its creator ----

void model_set_nice(int nice)
{
    tasks[model_current].nice = nice;
    remember((uint64_t)nice);
}

static long get_sched(struct kernel_sched_attr *attr)
{
    plain_access((uintptr_t)attr, sizeof *attr, 1);
    *attr = (struct kernel_sched_attr){.size = sizeof *attr,
                                       .nice = tasks[model_current].nice};
    return 0;
}

static long write_word(uint64_t *memory, uint64_t word, long result)
{
    plain_access((uintptr_t)memory, sizeof *memory, 1);
    *memory = word;
    return result;
}

// ---- users ----

void kernel_forget(unsigned thread)
{
    tasks[thread].tid = 0;
}

unsigned model_user(void)
{
    return tasks[model_current].user;
}

void model_set_user(unsigned user)
{
    tasks[model_current].user = user;
    remember(user);
    trace_event(NULL, "is user %u", user);
}

// ---- memory, and the calls ----

// Memory that can be used at once is zero by a write of the mapping thread: who
// hears of it without order may see what was there before.
static long map(size_t size, long protection)
{
    void *memory = model_alloc(size);
    if (protection != PROT_NONE) {
        plain_access((uintptr_t)memory, size, 1);
    }
    return (long)memory;
}

long model_syscall(long nr, long a, long b, long c)
{
    switch (nr) {
    case SYS_mmap:
        if (may_refuse && model_choose(2) == 1) {
            return -WEFT_ENOMEM;
        }
        mapped++;
        return map((size_t)b, c);
    case SYS_munmap:
        mapped--;
        model_free((void *)a, (size_t)b);
        return 0;
    case SYS_madvise: // MADV_DONTNEED: the pages are zero afterwards
        plain_access((uintptr_t)a, (size_t)b, 1);
        __builtin_memset((void *)a, 0, (size_t)b);
        return 0;
    case SYS_exit:
        exit_thread();
        return 0;
    case SYS_clone:
        return fork_process((uint32_t *)b);
    case SYS_set_tid_address:
        tasks[model_current].exit_word = (uint32_t *)a;
        return tasks[model_current].tid;
    case SYS_tkill:
        return send(a, (int)b);
    case SYS_gettid:
        return tasks[model_current].tid;
    case SYS_sched_getaffinity:
        return write_word((uint64_t *)c, 1, sizeof(uint64_t));
    case SYS_sched_getattr:
        return get_sched((struct kernel_sched_attr *)b);
    case SYS_rt_sigpending:
        return write_word((uint64_t *)a, 0, 0);
    case SYS_sigaltstack:
        return 0;
    case SYS_prctl:
        if (a == PR_GET_NAME) {
            return write_word((uint64_t *)b, 'w', 0);
        }
        // fall through
    case SYS_sched_setscheduler:
    case SYS_sched_setaffinity:
        return may_refuse && model_choose(2) == 1 ? -WEFT_EPERM : 0;
    case SYS_rt_sigaction:
        signals_action((int)a, (const void *)b);
        return 0;
    case SYS_rt_sigprocmask:
        if (model_current != ALONE) {
            might_handle_signals(&tasks[model_current]);
        }
        signals_mask(a, (const uint64_t *)b, (uint64_t *)c);
        return 0;
    case SYS_mprotect:
        return 0;
    default:
        model_fail("system call %ld is no part of the model", nr);
    }
}
