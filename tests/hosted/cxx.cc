// SPDX-License-Identifier: MIT
// (check_glibc.c builds it: for musl there is no C++ library.)
// cxx.cc - C++ in threads of Weft.
//
// Exceptions are thrown and caught in eight threads at once; destructors of
// thread_local objects run at each thread's end; static objects of a function are
// constructed once; and a thread that is cancelled in a call of the libc, or calls
// weft_exit, runs the destructors of what is on its stack, innermost first.
#include <atomic>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <weft.h>

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            std::cerr << __FILE__ << ":" << __LINE__ << ": " #condition "\n";  \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

static std::atomic<int> constructed, destroyed;
static std::string order;

struct Counted {
    Counted() { constructed++; }
    ~Counted() { destroyed++; }
};
static thread_local Counted counted;

struct Letter {
    char letter;
    ~Letter() { order += letter; }
};

static int fall(int depth)
{
    Letter *nothing = nullptr;
    std::string text(static_cast<size_t>(depth) + 1, 'x');
    if (depth == 0) {
        throw std::runtime_error(text);
    }
    return fall(depth - 1) + (nothing != nullptr);
}

static Counted &only()
{
    static Counted one;
    return one;
}

static void *throw_often(void *arg)
{
    CHECK(&counted != nullptr && &only() != nullptr);
    for (int i = 0; i < 300; i++) {
        try {
            fall(20);
            CHECK(false);
        } catch (const std::runtime_error &error) {
            CHECK(std::string(error.what()) == "x");
        }
    }
    return arg;
}

static int fds[2];

__attribute__((noinline)) static char wait_for_byte()
{
    Letter b{'b'};
    char byte = 0;
    CHECK(read(fds[0], &byte, 1) == 1);
    return byte;
}

static void *wait_long(void *arg)
{
    Letter a{'a'};
    std::unique_ptr<Counted> owned(new Counted);
    return wait_for_byte() == 0 ? arg : nullptr;
}

int main()
{
    weft_thread thread[8];
    for (weft_thread &t : thread) {
        CHECK(weft_create(&t, nullptr, throw_often, nullptr) == 0);
    }
    for (weft_thread t : thread) {
        CHECK(weft_join(t, nullptr) == 0);
    }
    CHECK(constructed == 9 && destroyed == 8);
    CHECK(pipe(fds) == 0);
    void *value;
    CHECK(weft_create(&thread[0], nullptr, wait_long, nullptr) == 0);
    CHECK(weft_cancel(thread[0]) == 0);
    CHECK(weft_join(thread[0], &value) == 0 && value == WEFT_CANCELED);
    CHECK(order == "ba");
    CHECK(constructed == 10 && destroyed == 9);
    return 0;
}
