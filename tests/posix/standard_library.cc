// SPDX-License-Identifier: MIT
// standard_library.cc - what C++ makes of threads: each class of the library once,
// and destructors wherever a thread ends.
// posix: glibc
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <pthread.h>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include "standard.h"

static std::atomic<int> alive;

struct Counted {
    Counted()
    {
        alive++;
    }
    ~Counted()
    {
        alive--;
    }
    Counted(const Counted &) = delete;
    int used = 0;
};

static thread_local Counted own;

static void mutexes()
{
    std::mutex mutex;
    std::recursive_mutex recursive;
    std::timed_mutex timed;
    std::shared_timed_mutex shared;
    long count = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; i++) {
            threads.emplace_back([&] {
                own.used++;
                for (int k = 0; k < 1000; k++) {
                    std::scoped_lock guard(mutex, recursive);
                    std::lock_guard again(recursive);
                    count++;
                }
            });
        }
    }
    CHECK_EQ(count, 8000);
    timed.lock();
    shared.lock_shared();
    std::thread([&] {
        CHECK(!timed.try_lock_for(std::chrono::milliseconds(2)));
        CHECK(!timed.try_lock_until(std::chrono::system_clock::now()));
        CHECK(shared.try_lock_shared());
        shared.unlock_shared();
        CHECK(!shared.try_lock_for(std::chrono::milliseconds(2)));
    }).join();
    shared.unlock_shared();
    timed.unlock();
}

static void waits()
{
    std::mutex mutex;
    std::condition_variable changed;
    std::condition_variable_any any;
    bool ready = false;
    std::jthread stoppable([&](std::stop_token token) {
        std::unique_lock lock(mutex);
        CHECK(!any.wait(lock, token, [] { return false; }));
    });
    std::thread waiter([&] {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return ready; });
    });
    {
        std::lock_guard guard(mutex);
        ready = true;
    }
    changed.notify_one();
    waiter.join();
    stoppable.request_stop();
    stoppable.join();
    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, std::chrono::milliseconds(2)) ==
          std::cv_status::timeout);
    CHECK(changed.wait_until(lock, std::chrono::system_clock::now() +
                                       std::chrono::milliseconds(2)) ==
          std::cv_status::timeout);
    std::counting_semaphore<4> semaphore(1);
    semaphore.acquire();
    CHECK(!semaphore.try_acquire_for(std::chrono::milliseconds(2)));
}

static void results()
{
    CHECK_EQ(std::async(std::launch::async, [] { return 42; }).get(), 42);
    auto thrown = std::async(std::launch::async,
                             []() -> int { throw std::runtime_error("so"); });
    try {
        thrown.get();
        CHECK(!"thrown");
    } catch (const std::runtime_error &error) {
        CHECK(std::string(error.what()) == "so");
    }
    std::promise<int> promise;
    std::thread([&] {
        own.used++;
        promise.set_value_at_thread_exit(7);
    }).join();
    CHECK_EQ(promise.get_future().get(), 7);
}

static void once()
{
    std::once_flag flag;
    int tries = 0;
    for (int i = 0; i < 4; i++) {
        try {
            std::call_once(flag, [&] {
                if (++tries < 3) {
                    throw 1;
                }
            });
        } catch (int) {
        }
    }
    CHECK_EQ(tries, 3);
}

static void *cancelled(void *arg)
{
    Counted local;
    own.used++;
    static_cast<std::atomic<int> *>(arg)->store(1);
    for (;;) {
        pause();
    }
}

static void *exits(void *)
{
    Counted local;
    own.used++;
    pthread_exit(&alive);
}

static void *throws(void *)
{
    for (int i = 0; i < 200; i++) {
        try {
            Counted local;
            throw std::runtime_error("caught");
        } catch (const std::exception &) {
        }
    }
    return nullptr;
}

static void destructors()
{
    pthread_t thread;
    void *result;
    std::atomic<int> there{0};
    CHECK_EQ(pthread_create(&thread, nullptr, cancelled, &there), 0);
    while (there == 0) {
        std::this_thread::yield();
    }
    CHECK_EQ(pthread_cancel(thread), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_EQ(pthread_create(&thread, nullptr, exits, nullptr), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == &alive);
    std::vector<pthread_t> threads(8);
    for (auto &t : threads) {
        CHECK_EQ(pthread_create(&t, nullptr, throws, nullptr), 0);
    }
    for (auto &t : threads) {
        CHECK_EQ(pthread_join(t, nullptr), 0);
    }
}

int main()
{
    mutexes();
    waits();
    results();
    once();
    destructors();
    CHECK_EQ(alive, 0);
    return 0;
}
