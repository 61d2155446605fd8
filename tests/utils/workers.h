// SPDX-License-Identifier: MIT
// workers.h - the threads that do the jobs, and the main thread's part in it.
#ifndef WORKERS_H
#define WORKERS_H

#include "queue.h"

#define THREADS_MAX 1024

// From now on jobs are done by up to `threads` threads, the calling one among
// them; it is also the one that calls report, once for each job, in order.
void use_workers(int threads, void (*report)(struct job *job));

// A free job to fill in and add. Where the queue is full, works until it is not.
struct job *new_job(void);
void add_job(struct job *job);

// Has the jobs reported that are done and have no undone one before them.
void report_done(void);
// Has at least one reported; works or sleeps until there is one. There must be
// jobs.
void report_some(void);
// Has all reported.
void report_all(void);

// Ends the threads.
void dismiss_workers(void);

#endif
