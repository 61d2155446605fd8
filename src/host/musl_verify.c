// SPDX-License-Identifier: MIT
// musl_verify.c - is this the musl that musl.h describes?
// Read before: musl.h.
//
// Each look is at something whose value is known from elsewhere, and the order is
// such that no pointer is followed before it was found to be what it should be. A
// field whose value in main is zero is held in place by its neighbours and by the
// size of the whole: tls_size is a sum of which everything else is known.
#include "musl.h"
#include "syscall.h"

int *__errno_location(void);
int fork(void) MUSL_WEAK;
int _Fork(void) MUSL_WEAK;
extern MUSL_WEAK const char __libc_version[];
extern MUSL_WEAK struct musl_stream *__stdin_used, *__stdout_used,
    *__stderr_used;

// Whether `size` bytes at `address` are zero.
static int is_zero(const void *address, size_t size)
{
    const unsigned char *byte = address;
    while (size > 0 && byte[size - 1] == 0) {
        size--;
    }
    return size == 0;
}

static unsigned long auxv_value(unsigned long type)
{
    const unsigned long *pair = __libc.auxv;
    while (pair[0] != AT_NULL && pair[0] != type) {
        pair += 2;
    }
    return pair[0] == type ? pair[1] : 0;
}

static const char *process_mismatch(void)
{
    if (__libc_version != NULL &&
        (__libc_version[0] != '1' || __libc_version[2] != '2')) {
        return "__libc_version";
    }
    if (fork != NULL && _Fork == NULL) {
        return "fork without _Fork"; // which would not call __ldso_atfork
    }
    if (__libc.can_do_threads != 1 || __libc.threaded != 0 ||
        (__libc.secure & ~1) != 0 || __libc.need_locks != 0 ||
        __libc.threads_minus_1 != 0) {
        return "the flags in __libc";
    }
    char **end = __environ;
    while (*end != NULL) {
        end++;
    }
    if (__libc.auxv != (unsigned long *)(end + 1)) {
        return "__libc.auxv";
    }
    if (__libc.page_size != auxv_value(AT_PAGESZ)) {
        return "__libc.page_size";
    }
    return NULL;
}

static size_t round_up(size_t size, size_t align)
{
    return (size + align - 1) & ~(align - 1);
}

// The sum that musl makes of the program's PT_TLS, the descriptor and two words
// for each module.
static size_t expected_tls_size(const struct musl_tls_module *module)
{
    size_t size = 2 * sizeof(void *) + sizeof(struct musl_thread);
    size_t align = sizeof(void *);
    if (module != NULL) {
        size += module->size + (ARCH_TLS_ABOVE_TP ? module->offset : 0);
        align = module->align;
    }
    return round_up(size + align, sizeof(void *));
}

static const char *tls_mismatch(void)
{
    const struct elf_phdr *phdr = (const struct elf_phdr *)auxv_value(AT_PHDR);
    const struct elf_phdr *tls = NULL;
    size_t count = phdr == NULL ? 0 : auxv_value(AT_PHNUM);
    for (size_t i = 0; i < count; i++) {
        if (phdr[i].type == PT_TLS) {
            tls = &phdr[i];
        }
    }
    const struct musl_tls_module *module = __libc.tls_head;
    if (__libc.tls_count != (tls != NULL) ||
        (module != NULL) != (tls != NULL)) {
        return "__libc.tls_cnt";
    }
    if (tls != NULL && module != NULL &&
        (module->next != NULL || module->length != tls->filesz ||
         module->size < tls->memsz || module->align < tls->align ||
         module->align > tls->align + sizeof(void *))) {
        return "__libc.tls_head";
    }
    if (__libc.tls_size != expected_tls_size(module)) {
        return "__libc.tls_size";
    }
    return NULL;
}

static const char *thread_mismatch(void)
{
    struct musl_thread *self = musl_self();
    if (self->self != self) {
        return "pthread.self";
    }
    uintptr_t distance = (uintptr_t)self->dtv - (uintptr_t)self;
    if ((distance + __libc.tls_size >= 2 * __libc.tls_size) ||
        self->dtv[0] != __libc.tls_count) {
        return "pthread.dtv";
    }
    if (self->prev != self || self->next != self) {
        return "pthread.prev and next";
    }
    if ((long)self->tid != sys_gettid()) {
        return "pthread.tid";
    }
    if (&self->errno_value != __errno_location()) {
        return "pthread.errno_val";
    }
    if (self->detach_state != MUSL_JOINABLE) {
        return "pthread.detach_state";
    }
    if (self->robust_list.head != &self->robust_list.head) {
        return "pthread.robust_list";
    }
    if (self->locale != &__libc.global_locale) {
        return "pthread.locale";
    }
    if (!is_zero(&self->cancel, (size_t)((char *)&self->robust_list.head -
                                         (char *)&self->cancel)) ||
        !is_zero(&self->robust_list.offset,
                 (size_t)((char *)&self->locale -
                          (char *)&self->robust_list.offset)) ||
        !is_zero(self->kill_lock, (size_t)((char *)(&self->stdio_locks + 1) -
                                           (char *)self->kill_lock))) {
        return "pthread fields that are zero in main";
    }
    return NULL;
}

// Streams that the program does not use are not there.
static int is_stream(struct musl_stream *const *stream, int fd, int line_end)
{
    return stream == NULL || *stream == NULL ||
           ((*stream)->fd == fd && (*stream)->line_end == line_end &&
            ((*stream)->lock == 0 || (*stream)->lock == -1));
}

// A thread's TLS as the libc would build it, in memory of our own.
static const char *copy_mismatch(void)
{
    size_t size = __libc.tls_size;
    long memory = sys_mmap(size, PROT_READ | PROT_WRITE);
    if (sys_failed(memory)) {
        return NULL; // nothing can be said; nothing is known to be wrong
    }
    struct musl_thread *thread = __copy_tls((unsigned char *)memory);
    uintptr_t low = (uintptr_t)thread - (uintptr_t)memory;
    uintptr_t dtv = (uintptr_t)thread->dtv - (uintptr_t)memory;
    const char *found = NULL;
    if (low > size - sizeof *thread || dtv > size - sizeof *thread->dtv ||
        thread->dtv[0] != __libc.tls_count) {
        found = "__copy_tls";
    }
    sys_munmap((void *)memory, size);
    return found;
}

const char *weft__musl_mismatch(void)
{
    const char *found = process_mismatch();
    if (found == NULL) {
        found = tls_mismatch();
    }
    if (found == NULL) {
        found = thread_mismatch();
    }
    if (found == NULL && !(is_stream(&__stdin_used, 0, 0) &&
                           is_stream(&__stdout_used, 1, '\n') &&
                           is_stream(&__stderr_used, 2, -1))) {
        found = "FILE.lock";
    }
    return found != NULL ? found : copy_mismatch();
}
