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
#include "thread.h"

ptrdiff_t weft__self_slot;
struct weft__tls_image weft__tls_image;

// The TCB's own alignment, where the program's is less.
enum { TCB_ALIGN = 64 };

static size_t align_of_block(void)
{
    size_t align = weft__tls_image.align;
    return align > TCB_ALIGN ? align : TCB_ALIGN;
}

static size_t offset_from_tp(void)
{
    const struct weft__tls_image *image = &weft__tls_image;
    size_t mask = image->align - 1;
    size_t address = image->address; // modulo align is all that matters
    if (ARCH_TLS_ABOVE_TP) {
        return ARCH_TCB_SIZE + ((address - ARCH_TCB_SIZE) & mask);
    }
    return image->size + ((0 - address - image->size) & mask);
}

size_t weft__host_tls_size(void)
{
    size_t used = ARCH_TLS_ABOVE_TP ? offset_from_tp() + weft__tls_image.size
                                    : offset_from_tp() + ARCH_TCB_SIZE;
    return used + align_of_block() - 1;
}

void *weft__host_tls_build(void *memory, struct weft__thread *self)
{
    const struct weft__tls_image *image = &weft__tls_image;
    uintptr_t mask = align_of_block() - 1;
    uintptr_t low = (uintptr_t)memory;
    if (!ARCH_TLS_ABOVE_TP) {
        low += offset_from_tp();
    }
    char *tp = (char *)((low + mask) & ~mask);
    char *variables =
        ARCH_TLS_ABOVE_TP ? tp + offset_from_tp() : tp - offset_from_tp();
    for (size_t i = 0; i < image->file_size; i++) {
        variables[i] = image->start[i];
    }
    for (size_t i = image->file_size; i < image->size; i++) {
        variables[i] = 0;
    }
    arch_tcb_init(tp);
    *(void **)(void *)(tp + ARCH_SELF_SLOT) = self;
    arch_tcb_set_canary(tp, weft__canary);
    return tp;
}
