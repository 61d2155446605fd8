// SPDX-License-Identifier: MIT
// freestanding.c - the host of a program without a libc: TLS from PT_TLS.
// Read before: host.h.  Read after: start.c.
//
// The linker fixes where each variable lies relative to the thread pointer
// (ELF Handling For Thread-Local Storage, Drepper; psABI and AAELF64):
//
//   variant II, x86_64                   variant I, aarch64
//
//     image, zeroes | TCB                  TCB | gap | image, zeroes
//     ^             ^                      ^         ^
//     tp - offset   tp                     tp        tp + offset
//
// offset is the smallest that leaves room and gives each variable its alignment:
// with a thread pointer that is a multiple of align, the image's start has to be
// congruent to its address in the file, modulo align. With an image of 100 bytes at
// address 0x1040, aligned to 64: variant II has offset 128, which is 100 rounded
// up to 64; variant I has 64, which is the TCB's 16 rounded up. At address 0x1050
// they are 112 (tp - 112 and 0x1050 are both 16 more than a multiple of 64) and
// 16. (GNU ld 2.40 for aarch64
// assumes that this address is a multiple of align. By itself it makes it one; a
// linker script of one's own must not place .tdata otherwise.)
#include "arch.h"
#include "freestanding.h"
#include "host.h"
#include "linux.h"
#include "thread.h"

ptrdiff_t weft__self_slot;

// The TCB's own alignment, where the program's is less.
enum { TCB_ALIGN = 64 };

// What each thread's variables begin as. Written once, before the first of them.
static struct {
    const char *start;  // in memory: file_size bytes of initial values ...
    size_t file_size;   // ... then zeroes
    size_t size;        // of both together
    size_t offset;      // of the variables from the thread pointer; see above
    uintptr_t mask;     // alignment of the thread pointer, less one
    size_t memory_size; // for all, wherever the memory begins
} image;

void weft__host_tls_lay_out(const struct elf_phdr *tls, uintptr_t bias)
{
    size_t address = 0; // modulo align is all that matters
    size_t mask = 0;
    if (tls != NULL) {
        address = tls->vaddr;
        mask = tls->align - (tls->align != 0);
        image.start = (const char *)(bias + tls->vaddr);
        image.file_size = tls->filesz;
        image.size = tls->memsz;
    }
    if (ARCH_TLS_ABOVE_TP) {
        image.offset = ARCH_TCB_SIZE + ((address - ARCH_TCB_SIZE) & mask);
        image.memory_size = image.offset + image.size;
    } else {
        image.offset = image.size + ((0 - address - image.size) & mask);
        image.memory_size = image.offset + ARCH_TCB_SIZE;
    }
    image.mask = mask | (TCB_ALIGN - 1);
    image.memory_size += image.mask;
}

void weft__host_adopt(void)
{
    // start.c has done it, before any code of the program
}

size_t weft__host_tls_size(void)
{
    return image.memory_size;
}

void *weft__host_tls_build(void *memory, struct weft__thread *self)
{
    uintptr_t low = (uintptr_t)memory;
    if (!ARCH_TLS_ABOVE_TP) {
        low += image.offset;
    }
    char *tp = (char *)((low + image.mask) & ~image.mask);
    char *variables = ARCH_TLS_ABOVE_TP ? tp + image.offset : tp - image.offset;
    for (size_t i = 0; i < image.file_size; i++) {
        variables[i] = image.start[i];
    }
    for (size_t i = image.file_size; i < image.size; i++) {
        variables[i] = 0;
    }
    arch_tcb_init(tp);
    *(void **)(void *)(tp + ARCH_SELF_SLOT) = self;
    arch_tcb_set_canary(tp, weft__canary);
    return tp;
}
