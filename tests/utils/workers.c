// SPDX-License-Identifier: MIT
// workers.c - see workers.h.
//
// A worker is only created when more jobs wait than the main thread can take
// itself. Where the system gives no further thread, those that there are do the
// work; in the end the main thread alone.
#include "workers.h"
#include "output.h"
#include "progress.h"
#include "sys.h"

// A file is read in pieces of this size: large enough that reading costs next to
// nothing, small enough for the second-level cache.
#define PIECE 65536

static weft_thread workers[THREADS_MAX];
static int created, wanted;
static void (*report_job)(struct job *job);

// Returns 0 or the error number that opening or reading met. Calls meanwhile
// after each piece.
static int digest_file(struct job *job, void (*meanwhile)(void))
{
    unsigned char piece[PIECE];
    struct sha256 sum;
    long fd = 0, n;

    if (!job->is_input) {
        fd = sys_open(job->name, SYS_O_RDONLY);
        if (fd < 0) {
            return (int)-fd;
        }
    }
    sha256_init(&sum);
    while ((n = sys_read((int)fd, piece, sizeof piece)) > 0) {
        sha256_add(&sum, piece, (size_t)n);
        count_bytes((size_t)n);
        meanwhile();
    }
    sha256_end(&sum, job->digest);
    if (!job->is_input) {
        sys_close((int)fd);
    }
    return (int)-n;
}

static void nothing(void)
{
}

static void *worker(void *unused)
{
    struct job *job;

    while ((job = queue_take_largest()) != NULL) {
        job->error = digest_file(job, nothing);
        queue_done(job);
    }
    return unused;
}

void use_workers(int threads, void (*report)(struct job *job))
{
    wanted = threads - 1;
    report_job = report;
}

struct job *new_job(void)
{
    while (queue_is_full()) {
        report_some();
    }
    return queue_next();
}

void add_job(struct job *job)
{
    // The piece, and room for all else, a signal's frame included.
    static const weft_attr attr = {.stack_size = PIECE + 16384};

    // Where there is no statx, or no such file, sizes are all the same: files
    // are then taken in order.
    if (job->bad_line == 0 && !job->is_input && wanted > 0) {
        job->size = sys_size(job->name);
    }
    if (queue_add(job) > 1 && created < wanted) {
        if (weft_create(&workers[created], &attr, worker, NULL) == 0) {
            created++;
        } else {
            wanted = created;
        }
    }
}

void report_done(void)
{
    while (!queue_is_empty() && queue_is_done(queue_oldest())) {
        if (queue_oldest()->bad_line == 0) {
            count_file();
        }
        report_job(queue_oldest());
        queue_remove_oldest();
    }
    // Who reads the results shall have them before the next wait.
    flush(&results);
    show_progress();
}

void report_some(void)
{
    struct job *job;

    while (!queue_is_done(queue_oldest())) {
        job = queue_take_oldest();
        if (job == NULL) {
            queue_await(queue_oldest(), progress_interval());
            show_progress();
            continue;
        }
        job->error = digest_file(job, report_done);
        queue_done(job);
    }
    report_done();
}

void report_all(void)
{
    while (!queue_is_empty()) {
        report_some();
    }
}

void dismiss_workers(void)
{
    queue_close();
    while (created > 0) {
        weft_join(workers[--created], NULL);
    }
}
