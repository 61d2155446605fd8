// SPDX-License-Identifier: MIT
// named.cc - a class that owns a thread, as courses have it: a std::function to
// run, found by name in an unordered_map of shared_ptr, started and joined by name.
// posix: glibc
#include <functional>
#include <memory>
#include <pthread.h>
#include <string>
#include <unordered_map>
#include "standard.h"

class Thread
{
public:
    explicit Thread(std::function<int()> function)
        : function_(std::move(function))
    {
    }

    void start()
    {
        CHECK_EQ(pthread_create(&thread_, nullptr, &Thread::run, this), 0);
    }

    int join()
    {
        void *self = nullptr;
        CHECK_EQ(pthread_join(thread_, &self), 0);
        CHECK(self == this);
        return result_;
    }

private:
    static void *run(void *self)
    {
        auto *thread = static_cast<Thread *>(self);
        thread->result_ = thread->function_();
        return self;
    }

    std::function<int()> function_;
    pthread_t thread_{};
    int result_ = -1;
};

int main()
{
    std::unordered_map<std::string, std::shared_ptr<Thread>> threads;
    for (int i = 0; i < 10; i++) {
        threads["thread " + std::to_string(i)] =
            std::make_shared<Thread>([i] { return i * i; });
    }
    for (auto &entry : threads) {
        entry.second->start();
    }
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(threads.at("thread " + std::to_string(i))->join(), i * i);
    }
    return 0;
}
