// SPDX-License-Identifier: MIT
// queue.h - the files that are to be digested: taken largest first, reported in
// order, never more than QUEUE_SIZE at a time.
//
// The main thread adds jobs and removes them again in the same order. Between
// the two, somebody takes each job and does it: a worker the largest, the main
// thread the oldest.
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sha256.h"

#define QUEUE_SIZE 2048

// Where a job waits that is not in the heap.
enum { NOT_WAITING = -1, FOR_MAIN_THREAD = -2 };

struct job {
    // Written by the main thread before it adds the job.
    const char *name;
    int64_t size;      // in bytes; negative if not known
    uint64_t text_end; // what of the manifest's text is free after it
    uint64_t bad_line; // not a file but a line to complain about, or 0
    bool is_input;     // standard input: only the main thread takes it
    uint8_t wanted[SHA256_SIZE];
    uint32_t number; // counts the jobs

    // Guarded by the queue's lock: the index in the heap, or one of the enum.
    int place;

    // Atomic, a futex word: PENDING, AWAITED or DONE (queue.c).
    uint32_t state;
    // Written by who does the job, read after DONE was seen.
    int error;
    uint8_t digest[SHA256_SIZE];
};

// ---- For the main thread ----

bool queue_is_full(void);
bool queue_is_empty(void);

// The free entry to fill in next, all-zero; the queue must not be full.
struct job *queue_next(void);
// Adds it; a job without a file (bad_line) is done at once. Returns how many
// files wait for a worker.
int queue_add(struct job *job);

// The oldest job, done or not; the queue must not be empty.
struct job *queue_oldest(void);
void queue_remove_oldest(void);

// Takes the oldest job that nobody has taken. NULL: there is none, or it is
// standard input and older jobs are not reported yet.
struct job *queue_take_oldest(void);
// Sleeps until the job is done, or for a time.
void queue_await(struct job *job, int64_t timeout_ns);

// No job will be added any more: workers are sent home.
void queue_close(void);

// ---- For workers ----

// Takes the largest job, and sleeps until there is one. NULL: go home.
struct job *queue_take_largest(void);

// ---- For both ----

// The taker has set error or digest.
void queue_done(struct job *job);
bool queue_is_done(const struct job *job);

#endif
