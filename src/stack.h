// SPDX-License-Identifier: MIT
// stack.h - the memory a thread runs on. See stack.c for the picture.
#ifndef STACK_H
#define STACK_H

#include <stddef.h>
#include "hidden.h"
#include "record.h"

struct elf_phdr;

// What the host read from the kernel at start-up.
extern WEFT__HIDDEN size_t weft__page_size;
extern WEFT__HIDDEN size_t
    weft__signal_frame; // AT_MINSIGSTKSZ, or what stands in for it
extern WEFT__HIDDEN size_t
    weft__default_stack; // usable bytes when nothing is asked for

#define WEFT__DEFAULT_STACK ((size_t)256 * 1024)
// Where the kernel does not say how large a signal frame gets (before 5.14, and
// under qemu-user 7.2): no less than any processor had before it could say.
#define WEFT__DEFAULT_SIGNAL_FRAME ((size_t)5120)

// The least usable stack: one signal's frame, and 2 KiB to run a handler.
static inline size_t weft__least_stack(void)
{
    size_t least = weft__signal_frame + 2048;
    return least > WEFT_STACK_MIN ? least : WEFT_STACK_MIN;
}

// What the linker wrote into the program about stacks: -z stack-size, and whether
// some object has code that is run on the stack, as gcc's for nested functions.
void weft__stack_as_linked(const struct elf_phdr *phdr);

// A block with a guard of guard_size bytes, and size bytes and the block itself
// above it, each rounded up to pages. The sizes are below a quarter of SIZE_MAX.
// 0, WEFT_EAGAIN, WEFT_EPERM or WEFT_ENOTSUP.
int weft__stack_get(struct weft__block **out, size_t size, size_t guard_size);

// Takes back the block that *from holds, if any, and sets *from to NULL. A fork
// finds each block either in *from (and so where weft__stack_get has put it) or
// in the cache, but for those that are just being trimmed or given to the kernel:
// the child does not have them any more.
void weft__stack_put(struct weft__block **from);

// Guards the cache of blocks.
extern WEFT__HIDDEN struct weft__lock weft__stack_lock;

#endif
