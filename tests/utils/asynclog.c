// SPDX-License-Identifier: MIT
// asynclog.c - what a firmware's logger does: lines come from several threads, and
// none of them waits for the disk. Weft beside musl.
//
//     asynclog [-j WORKERS] [-q LINES] [-s SIZE] [-n KEEP] -o FILE
//
// Each line of standard input is added to FILE once, in order, behind a stamp.
//
//   standard                              bounded                       FILE
//   input ----> worker 1 ... worker N ----> queue ----> writer -------> FILE.1
//                                                          ^            ...
//                                             clock -------'
//
//   workers   take turns at reading, then each works on its line alone
//   writer    stamps lines and writes them; rotates the file
//   clock     makes the stamp, once a second
//   main      sleeps until it is time to stop: the input is over, SIGTERM or
//             SIGINT came, or the writer cannot write
//
// To stop, main cancels the workers. A worker can only be cancelled in read(2),
// where it holds no line; and a read that has taken bytes out of a pipe is never
// also cancelled. So what was read is written, and what was not is left to the
// next reader. The last line may have no newline, and lines may hold any other
// byte. One of more than LINE_SIZE bytes becomes several, with a complaint.
//
// Exit status: 0 all is written, 1 something is lost or odd, 2 wrong usage.
// Memory: LINES times 8 KiB for the queue, 128 KiB of buffers, 32 KiB of stack
// for each thread.
#include "asynclog.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <weft.h>

enum { WORKERS_MAX = 64, STACK_SIZE = 32768 };

static struct {
    uint64_t workers, queue_size, file_limit, files_to_keep;
    const char *path;
} options = {.workers = 2, .queue_size = 64, .files_to_keep = 4};

static weft_sem stop_wanted;
static atomic_bool complained;

void complain(const char *format, ...)
{
    va_list arguments;

    complained = true;
    flockfile(stderr); // or the lines of several threads would mix
    fputs("asynclog: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void stop(void)
{
    weft_sem_post(&stop_wanted);
}

// ---- Threads ----

static void *work(void *unused)
{
    struct line *line;

    weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL);
    while ((line = input_take_line()) != NULL) {
        // Here no lock is held: the place for what takes time, such as to parse,
        // to filter, to encode.
        queue_hand_over(line);
    }
    stop();
    return unused;
}

static weft_mutex stamp_lock;
static char stamp[STAMP_SIZE]; // guarded by stamp_lock

void get_stamp(char copy[STAMP_SIZE])
{
    weft_mutex_lock(&stamp_lock);
    memcpy(copy, stamp, STAMP_SIZE);
    weft_mutex_unlock(&stamp_lock);
}

// Returns the nanoseconds after which the next stamp is due.
static long make_stamp(void)
{
    struct timespec now;
    struct tm parts;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    weft_mutex_lock(&stamp_lock);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ ", &parts);
    weft_mutex_unlock(&stamp_lock);
    return 1000000000 - now.tv_nsec;
}

static void *keep_time(void *unused)
{
    for (;;) {
        weft_sleep_for(make_stamp()); // here it is cancelled
    }
    return unused;
}

// ---- Start and stop ----

// 0 after a complaint.
static weft_thread start(const char *name, void *(*run)(void *))
{
    const weft_attr attr = {.name = name, .stack_size = STACK_SIZE};
    weft_thread thread;
    int error = weft_create(&thread, &attr, run, NULL);

    if (error != 0) {
        complain("cannot start a %s: %s", name, strerror(error));
    }
    return thread;
}

static void on_signal(int signal)
{
    (void)signal;
    stop();
}

static void handle_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal,
                                     .sa_flags = SA_RESTART};

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN); // write says it, too
}

static void run(void)
{
    weft_thread workers[WORKERS_MAX];
    weft_thread writer = start("writer", write_lines);
    weft_thread clock = writer != 0 ? start("clock", keep_time) : 0;
    uint64_t count = 0;
    struct line *line;

    if (clock == 0) {
        return; // nothing was read yet
    }
    while (count < options.workers &&
           (workers[count] = start("worker", work)) != 0) {
        count++;
    }
    while (count > 0 && weft_sem_wait(&stop_wanted) != 0) {
        // a signal's handler ran
    }
    for (uint64_t i = 0; i < count; i++) {
        weft_cancel(workers[i]);
    }
    for (uint64_t i = 0; i < count; i++) {
        weft_join(workers[i], NULL);
    }
    // Bytes without a newline may be left, which a worker would have waited for.
    input_end();
    while ((line = input_take_line()) != NULL) {
        queue_hand_over(line);
    }
    queue_close();
    weft_join(writer, NULL);
    weft_cancel(clock);
    weft_join(clock, NULL);
}

// A number from 1 to max, perhaps with a unit.
static bool read_number(const char *text, uint64_t max, uint64_t *number)
{
    char *end;
    uint64_t unit = 1;

    *number = strtoull(text, &end, 10);
    if (*end == 'k' || *end == 'M') {
        unit = *end == 'k' ? 1024 : 1024 * 1024;
        end++;
    }
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || *number == 0 ||
        *number > max / unit) {
        complain("not a number from 1 to %llu: '%s'", (unsigned long long)max,
                 text);
        return false;
    }
    *number *= unit;
    return true;
}

static bool read_options(int argc, char **argv)
{
    bool good = true;
    int option;

    while (good && (option = getopt(argc, argv, "j:q:s:n:o:")) != -1) {
        switch (option) {
        case 'j':
            good = read_number(optarg, WORKERS_MAX, &options.workers);
            break;
        case 'q':
            good = read_number(optarg, 65536, &options.queue_size);
            break;
        case 's':
            good = read_number(optarg, INT64_MAX, &options.file_limit);
            break;
        case 'n':
            good = read_number(optarg, 999, &options.files_to_keep);
            break;
        case 'o':
            options.path = optarg;
            break;
        default:
            good = false;
        }
    }
    return good && options.path != NULL && optind == argc;
}

int main(int argc, char **argv)
{
    if (!read_options(argc, argv)) {
        fputs("usage: asynclog [-j WORKERS] [-q LINES] [-s SIZE[k|M]] [-n KEEP]"
              " -o FILE\n",
              stderr);
        return 2;
    }
    if (!file_open(options.path, options.file_limit,
                   (int)options.files_to_keep)) {
        return 1;
    }
    if (!queue_open(options.queue_size)) {
        complain("not enough memory for %llu lines",
                 (unsigned long long)options.queue_size);
        return 1;
    }
    make_stamp();
    handle_signals();
    run();
    file_close();
    return complained;
}
