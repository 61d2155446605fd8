// SPDX-License-Identifier: MIT
// glibc.c - the host of a program with static glibc.
// Read before: libc.c, glibc.h, glibc_shape.c.  Read after: glibc_cancel.c,
// glibc_setxid.c, everyone.c.
//
// A thread's memory between the stack and its own data, as glibc would lay it out
// itself. _dl_allocate_tls fills in the variables, and brings a vector for those of
// libraries that are loaded at run time:
//
//     variant II, x86_64                     variant I, aarch64
//
//     variables | struct pthread | res       struct pthread | TCB | variables | res
//               ^                                           ^
//               tp                                          tp
//
// res is what the resolver keeps for a thread, if it is in the program.
//
// Each struct pthread is a node of the list _dl_stack_user, by which a library that
// is loaded at run time (a character set of iconv, a name service) finds the
// variables to initialise; fork's child takes itself off that list.
#include <weft/atomic.h>
#include "glibc.h"
#include "glibc_arch.h"
#include "libc.h"
#include "lock.h"
#include "signal.h"
#include "syscall.h"
#include "thread.h"

// These are in a program when it uses what they serve.
extern WEAK char _res[]; // the resolver
extern WEAK _Thread_local void *__libc_resp;
WEAK void __call_tls_dtors(void); // C++'s thread_local with destructors
WEAK void __res_thread_freeres(void);
WEAK void __glibc_tls_internal_free(void);
WEAK void __libc_dlerror_result_free(void);
WEAK void __malloc_arena_thread_freeres(void);
WEAK int __register_atfork(void (*prepare)(void), void (*parent)(void),
                           void (*child)(void), void *library);

// glibc's own functions take more than musl's: getaddrinfo() some 64 KiB.
#define GLIBC_STACK ((size_t)1024 * 1024)

enum { RES_SIZE = 576 }; // of struct __res_state (<resolv.h>), in whole lines
enum { NO_RSEQ = -2 };   // "cpu_id" of a thread without restartable sequences

// The tables behind isalpha() and its like as they were at start-up: good for any
// handler that runs before the thread has taken those of the current locale.
static const uint16_t *ctype_b;
static const int32_t *ctype_tolower, *ctype_toupper;

// ---- The list of struct pthread ----

// glibc's simple lock is the one of lock.c: 0 free, 1 held, 2 held and waited for.
static struct weft__lock *list_lock(void)
{
    return (struct weft__lock *)(void *)&_dl_stack_cache_lock;
}

static struct glibc_node *node_of(char *tp)
{
    return (struct glibc_node *)(void *)(tp + weft__glibc.node);
}

// The caller of these two holds the lock, or is the only thread.
static void insert(struct glibc_node *node)
{
    node->next = _dl_stack_user.next;
    node->prev = &_dl_stack_user;
    node->next->prev = node;
    _dl_stack_user.next = node;
}

static void take_out(struct glibc_node *node)
{
    node->next->prev = node->prev;
    node->prev->next = node->next;
}

static void link_thread(char *tp)
{
    weft__lock_acquire(list_lock());
    insert(node_of(tp));
    weft__lock_release(list_lock());
}

// In the child of a fork nobody else is on the list any more.
static int in_child;

// Takes a thread off the list, and from record what drop() has to give back. Under
// the lock, which whoever forks holds: in the child either nothing is given back
// yet, or nothing is left to be.
static void unlink_thread(struct weft__record *record, char *tp)
{
    weft__lock_acquire(list_lock());
    if (!in_child) {
        take_out(node_of(tp));
    }
    record->of_host = NULL;
    weft__lock_release(list_lock());
}

// ---- A thread's memory ----

static uint32_t *number_of(char *tp)
{
    return (uint32_t *)(void *)(tp + weft__glibc.tid);
}

static size_t below_tp(void)
{
    const struct weft__glibc *shape = &weft__glibc;
    return ARCH_TLS_ABOVE_TP ? shape->pthread_size
                             : shape->static_size - shape->pthread_size;
}

static size_t above_tp(void)
{
    const struct weft__glibc *shape = &weft__glibc;
    size_t size = ARCH_TLS_ABOVE_TP ? shape->static_size : shape->pthread_size;
    return (size + 15) & ~(size_t)15;
}

static size_t tls_size(void)
{
    return below_tp() + above_tp() + weft__glibc.align - 1 +
           (_res != NULL ? RES_SIZE : 0);
}

// The variable of the thread with thread pointer tp that is for the calling thread
// at mine.
static void *variable_of(char *tp, void *mine)
{
    return tp + ((char *)mine - (char *)__builtin_thread_pointer());
}

// glibc's variables that are not right when they are as in the file.
static void set_variables(char *tp, struct weft__thread *self)
{
    *(void **)(void *)(tp + weft__self_slot) = self;
    *(const uint16_t **)variable_of(tp, __ctype_b_loc()) = ctype_b;
    *(const int32_t **)variable_of(tp, __ctype_tolower_loc()) = ctype_tolower;
    *(const int32_t **)variable_of(tp, __ctype_toupper_loc()) = ctype_toupper;
    if (_res != NULL) {
        char *res = tp + above_tp();
        weft__zero(res, RES_SIZE);
        *(void **)variable_of(tp, &__libc_resp) = res;
    }
    *(int32_t *)(void *)(tp + __rseq_offset + 4) = NO_RSEQ;
}

// What glibc's own pthread_create does when it makes the second thread of the
// process. Until then malloc and stdio take no locks, and the C++ library does
// without atomics, and notices when the initialiser of a static variable comes
// upon the variable itself.
static void no_longer_alone(void)
{
    if (__libc_single_threaded) {
        arch_glibc_head(__builtin_thread_pointer(), weft__glibc.main_tp);
        __libc_single_threaded = 0;
        _IO_enable_locks();
    }
}

static void *tls_build(void *memory, struct weft__thread *self)
{
    const struct weft__glibc *shape = &weft__glibc;
    no_longer_alone();
    weft__glibc_unwind_prepare();
    uintptr_t mask = shape->align - 1;
    char *tp = (char *)(((uintptr_t)memory + below_tp() + mask) & ~mask);
    weft__zero(tp + shape->pthread, shape->pthread_size);
    arch_glibc_head(tp, shape->main_tp);
    *number_of(tp) = WEFT__UNBORN;
    link_thread(tp); // first: what is loaded from now on finds the thread
    if (_dl_allocate_tls(tp) == NULL) {
        unlink_thread(self->record, tp);
        return NULL;
    }
    set_variables(tp, self);
    weft__record_tid_at(self->record, number_of(tp));
    // release: in the child of a fork, what it needs is there if it is
    weft__store_pointer_release(&self->record->of_host, tp);
    return tp;
}

// ---- A thread's life ----

static void begin(struct weft__thread *self)
{
    (void)self;
    __ctype_init();
}

static void destroy(struct weft__thread *self)
{
    (void)self;
    if (__call_tls_dtors != NULL) {
        __call_tls_dtors();
    }
}

static void call(void (*function)(void))
{
    if (function != NULL) {
        function();
    }
}

// What glibc's __libc_thread_freeres does, which nothing else would bring into
// the program. And the thread is off the list before its memory may be somebody
// else's.
static void end(struct weft__thread *self)
{
    char *tp = __builtin_thread_pointer();
    unlink_thread(self->record, tp);
    call(__res_thread_freeres);
    call(__glibc_tls_internal_free);
    call(__libc_dlerror_result_free);
    _dl_deallocate_tls(tp, 0);
    call(__malloc_arena_thread_freeres); // last: the others call free
}

static void drop(struct weft__record *record)
{
    char *tp = record->of_host;
    if (tp == NULL) {
        return; // nothing was built, or end() was here
    }
    unlink_thread(record, tp);
    _dl_deallocate_tls(tp, 0);
}

// ---- fork ----

static uint64_t
    mask_before_fork; // guarded by the locks that are held meanwhile

static void before_fork(void)
{
    // All but the one by which who holds one of the locks may have been stopped,
    // until this thread is stopped, too (everyone.c).
    uint64_t block = ~weft__signal_bit(GLIBC_SIGNAL_SETXID);
    uint64_t mask = 0;
    sys_sigprocmask(SIG_BLOCK, &block, &mask);
    weft__libc_before_fork();
    weft__lock_acquire(list_lock());
    mask_before_fork = mask;
}

static void after_fork(void)
{
    uint64_t mask = mask_before_fork;
    weft__lock_release(list_lock());
    weft__libc_after_fork(0);
    weft__signals_restore(&mask);
}

// glibc has emptied its lists but for the caller's node, which it may have put on
// another one: that of threads whose stacks it would use again.
static void after_fork_in_child(void)
{
    uint64_t mask = mask_before_fork;
    struct glibc_node *node = node_of(__builtin_thread_pointer());
    take_out(node);
    insert(node);
    _dl_stack_cache_lock = 0;
    __libc_single_threaded = 1; // until it creates a thread
    in_child = 1;
    weft__libc_after_fork(1);
    in_child = 0;
    weft__signals_restore(&mask);
}

static void adopt(struct weft__thread *main)
{
    char *tp = __builtin_thread_pointer();
    weft__glibc_first(); // was called long ago: this has the linker see to it
    weft__record_tid_at(main->record, number_of(tp));
    main->record->of_host = tp;
    ctype_b = *__ctype_b_loc();
    ctype_tolower = *__ctype_tolower_loc();
    ctype_toupper = *__ctype_toupper_loc();
    if (__register_atfork != NULL) {
        __register_atfork(before_fork, after_fork, after_fork_in_child, NULL);
    }
    weft__glibc_signals_init();
}

const struct weft__libc weft__libc_glibc = {
    .name = "glibc",
    .default_stack = GLIBC_STACK,
    .last_signal = GLIBC_SIGNAL_SETXID,
    .cancel_signal = GLIBC_SIGNAL_CANCEL,
    .mismatch = weft__glibc_mismatch,
    .adopt = adopt,
    .tls_size = tls_size,
    .tls_build = tls_build,
    .set_cancel_state = weft__glibc_set_cancel_state,
    .hooks = {begin, destroy, end, drop, weft__libc_fork, weft__glibc_cancel_at,
              weft__glibc_unwind},
};
