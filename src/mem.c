// SPDX-License-Identifier: MIT
// mem.c - the functions that a compiler may call without being asked to.
// Part of weft-crt0.o alone: beside a libc they are the libc's. Compiled so that
// their own loops are not turned into calls to themselves (Makefile).
#include <stddef.h>
#include <stdint.h>

// A word that may stand for anything in memory.
typedef uint64_t __attribute__((may_alias, aligned(1))) word;

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text); // gcc 12 makes it of loops

static void copy_up(unsigned char *to, const unsigned char *from, size_t size)
{
    for (; size >= sizeof(word); size -= sizeof(word)) {
        *(word *)to = *(const word *)from;
        to += sizeof(word);
        from += sizeof(word);
    }
    while (size-- > 0) {
        *to++ = *from++;
    }
}

static void copy_down(unsigned char *to, const unsigned char *from, size_t size)
{
    while (size >= sizeof(word)) {
        size -= sizeof(word);
        *(word *)(to + size) = *(const word *)(from + size);
    }
    while (size-- > 0) {
        to[size] = from[size];
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    copy_up(to, from, size);
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    // Upwards is right unless the target begins inside the source.
    if ((uintptr_t)to - (uintptr_t)from >= size) {
        copy_up(to, from, size);
    } else {
        copy_down(to, from, size);
    }
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    unsigned char *next = to;
    uint64_t repeated = (unsigned char)byte * 0x0101010101010101u;
    for (; size >= sizeof(word); size -= sizeof(word)) {
        *(word *)next = repeated;
        next += sizeof(word);
    }
    while (size-- > 0) {
        *next++ = (unsigned char)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    for (size_t i = 0; i < size; i++) {
        if (left[i] != right[i]) {
            return left[i] - right[i];
        }
    }
    return 0;
}

size_t strlen(const char *text)
{
    const char *end = text;
    while (*end != '\0') {
        end++;
    }
    return (size_t)(end - text);
}
