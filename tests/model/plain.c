// SPDX-License-Identifier: MIT
// plain.c - accesses that are not atomic: races, and use after the end.
//
// The sources and scenarios are compiled with -fsanitize=thread, but linked with
// the functions below and not with its runtime. The compiler so calls them before
// every plain access to memory that others can reach.
//
// Two accesses to one byte race when one of them writes, one of them is plain,
// and neither happens before the other. Because races are found in whatever order
// they occur, a thread need not be stopped at plain accesses: what it does
// between two atomic accesses can be done at once.
#include <stdlib.h>
#include <string.h>
#include "machine.h"

// The static variables of sources and scenario (model.mk has them renamed).
extern char __start_unit_data[] __attribute__((weak));
extern char __stop_unit_data[] __attribute__((weak));
extern char __start_unit_bss[] __attribute__((weak));
extern char __stop_unit_bss[] __attribute__((weak));

enum { ARENA_SIZE = 1024 * 1024 };
static char arena[ARENA_SIZE] __attribute__((aligned(4096)));
static size_t arena_used;

// Eight bytes. As long as only all of them are accessed, one cell speaks for all.
struct word {
    uint32_t run; // of which execution this is; else nobody was here
    int split;
    struct cell cells[8];
};

static struct region {
    uintptr_t start, end;
    struct word *words;
} regions[4];

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
    data_image = malloc(data + 1);
    if (data_image == NULL) {
        abort();
    }
    memcpy(data_image, __start_unit_data, data);
}

void plain_reset(void)
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

// The word around an address, or NULL for memory that is not watched.
static struct word *word_at(uintptr_t address)
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

// The cell for the first bytes of [address, end), and how many it speaks for.
static struct cell *cell_for(uintptr_t address, uintptr_t end, size_t *bytes)
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

static struct cell *cell_at(uintptr_t address)
{
    size_t bytes;
    return cell_for(address, address + 1, &bytes);
}

int plain_is_watched(uintptr_t address)
{
    return word_at(address) != NULL;
}

int plain_is_gone(uintptr_t address)
{
    struct cell *cell = cell_at(address);
    return cell != NULL && (cell->gone || frames_left(address));
}

void plain_is_atomic(uintptr_t address, size_t size)
{
    for (uintptr_t byte = address; byte < address + size; byte++) {
        cell_at(byte)->atomic = 1;
    }
}

// The thread whose access, of those that happened at clocks, is not ordered
// before what the running thread does now; or PARTIES.
static unsigned unordered(const uint16_t *clocks)
{
    const uint16_t *known = running()->now.clock;
    for (unsigned i = 0; i < PARTIES; i++) {
        if (clocks[i] > known[i] && i != model_current) {
            return i;
        }
    }
    return PARTIES;
}

static void require_ordered(const char *mine, uintptr_t address,
                            const uint16_t *clocks, const char *theirs)
{
    unsigned other = unordered(clocks);
    if (other != PARTIES) {
        model_fail("data race: %s of %s by %c, and %s by %c, are not ordered",
                   mine, trace_memory(address), trace_letter(model_current),
                   theirs, trace_letter(other));
    }
}

static void require_after_write(const char *mine, uintptr_t address,
                                const struct cell *cell)
{
    if (cell->written > running()->now.clock[cell->writer]) {
        uint16_t clocks[PARTIES] = {0};
        clocks[cell->writer] = cell->written;
        require_ordered(mine, address, clocks, "a plain write");
    }
}

static void require_alive(const char *mine, uintptr_t address,
                          struct cell *cell)
{
    if (cell->gone && plain_own_stack(address)) {
        *cell = (struct cell){.writer = ALONE};
        frames_touched(address & ~(uintptr_t)7);
    }
    if (cell->gone || frames_left(address)) {
        model_fail("%s of %s by %c, after its end", mine, trace_memory(address),
                   trace_letter(model_current));
    }
}

// Most memory is only ever used by one thread, and nothing there needs a look.
static int is_private(struct cell *cell, int write)
{
    if (cell->gone || cell->atomic ||
        (cell->only != 0 && cell->only != model_current + 1)) {
        cell->only = PARTIES + 1;
        return 0;
    }
    uint16_t now = running()->now.clock[model_current];
    cell->only = (uint8_t)(model_current + 1);
    if (write) {
        cell->writer = (uint8_t)model_current;
        cell->written = now;
    } else {
        cell->reads[model_current] = now;
    }
    return 1;
}

// An access that counts as a write of all, to find what is not ordered before.
static void require_last(const char *mine, uintptr_t address,
                         const struct cell *cell)
{
    require_ordered(mine, address, cell->reads, "a plain read");
    require_ordered(mine, address, cell->atomic_reads, "an atomic read");
    require_ordered(mine, address, cell->atomic_writes, "an atomic write");
}

void plain_access(uintptr_t address, size_t size, int write)
{
    const char *mine = write ? "a plain write" : "a plain read";
    int atomic = 0;
    size_t bytes;
    for (uintptr_t byte = address; byte < address + size; byte += bytes) {
        struct cell *cell = cell_for(byte, address + size, &bytes);
        if (cell == NULL) {
            return;
        }
        if (is_private(cell, write)) {
            continue;
        }
        require_alive(mine, byte, cell);
        require_after_write(mine, byte, cell);
        uint16_t now = running()->now.clock[model_current];
        if (write) {
            require_last(mine, byte, cell);
            cell->writer = (uint8_t)model_current;
            cell->written = now;
            atomic |= cell->atomic;
            cell->atomic = 0;
        } else {
            require_ordered(mine, byte, cell->atomic_writes, "an atomic write");
            cell->reads[model_current] = now;
        }
    }
    if (atomic) {
        memory_forget(address, size);
    }
}

void plain_atomic(uintptr_t address, size_t size, int write)
{
    const char *mine = write ? "an atomic write" : "an atomic read";
    size_t bytes;
    for (uintptr_t byte = address; byte < address + size; byte += bytes) {
        struct cell *cell = cell_for(byte, address + size, &bytes);
        if (cell == NULL) {
            return;
        }
        cell->only = PARTIES + 1;
        require_alive(mine, byte, cell);
        require_after_write(mine, byte, cell);
        uint16_t now = running()->now.clock[model_current];
        if (write) {
            require_ordered(mine, byte, cell->reads, "a plain read");
            cell->atomic_writes[model_current] = now;
        } else {
            cell->atomic_reads[model_current] = now;
        }
    }
}

// The end of what a cell speaks for: ordered after all that anybody did there.
// Returns whether it was atomic.
static int end_cell(struct cell *cell, uintptr_t address)
{
    require_after_write("the end", address, cell);
    require_last("the end", address, cell);
    int atomic = cell->atomic;
    cell->gone = 1;
    cell->atomic = 0;
    return atomic;
}

void plain_end(uintptr_t address, size_t size)
{
    int atomic = 0;
    size_t bytes;
    for (uintptr_t byte = address; byte < address + size; byte += bytes) {
        struct cell *cell = cell_for(byte, address + size, &bytes);
        if (cell == NULL) {
            return;
        }
        require_alive("the end", byte, cell);
        atomic |= end_cell(cell, byte);
    }
    if (atomic) {
        memory_forget(address, size);
    }
}

void plain_leave(uintptr_t address)
{
    struct word *word = word_at(address);
    int atomic = 0;
    for (unsigned i = 0; i < (word->split ? 8 : 1); i++) {
        if (!word->cells[i].gone) {
            atomic |= end_cell(&word->cells[i], address + i);
        }
    }
    if (atomic) {
        memory_forget(address, 8);
    }
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
