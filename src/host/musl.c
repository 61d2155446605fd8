// SPDX-License-Identifier: MIT
// musl.c - the host of a program with static musl.
// Read before: libc.c, musl.h.  Read after: musl_verify.c, musl_cancel.c,
// everyone.c.
//
// musl keeps its TCB, and Weft fills in one for each thread as musl's own
// pthread_create would: any function of the libc may then be called from any
// thread. Two things are done once and for all rather than with the first thread
// and undone after the last: the libc takes its locks, and its hook for fork is
// called. The ring of all threads that musl walks to reach everybody stays a ring
// of one for each thread: Weft's own walk (everyone.c) needs no list.
#include <weft/atomic.h>
#include "everyone.h"
#include "libc.h"
#include "musl.h"
#include "signal.h"
#include "stack.h"
#include "thread.h"

extern MUSL_WEAK struct musl_stream *__stdin_used, *__stdout_used,
    *__stderr_used;
void __do_orphaned_stdio_locks(void) MUSL_WEAK;
void __dl_thread_cleanup(void) MUSL_WEAK;
void __membarrier_init(void) MUSL_WEAK;

static void lock_from_now_on(struct musl_stream *const *stream)
{
    if (stream != NULL && *stream != NULL && (*stream)->lock < 0) {
        (*stream)->lock = 0;
    }
}

static void adopt(struct weft__thread *main)
{
    struct musl_thread *thread = musl_self();
    thread->result = main;
    weft__self_slot =
        (ptrdiff_t)((uintptr_t)&thread->result - musl_thread_pointer(thread));
    weft__record_tid_at(main->record, &thread->tid);
    __libc.threaded = 1;
    __libc.need_locks = 1;
    lock_from_now_on(&__stdin_used);
    lock_from_now_on(&__stdout_used);
    lock_from_now_on(&__stderr_used);
    for (int sig = MUSL_SIGNAL_FIRST; sig <= MUSL_SIGNAL_LAST; sig++) {
        // Whoever started the program may have had them blocked.
        weft__signal_unblock(sig);
    }
    if (__membarrier_init != NULL) {
        __membarrier_init();
    }
}

static size_t tls_size(void)
{
    return __libc.tls_size;
}

static void *tls_build(void *memory, struct weft__thread *self)
{
    weft__zero(memory, __libc.tls_size); // a thread may have been here before
    struct musl_thread *thread = __copy_tls(memory);
    const struct musl_thread *creator = musl_self();
    thread->self = thread;
    thread->prev = thread->next = thread;
    thread->sysinfo = creator->sysinfo;
    thread->canary = creator->canary;
    thread->tid = WEFT__UNBORN;
    thread->detach_state = MUSL_JOINABLE;
    thread->stack = memory; // which begins where the stack ends
    thread->result = self;
    thread->robust_list.head = &thread->robust_list.head;
    thread->locale = &__libc.global_locale;
    weft__record_tid_at(self->record, &thread->tid);
    return (void *)musl_thread_pointer(thread);
}

static void nothing(struct weft__thread *self)
{
    (void)self;
}

static void end(struct weft__thread *self)
{
    (void)self;
    if (__do_orphaned_stdio_locks != NULL) {
        __do_orphaned_stdio_locks(); // of streams it holds with flockfile
    }
    if (__dl_thread_cleanup != NULL) {
        __dl_thread_cleanup();
    }
}

static void drop(struct weft__record *record)
{
    (void)record; // all of it was in the thread's memory
}

const struct weft__libc weft__libc_musl = {
    .name = "musl",
    .default_stack = WEFT__DEFAULT_STACK,
    .last_signal = MUSL_SIGNAL_LAST,
    .cancel_signal = MUSL_SIGNAL_FIRST + 1,
    .mismatch = weft__musl_mismatch,
    .adopt = adopt,
    .tls_size = tls_size,
    .tls_build = tls_build,
    .set_cancel_state = weft__musl_set_cancel_state,
    .hooks = {nothing, nothing, end, drop, weft__libc_fork, NULL, NULL},
};

// ---- What musl calls, if it is there ----

void __ldso_atfork(int when);
void __synccall(void (*function)(void *), void *argument);
void __tl_lock(void);
void __tl_unlock(void);
void __tl_sync(struct musl_thread *thread);
void __pthread_tsd_run_dtors(void);

// fork, before the libc takes its locks and after it gave them back: -1 before,
// 0 in the parent, 1 in the child. Called if need_locks is above 0.
void __ldso_atfork(int when)
{
    if (when < 0) {
        weft__libc_before_fork();
        return;
    }
    if (when > 0) {
        // A child with one thread does without locks, says the libc.
        __libc.need_locks = 1;
    }
    weft__libc_after_fork(when);
}

// setuid and others: function in all threads. The child of a vfork runs on the
// caller's TCB and is a process of its own, with one thread.
void __synccall(void (*function)(void *), void *argument)
{
    if ((long)musl_self()->tid != sys_gettid()) {
        function(argument);
        return;
    }
    weft__everyone_calls(MUSL_SIGNAL_LAST, function, argument);
}

// The lock around the ring of threads, in which there is never anybody else.
// These three are musl's pthread_create.lo's, and the one after them is
// pthread_key_create.lo's. That they are here as well makes it an error to link
// those two, which would know nothing of Weft's threads: multiple definition.
void __tl_lock(void)
{
}

void __tl_unlock(void)
{
}

void __tl_sync(struct musl_thread *thread)
{
    (void)thread;
}

void __pthread_tsd_run_dtors(void)
{
}
