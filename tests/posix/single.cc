// SPDX-License-Identifier: MIT
// single.cc - what the C++ library does while the process has one thread, and from
// the second on.
// posix: glibc
#include <exception>
#include <memory>
#include <sys/single_threaded.h>
#include <sys/wait.h>
#include <thread>
#include "standard.h"

// Finds itself being initialised: to be told while nobody else can be doing it.
static int init()
{
    static int value = init();
    return value;
}

static void begin_in_itself()
{
    pid_t child = fork();
    if (child == 0) {
        alarm(60); // it would wait for itself
        std::set_terminate([] { _exit(0); }); // by the exception that tells
        init();
        _exit(1);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

static std::shared_ptr<int> shared = std::make_shared<int>(1);

static void copy()
{
    for (int i = 0; i < 10000; i++) {
        std::shared_ptr<int> mine = shared;
    }
}

static void copy_in_threads()
{
    std::thread one(copy), other(copy);
    CHECK_EQ(__libc_single_threaded, 0);
    one.join();
    other.join();
    CHECK_EQ(shared.use_count(), 1);
}

int main()
{
    CHECK_EQ(__libc_single_threaded, 1);
    begin_in_itself();
    copy_in_threads();
    pid_t child = fork();
    if (child == 0) {
        CHECK(STOCK || __libc_single_threaded == 1);
        copy_in_threads();
        _exit(0);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}
