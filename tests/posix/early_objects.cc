// SPDX-License-Identifier: MIT
// early_objects.cc - threads from static objects of C++, prioritised and not.
// posix: glibc
#include <mutex>
#include <stdexcept>
#include <thread>
#include "standard.h"

static std::once_flag once;

struct Pool {
    int ran = 0;
    Pool()
    {
        std::thread thread([this] {
            std::call_once(once, [this] { ran += 10; });
            thread_local Pool *mine = this;
            mine->ran++;
        });
        thread.join();
    }
};

__attribute__((init_priority(101))) static Pool first;
__attribute__((init_priority(2000))) static Pool second;
__attribute__((init_priority(65535))) static Pool third;
static Pool fourth;

// Two threads that throw at once: the tables are known by now, and sorted.
static void catch_one()
{
    for (int i = 0; i < 100; i++) {
        try {
            throw std::runtime_error("caught");
        } catch (const std::exception &e) {
            CHECK(strcmp(e.what(), "caught") == 0);
        }
    }
}

int main()
{
    CHECK_EQ(first.ran, 11);
    CHECK_EQ(second.ran, 1);
    CHECK_EQ(third.ran, 1);
    CHECK_EQ(fourth.ran, 1);
    std::thread one(catch_one), other(catch_one);
    one.join();
    other.join();
}
