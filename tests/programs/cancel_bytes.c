// SPDX-License-Identifier: MIT
// cancel_bytes.c - a byte that a read took is never lost to a cancellation.
//
// One reader after the other takes bytes from a pipe and counts them, until it
// is cancelled at a random moment: before the read, in it, or after the kernel
// has moved the byte and before the program knows. In the end the bytes written
// are the bytes counted and those still in the pipe.
//
//   cancel_bytes point ROUNDS [SEED]   read as a cancellation point
//   cancel_bytes naive ROUNDS [SEED]   asynchronous cancellation switched on
//                                      around a plain read: loses bytes, which
//                                      shows that the moment is really met
#include "support.h"
#include <asm/ioctls.h>

static int fds[2];
static long taken; // by readers, one at a time; read between their lives
static int started;

static void *read_at_point(void *unused)
{
    char byte;
    set_word(&started, 1);
    for (;;) {
        if (weft_syscall_cancel(__NR_read, fds[0], (long)&byte, 1, 0, 0, 0) ==
            1) {
            taken++;
        }
    }
    return unused;
}

static void *read_naively(void *unused)
{
    char byte;
    set_word(&started, 1);
    for (;;) {
        CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
        long got = sys(__NR_read, fds[0], &byte, 1);
        CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_DEFERRED, NULL), 0);
        if (got == 1) {
            taken++;
        }
    }
    return unused;
}

static long in_pipe(void)
{
    int bytes = 0;
    CHECK_EQ(sys(__NR_ioctl, fds[0], FIONREAD, &bytes), 0);
    return bytes;
}

// From no time at all to some microseconds, each magnitude equally often.
static void pass_time(uint64_t *lots)
{
    uint64_t most = (uint64_t)1 << random_below(lots, 16);
    for (uint64_t i = random_below(lots, most); i > 0; i--) {
        __asm__ volatile("");
    }
}

// One reader's life. Returns how many bytes it was sent.
static long one_reader(void *(*reader)(void *), uint64_t *lots)
{
    weft_thread t;
    void *value;
    long count = (long)random_below(lots, 4);
    set_word(&started, 0);
    CHECK_EQ(weft_create(&t, NULL, reader, NULL), 0);
    until_equal(&started, 1);
    pass_time(lots);
    CHECK_EQ(sys(__NR_write, fds[1], "abc", count), count);
    pass_time(lots);
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
    return count;
}

int weft_main(int argc, char **argv, char **envp)
{
    int naive = is_case(argc, argv, "naive");
    long rounds = arg_number(argc, argv, 2, 2000);
    uint64_t lots = random_start(argc, argv, 3);
    long written = 0;
    long lost = 0;
    (void)envp;
    CHECK_EQ(sys(__NR_pipe2, fds, 0), 0);
    for (long i = 0; i < rounds && lost == 0; i++) {
        written += one_reader(naive ? read_naively : read_at_point, &lots);
        lost = written - taken - in_pipe();
    }
    print_value(2, "bytes lost:", lost);
    CHECK(naive ? lost > 0 : lost == 0);
    return 0;
}
