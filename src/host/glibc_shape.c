// SPDX-License-Identifier: MIT
// glibc_shape.c - find out where this glibc keeps things, or refuse it.
// Read before: glibc.h.  Read after: glibc.c.
//
// A few facts are glibc's own and change between its versions: how large struct
// pthread is, and where in it the list node and the thread's number are. None of
// them is written down here. Each is found in the running program, in a
// way that has one right answer, and held against a second source:
//
//   size of struct pthread   _dl_allocate_tls zeroes it, and writes the address of
//                            its allocation behind it (before it, on aarch64):
//                            the first word there that is not 0. That address has
//                            to be where the sizes say that the block begins.
//   node                     at start-up the list _dl_stack_user holds main's node
//                            and no other; it lies within struct pthread.
//   number                   the word behind the node; it is what gettid(2) says.
//   restartable sequences    __rseq_offset is public; the word behind it is a CPU's
//                            number, or says that there is none.
//
// What does not hold ends the process: memory is never guessed at.
#include "glibc.h"
#include "glibc_arch.h"
#include "syscall.h"

struct weft__glibc weft__glibc;

// More than any glibc has had, and less than would be believed.
enum { PTHREAD_MIN = 1024, PTHREAD_MAX = 8192, MANY_CPUS = 1 << 16 };

static uintptr_t word_at(const char *tp, ptrdiff_t offset)
{
    return *(const uintptr_t *)(const void *)(tp + offset);
}

// From a thread's memory that was allocated for this look alone.
static const char *size_mismatch(const char *tp)
{
    struct weft__glibc *shape = &weft__glibc;
    ptrdiff_t step = sizeof(uintptr_t);
    ptrdiff_t at = ARCH_TLS_ABOVE_TP ? -step : 2 * step; // behind the vector
    while (at < PTHREAD_MAX && at > -PTHREAD_MAX && word_at(tp, at) == 0) {
        at += ARCH_TLS_ABOVE_TP ? -step : step;
    }
    shape->pthread = ARCH_TLS_ABOVE_TP ? at + step : 0;
    shape->pthread_size = (size_t)(ARCH_TLS_ABOVE_TP ? -(at + step) : at);
    if (shape->pthread_size < PTHREAD_MIN ||
        shape->pthread_size >= PTHREAD_MAX - sizeof(uintptr_t)) {
        return "the size of struct pthread";
    }
    ptrdiff_t begin =
        ARCH_TLS_ABOVE_TP
            ? at
            : (ptrdiff_t)(shape->pthread_size - shape->static_size);
    uintptr_t distance = (uintptr_t)tp + (uintptr_t)begin - word_at(tp, at);
    return distance < shape->align ? NULL : "the size of a thread's memory";
}

static const char *node_mismatch(const char *tp)
{
    struct weft__glibc *shape = &weft__glibc;
    const struct glibc_node *node = _dl_stack_user.next;
    shape->node = (const char *)node - tp;
    if (shape->node < shape->pthread ||
        (size_t)(shape->node - shape->pthread) + sizeof *node >=
            shape->pthread_size) {
        return "where main's node of _dl_stack_user is";
    }
    if (node->next != &_dl_stack_user || node->prev != &_dl_stack_user ||
        _dl_stack_user.prev != node) {
        return "_dl_stack_user is not a list of one";
    }
    return _dl_stack_cache_lock == 0 ? NULL : "_dl_stack_cache_lock";
}

static const char *number_mismatch(const char *tp)
{
    weft__glibc.tid = weft__glibc.node + (ptrdiff_t)sizeof(struct glibc_node);
    return (uint32_t)word_at(tp, weft__glibc.tid) == (uint32_t)sys_gettid()
               ? NULL
               : "the tid behind main's node";
}

// The area lies in the static block or in struct pthread. Its second word is a CPU,
// or minus a few when the kernel has not been told of it.
static const char *rseq_mismatch(const char *tp)
{
    const ptrdiff_t limit =
        (ptrdiff_t)(weft__glibc.static_size + weft__glibc.pthread_size);
    ptrdiff_t at = __rseq_offset;
    if (at % 8 == 0 && at < limit && at > -limit) {
        int32_t cpu = (int32_t)(word_at(tp, at) >> 32);
        if (cpu >= -2 && cpu < MANY_CPUS) {
            return NULL;
        }
    }
    return "__rseq_offset";
}

const char *weft__glibc_mismatch(void)
{
    struct weft__glibc *shape = &weft__glibc;
    char *tp = __builtin_thread_pointer();
    if (!arch_glibc_head_is_known(tp)) {
        return "the head of the TCB";
    }
    shape->main_tp = tp;
    _dl_get_tls_static_info(&shape->static_size, &shape->align);
    char *look = _dl_allocate_tls(NULL);
    if (look == NULL) {
        return "no memory for a first look";
    }
    const char *what = size_mismatch(look);
    if (what == NULL) {
        _dl_deallocate_tls(look, 1);
        what = node_mismatch(tp);
    }
    what = what ? what : number_mismatch(tp);
    what = what ? what : rseq_mismatch(tp);
    return what ? what : weft__glibc_points_mismatch();
}
