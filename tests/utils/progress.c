// SPDX-License-Identifier: MIT
// progress.c - see progress.h.
#include "progress.h"
#include "output.h"
#include "sys.h"

#define SECOND   INT64_C(1000000000)
#define INTERVAL (SECOND / 5)

// Added to by all threads. Relaxed: nothing else depends on it.
static uint64_t bytes_done;

// The main thread's own.
static int on_terminal;
static int is_shown;
static int64_t next_show;
static uint64_t files_done, files_total;

// A buffer of its own: messages may be half printed.
static char text[80];
static struct output line = {.fd = 2, .buffer = text, .size = sizeof text};

void start_progress(uint64_t files)
{
    files_total = files;
    on_terminal = sys_terminal(line.fd) == 0;
    next_show = on_terminal ? weft_now() + SECOND : 0;
}

void count_bytes(size_t bytes)
{
    __atomic_fetch_add(&bytes_done, bytes, __ATOMIC_RELAXED);
}

void count_file(void)
{
    files_done++;
}

int64_t progress_interval(void)
{
    return on_terminal ? INTERVAL : WEFT_FOREVER;
}

void show_progress(void)
{
    if (!on_terminal || weft_now() < next_show) {
        return;
    }
    next_show = weft_now() + INTERVAL;
    is_shown = 0; // written over, without a flicker
    put_char(&line, '\r');
    put_number(&line, files_done);
    if (files_total > 0) {
        put_text(&line, " of ");
        put_number(&line, files_total);
    }
    put_text(&line, " files, ");
    put_number(&line, __atomic_load_n(&bytes_done, __ATOMIC_RELAXED) >> 20);
    put_text(&line, " MiB\033[K");
    flush(&line);
    is_shown = 1;
}

void clear_progress(void)
{
    if (is_shown) {
        is_shown = 0;
        put_text(&line, "\r\033[K");
        flush(&line);
    }
}
