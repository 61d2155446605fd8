// SPDX-License-Identifier: MIT
// support_memory.h - memory that a test program gives to threads as .stack.
#ifndef SUPPORT_MEMORY_H
#define SUPPORT_MEMORY_H

#include <linux/mman.h>
#include "support.h"

// Zeroed memory of its own, on a page boundary.
static inline void *map_region(size_t size)
{
    long base = sys(__NR_mmap, NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(base > 0 || base < -4095);
    return (void *)base;
}

static inline void unmap_region(void *region, size_t size)
{
    CHECK_EQ(sys(__NR_munmap, region, size), 0);
}

#endif
