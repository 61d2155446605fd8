// SPDX-License-Identifier: MIT
// hosts: glibc
// build: -iquote src
// link: -static -Wl,--wrap=_dl_allocate_tls
// spoilt.c - a glibc that keeps things elsewhere is refused before main.
//
// Before Weft's look at the libc, which is a constructor, this program spoils what
// it will find; each case is one way in which another version of glibc could
// differ. Without an argument nothing is spoilt, and a thread can run.
// Where a difference goes unnoticed, Weft writes into memory that is not its own.
#include <sys/mman.h>
#include "arch.h"
#include "hosted.h"
#include "host/glibc.h"

void *__real__dl_allocate_tls(void *tcb);
void *__wrap__dl_allocate_tls(void *tcb);

static struct glibc_node stranger;
static ptrdiff_t inside; // where in a new struct pthread a word is not 0

void *__wrap__dl_allocate_tls(void *tcb)
{
    char *tp = __real__dl_allocate_tls(tcb);
    if (inside != 0) {
        *(uintptr_t *)(void *)(tp + inside) = (uintptr_t)tp;
    }
    return tp;
}

static void spoil_list(void)
{
    stranger.next = &_dl_stack_user;
    stranger.prev = _dl_stack_user.prev;
    stranger.prev->next = &stranger;
    _dl_stack_user.prev = &stranger;
}

static void spoil_node(void)
{
    stranger.next = stranger.prev = &_dl_stack_user;
    _dl_stack_user.next = _dl_stack_user.prev = &stranger;
}

static void spoil_tid(void)
{
    uint32_t *tid = (uint32_t *)(_dl_stack_user.next + 1);
    *tid += 1;
}

static void spoil_rseq(void)
{
    ptrdiff_t *offset = (ptrdiff_t *)(uintptr_t)&__rseq_offset;
    uintptr_t page = (uintptr_t)offset & ~(uintptr_t)0xfff;
    mprotect((void *)page, 0x2000, PROT_READ | PROT_WRITE);
    *offset += 1;
}

static void spoil_head(void)
{
    uintptr_t *tp = __builtin_thread_pointer();
    tp[ARCH_TLS_ABOVE_TP ? 1 : 3] = 77;
}

// What the beginning of a function does, and of whatever stands behind it.
static void spoil_code(uintptr_t function)
{
    uintptr_t page = function & ~(uintptr_t)0xfff;
    mprotect((void *)page, 0x2000, PROT_READ | PROT_WRITE | PROT_EXEC);
    memset((void *)function, 0, 512);
}

static int is(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

static void spoil(int argc, char **argv, char **envp)
{
    const char *what = argc > 1 ? argv[1] : NULL;
    (void)envp;
    if (is(what, "list")) {
        spoil_list();
    } else if (is(what, "node")) {
        spoil_node();
    } else if (is(what, "tid")) {
        spoil_tid();
    } else if (is(what, "rseq")) {
        spoil_rseq();
    } else if (is(what, "head")) {
        spoil_head();
    } else if (is(what, "blocking")) {
        spoil_code((uintptr_t)read);
    } else if (is(what, "identity")) {
        spoil_code((uintptr_t)setuid);
    } else if (is(what, "lock")) {
        _dl_stack_cache_lock = 1;
    } else if (is(what, "size")) {
        inside = ARCH_TLS_ABOVE_TP ? -0x100 : 0x100;
    } else if (is(what, "memory")) {
        inside = ARCH_TLS_ABOVE_TP ? -0x500 : 0x500;
    }
}

__attribute__((section(".preinit_array"),
               used)) static void (*const before)(int, char **,
                                                  char **) = spoil;

static void *answer(void *question)
{
    return question;
}

int main(void)
{
    CHECK_EQ(join(start(answer, &stranger)), &stranger);
    return 0;
}
