// SPDX-License-Identifier: MIT
// watched.c - the memory whose plain accesses are checked (plain.c), and what is
// known of each byte: static variables of the sources and the scenario, the
// threads' stacks, what model_alloc gives, and the fork generation.
#include <stdlib.h>
#include <string.h>
#include "machine.h"
#include "thread.h"

// The static variables of sources and scenario (model.mk has them renamed).
extern char __start_unit_data[] __attribute__((weak));
extern char __stop_unit_data[] __attribute__((weak));
extern char __start_unit_bss[] __attribute__((weak));
extern char __stop_unit_bss[] __attribute__((weak));

enum { ARENA_SIZE = 1024 * 1024 };
static char arena[ARENA_SIZE] __attribute__((aligned(4096)));
static size_t arena_used;

static struct region {
    uintptr_t start, end;
    struct word *words;
} regions[5];

static char *data_image;
static uint32_t run;

static size_t size_between(const char *start, const char *stop)
{
    return start == NULL ? 0 : (size_t)(stop - start);
}

static void add_region(unsigned index, const void *start, size_t size)
{
    regions[index].start = (uintptr_t)start;
    regions[index].end = (uintptr_t)start + size;
    regions[index].words = calloc(size / 8 + 2, sizeof(struct word));
    if (regions[index].words == NULL) {
        abort();
    }
}

static void begin(void)
{
    size_t data = size_between(__start_unit_data, __stop_unit_data);
    add_region(0, __start_unit_data, data);
    add_region(1, __start_unit_bss,
               size_between(__start_unit_bss, __stop_unit_bss));
    add_region(2, model_stacks, sizeof model_stacks);
    add_region(3, arena, sizeof arena);
    add_region(4, &weft__fork_generation, 8); // vanish.c
    data_image = malloc(data + 1);
    if (data_image == NULL) {
        abort();
    }
    memcpy(data_image, __start_unit_data, data);
}

void watched_reset(void)
{
    if (run++ == 0) {
        begin();
    }
    memcpy((void *)regions[0].start, data_image,
           regions[0].end - regions[0].start);
    memset((void *)regions[1].start, 0, regions[1].end - regions[1].start);
    memset(arena, 0, arena_used);
    arena_used = 0;
}

struct word *word_at(uintptr_t address)
{
    for (unsigned i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        if (address >= regions[i].start && address < regions[i].end) {
            uintptr_t first = regions[i].start / 8;
            struct word *word = &regions[i].words[address / 8 - first];
            if (word->run != run) {
                word->run = run;
                word->split = 0;
                word->cells[0] = (struct cell){.writer = ALONE};
                frames_touched(address & ~(uintptr_t)7);
            }
            return word;
        }
    }
    return NULL;
}

struct cell *cell_for(uintptr_t address, uintptr_t end, size_t *bytes)
{
    struct word *word = word_at(address);
    *bytes = 1;
    if (word == NULL) {
        return NULL;
    }
    if (!word->split) {
        if (address % 8 == 0 && end - address >= 8) {
            *bytes = 8;
            return &word->cells[0];
        }
        word->split = 1;
        for (unsigned i = 1; i < 8; i++) {
            word->cells[i] = word->cells[0];
        }
    }
    return &word->cells[address % 8];
}

struct cell *cell_at(uintptr_t address)
{
    size_t bytes;
    return cell_for(address, address + 1, &bytes);
}

void *model_alloc(size_t size)
{
    size_t rounded = (size + 63) & ~(size_t)63;
    if (rounded > ARENA_SIZE - arena_used) {
        model_fail("no memory left in the arena");
    }
    void *memory = arena + arena_used;
    arena_used += rounded;
    return memory;
}

void model_free(void *memory, size_t size)
{
    plain_end((uintptr_t)memory, size);
    trace_event(NULL, "frees %s", trace_memory((uintptr_t)memory));
}
