// SPDX-License-Identifier: MIT
// cancel_descriptors.c - a descriptor that a call made is never lost.
//
// Threads open files, or accept connections, and close what they get, until they
// are cancelled at a random moment. A call that had made its descriptor and was
// then cancelled would leave it open, and the lowest free number would grow.
//
//   cancel_descriptors open|accept ROUNDS [SEED]
#include "support.h"

enum { UNIX = 1, STREAM = 1, NONBLOCK = 04000 }; // AF_UNIX, SOCK_*
static const struct {
    uint16_t family;
    char path[8];
} address = {UNIX, ""}; // the kernel chooses the name
static int listener;
static int started;

static void *open_and_close(void *unused)
{
    set_word(&started, 1);
    for (;;) {
        long fd = weft_syscall_cancel(__NR_openat, AT_FDCWD, (long)"/dev/null",
                                      O_RDONLY, 0, 0, 0);
        CHECK(fd >= 0);
        CHECK_EQ(sys(__NR_close, fd), 0);
    }
    return unused;
}

static void *accept_and_close(void *unused)
{
    set_word(&started, 1);
    for (;;) {
        long fd = weft_syscall_cancel(__NR_accept4, listener, 0, 0, 0, 0, 0);
        CHECK(fd >= 0);
        CHECK_EQ(sys(__NR_close, fd), 0);
    }
    return unused;
}

static void listen_somewhere(char *name, int *length)
{
    listener = (int)sys(__NR_socket, UNIX, STREAM, 0);
    CHECK(listener >= 0);
    CHECK_EQ(sys(__NR_bind, listener, &address, sizeof address.family), 0);
    CHECK_EQ(sys(__NR_listen, listener, 100), 0);
    CHECK_EQ(sys(__NR_getsockname, listener, name, length), 0);
}

static void connect_to(const char *name, int length)
{
    // Not blocking: a queue full of those that nobody accepted is as good.
    long fd = sys(__NR_socket, UNIX, STREAM | NONBLOCK, 0);
    CHECK(fd >= 0);
    (void)sys(__NR_connect, fd, name, length);
    CHECK_EQ(sys(__NR_close, fd), 0);
}

static long lowest_free(void)
{
    long fd = sys(__NR_dup, 2);
    CHECK(fd >= 0);
    CHECK_EQ(sys(__NR_close, fd), 0);
    return fd;
}

int weft_main(int argc, char **argv, char **envp)
{
    int accepting = is_case(argc, argv, "accept");
    long rounds = arg_number(argc, argv, 2, 2000);
    uint64_t lots = random_start(argc, argv, 3);
    char name[128];
    int length = sizeof name;
    (void)envp;
    listen_somewhere(name, &length);
    long lowest = lowest_free();
    for (long i = 0; i < rounds; i++) {
        weft_thread t;
        void *value;
        set_word(&started, 0);
        CHECK_EQ(weft_create(&t, NULL,
                             accepting ? accept_and_close : open_and_close,
                             NULL),
                 0);
        until_equal(&started, 1);
        if (accepting) {
            connect_to(name, length);
        }
        uint64_t most = (uint64_t)1 << random_below(&lots, 16);
        for (uint64_t left = random_below(&lots, most); left > 0; left--) {
            __asm__ volatile(""); // from no time to some microseconds
        }
        CHECK_EQ(weft_cancel(t), 0);
        CHECK_EQ(weft_join(t, &value), 0);
        CHECK_EQ(value, WEFT_CANCELED);
        CHECK_EQ(lowest_free(), lowest);
    }
    return 0;
}
