// SPDX-License-Identifier: MIT
// glibc_cancel.c - every blocking call of glibc as a cancellation point.
// Read before: cancel.c, glibc_arch.h.  Read after: glibc_unwind.c.
//
// glibc puts each blocking system call into a bracket of two calls, and expects
// that a thread may be cancelled anywhere between them. That loses what the system
// call did when the request comes after it. But the two functions may be
// replaced, and the code between them is regular: after the first, nothing but
// moves of arguments into registers, then the system call (tests/audit_glibc.sh
// looks at each place in libc.a). So the code of the libc itself can be what the
// stub of thread.S is for Weft's own calls:
//
//     call  __pthread_enable_asynccancel     looks: asked already? not made
//     mov   ...          <- site             asked here: not made
//     syscall                                while it blocks: not made
//     ...                                    after it: result returned
//     call  __pthread_disable_asynccancel
//
// The handler finds the bracket from the interrupted pc alone: up to
// ARCH_GLIBC_MOVES bytes back stands a call of the first function, and from there
// moves lead to a system call at or after the pc. Then it makes the thread go on
// as if the libc had called weft__bracket_canceled instead.
//
// A call that a signal interrupts and that does not restart has its pc behind the
// system call and EINTR as its result, when the signal arrives. No work was done.
#include <weft/atomic.h>
#include <weft/error.h>
#include "cancel.h"
#include "glibc.h"
#include "glibc_arch.h"
#include "signal.h"
#include "thread.h"

// glibc.S
extern WEFT__HIDDEN int __pthread_enable_asynccancel(void);
extern WEFT__HIDDEN const char weft__bracket_begin[], weft__bracket_end[];
void weft__bracket_canceled(void);

void __pthread_disable_asynccancel(int old);
const uint32_t *weft__bracket_open(void);
_Noreturn void weft__bracket_cancel(void);

// The linker's names for where the program's code is.
extern const char __executable_start[], etext[];

// Called by glibc.S. Returns the word to look at.
const uint32_t *weft__bracket_open(void)
{
    static const uint32_t not_asked;
    struct weft__thread *self = weft__glibc_self;
    self->stubs++;
    weft__signal_fence(); // a handler from here on counts it
    return self->cancel_state == WEFT_CANCEL_ENABLE
               ? &self->record->cancel_request
               : &not_asked;
}

void __pthread_disable_asynccancel(int old)
{
    struct weft__thread *self = weft__glibc_self;
    (void)old;
    weft__signal_fence(); // a handler up to here counts it
    self->stubs--;
    if (self->stubs == 0 && self->cancel_signal_blocked) {
        weft__signal_unblock_cancel();
    }
}

void weft__bracket_cancel(void)
{
    weft__glibc_unwind(WEFT_CANCELED);
}

// Where the bracket around pc begins: the return address of its first call, or 0.
static uintptr_t site_before(uintptr_t pc)
{
    uintptr_t first = (uintptr_t)__pthread_enable_asynccancel;
    for (uintptr_t at = pc; pc - at <= ARCH_GLIBC_MOVES; at--) {
        if (arch_glibc_calls(at, first)) {
            return at;
        }
    }
    return 0;
}

// Whether what was interrupted at pc has not been done yet, or was given up by the
// kernel because of the signal. close(2) has closed even then.
static int is_undone(const char *ucontext, uintptr_t site, uintptr_t pc)
{
    long nr = -1;
    uintptr_t call = arch_glibc_syscall(site, &nr);
    if (call == 0) {
        return 0;
    }
    return pc <= call ||
           (pc == call + ARCH_GLIBC_SYSCALL_SIZE && nr != SYS_close &&
            arch_glibc_result(ucontext) == -WEFT_EINTR);
}

int weft__glibc_cancel_at(char *ucontext)
{
    uintptr_t *pc = (uintptr_t *)(void *)(ucontext + ARCH_UCONTEXT_PC);
    if (*pc >= (uintptr_t)weft__bracket_begin &&
        *pc < (uintptr_t)weft__bracket_end) {
        *pc = (uintptr_t)weft__bracket_canceled;
        return 1;
    }
    if (*pc < (uintptr_t)__executable_start + ARCH_GLIBC_MOVES + 8 ||
        *pc >= (uintptr_t)etext) {
        return 0; // not the libc's code, and not to be read
    }
    uintptr_t site = site_before(*pc);
    if (site == 0 || !is_undone(ucontext, site, *pc)) {
        return 0;
    }
    arch_glibc_call(ucontext, site, (uintptr_t)weft__bracket_canceled);
    return 1;
}

// ---- What else glibc does about cancellation in its own functions ----

// struct _pthread_cleanup_buffer of <pthread.h>. The libc keeps them on the stacks
// of its own functions; here the beginning of it becomes a record of Weft's.
struct glibc_cleanup {
    struct weft_cleanup record; // routine, argument, and one word that is ours
    uintptr_t old_type;
};

void __pthread_cleanup_push(struct glibc_cleanup *cleanup,
                            void (*routine)(void *), void *argument);
void __pthread_cleanup_pop(struct glibc_cleanup *cleanup, int execute);
void __libc_cleanup_push_defer(struct glibc_cleanup *cleanup);
void __libc_cleanup_pop_restore(struct glibc_cleanup *cleanup);

void __pthread_cleanup_push(struct glibc_cleanup *cleanup,
                            void (*routine)(void *), void *argument)
{
    weft_cleanup_link(&cleanup->record, routine, argument);
}

void __pthread_cleanup_pop(struct glibc_cleanup *cleanup, int execute)
{
    weft_cleanup_unlink(&cleanup->record);
    if (execute) {
        cleanup->record.fn(cleanup->record.arg);
    }
}

void __libc_cleanup_push_defer(struct glibc_cleanup *cleanup)
{
    struct weft__thread *self = weft__glibc_self;
    cleanup->old_type = self->cancel_type;
    self->cancel_type = WEFT_CANCEL_DEFERRED;
    weft_cleanup_link(&cleanup->record, cleanup->record.fn,
                      cleanup->record.arg);
}

void __libc_cleanup_pop_restore(struct glibc_cleanup *cleanup)
{
    weft_cleanup_unlink(&cleanup->record);
    if (cleanup->old_type != WEFT_CANCEL_DEFERRED) {
        weft_set_cancel_type((int)cleanup->old_type, NULL);
    }
}

// 0 enables, 1 disables, as in <weft/cancel.h>.
int weft__glibc_set_cancel_state(int state, int *old)
{
    return weft_set_cancel_state(state, old);
}
