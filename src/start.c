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
#include "stack.h"
#include "syscall.h"
#include "thread.h"

#define HIDDEN __attribute__((visibility("hidden")))

enum { AUXV_KEPT = AT_MINSIGSTKSZ + 1 };
static unsigned long auxv[AUXV_KEPT];

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
    return type < AUXV_KEPT ? auxv[type] : 0;
}

static void read_auxv(const unsigned long *pair)
{
    for (; pair[0] != AT_NULL; pair += 2) {
        if (pair[0] < AUXV_KEPT) {
            auxv[pair[0]] = pair[1];
        }
    }
}

// How far the kernel moved the program from where it was linked. The program
// headers stand right behind the ELF header, which begins the segment at offset
// 0 of the file.
static uintptr_t load_bias(const struct elf_phdr *phdr, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (phdr[i].type == PT_LOAD && phdr[i].offset == 0) {
            return (uintptr_t)phdr - ELF_HEADER_SIZE - phdr[i].vaddr;
        }
    }
    return 0;
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
        *where = arch_resolve_ifunc(value, auxv[AT_HWCAP], auxv[AT_HWCAP2]);
        break;
    default:
        arch_trap(); // a static link has no other kinds
    }
}

static void relocate_table(uintptr_t bias, uintptr_t table, size_t size)
{
    const struct elf_rela *rela = (const struct elf_rela *)table;
    for (size_t i = 0; i < size / sizeof *rela; i++) {
        relocate_one(bias, &rela[i]);
    }
}

// The compact table that -z pack-relative-relocs makes (gABI, DT_RELR): an even
// entry is the address of a word to move, an odd one a bit map of which of the
// next 63 words to move as well.
static void relocate_packed(uintptr_t bias, const uint64_t *entry, size_t count)
{
    uintptr_t next =
        bias; // address of the word that a map's first bit is about
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
static void relocate(uintptr_t bias, const struct elf_phdr *phdr, size_t count)
{
    const struct elf_dyn *dyn = NULL;
    for (size_t i = 0; i < count; i++) {
        if (phdr[i].type == PT_DYNAMIC) {
            dyn = (const struct elf_dyn *)(bias + phdr[i].vaddr);
        }
    }
    uint64_t value[DT_RELR + 1] = {0};
    for (; dyn != NULL && dyn->tag != DT_NULL; dyn++) {
        if (dyn->tag <= DT_RELR) {
            value[dyn->tag] = dyn->value;
        }
    }
    relocate_packed(bias, (uint64_t *)(bias + value[DT_RELR]),
                    value[DT_RELRSZ] / sizeof(uint64_t));
    relocate_table(bias, bias + value[DT_RELA], value[DT_RELASZ]);
    relocate_table(bias, bias + value[DT_JMPREL], value[DT_PLTRELSZ]);
    // A program at a fixed address has ifuncs only, in a table of their own.
    uintptr_t iplt = (uintptr_t)__rela_iplt_start;
    relocate_table(0, iplt, (uintptr_t)__rela_iplt_end - iplt);
}

static void read_segments(uintptr_t bias, const struct elf_phdr *phdr,
                          size_t count)
{
    weft__default_stack = WEFT__DEFAULT_STACK;
    weft__tls_image.align = 1;
    for (size_t i = 0; i < count; i++) {
        if (phdr[i].type == PT_GNU_STACK && phdr[i].memsz != 0) {
            weft__default_stack = phdr[i].memsz; // -z stack-size
        } else if (phdr[i].type == PT_TLS) {
            weft__tls_image = (struct weft__tls_image){
                .start = (const char *)(bias + phdr[i].vaddr),
                .file_size = phdr[i].filesz,
                .size = phdr[i].memsz,
                .align = phdr[i].align > 1 ? phdr[i].align : 1,
                .address = phdr[i].vaddr,
            };
        }
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
}

_Noreturn void weft__host_exit(int status)
{
    const fini_function *fini = __fini_array_end;
    while (fini > __fini_array_start) {
        (*--fini)();
    }
    sys_exit_group(status);
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
    read_auxv((unsigned long *)(end + 1));
    const struct elf_phdr *phdr = (const struct elf_phdr *)auxv[AT_PHDR];
    if (phdr == NULL) {
        arch_trap(); // linked so that they are not in memory (ld -N): no TLS
    }
    uintptr_t bias = load_bias(phdr, auxv[AT_PHNUM]);
    relocate(bias, phdr, auxv[AT_PHNUM]);
    read_segments(bias, phdr, auxv[AT_PHNUM]);
    weft__page_size = auxv[AT_PAGESZ];
    weft__signal_frame = auxv[AT_MINSIGSTKSZ] ? auxv[AT_MINSIGSTKSZ]
                                              : WEFT__DEFAULT_SIGNAL_FRAME;
    weft__canary_init((const uintptr_t *)auxv[AT_RANDOM]);
    adopt_main(__builtin_alloca(weft__host_tls_size()));
    for (const init_function *init = __preinit_array_start;
         init < __preinit_array_end; init++) {
        (*init)(argc, argv, envp);
    }
    for (const init_function *init = __init_array_start;
         init < __init_array_end; init++) {
        (*init)(argc, argv, envp);
    }
    weft__host_exit(weft_main(argc, argv, envp));
}
