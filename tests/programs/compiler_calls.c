// SPDX-License-Identifier: MIT
// compiler_calls.c - the functions that a compiler calls without being asked to.
//
// Proves that the four which weft-crt0.o brings are right for every size up to a
// few words, every offset in a word and every overlap.
#include "support.h"

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

enum { AREA = 96, SIZES = 40, OFFSETS = 17 };

typedef unsigned char area[AREA];

// Through these, no call is turned into something else at compile time.
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static void *(*volatile set)(void *, int, size_t) = memset;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;

static void fill(area bytes)
{
    for (size_t i = 0; i < AREA; i++) {
        bytes[i] = (unsigned char)(i * 37 + 11);
        __asm__ volatile(""); // byte by byte
    }
}

static void check_same(const area a, const area b)
{
    for (size_t i = 0; i < AREA; i++) {
        CHECK_EQ(a[i], b[i]);
    }
}

// What copying or moving should leave, done over a second area.
static void copied(area bytes, size_t to, size_t from, size_t size)
{
    area before;
    fill(before);
    fill(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[to + i] = before[from + i];
        __asm__ volatile("");
    }
}

static void check_copy_and_move(size_t to, size_t from, size_t size)
{
    area wanted;
    area bytes;
    copied(wanted, to, from, size);
    fill(bytes);
    CHECK_EQ(move(bytes + to, bytes + from, size), bytes + to);
    check_same(bytes, wanted);
    if (to + size <= from || from + size <= to) {
        fill(bytes);
        CHECK_EQ(copy(bytes + to, bytes + from, size), bytes + to);
        check_same(bytes, wanted);
    }
}

static void check_set_and_compare(size_t at, size_t size)
{
    area bytes;
    area other;
    fill(bytes);
    CHECK_EQ(set(bytes + at, 0x1a5, size), bytes + at);
    fill(other);
    for (size_t i = at; i < at + size; i++) {
        other[i] = 0xa5;
        __asm__ volatile("");
    }
    check_same(bytes, other);
    CHECK_EQ(compare(bytes + at, other + at, size), 0);
    if (size > 0) {
        other[at + size - 1] = 0xa6; // the last byte decides, as unsigned
        CHECK(compare(bytes + at, other + at, size) < 0);
        CHECK(compare(other + at, bytes + at, size) > 0);
        other[at + size - 1] = 0x01;
        CHECK(compare(bytes + at, other + at, size) > 0);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    (void)envp;
    for (size_t size = 0; size < SIZES; size++) {
        for (size_t i = 0; i < OFFSETS; i++) {
            for (size_t j = 0; j < OFFSETS; j++) {
                check_copy_and_move(i, j, size);
            }
            check_copy_and_move(i, i + SIZES, size);
            check_copy_and_move(i + SIZES, i, size);
            check_set_and_compare(i, size);
        }
    }
    return 0;
}
