// SPDX-License-Identifier: MIT
// support.h - what a test program without a libc needs to speak and to judge.
//
// A test program is one file beside this one. It defines weft_main, proves one
// thing and ends with status 0; a CHECK that fails prints where and ends the
// whole process with status 1. ../programs.def says how it is run, and
// ../README.md how to add one. All of it is static inline: a program carries
// only what it uses.
//
// Three files, one include: this one prints, checks and draws lots;
// support_kernel.h has signals, children and limits; support_proc.h reads /proc.
#ifndef SUPPORT_H
#define SUPPORT_H

#include <weft.h>
#include "arch.h"       // arch_syscall6
#include <asm/unistd.h> // from linux-libc-dev: numbers only, no libc in it

// sys(__NR_name, ...): any system call, never a cancellation point. Gives what
// the kernel gives: a result, or a negative error number.
#define sys(...) sys_padded(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define sys_padded(nr, a, b, c, d, e, f, ...)                                  \
    arch_syscall6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), \
                  (long)(f))

// Ends the process, all threads of it.
static inline _Noreturn void quit(int status)
{
    for (;;) {
        sys(__NR_exit_group, status);
    }
}

static inline size_t text_length(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
        __asm__ volatile(""); // or gcc makes a call to strlen of this loop
    }
    return length;
}

static inline int same_text(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

// One write, so that lines of several threads do not mix.
static inline void print(int fd, const char *text)
{
    sys(__NR_write, fd, text, text_length(text));
}

// A text put together in place, to be printed by one write. What does not fit
// is cut off.
struct line {
    size_t length;
    char text[256];
};

static inline void line_text(struct line *line, const char *text)
{
    for (; *text != '\0' && line->length + 1 < sizeof line->text; text++) {
        line->text[line->length++] = *text;
    }
    line->text[line->length] = '\0';
}

static inline void line_number(struct line *line, int64_t number)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    // Counted upwards from below zero: INT64_MIN has no positive twin.
    int64_t rest = number < 0 ? number : -number;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' - rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    line_text(line, &digits[at]);
}

static inline void print_number(int fd, int64_t number)
{
    struct line line = {0};
    line_number(&line, number);
    print(fd, line.text);
}

// "text number\n" by one write.
static inline void print_value(int fd, const char *text, int64_t number)
{
    struct line line = {0};
    line_text(&line, text);
    line_text(&line, " ");
    line_number(&line, number);
    line_text(&line, "\n");
    print(fd, line.text);
}

// ---- checks ----

// "file:line: what\n", and "file:line: what: a is not b\n", on stderr.
static inline _Noreturn void fail_at(const char *file, int line_of_file,
                                     const char *what)
{
    struct line line = {0};
    line_text(&line, file);
    line_text(&line, ":");
    line_number(&line, line_of_file);
    line_text(&line, ": ");
    line_text(&line, what);
    line_text(&line, "\n");
    print(2, line.text);
    quit(1);
}

static inline void check_equal(int64_t a, int64_t b, const char *file,
                               int line_of_file, const char *what)
{
    struct line line = {0};
    if (a == b) {
        return;
    }
    line_text(&line, what);
    line_text(&line, ": ");
    line_number(&line, a);
    line_text(&line, " is not ");
    line_number(&line, b);
    fail_at(file, line_of_file, line.text);
}

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fail_at(__FILE__, __LINE__, #condition);                           \
        }                                                                      \
    } while (0)

// Numbers or pointers; each side is evaluated once.
#define CHECK_EQ(a, b)                                                         \
    check_equal((int64_t)(a), (int64_t)(b), __FILE__, __LINE__, #a " == " #b)

// ---- arguments ----

// argv[index] as a decimal number, or fallback where there is none.
static inline int64_t arg_number(int argc, char **argv, int index,
                                 int64_t fallback)
{
    int64_t number = 0;
    const char *digit;
    if (index >= argc) {
        return fallback;
    }
    digit = argv[index][0] == '-' ? argv[index] + 1 : argv[index];
    CHECK(*digit != '\0');
    for (; *digit != '\0'; digit++) {
        CHECK(*digit >= '0' && *digit <= '9');
        number = number * 10 + (*digit - '0');
    }
    return argv[index][0] == '-' ? -number : number;
}

// Whether argv[1] names this case.
static inline int is_case(int argc, char **argv, const char *name)
{
    return argc > 1 && same_text(argv[1], name);
}

// ---- lots ----

// Starts a row of random numbers and prints its seed on stderr: "seed N". With
// that N as argv[index] the row comes again. Each thread needs a state of its
// own, for instance random_next(&state) of its creator.
static inline uint64_t random_start(int argc, char **argv, int index)
{
    uint64_t seed = 0;
    if (index < argc) {
        seed = (uint64_t)arg_number(argc, argv, index, 0);
    } else {
        CHECK_EQ(sys(__NR_getrandom, &seed, sizeof seed, 0), sizeof seed);
        seed >>= 1; // prints as a positive number
    }
    print_value(2, "seed", (int64_t)seed);
    return seed;
}

// The next number: a counter with an odd step, stirred until each bit of it
// reaches every bit of the result.
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

// 0 .. limit - 1.
static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
    return random_next(state) % limit;
}

#include "support_kernel.h"
#include "support_proc.h"

#endif
