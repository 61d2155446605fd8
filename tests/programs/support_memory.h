// SPDX-License-Identifier: MIT
// support_memory.h - memory for .stack, and where things lie in memory.
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

// Bytes of address space of this process.
static inline uint64_t address_space(void)
{
    char text[128];
    uint64_t pages = 0;
    CHECK(read_file("/proc/self/statm", text, sizeof text) > 0);
    for (const char *at = text; *at >= '0' && *at <= '9'; at++) {
        pages = pages * 10 + (uint64_t)(*at - '0');
    }
    return pages * page_size();
}

// One line of /proc/self/maps.
struct mapping {
    uintptr_t start, end; // [start, end), or both 0
    char rights[5];       // such as "rw-p"
};

static inline uintptr_t take_hex(const char **at)
{
    uintptr_t number = 0;
    for (;; (*at)++) {
        unsigned digit = (unsigned char)**at;
        if (digit >= '0' && digit <= '9') {
            number = number * 16 + digit - '0';
        } else if (digit >= 'a' && digit <= 'f') {
            number = number * 16 + digit - 'a' + 10;
        } else {
            return number;
        }
    }
}

// The mapping that address lies in. For programs with few of them.
static inline struct mapping mapping_at(uintptr_t address)
{
    static char text[65536];
    struct mapping none = {0, 0, ""};
    long length = read_file("/proc/self/maps", text, sizeof text);
    CHECK(length > 0 && length < (long)sizeof text - 1);
    for (const char *at = text; *at != '\0'; at++) {
        struct mapping found = {.start = take_hex(&at)};
        at++; // the dash
        found.end = take_hex(&at);
        at++; // the blank
        for (int i = 0; i < 4; i++) {
            found.rights[i] = *at++;
        }
        if (address >= found.start && address < found.end) {
            return found;
        }
        while (*at != '\n') {
            at++;
        }
    }
    return none;
}

// The address of what lies on the caller's stack, hidden from the compiler.
static inline uintptr_t address_of(const void *object)
{
    uintptr_t address = (uintptr_t)object;
    __asm__ volatile("" : "+r"(address) : : "memory");
    return address;
}

#endif
