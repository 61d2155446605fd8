// SPDX-License-Identifier: MIT
// glibc.h - what the files of the glibc host share.
// Every name that begins with one or two underscores and then something other than
// weft is glibc's own, from its libc.a; the references are weak, because the same
// archive serves programs without a libc, and beside musl.
#ifndef HOST_GLIBC_H
#define HOST_GLIBC_H

#include <stddef.h>
#include <stdint.h>
#include "hidden.h"

#define WEAK __attribute__((weak))

// glibc's doubly linked lists (a head, and a node in each struct pthread).
struct glibc_node {
    struct glibc_node *next, *prev;
};

// ---- glibc's symbols ----

// In every static program: threads' memory.
WEAK void *_dl_allocate_tls(void *tcb);
WEAK void _dl_deallocate_tls(void *tcb, _Bool free_tcb);
WEAK void _dl_get_tls_static_info(size_t *size, size_t *align);
extern WEAK struct glibc_node _dl_stack_user; // of threads on foreign stacks
extern WEAK uint32_t _dl_stack_cache_lock;    // 0, 1, or 2: as our own locks
extern WEAK const ptrdiff_t __rseq_offset;    // from the thread pointer
// ... what changes when there are threads, and what the kernel said.
extern WEAK char __libc_single_threaded;
WEAK void _IO_enable_locks(void);
WEAK void __ctype_init(void);
WEAK const uint16_t **__ctype_b_loc(void);
WEAK const int32_t **__ctype_tolower_loc(void);
WEAK const int32_t **__ctype_toupper_loc(void);
extern WEAK size_t _dl_pagesize, _dl_minsigstacksize;

// Signals that glibc does not let programs use. The first is the one that its thread
// for timers blocks and waits for.
enum { GLIBC_SIGNAL_CANCEL = 32, GLIBC_SIGNAL_SETXID };

// What was found out about this glibc. Written once, before there is a second
// thread; offsets are from the thread pointer.
struct weft__glibc {
    ptrdiff_t pthread; // struct pthread, which _dl_allocate_tls wants zeroed
    size_t pthread_size;
    size_t static_size; // of the block whose layout _dl_allocate_tls knows
    size_t align;       // of the thread pointer
    ptrdiff_t node;     // in the list _dl_stack_user
    ptrdiff_t tid;      // what the libc takes for the thread's number
    const char *main_tp;
};
extern WEFT__HIDDEN struct weft__glibc weft__glibc;

// Fills weft__glibc. NULL, or what is not as it should be.
const char *weft__glibc_mismatch(void);

// NULL, or what this glibc's functions do in another way than is known.
const char *weft__glibc_points_mismatch(void);

// Since glibc 2.41: what its blocking calls go through (glibc_syscall.c).
long __syscall_cancel(long a, long b, long c, long d, long e, long f, long nr);
long __internal_syscall_cancel(long a, long b, long c, long d, long e, long f,
                               long nr);

// Lets the signals above arrive. (A program with glibc.c has glibc_setxid.c by it.)
void weft__glibc_signals_init(void);

// glibc_first.c: main is a thread before there is any other code of the program.
void weft__glibc_first(void);

// The calling thread's own data: what the slot points to.
struct weft__thread;
extern WEFT__HIDDEN _Thread_local struct weft__thread *weft__glibc_self;

// For the cancel handler, with a request due: sends the thread that was interrupted
// in a bracket to its end, where that loses nothing. Whether it did.
int weft__glibc_cancel_at(char *ucontext);

// The same: what the libc's own functions switch cancellation off and on by.
int weft__glibc_set_cancel_state(int state, int *old);

// Before each thread is created: has libgcc sort the program's tables, if they are
// there and it has not yet.
void weft__glibc_unwind_prepare(void);

// Ends the calling thread, frame by frame from the caller on.
_Noreturn void weft__glibc_unwind(void *value);

// For a handler that has left the walk by longjmp: goes on from here.
_Noreturn void weft__glibc_unwind_on(void);

#endif
