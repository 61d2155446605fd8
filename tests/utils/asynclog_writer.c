// SPDX-License-Identifier: MIT
// asynclog_writer.c - the thread that writes, and its file: see asynclog.h.
//
// All of this belongs to one thread: no locks. Lines are collected in a buffer and
// written many at a time, at the latest when there is nothing else to do.
//
// Nothing is lost in silence. What cannot be written is counted and told. A file
// that cannot be renamed stays where it is, and grows.
#include "asynclog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE 65536

static const char *path;
static int fd = -1;
static uint64_t limit; // in bytes; 0: none
static int keep;       // old files
static uint64_t size;  // of the file, the buffer's contents included
static char buffer[BUFFER_SIZE];
static size_t buffered; // bytes: whole lines
static bool failed;     // nothing is written any more
static uint64_t lost;   // lines

static uint64_t count_lines(const char *text, size_t length)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    return lines;
}

// Names the call that failed; errno says why.
static void fail(const char *what)
{
    complain("%s: cannot %s: %s", path, what, strerror(errno));
    failed = true;
    stop();
}

static bool open_file(void)
{
    struct stat status;

    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || fstat(fd, &status) != 0) {
        return false;
    }
    size = (uint64_t)status.st_size;
    if (!S_ISREG(status.st_mode)) {
        limit = 0; // a terminal, a pipe: nothing to rotate
    }
    return true;
}

bool file_open(const char *file_path, uint64_t file_limit, int files_to_keep)
{
    path = file_path;
    limit = file_limit;
    keep = files_to_keep;
    if (strlen(path) > PATH_MAX - sizeof ".999") {
        errno = ENAMETOOLONG;
    } else if (open_file()) {
        return true;
    }
    complain("%s: %s", path, strerror(errno));
    return false;
}

// A short write means that the next one will say what is wrong. The part of a
// line that went in is taken back.
static void flush(void)
{
    size_t written = 0;

    while (written < buffered && !failed) {
        ssize_t result = write(fd, buffer + written, buffered - written);
        if (result >= 0) {
            written += (size_t)result;
        } else if (errno != EINTR) {
            fail("write");
        }
    }
    if (written < buffered) {
        size_t whole = written;
        while (whole > 0 && buffer[whole - 1] != '\n') {
            whole--;
        }
        lost += count_lines(buffer + whole, buffered - whole);
        size -= buffered - whole;
        if (whole < written && ftruncate(fd, (off_t)size) != 0) {
            complain("%s: its last line is cut short", path);
        }
    }
    buffered = 0;
}

static void close_file(void)
{
    // Some file systems only now say that there is no room.
    if (fd >= 0 && close(fd) != 0) {
        fail("close");
    }
    fd = -1;
}

// ---- Rotation ----

// The name of the file's nth predecessor; 0: its own.
static void name_of(char name[PATH_MAX], int n)
{
    if (n == 0) {
        snprintf(name, PATH_MAX, "%s", path);
    } else {
        snprintf(name, PATH_MAX, "%s.%d", path, n);
    }
}

// From the oldest on, each takes the place of the one before it. Where that is
// not possible, no further file is moved: it would be moved over this one.
static bool move_files(void)
{
    char from[PATH_MAX], to[PATH_MAX];

    for (int n = keep; n > 0; n--) {
        name_of(from, n - 1);
        name_of(to, n);
        if (rename(from, to) != 0 && errno != ENOENT) {
            complain("cannot rename %s to %s: %s", from, to, strerror(errno));
            return false;
        }
    }
    return true;
}

static void rotate(void)
{
    flush();
    if (failed) {
        return;
    }
    if (!move_files()) {
        limit = 0; // one large file is better than none
        return;
    }
    close_file();
    if (!failed && !open_file()) {
        fail("open");
    }
}

static void put(const char *stamp, const struct line *line)
{
    size_t stamp_length = strlen(stamp);
    size_t length = stamp_length + line->length + 1;
    char *next;

    if (limit != 0 && size != 0 && size + length > limit) {
        rotate();
    }
    if (buffered + length > sizeof buffer) {
        flush();
    }
    if (failed) {
        lost++;
        return;
    }
    next = buffer + buffered;
    memcpy(next, stamp, stamp_length + 1); // the text overwrites its end mark
    memcpy(next + stamp_length, line->text, line->length);
    next[length - 1] = '\n';
    buffered += length;
    size += length;
}

void *write_lines(void *unused)
{
    struct line *line;
    char stamp[STAMP_SIZE];

    while ((line = queue_oldest()) != NULL) {
        get_stamp(stamp);
        put(stamp, line);
        queue_done();
        if (queue_is_idle()) {
            flush();
        }
    }
    return unused;
}

void file_close(void)
{
    flush();
    close_file();
    if (lost > 0) {
        complain("%s: %llu lines are lost", path, (unsigned long long)lost);
    }
}
