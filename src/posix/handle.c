// SPDX-License-Identifier: MIT
// handle.c - from pthread_t to the core's handle and back.
// Read before: record.h, life.h.
//
// pthread_t is the address of the libc's TCB, because functions of the libc read
// the TCB through it (timer_create, for one). The TCB lies in the thread's memory,
// and a dead thread's memory may be unmapped, or be another's: so a pthread_t is
// never followed. Each record knows where its thread's tid is kept, which is at one
// place in every TCB. The record that has it there is looked for, and its life is
// looked at before and after.
//
//   record->tid_word     the same TCB?       life
//   of a dead thread     may look the same   FREE, or detached and ENDED: not it
//   of its successor     may be the same     pthread_t is the successor's, too: as
//                                            with every libc, it has come again
//
// So at most one record is found. A record's life is over before its block is given
// to the next thread (record.c); and a region of the caller's is used again when a
// detached thread has ended, which may be before the reaper comes.
//
// A table says where a TCB was found last, so that the search need not begin with
// the first record. What stands in it is only a guess.
#include <weft/atomic.h>
#include "life.h"
#include "posix.h"

enum { GUESSES_BITS = 8, GUESSES = 1 << GUESSES_BITS };
static uint32_t guesses[GUESSES]; // indices of records; atomic, may be stale

static uint32_t *guess_of(const uint32_t *tid_word)
{
    // Fibonacci's hash: blocks lie at regular distances.
    uint64_t mixed = (uintptr_t)tid_word * 0x9e3779b97f4a7c15u;
    return &guesses[mixed >> (64 - GUESSES_BITS)];
}

// The same in all threads.
uintptr_t weft__posix_distance(void)
{
    return (uintptr_t)weft__thread_self()->record->tid_word -
           (uintptr_t)pthread_self();
}

struct weft__thread *weft__posix_data(const struct weft__record *record)
{
    uintptr_t away = (uintptr_t)record->tid_word -
                     (uintptr_t)weft__thread_self()->record->tid_word;
    char *thread_pointer = (char *)__builtin_thread_pointer() + away;
    return *(struct weft__thread **)(void *)(thread_pointer + weft__self_slot);
}

// Whether t is the record's life, and not one that is over but for the reaper.
static int there(const struct weft__record *record, weft_thread t)
{
    return weft__life_claimable(record, t) != WEFT_ESRCH;
}

// The handle of a record's life, if its thread has its tid there and is not gone,
// else 0.
static weft_thread look(const struct weft__record *record,
                        const uint32_t *tid_word)
{
    // Looked at before and after: a free record has the handle of its next life
    // already, and its last one's address still.
    weft_thread t = weft__life_handle(record);
    void *const *word = (void *const *)(const void *)&record->tid_word;
    // relaxed: who asks about a thread that lives has heard of its birth, and so of
    // what stood in its record by then, and that whoever had its memory before is
    // gone
    return there(record, t) &&
                   weft__load_pointer_relaxed(word) == (const void *)tid_word &&
                   there(record, t)
               ? t
               : 0;
}

// The same for the record of that index. Returns whether it ever had a thread:
// records are taken in order, and generations begin with 1.
static int look_at(uint32_t index, const uint32_t *tid_word, weft_thread *t)
{
    const struct weft__record *record = weft__record_find(index);
    if (weft__life_progress(record) == 0) {
        return 0; // and its index may just be being written
    }
    *t = look(record, tid_word);
    return 1;
}

weft_thread weft__posix_find(pthread_t thread)
{
    static uint32_t last; // the index that was found last; as the guesses
    const uint32_t *tid_word =
        (const uint32_t *)((uintptr_t)thread + weft__posix_distance());
    uint32_t *guess = guess_of(tid_word);
    weft_thread t = 0;
    look_at(weft__load_relaxed(guess), tid_word, &t);
    if (t != 0) {
        return t;
    }
    // From the last one outwards: who creates many threads one after the other
    // mostly joins them so.
    uint32_t above = weft__load_relaxed(&last);
    uint32_t below = above;
    int more = 1; // above
    while (t == 0 && (more || below > 0)) {
        if (more) {
            more = look_at(above++, tid_word, &t);
        }
        if (t == 0 && below > 0) {
            look_at(--below, tid_word, &t);
        }
    }
    if (t != 0) {
        weft__store_relaxed(guess, (uint32_t)t);
        weft__store_relaxed(&last, (uint32_t)t);
    }
    return t;
}
