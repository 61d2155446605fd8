// SPDX-License-Identifier: MIT
// thread.c - a thread's life: create, start, exit.
// Read before: record.h, thread.h, place.c.  Read after: thread.S, life.c, join.c.
#include <weft/atomic.h>
#include <weft/error.h>
#include "birth.h"
#include "cancel.h"
#include "futex.h"
#include "host/host.h"
#include "join.h"
#include "life.h"
#include "place.h"
#include "refusal.h"
#include "signal.h"
#include "stack.h"
#include "thread.h"

// Each flag and its reason; see clone(2). The kernel would do with fewer of the
// first six, but qemu-user knows a thread only by all of them.
#define THREAD_FLAGS                                                           \
    (CLONE_VM              /* one address space */                             \
     | CLONE_FS            /* one root, working directory and umask */         \
     | CLONE_FILES         /* one table of file descriptors */                 \
     | CLONE_SIGHAND       /* one table of signal handlers */                  \
     | CLONE_THREAD        /* one process: same pid, no SIGCHLD at the end */  \
     | CLONE_SYSVSEM       /* one list of System V semaphore undos */          \
     | CLONE_SETTLS        /* the thread pointer, set before it runs */        \
     | CLONE_PARENT_SETTID /* the tid in *tid_word, before clone returns */    \
     | CLONE_CHILD_SETTID  /* the tid in exit_word, before it runs */          \
     | CLONE_CHILD_CLEARTID /* 0 in exit_word, when the stack is unused */)

struct weft__thread weft__main_thread;
uint32_t weft__fork_generation;
void *weft__key_end;
void *weft__key_gone;
void *weft__robust_end;
void *weft__recycling;
const struct weft__libc_hooks *weft__libc_hooks;
int weft__signals_lower;

// Threads that have not announced their end, less one: who finds 0 is the last,
// and ends the process.
static uint32_t others;

// Everything the thread is, in place before it exists: a signal handler on its
// first instruction finds a whole thread.
static void *build(const struct weft__place *place, struct weft__record *record,
                   void *(*start)(void *), void *arg)
{
    struct weft__thread *self = place->self;
    weft__zero(self, sizeof *self);
    self->local.handle = weft__life_handle(record);
    self->local.cancel_request = &record->cancel_request;
    self->record = record;
    self->start = start;
    self->arg = arg;
    // A new thread inherits its creator's mask, and with it a cancel signal that
    // the cancel handler may have blocked there, above a stub.
    self->unblock_cancel = weft__thread_self()->stubs > 0;
    return weft__host_tls_build(place->tls, self);
}

// A thread whose creation failed ends as any other does, because its handle has
// been in *out, where others may have seen it. Either they have claimed it, and
// the freeing is theirs, or it is the creator's. detached: what weft__life_end
// returned, here or in the child.
static void undo(struct weft__record *record, weft_thread t, int detached)
{
    if (detached || weft__life_claim(record, t) == 0) {
        weft__wait_for_exit(record);
        weft__record_free(record);
    }
}

// The same where there was no clone: does what the thread and the kernel would
// have done.
static void undo_unborn(struct weft__record *record, weft_thread t)
{
    int detached = weft__life_end(record);
    weft__store_release(&record->exit_word, 0); // pairs with [exit]
    weft__futex_wake(&record->exit_word, 1, FUTEX_SHARED);
    undo(record, t, detached);
}

// clone, without and with attributes that the child may be refused. No lock is
// held across it. 0 or the error; then nobody runs on the memory any more.
static int bring_to_life(const struct weft__place *place, void *tp,
                         const weft_attr *attr, weft_thread t)
{
    struct weft__record *record = place->self->record;
    struct weft__birth birth;
    int needed = weft__birth_needed(attr);
    int error = needed ? weft__birth_prepare(&birth, attr) : 0;
    if (error) {
        undo_unborn(record, t);
        return error;
    }
    place->self->birth = needed ? &birth : NULL;
    long tid = record->block != NULL && record->block->sleeper != NULL
                   ? weft__recycle()->wake(place->self, place->sp, tp)
                   : weft__clone(THREAD_FLAGS, place->sp, record->tid_word,
                                 &record->exit_word, tp, place->self);
    // From here on nothing of the thread may be touched: it may be gone.
    if (tid < 0) {
        error = weft__refusal(tid);
    } else if (needed) {
        error = weft__birth_wait(&birth);
    }
    if (needed) {
        weft__birth_finish(&birth);
    }
    if (tid < 0) {
        undo_unborn(record, t);
    } else if (error) {
        undo(record, t, birth.ended_detached);
    }
    return error;
}

int weft__create(weft_thread *out, const weft_attr *attr,
                 void *(*start)(void *), void *arg,
                 const struct weft__given *given)
{
    static weft_attr defaults; // all-zero; not const, so not in the file either
    if (attr == NULL) {
        attr = &defaults;
    }
    if (out == NULL) {
        return WEFT_EINVAL;
    }
    *out = 0;
    weft__host_adopt();
    int error = start == NULL ? WEFT_EINVAL : weft__place_check(attr);
    if (error) {
        return error;
    }
    weft__record_reap(); // memory of detached threads that are gone
    struct weft__record *record;
    error = weft__record_new(&record);
    if (error) {
        return error;
    }
    struct weft__place place;
    error = weft__place_find(&place, &record->block, attr);
    if (error) {
        weft__record_free(record);
        return error;
    }
    weft__store_relaxed(&record->exit_word, WEFT__UNBORN); // nobody looks yet
    void *tp = build(&place, record, start, arg);
    if (tp == NULL) {
        weft__record_free(record);
        return WEFT_EAGAIN;
    }
    weft_thread t =
        weft__life_begin(record, (attr->flags & WEFT_DETACHED) != 0);
    *out = t;
    if (given != NULL) {
        given->apply(given, &place);
    }
    weft__add_relaxed(&others, 1); // its creator lives: it cannot be the last
    error = bring_to_life(&place, tp, attr, t);
    if (error) {
        // relaxed: what this thread did is shown by its own end, which comes
        // later (leave)
        weft__add_relaxed(&others, (uint32_t)-1);
        *out = 0;
    }
    return error;
}

int weft_create(weft_thread *out, const weft_attr *attr, void *(*start)(void *),
                void *arg)
{
    return weft__create(out, attr, start, arg, NULL);
}

_Noreturn void weft__kernel_exit(const struct weft__thread *self)
{
    if (self->recycled) { // the kernel does not know this life's word yet
        sys_set_tid_address(&self->record->exit_word);
    }
    sys_exit(0);
}

_Noreturn void weft__thread_start(struct weft__thread *self)
{
    if (weft__libc_hooks != NULL) {
        weft__libc_hooks->begin(self);
    }
    if (self->unblock_cancel) {
        weft__signal_unblock_cancel();
    }
    if (self->birth != NULL) {
        weft__birth_apply(self);
    }
    weft_exit(self->start(self->arg));
}

static void call_hook(void *const *hook, struct weft__thread *self)
{
    // relaxed: what a thread needs to see here it has stored itself
    void *function = weft__load_pointer_relaxed(hook);
    if (function != NULL) {
        ((weft__end_hook *)function)(self);
    }
}

// The last steps. Until the exit system call is done, signal handlers may still
// run on this stack; it stays, because nobody frees it before exit_word is 0.
_Noreturn static void leave(struct weft__thread *self, void *value)
{
    struct weft__record *record = self->record;
    // acq_rel: pairs with itself, so that the last one sees all that others did
    if (weft__add_acq_rel(&others, (uint32_t)-1) == 0) {
        weft__store_relaxed(&others, 0); // .fini_array may yet create threads
        weft__host_exit(0);
    }
    if (weft__libc_hooks != NULL) {
        weft__libc_hooks->end(self);
    }
    call_hook(&weft__key_gone, self);
    int detached = weft__life_end(record);
    record->value = value; // nobody who holds the thread is left (record.h)
    if (weft__recycle() != NULL) {
        weft__recycle()->park(self, detached);
    }
    if (detached) {
        weft__record_reap(); // those who went before, but not this one
        weft__record_dying(record);
    }
    weft__kernel_exit(self);
}

_Noreturn void weft_exit(void *value)
{
    struct weft__thread *self = weft__thread_self();
    weft__cancel_leave(self); // from here on no cancellation loses a handler
    while (self->cleanups != NULL) {
        struct weft_cleanup *cleanup = self->cleanups;
        self->cleanups = cleanup->next; // first: it may itself call weft_exit
        cleanup->fn(cleanup->arg);
    }
    if (weft__libc_hooks != NULL) {
        weft__libc_hooks->destroy(self);
    }
    call_hook(&weft__key_end, self);
    call_hook(&weft__robust_end, self);
    leave(self, value);
}

uint32_t *weft__thread_adopt_main(void)
{
    struct weft__record *record;
    weft__record_new(&record); // the first is static: there is one
    weft__main_thread.local.handle = weft__life_begin(record, 0);
    weft__main_thread.local.cancel_request = &record->cancel_request;
    weft__main_thread.record = record;
    return &record->exit_word;
}

void weft__thread_alone(void)
{
    weft__store_relaxed(&others, 0); // no other thread is there to see it
}
