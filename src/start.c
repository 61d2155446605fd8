// SPDX-License-Identifier: MIT
// start.c - from the kernel's first stack to weft_main and back.
// Part of weft-crt0.o alone. Read before: start.S, freestanding.c.
//
// The kernel leaves on the stack:  argc | argv.. 0 | envp.. 0 | auxv pairs.. 0 0
//
// Until relocate has run, a static-pie's pointers in data are wrong; and until
// the thread pointer is set, nothing may be compiled with a stack protector.
#include <weft/start.h>
#include "arch.h"
#include "host/freestanding.h"
#include "host/host.h"
#include "signal.h"
#include "stack.h"
#include "syscall.h"
#include "thread.h"

#define HIDDEN __attribute__((visibility("hidden")))

static const unsigned long *auxv; // where the kernel left it

// Set by the linker, where the program has such sections.
typedef void (*init_function)(int, char **, char **);
typedef void (*fini_function)(void);
extern HIDDEN const init_function __preinit_array_start[];
extern HIDDEN const init_function __preinit_array_end[];
extern HIDDEN const init_function __init_array_start[];
extern HIDDEN const init_function __init_array_end[];
extern HIDDEN const fini_function __fini_array_start[];
extern HIDDEN const fini_function __fini_array_end[];
extern HIDDEN const struct elf_rela __rela_iplt_start[] __attribute__((weak));
extern HIDDEN const struct elf_rela __rela_iplt_end[] __attribute__((weak));

_Noreturn void weft__start(long *stack);

// libgcc's atomics on aarch64 ask with AT_HWCAP whether there is LSE, from a
// constructor.
unsigned long __getauxval(unsigned long type);
unsigned long __getauxval(unsigned long type)
{
    const unsigned long *pair = auxv;
    while (pair[0] != AT_NULL && pair[0] != type) {
        pair += 2;
    }
    return pair[1]; // AT_NULL's is 0
}

// What the program headers say; NULL: there is no such segment.
struct segments {
    uintptr_t bias; // how far the kernel moved the program
    const struct elf_phdr *dynamic, *tls, *relro;
};

// The headers themselves stand right behind the ELF header, at the beginning of
// the segment with offset 0 in the file. (One of zeroes alone may say 0, too.)
static struct segments read_segments(const struct elf_phdr *phdr, size_t count)
{
    uintptr_t begin = (uintptr_t)phdr - ELF_HEADER_SIZE;
    struct segments found = {0, NULL, NULL, NULL};
    weft__default_stack = WEFT__DEFAULT_STACK;
    for (; count > 0; count--, phdr++) {
        if (phdr->type == PT_LOAD) {
            if (phdr->offset == 0 && phdr->filesz != 0) {
                found.bias = begin - phdr->vaddr;
            }
        } else if (phdr->type == PT_DYNAMIC) {
            found.dynamic = phdr;
        } else if (phdr->type == PT_TLS) {
            found.tls = phdr;
        } else if (phdr->type == PT_GNU_STACK) {
            weft__stack_as_linked(phdr);
        } else if (phdr->type == PT_GNU_RELRO) {
            found.relro = phdr;
        }
    }
    return found;
}

static void relocate_one(uintptr_t bias, const struct elf_rela *rela)
{
    uintptr_t *where = (uintptr_t *)(bias + rela->offset);
    uintptr_t value = bias + (uintptr_t)rela->addend;
    switch ((uint32_t)rela->info) {
    case ARCH_R_NONE: // left over by the linker
        break;
    case ARCH_R_RELATIVE:
        *where = value;
        break;
    case ARCH_R_IRELATIVE:
        *where = arch_resolve_ifunc(value, __getauxval(AT_HWCAP),
                                    __getauxval(AT_HWCAP2));
        break;
    default:
        arch_trap(); // a static link has no other kinds
    }
}

static void relocate_table(uintptr_t bias, uintptr_t table, size_t size)
{
    const struct elf_rela *rela = (const struct elf_rela *)table;
    for (; (uintptr_t)rela < table + size; rela++) {
        relocate_one(bias, rela);
    }
}

// The compact table that -z pack-relative-relocs makes (gABI, DT_RELR): an even
// entry, as the first one is, is the address of a word to move; an odd one is a
// bit map of which of the next 63 words to move as well.
static void relocate_packed(uintptr_t bias, const uint64_t *entry, size_t count)
{
    uintptr_t next = (uintptr_t)entry; // the word that a map's first bit means
    for (; count > 0; count--, entry++) {
        if ((*entry & 1) == 0) {
            next = bias + *entry;
            *(uintptr_t *)next += bias;
            next += sizeof next;
            continue;
        }
        for (unsigned i = 0; i < 63; i++, next += sizeof next) {
            if (*entry >> (i + 1) & 1) {
                *(uintptr_t *)next += bias;
            }
        }
    }
}

// What a dynamic loader would do, were there one: a static-pie's relocations are
// its own to apply. Those for calls come last: they are all ifuncs, whose
// resolvers may use what was relocated before.
static void relocate(uintptr_t bias, const struct elf_dyn *dyn)
{
    uint64_t value[DT_RELR + 1] = {0};
    for (; dyn->tag != DT_NULL; dyn++) {
        if (dyn->tag <= DT_RELR) {
            value[dyn->tag] = dyn->value;
        }
    }
    relocate_packed(bias, (uint64_t *)(bias + value[DT_RELR]),
                    value[DT_RELRSZ] / sizeof(uint64_t));
    relocate_table(bias, bias + value[DT_RELA], value[DT_RELASZ]);
    relocate_table(bias, bias + value[DT_JMPREL], value[DT_PLTRELSZ]);
}

// What only relocations write, constant tables of pointers above all, is constant
// from now on; in whole pages, as the linker has laid it out. Where the kernel
// refuses, the program runs without, as it would have been linked with -z norelro.
static void protect(uintptr_t bias, const struct elf_phdr *relro)
{
    uintptr_t mask = weft__page_size - 1;
    uintptr_t begin = (bias + relro->vaddr) & ~mask;
    uintptr_t end = (bias + relro->vaddr + relro->memsz) & ~mask;
    if (begin < end) {
        sys_mprotect((void *)begin, end - begin, PROT_READ);
    }
}

// The main thread's TLS lies on the initial stack, below what the kernel left,
// in a frame that never ends.
static void adopt_main(void *tls)
{
    weft__self_slot = ARCH_SELF_SLOT;
    void *tp = weft__host_tls_build(tls, &weft__main_thread);
    if (arch_set_thread_pointer(tp) < 0) {
        arch_trap(); // a sandbox refused it: no TLS, no way to go on
    }
    uint32_t *exit_word = weft__thread_adopt_main();
    long tid = sys_set_tid_address(exit_word);
    *exit_word = (uint32_t)(tid < 0 ? sys_gettid() : tid); // refused: no join
    // Whoever started the program may have had all signals blocked. What is the
    // program's stays so.
    weft__signal_unblock_cancel();
}

// Each function is called once: one of them may itself end the last thread, and then
// the process ends from there.
_Noreturn void weft__host_exit(int status)
{
    static size_t called; // from the end; by the last thread, or main
    size_t count = (size_t)(__fini_array_end - __fini_array_start);
    while (called < count) {
        called++; // first: it may not come back
        __fini_array_start[count - called]();
    }
    sys_exit_group(status);
}

static void call_all(const init_function *next, const init_function *end,
                     int argc, char **argv, char **envp)
{
    for (; next < end; next++) {
        (*next)(argc, argv, envp);
    }
}

_Noreturn void weft__start(long *stack)
{
    int argc = (int)*stack;
    char **argv = (char **)(stack + 1);
    char **envp = argv + argc + 1;
    char **end = envp;
    while (*end != NULL) {
        end++;
    }
    auxv = (unsigned long *)(end + 1);
    const struct elf_phdr *phdr = (const struct elf_phdr *)__getauxval(AT_PHDR);
    if (phdr == NULL) {
        arch_trap(); // linked so that they are not in memory (ld -N): no TLS
    }
    struct segments found = read_segments(phdr, __getauxval(AT_PHNUM));
    uintptr_t bias = found.bias;
    if (found.dynamic != NULL) {
        relocate(bias, (const struct elf_dyn *)(bias + found.dynamic->vaddr));
    }
    // A program at a fixed address has ifuncs only, in a table of their own.
    uintptr_t iplt = (uintptr_t)__rela_iplt_start;
    relocate_table(0, iplt, (uintptr_t)__rela_iplt_end - iplt);
    weft__page_size = __getauxval(AT_PAGESZ);
    if (found.relro != NULL) {
        protect(bias, found.relro);
    }
    weft__host_tls_lay_out(found.tls, bias);
    size_t frame = __getauxval(AT_MINSIGSTKSZ);
    weft__signal_frame = frame != 0 ? frame : WEFT__DEFAULT_SIGNAL_FRAME;
    weft__canary_init((const uintptr_t *)__getauxval(AT_RANDOM));
    adopt_main(__builtin_alloca(weft__host_tls_size()));
    call_all(__preinit_array_start, __preinit_array_end, argc, argv, envp);
    call_all(__init_array_start, __init_array_end, argc, argv, envp);
    weft__host_exit(weft_main(argc, argv, envp));
}
