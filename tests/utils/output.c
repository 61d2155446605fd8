// SPDX-License-Identifier: MIT
// output.c - see output.h.
#include "output.h"
#include "names.h"
#include "progress.h"
#include "sys.h"

static char results_buffer[32768], messages_buffer[4096];
struct output results = {
    .fd = 1, .buffer = results_buffer, .size = sizeof results_buffer};
struct output messages = {
    .fd = 2, .buffer = messages_buffer, .size = sizeof messages_buffer};
static bool input_closed, input_used;

void flush(struct output *to)
{
    size_t done = 0;

    if (to->used > 0) {
        clear_progress();
    }
    while (done < to->used) {
        long n = sys_write(to->fd, to->buffer + done, to->used - done);
        if (n < 0) {
            if (to->error == 0) {
                to->error = (int)-n;
            }
            break; // what cannot be written is dropped: memory is bounded
        }
        done += (size_t)n;
    }
    to->used = 0;
}

void put_char(struct output *to, char c)
{
    if (to->used == to->size) {
        flush(to);
    }
    to->buffer[to->used++] = c;
}

void put_text(struct output *to, const char *text)
{
    for (; *text != '\0'; text++) {
        put_char(to, *text);
    }
}

void put_number(struct output *to, uint64_t number)
{
    char text[21];
    char *first = &text[sizeof text - 1];

    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put_text(to, first);
}

void print(const char *text)
{
    put_text(&results, text);
}

void say(const char *text)
{
    put_text(&messages, text);
}

void end_result(char end)
{
    put_char(&results, end);
    // Half a buffer is room for any line but one with a very long name, so that
    // a line is written in one piece and cannot mix with another process's.
    if (results.used > results.size / 2) {
        flush(&results);
    }
}

void begin_message(void)
{
    flush(&results);
    say("fwsum: ");
}

void end_message(void)
{
    put_char(&messages, '\n');
    flush(&messages);
}

void complain(const char *name, int error)
{
    begin_message();
    say_quoted(name);
    say(": ");
    say_error(error);
    end_message();
}

void occupy_closed_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (sys_position(fd) == -SYS_EBADF) {
            // The lowest free number is this one. Where there is no /dev/null,
            // the descriptor stays closed.
            sys_open("/dev/null", fd == 0 ? SYS_O_WRONLY : SYS_O_RDONLY);
            input_closed |= fd == 0;
        }
    }
}

void use_input(void)
{
    input_used = true;
}

int finish_output(void)
{
    bool failed = false;
    int error;

    flush(&results);
    if (input_closed && input_used) {
        begin_message();
        say("standard input: ");
        say_error(SYS_EBADF);
        end_message();
        failed = true;
    }
    // Some file systems tell only here that there is no room.
    error = (int)-sys_close(results.fd);
    if (results.error != 0 || (error != 0 && error != SYS_EBADF)) {
        begin_message();
        say("write error");
        // sha256sum does not know any more what an earlier write has met.
        if (results.error == 0 || results.error == SYS_EBADF) {
            say(": ");
            say_error(results.error != 0 ? results.error : error);
        }
        end_message();
        failed = true;
    }
    return failed || messages.error != 0;
}
