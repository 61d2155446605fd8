// SPDX-License-Identifier: MIT
// asynclog_input.c - lines from standard input: see asynclog.h.
//
// Workers take turns: who holds the lock takes one line out of the buffer and
// reads more when there is none. So lines get their places in the queue in the
// order in which they came.
#include "asynclog.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <weft.h>

#define INPUT_SIZE 65536

// What was read and not yet taken: bytes[begin..end). The lock guards all of it.
static struct {
    weft_mutex lock;
    char bytes[INPUT_SIZE];
    size_t begin, end;
    bool is_over;
    bool in_long_line; // of which a part was taken
    uint64_t lines;    // that were taken
} input;

// The caller holds the lock of the input. The only place at which a worker can be
// cancelled: what read has done is then still to be noted, or not done at all.
static void read_more(void)
{
    ssize_t result;

    memmove(input.bytes, input.bytes + input.begin, input.end - input.begin);
    input.end -= input.begin;
    input.begin = 0;
    weft_set_cancel_state(WEFT_CANCEL_ENABLE, NULL);
    result = read(STDIN_FILENO, input.bytes + input.end,
                  sizeof input.bytes - input.end);
    weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL);
    if (result > 0) {
        input.end += (size_t)result;
    } else if (result == 0) {
        input.is_over = true;
    } else if (errno != EINTR) {
        complain("standard input: %s", strerror(errno));
        input.is_over = true;
    }
}

// How many bytes at the beginning of the input are a line, newline included. 0:
// none yet. The caller holds the lock.
static size_t line_length(void)
{
    const char *begin = input.bytes + input.begin;
    size_t length = input.end - input.begin;
    size_t limit = length <= LINE_SIZE ? length : LINE_SIZE + 1;
    const char *newline = limit > 0 ? memchr(begin, '\n', limit) : NULL;

    if (newline != NULL) {
        return (size_t)(newline - begin) + 1;
    }
    if (limit > LINE_SIZE) {
        return LINE_SIZE;
    }
    return input.is_over ? length : 0;
}

static void unlock_input(void *unused)
{
    (void)unused;
    weft_mutex_unlock(&input.lock);
}

// The caller holds the lock.
static void copy_line(struct line *line, size_t length)
{
    const char *text = input.bytes + input.begin;
    bool has_newline = text[length - 1] == '\n';
    bool is_divided;

    line->length = length - has_newline;
    memcpy(line->text, text, line->length);
    input.begin += length;
    is_divided = !has_newline && input.begin != input.end;
    if (!input.in_long_line) {
        input.lines++;
        if (is_divided) {
            complain("line %llu has more than %d bytes and becomes several",
                     (unsigned long long)input.lines, LINE_SIZE);
        }
    }
    input.in_long_line = is_divided;
}

struct line *input_take_line(void)
{
    struct line *line = NULL;
    size_t length;

    weft_mutex_lock(&input.lock);
    weft_cleanup_push(unlock_input, NULL);
    while ((length = line_length()) == 0 && !input.is_over) {
        read_more();
    }
    if (length > 0) {
        line = queue_place();
        copy_line(line, length);
    }
    weft_cleanup_pop(1);
    return line;
}

void input_end(void)
{
    weft_mutex_lock(&input.lock);
    input.is_over = true;
    weft_mutex_unlock(&input.lock);
}
