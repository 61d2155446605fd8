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
#include "machine.h"

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
    if (cell->gone && (plain_own_stack(address) || frames_lent(address))) {
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
