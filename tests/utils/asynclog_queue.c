// SPDX-License-Identifier: MIT
// asynclog_queue.c - a bounded queue that keeps the order: see asynclog.h.
//
//            first                      end
//     free     |                         |      free
//   ...........| ready  not yet  ready   |...........    a ring of size places
//              ^ oldest                  ^ next place
//
// The place that a line gets decides when it is written, not the moment at which
// its worker has finished with it. Between queue_place and queue_hand_over the
// line is the worker's alone and no lock is held, so several workers can be at
// work on lines that follow each other.
//
// Two conditions: a place has become free (workers wait), and the oldest line
// is ready (the writer waits). first and end count on and never wrap: at one
// line a nanosecond it would take 584 years.
#include "asynclog.h"

#include <stdlib.h>
#include <weft.h>

static struct line *ring;
static uint64_t ring_size;

static weft_mutex lock;
static weft_cond place_is_free, oldest_is_ready;
// Guarded by lock:
static uint64_t first, end;
static bool closed;

bool queue_open(size_t size)
{
    ring = calloc(size, sizeof *ring);
    ring_size = size;
    return ring != NULL;
}

struct line *queue_place(void)
{
    struct line *line;

    weft_mutex_lock(&lock);
    while (end - first == ring_size) {
        weft_cond_wait(&place_is_free, &lock);
    }
    line = &ring[end % ring_size];
    line->is_ready = false;
    end++;
    weft_mutex_unlock(&lock);
    return line;
}

void queue_hand_over(struct line *line)
{
    weft_mutex_lock(&lock);
    line->is_ready = true;
    weft_mutex_unlock(&lock);
    // Perhaps it is not the oldest. Then the writer looks and sleeps again.
    weft_cond_signal(&oldest_is_ready);
}

void queue_close(void)
{
    weft_mutex_lock(&lock);
    closed = true;
    weft_mutex_unlock(&lock);
    weft_cond_signal(&oldest_is_ready);
}

// The caller holds the lock.
static bool has_ready(void)
{
    return first != end && ring[first % ring_size].is_ready;
}

bool queue_is_idle(void)
{
    bool idle;

    weft_mutex_lock(&lock);
    idle = !has_ready();
    weft_mutex_unlock(&lock);
    return idle;
}

struct line *queue_oldest(void)
{
    struct line *line;

    weft_mutex_lock(&lock);
    while (!has_ready() && !closed) {
        weft_cond_wait(&oldest_is_ready, &lock);
    }
    line = has_ready() ? &ring[first % ring_size] : NULL;
    weft_mutex_unlock(&lock);
    return line;
}

void queue_done(void)
{
    weft_mutex_lock(&lock);
    first++;
    weft_mutex_unlock(&lock);
    // One place, one worker.
    weft_cond_signal(&place_is_free);
}
