// SPDX-License-Identifier: MIT
// asynclog.h - what the parts of asynclog ask of each other.
//
//   asynclog.c         the threads, and how they stop
//   asynclog_input.c   lines from standard input
//   asynclog_queue.c   the lines on their way from the workers to the writer
//   asynclog_writer.c  the writer and its file, which is rotated
#ifndef ASYNCLOG_H
#define ASYNCLOG_H

#define _XOPEN_SOURCE 700 // POSIX beside C; before the first libc header

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_SIZE 8192 // bytes of a line, without the newline

struct line {
    size_t length;
    bool is_ready; // guarded by the queue's lock
    // The worker's until it hands the line over, then the writer's.
    char text[LINE_SIZE]; // any bytes but newline
};

// ---- asynclog.c: for all threads ----

// Prints a line to standard error. The exit status will be 1.
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

// Makes asynclog read no more, write what it has read, and end. Also for signal
// handlers.
void stop(void);

// The time, once a second made into text, with a blank behind it.
#define STAMP_SIZE 32
void get_stamp(char copy[STAMP_SIZE]);

// ---- asynclog_input.c ----

// Takes the next line, into a place in the queue; it is still to be handed over.
// NULL: there is none, and none will come. To be called with cancellation
// disabled; while it waits for input, and then alone, it can be cancelled.
struct line *input_take_line(void);
// Nothing more is to be read; what was read can still be taken.
void input_end(void);

// ---- asynclog_queue.c ----

// Makes room for so many lines. False: there is not that much memory.
bool queue_open(size_t size);

// For workers. The next place in the queue; waits until one is free. Lines are
// written in the order of these calls. To be called with cancellation disabled:
// a place that was taken must be handed over, or nothing behind it is written.
struct line *queue_place(void);
// The place holds its line now.
void queue_hand_over(struct line *line);

// All places are handed over, and none will be taken any more.
void queue_close(void);

// For the writer. The oldest line, as soon as it is handed over. NULL: the queue
// is closed and empty.
struct line *queue_oldest(void);
// Whether queue_oldest would have to wait.
bool queue_is_idle(void);
// Frees the oldest line's place.
void queue_done(void);

// ---- asynclog_writer.c ----

// Opens path to add to it. Before a line would make it larger than limit bytes,
// path becomes path.1, path.1 becomes path.2, up to keep, and path begins anew.
// limit 0: that never happens. Returns false after a complaint.
bool file_open(const char *path, uint64_t limit, int keep);

// The writer's start routine: stamps lines from the queue and writes them, until
// it is closed and empty. When a line cannot be written, it complains, stops, and
// counts what is lost from then on.
void *write_lines(void *unused);

// When the writer has ended: closes the file and says how many lines are lost.
void file_close(void);

#endif
