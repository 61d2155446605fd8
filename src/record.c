// SPDX-License-Identifier: MIT
// record.c - the table of records: find, take, give back, reap.
// Read before: record.h.
//
// The table is a row of chunks, each twice as large as the one before, so that a
// directory of 21 pointers reaches further than the kernel can count threads,
// and a record never moves. The first chunk is static: up to 31 threads beside
// main need no memory from the kernel for their records.
#include <weft/atomic.h>
#include <weft/error.h>
#include "host/host.h"
#include "life.h"
#include "record.h"
#include "refusal.h"
#include "stack.h"
#include "syscall.h"

enum { FIRST_BITS = 5, FIRST_SIZE = 1 << FIRST_BITS, CHUNKS = 21 };

static struct weft__record first_chunk[FIRST_SIZE];

// Written once each, under the lock; read by anybody. [record.chunk]
static void *chunks[CHUNKS];

struct weft__lock weft__record_lock;

// All guarded by weft__record_lock:
static uint32_t used;                   // records that were ever taken
static struct weft__record *free_list;  // last in, first out: the warmest first
static struct weft__record *dying_list; // newest first
static uint32_t dying_count;            // its length; stale outside the lock

// Stands for all that was never a thread's: its life is FREE for ever.
static struct weft__record nobodys;

// Which chunk an index falls into, and where: chunk n holds FIRST_SIZE << n
// records from index (FIRST_SIZE << n) - FIRST_SIZE on.
static uint32_t chunk_of(uint32_t index, uint64_t *offset)
{
    uint64_t number = (uint64_t)index + FIRST_SIZE;
    uint32_t top_bit = 63 - (uint32_t)__builtin_clzll(number);
    *offset = number - ((uint64_t)1 << top_bit);
    return top_bit - FIRST_BITS;
}

struct weft__record *weft__record_find(weft_thread t)
{
    uint64_t offset;
    uint32_t chunk = chunk_of((uint32_t)t, &offset);
    if (chunk >= CHUNKS) {
        return &nobodys;
    }
    // acquire: pairs with [record.chunk], so that the records are zero or newer
    struct weft__record *records = weft__load_pointer_acquire(&chunks[chunk]);
    return records == NULL ? &nobodys : &records[offset];
}

// A record that was never used before. The caller holds the lock.
static int take_from_table(struct weft__record **out)
{
    uint64_t offset;
    uint32_t chunk = chunk_of(used, &offset);
    if (chunk >= CHUNKS) {
        return WEFT_EAGAIN;
    }
    if (used == 0) {
        chunks[0] = first_chunk; // nobody has a handle yet who could look
    } else if (chunks[chunk] == NULL) {
        size_t size = ((size_t)FIRST_SIZE << chunk) * sizeof first_chunk[0];
        long memory = sys_mmap(size, PROT_READ | PROT_WRITE);
        if (sys_failed(memory)) {
            return weft__refusal(memory);
        }
        // release: [record.chunk]
        weft__store_pointer_release(&chunks[chunk], (void *)memory);
    }
    *out = (struct weft__record *)chunks[chunk] + offset;
    (*out)->index = used++;
    (*out)->tid_word =
        &(*out)->exit_word; // a libc says otherwise at each birth
    // Generation 1, FREE.  release: pairs with [life], for who looks at all records
    // (host/everyone.c) or has a handle that nobody gave him
    weft__store64_release(&(*out)->life, (uint64_t)1 << 32);
    return 0;
}

int weft__record_new(struct weft__record **out)
{
    int error = 0;
    weft__lock_acquire(&weft__record_lock);
    if (free_list != NULL) {
        *out = free_list;
        free_list = free_list->next;
    } else {
        error = take_from_table(out);
    }
    weft__lock_release(&weft__record_lock);
    if (error == 0) {
        (*out)->cancel_request = 0;
        (*out)->waits_for = 0;
        (*out)->value = NULL;
        (*out)->of_host = NULL;
    }
    return error;
}

// In this order. Once the block is back, another record's thread may stand on it,
// and beside a libc that one has the same pthread_t: this record's life must be over
// by then, or the two are taken for each other (posix/handle.c).
static void end_life(struct weft__record *record)
{
    if (weft__libc_hooks != NULL) {
        weft__libc_hooks->drop(record);
    }
    // relaxed: before the next life, which has to be signalled anew
    weft__store_relaxed(&record->reached, 0);
    weft__life_free(record);
    weft__stack_put(&record->block);
}

void weft__record_free(struct weft__record *record)
{
    end_life(record);
    weft__lock_acquire(&weft__record_lock);
    record->next = free_list;
    free_list = record;
    weft__lock_release(&weft__record_lock);
}

void weft__record_dying(struct weft__record *record)
{
    weft__lock_acquire(&weft__record_lock);
    record->next = dying_list;
    dying_list = record;
    weft__store_relaxed(&dying_count, dying_count + 1);
    weft__lock_release(&weft__record_lock);
}

// Takes from the list of the dying those whom the kernel has let go of.
static struct weft__record *take_the_gone(void)
{
    struct weft__record *gone = NULL;
    weft__lock_acquire(&weft__record_lock);
    struct weft__record **link = &dying_list;
    while (*link != NULL) {
        struct weft__record *record = *link;
        // acquire: pairs with the kernel's store when it has left the stack
        if (weft__load_acquire(&record->exit_word) == 0) {
            *link = record->next;
            record->next = gone;
            gone = record;
            weft__store_relaxed(&dying_count, dying_count - 1);
        } else {
            link = &record->next;
        }
    }
    weft__lock_release(&weft__record_lock);
    return gone;
}

void weft__record_reap(void)
{
    // relaxed: only a hint that spares the lock; who is missed now is found by
    // the next reap
    if (weft__load_relaxed(&dying_count) == 0) {
        return;
    }
    struct weft__record *gone = take_the_gone();
    while (gone != NULL) {
        struct weft__record *record = gone;
        gone = record->next;
        weft__record_free(record);
    }
}

void weft__record_only(struct weft__record *self)
{
    free_list = NULL;
    dying_list = NULL;
    dying_count = 0;
    // From the last to the first, so that low indices are used again first.
    for (uint32_t index = used; index-- > 0;) {
        struct weft__record *record = weft__record_find(index);
        if (record != self) {
            end_life(record);
            record->next = free_list;
            free_list = record;
        }
    }
}
