// SPDX-License-Identifier: MIT
// progress.h - the line on a terminal that tells how far the work is.
//
// It appears on standard error, when that is a terminal and the work has lasted
// a second. Any thread may count; only the main thread shows and clears.
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stddef.h>
#include <stdint.h>

// files: how many there will be, or 0 when that is not known.
void start_progress(uint64_t files);

void count_bytes(size_t bytes);
void count_file(void);

// To be called now and then; writes the line when it is time to.
void show_progress(void);
// How long the main thread may sleep before the next show_progress.
int64_t progress_interval(void);

// Takes the line away, so that something else can be written there.
void clear_progress(void);

#endif
