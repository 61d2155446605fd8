// SPDX-License-Identifier: MIT
// musl.h - what Weft relies on of static musl: its names, and where things lie in
// its thread descriptor. True of musl 1.2.2 and later, as far as there is one;
// musl_verify.c holds it against the program that runs.
#ifndef MUSL_H
#define MUSL_H

#include <stddef.h>
#include <stdint.h>
#include "arch.h"

struct weft__thread;

// musl's struct pthread, which is its TCB. Where TLS lies above the thread
// pointer, the descriptor ends at the thread pointer, and the two words that the
// ABI wants close to it come last; elsewhere it begins there.
struct musl_thread {
    struct musl_thread *self;
#if !ARCH_TLS_ABOVE_TP
    uintptr_t *dtv;
#endif
    struct musl_thread *prev, *next; // a ring of all threads; here of one
    uintptr_t sysinfo;
#if !ARCH_TLS_ABOVE_TP
    uintptr_t canary;
#endif
    uint32_t tid;
    int errno_value;
    int detach_state;
    int cancel;
    unsigned char cancel_disable; // by the libc's own calls: musl_cancel.c
    unsigned char cancel_async;
    unsigned char flags;
    unsigned char *map_base;
    size_t map_size;
    void *stack; // the top, or NULL in main
    size_t stack_size;
    size_t guard_size;
    // Weft's slot: musl uses it in pthread_exit and pthread_join alone, which are
    // never linked.
    struct weft__thread *result;
    void *cleanups;
    void **keys;
    struct {
        void *head; // itself, when nothing is held
        long offset;
        void *pending;
    } robust_list;
    int h_errno_value;
    int timer_id;
    const void *locale;
    int kill_lock[1];
    char *dlerror_text;
    void *stdio_locks;
#if ARCH_TLS_ABOVE_TP
    uintptr_t canary;
    uintptr_t *dtv;
#endif
};

enum { MUSL_JOINABLE = 2 };                             // detach_state
enum { MUSL_CANCEL_DISABLE = 1, MUSL_CANCEL_MASKED };   // cancel_disable
enum { MUSL_SIGNAL_FIRST = 32, MUSL_SIGNAL_LAST = 34 }; // kept for itself

struct musl_tls_module {
    struct musl_tls_module *next;
    const void *image;
    size_t length, size, align, offset;
};

// What musl knows of the process.
struct musl_libc {
    char can_do_threads;
    char threaded; // streams that are opened from now on have locks
    char secure;
    signed char need_locks; // 0: malloc and others do without
    int threads_minus_1;
    unsigned long *auxv;
    struct musl_tls_module *tls_head;
    size_t tls_size, tls_align, tls_count;
    size_t page_size;
    const void *global_locale[6];
};

// The beginning of a stdio stream.
struct musl_stream {
    unsigned flags;
    void *fields[14];
    int fd;
    int pipe_pid;
    long lock_count;
    int mode;
    int lock; // -1: none is taken
    int line_end;
};

// Weak: this file is also part of programs without musl. Those that may be
// missing in a program with musl are in it when something else uses them.
#define MUSL_WEAK __attribute__((weak))
extern MUSL_WEAK struct musl_libc __libc;
void *__copy_tls(unsigned char *memory) MUSL_WEAK;
extern MUSL_WEAK char **__environ;

static inline uintptr_t musl_thread_pointer(struct musl_thread *thread)
{
    return (uintptr_t)thread + (ARCH_TLS_ABOVE_TP ? sizeof *thread : 0);
}

// The calling thread's own.
static inline struct musl_thread *musl_self(void)
{
    uintptr_t pointer = (uintptr_t)__builtin_thread_pointer();
    return (struct musl_thread *)(pointer - (ARCH_TLS_ABOVE_TP
                                                 ? sizeof(struct musl_thread)
                                                 : 0));
}

// musl_verify.c: what is not as it is written here, or NULL.
const char *weft__musl_mismatch(void);

// musl_cancel.c: the libc's own switch. (That musl.c names it brings that object into
// the program. Of what else is in there the libc has stand-ins, so that nobody
// would ask for it.)
int weft__musl_set_cancel_state(int state, int *old);

#endif
