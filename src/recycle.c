// SPDX-License-Identifier: MIT
// recycle.c - a kernel thread that ends becomes the next one.
// Read before: thread.c, stack.c, join.c.
//
// To make and end a kernel thread costs several times what it costs to wake one.
// After weft_recycle(n), up to n kernel threads whose thread has ended fall asleep
// on their stacks, where weft_create finds them:
//
//     thread that ends                     who waits for it, and the next creator
//     blocks all signals
//     looks whether it is as new
//     puts itself into the list
//     exit_word = 0, wakes  -------------> join returns
//     sleeps on its own word
//                                          takes it, with its block, from the list
//                                          builds the next thread in the block
//       <--------------------------------- the tid in exit_word, word = BEGINS, wakes
//     takes the creator's name, CPUs,
//     floating point and signal mask
//     begins on an empty stack
//
//   word      meaning                               left by
//   ASLEEP    in the list, or just taken            who took it: T1, T2
//   BEGINS    go on as the thread in .self
//   ENDS      make the exit system call
//
//   T1  -> BEGINS    weft_create
//   T2  -> ENDS      weft_recycle, and weft_create when it is no use after all
//
// From the moment it is in the list, another thread may build the next one in its
// block: TLS and the thread's own data, at the top. The sleeper uses none of that,
// and signals are blocked, so no handler does; it lives further down the stack.
//
// The kernel has one address in which it stores 0 at a kernel thread's end. It
// cannot be that of each exit_word in turn without a system call, so from the first
// sleep on it is that of a word that nobody reads, until the end is near
// (weft__kernel_exit).
#include <weft/atomic.h>
#include <weft/error.h>
#include "host/host.h"
#include "futex.h"
#include "join.h"
#include "lock.h"
#include "record.h"
#include "recycle_state.h"
#include "signal.h"
#include "stack.h"
#include "syscall.h"
#include "thread.h"

enum { ASLEEP, BEGINS, ENDS };

// On the stack of the kernel thread that is asleep.
struct weft__sleeper {
    uint32_t word; // futex
    uint32_t tid;  // 0 when the kernel has left the stack
    unsigned fork; // the process in which it sleeps
    struct weft__block *block;
    struct weft__sleeper *next; // guarded by weft__stack_lock
    struct inherited state;
    // For T1:
    struct weft__thread *self;
    void *sp, *tp;
    char name[COMM_SIZE];
    uint64_t mask, fp_control;
    int other_cpus; // state.cpus are the creator's, and not its own
};

// Guarded by weft__stack_lock:
static struct weft__sleeper *list; // last in, first out
static unsigned count, most;       // count is stale outside the lock

// Of weft_recycle, one call at a time: the block on its way out of the list, where a
// fork finds it (weft__stack_lock guards it while it has no sleeper).
static struct weft__lock ending_lock;
static struct weft__block *one_too_many;

// How often this process was forked since. Changed while it has one thread.
static unsigned forks;

static uint32_t nobodys_word;

// ---- the thread that ends ----

// Whether nothing is left of the thread that has just ended but what the next
// creator can set right: no signal waits for it, its own or the process's (only a
// real end throws them away), and there is no signal stack.
static int is_as_new(struct weft__sleeper *me)
{
    const struct kernel_stack none = {NULL, SS_DISABLE, 0};
    uint64_t pending = 0;
    return arch_syscall3(SYS_rt_sigpending, (long)&pending, sizeof pending,
                         0) >= 0 &&
           pending == 0 &&
           arch_syscall3(SYS_sigaltstack, (long)&none, 0, 0) >= 0 &&
           weft__inherited(&me->state);
}

// Puts me into the list, with the block that its record gives up.
static int keep(struct weft__sleeper *me, struct weft__record *record)
{
    weft__lock_acquire(&weft__stack_lock);
    int kept = count < most;
    if (kept) {
        me->block = record->block;
        record->block = NULL;
        me->block->sleeper = me;
        me->next = list;
        list = me;
        weft__store_relaxed(&count, count + 1);
    }
    weft__lock_release(&weft__stack_lock);
    return kept;
}

// Asleep until T1 or T2, then as it says.
_Noreturn static void sleep_on(struct weft__sleeper *me)
{
    uint32_t word;
    // acquire: pairs with [recycle.next]
    while ((word = weft__load_acquire(&me->word)) == ASLEEP) {
        weft__futex_wait(&me->word, ASLEEP, 0);
    }
    if (word == ENDS) {
        sys_set_tid_address(&me->tid);
        sys_exit(0);
    }
    if (me->tp != __builtin_thread_pointer()) {
        arch_set_thread_pointer(me->tp);
    }
    if (me->other_cpus) {
        sys_sched_setaffinity(0, sizeof me->state.cpus, me->state.cpus);
    }
    sys_prctl(PR_SET_NAME, me->name);
    arch_set_fp_control(me->fp_control);
    weft__signals_restore(&me->mask);
    weft__start_over(me->sp, me->self);
}

static void park(struct weft__thread *self, int detached)
{
    struct weft__record *record = self->record;
    struct weft__sleeper me;
    uint64_t mask;
    if (record->block == NULL || weft__signals_block(&mask) < 0 ||
        !is_as_new(&me)) {
        return;
    }
    me.word = ASLEEP;
    me.tid = weft__load_relaxed(&record->exit_word); // its own, it stays
    me.fork = forks;
    if (!self->recycled) {
        self->recycled = 1;
        sys_set_tid_address(&nobodys_word);
    }
    if (!keep(&me, record)) {
        return;
    }
    // From here on self is not touched: it may be the next one's.
    if (detached) {
        weft__record_reap();
        weft__record_dying(record);
    }
    // As the kernel does it: pairs with [exit]. The record may be gone after it.
    weft__store_release(&record->exit_word, 0);
    weft__futex_wake(&record->exit_word, 1, FUTEX_SHARED);
    sleep_on(&me);
}

// ---- the creator ----

// T1, T2. [recycle.next] The sleeper may be gone after it.
static void tell(struct weft__sleeper *sleeper, uint32_t word)
{
    weft__store_release(&sleeper->word, word);
    weft__futex_wake(&sleeper->word, 1, 0);
}

static void discard(struct weft__block *block)
{
    struct weft__sleeper *sleeper = block->sleeper;
    uint32_t tid;
    block->sleeper = NULL;
    if (sleeper->fork != forks) {
        return; // it sleeps in the process that forked this one
    }
    tell(sleeper, ENDS);
    // acquire: pairs with the kernel's store when it has left the stack
    while ((tid = weft__load_acquire(&sleeper->tid)) != 0) {
        weft__futex_wait(&sleeper->tid, tid, FUTEX_SHARED);
    }
}

static struct weft__sleeper *unlink_at(struct weft__sleeper **link)
{
    struct weft__sleeper *sleeper = *link;
    *link = sleeper->next;
    weft__store_relaxed(&count, count - 1);
    return sleeper;
}

// Under the lock: a block is in the list, or in *out, where a fork finds it as well.
static struct weft__sleeper *find(struct weft__block **out, size_t size,
                                  size_t guard_size)
{
    struct weft__sleeper *found = NULL;
    weft__lock_acquire(&weft__stack_lock);
    struct weft__sleeper **link = &list;
    while (*link != NULL && ((*link)->block->size != size ||
                             (*link)->block->guard_size != guard_size)) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        found = unlink_at(link);
        *out = found->block;
    }
    weft__lock_release(&weft__stack_lock);
    return found;
}

static int take(struct weft__block **out, size_t size, size_t guard_size)
{
    struct inherited mine;
    // relaxed: who is missed is found the next time
    if (weft__load_relaxed(&count) == 0 || !weft__inherited(&mine)) {
        return 0;
    }
    struct weft__sleeper *sleeper = find(out, size, guard_size);
    if (sleeper == NULL) {
        return 0;
    }
    // Another policy, priority or niceness it might not be allowed to take; and
    // which one a creator's child gets with RESET_ON_FORK, the kernel decides.
    if ((mine.sched.flags & SCHED_FLAG_RESET_ON_FORK) ||
        !weft__same_words(&mine.sched, &sleeper->state.sched,
                          sizeof mine.sched)) {
        discard(*out);
        return 1;
    }
    sleeper->other_cpus =
        !weft__same_words(mine.cpus, sleeper->state.cpus, sizeof mine.cpus);
    sleeper->state = mine;
    return 1;
}

static long wake(struct weft__thread *self, void *sp, void *tp)
{
    struct weft__record *record = self->record;
    struct weft__sleeper *sleeper = record->block->sleeper;
    uint32_t tid = sleeper->tid;
    record->block->sleeper = NULL;
    self->recycled = 1;
    sleeper->self = self;
    sleeper->sp = sp;
    sleeper->tp = tp;
    sleeper->fp_control = arch_fp_control();
    sys_prctl(PR_GET_NAME, sleeper->name);
    sys_sigprocmask(SIG_SETMASK, NULL, &sleeper->mask);
    // As the kernel does it: before the thread runs.
    weft__store_release(&record->exit_word, tid);
    tell(sleeper, BEGINS); // T1.
    return (long)tid;
}

static void after_fork(void)
{
    forks++;
    while (list != NULL) {
        struct weft__block *block = unlink_at(&list)->block;
        block->sleeper = NULL;
        weft__stack_put(&block);
    }
    weft__stack_put(&one_too_many);
    ending_lock.word = 0;              // whoever had it is not here
    weft__thread_self()->recycled = 0; // the kernel knows its word: fork.c
}

int weft_recycle(unsigned max)
{
    static const struct weft__recycling hooks = {take, wake, discard, park,
                                                 after_fork};
    struct inherited mine;
    if (weft__libc_hooks != NULL || !weft__inherited(&mine)) {
        return WEFT_ENOTSUP;
    }
    // [recycle.hooks]
    weft__store_pointer_release(&weft__recycling, (void *)(uintptr_t)&hooks);
    weft__lock_acquire(&ending_lock);
    for (;;) {
        weft__lock_acquire(&weft__stack_lock);
        most = max;
        if (count > max) {
            one_too_many = unlink_at(&list)->block;
        }
        weft__lock_release(&weft__stack_lock);
        if (one_too_many == NULL) {
            break;
        }
        weft__stack_put(&one_too_many); // ends who is asleep on it first
    }
    weft__lock_release(&ending_lock);
    return 0;
}
