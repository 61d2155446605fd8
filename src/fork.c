// SPDX-License-Identifier: MIT
// fork.c - a new process with one thread.
// Read before: record.c, stack.c, key.c (the locks).
//
// The child gets a copy of all memory, but only the thread that called. Whatever
// the others were doing stays half done for ever; so the caller holds the locks
// of the runtime's lists over the fork, and finds the lists whole in the child.
// There it frees what belonged to the others. clone(2) writes the new tid into
// the caller's exit_word (CHILD_SETTID) and will clear it at the end of the child
// (CHILD_CLEARTID), which a child would otherwise lose.
//
// Beside a libc the fork is the libc's own, which calls this file before and
// after (host/libc.c), whether it was begun by weft_fork or by the libc's fork.
#include <weft/error.h>
#include "ceiling.h"
#include "fork.h"
#include "host/host.h"
#include "key.h"
#include "life.h"
#include "lock.h"
#include "record.h"
#include "request.h"
#include "signal.h"
#include "stack.h"
#include "syscall.h"
#include "thread.h"

#define NOINLINE __attribute__((noinline)) // one copy is smaller than two

struct handlers {
    void (*prepare)(void);
    void (*parent)(void);
    void (*child)(void);
};

// Handlers are kept in pages, and never taken back.
enum { PER_PAGE = 4096 / sizeof(struct handlers) - 1 };
struct page {
    struct handlers entry[PER_PAGE];
    struct page *next;
};

static struct weft__lock atfork_lock;
// Guarded by atfork_lock:
static struct page *first_page, *last_page;
static unsigned entries;
static unsigned called; // how many handlers were called before this fork

// key.c is there if the program makes keys.
#pragma weak weft__key_lock
#pragma weak weft__keys_alone

int weft_atfork(void (*prepare)(void), void (*parent)(void),
                void (*child)(void))
{
    int error = 0;
    weft__lock_acquire(&atfork_lock);
    if (entries % PER_PAGE == 0) {
        long memory = sys_mmap(sizeof(struct page), PROT_READ | PROT_WRITE);
        if (sys_failed(memory)) {
            error = WEFT_ENOMEM;
        } else if (first_page == NULL) {
            first_page = last_page = (struct page *)memory;
        } else {
            last_page->next = (struct page *)memory;
            last_page = last_page->next;
        }
    }
    if (error == 0) {
        last_page->entry[entries++ % PER_PAGE] =
            (struct handlers){prepare, parent, child};
    }
    weft__lock_release(&atfork_lock);
    return error;
}

static const struct handlers *entry_at(unsigned number)
{
    const struct page *page = first_page;
    for (; number >= PER_PAGE; number -= PER_PAGE) {
        page = page->next;
    }
    return &page->entry[number];
}

static void call(void (*handler)(void))
{
    if (handler != NULL) {
        handler();
    }
}

static void call_prepare(unsigned count)
{
    while (count > 0) { // newest first
        call(entry_at(--count)->prepare);
    }
}

static void call_after(unsigned count, int in_child)
{
    for (unsigned i = 0; i < count; i++) { // oldest first
        const struct handlers *entry = entry_at(i);
        call(in_child ? entry->child : entry->parent);
    }
}

static void lock_lists(void)
{
    if (weft__ceiling_before_fork != NULL) {
        weft__ceiling_before_fork();
    }
    weft__lock_acquire(&weft__record_lock);
    weft__lock_acquire(&weft__stack_lock);
    if (&weft__key_lock != NULL) {
        weft__lock_acquire(&weft__key_lock);
    }
}

static void unlock_lists(void)
{
    if (&weft__key_lock != NULL) {
        weft__lock_release(&weft__key_lock);
    }
    weft__lock_release(&weft__stack_lock);
    weft__lock_release(&weft__record_lock);
    if (weft__ceiling_after_fork != NULL) {
        weft__ceiling_after_fork();
    }
}

// The child: everybody else is gone.
static void alone(void)
{
    struct weft__record *self = weft__thread_self()->record;
    weft__fork_generation++;
    weft__life_after_fork(self);
    weft__request_after_fork(self);
    self->waits_for = 0;
    weft__thread_alone();
    weft__lock_release(&weft__stack_lock); // weft__stack_put takes it itself
    if (weft__recycle() != NULL) {
        weft__recycle()->after_fork();
    }
    weft__record_only(self);
    if (&weft__key_lock != NULL) {
        weft__keys_alone(weft__thread_self());
    }
    weft__lock_acquire(&weft__stack_lock);
}

// Calls the handlers of before. Handlers may add handlers; those are for the next
// fork.
static unsigned before(void)
{
    weft__lock_acquire(&atfork_lock);
    unsigned count = entries;
    weft__lock_release(&atfork_lock);
    call_prepare(count);
    return count;
}

static NOINLINE void lock_all(unsigned count)
{
    weft__lock_acquire(&atfork_lock);
    called = count;
    lock_lists();
}

static unsigned unlock_all(int in_child)
{
    if (in_child) {
        alone();
    }
    unsigned count = called;
    unlock_lists();
    weft__lock_release(&atfork_lock);
    return count;
}

void weft__fork_begin(void)
{
    lock_all(before());
}

void weft__fork_end(int in_child)
{
    call_after(unlock_all(in_child), in_child);
}

long weft_fork(void)
{
    if (weft__libc_hooks != NULL) {
        return weft__libc_hooks->fork();
    }
    unsigned count = before();
    uint64_t mask;
    long result = weft__signals_block(&mask);
    if (result >= 0) {
        lock_all(count);
        result = arch_fork(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                           &weft__thread_self()->record->exit_word);
        unlock_all(result == 0);
        weft__signals_restore(&mask);
    }
    call_after(count, result == 0);
    return result;
}
