// SPDX-License-Identifier: MIT
// logger.cc - an asynchronous logger, as media servers have one.
// A writer thread takes lines from a queue under a std::condition_variable; a
// second thread keeps the stamp that is put before them; the logger's destructor
// stops both. Where a sandbox refuses clone3, the libc's own threads end in
// std::system_error here.
//
//     logger [sandbox]
// posix: glibc
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mutex>
#include <string>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>
#include "standard.h"

class Logger
{
public:
    Logger() : stamp_thread_(&Logger::stamp, this), writer_(&Logger::write, this)
    {
    }

    ~Logger()
    {
        {
            std::lock_guard<std::mutex> guard(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        writer_.join();
        stamp_thread_.join();
    }

    void log(std::string line)
    {
        {
            std::lock_guard<std::mutex> guard(mutex_);
            queue_.push_back(std::move(line));
        }
        changed_.notify_one();
    }

    static std::atomic<int> written;

private:
    void write()
    {
        std::unique_lock<std::mutex> guard(mutex_);
        for (;;) {
            changed_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                return;
            }
            std::string line = std::move(queue_.front());
            queue_.pop_front();
            guard.unlock();
            if (stamp_.load() != 0 && !line.empty()) {
                written++;
            }
            guard.lock();
        }
    }

    void stamp()
    {
        std::unique_lock<std::mutex> guard(mutex_);
        while (!stopping_) {
            stamp_ = std::chrono::steady_clock::now().time_since_epoch().count();
            changed_.wait_for(guard, std::chrono::milliseconds(10));
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> queue_;
    bool stopping_ = false;
    std::atomic<long long> stamp_{1};
    std::thread stamp_thread_, writer_;
};

std::atomic<int> Logger::written{0};

static void refuse_clone3()
{
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program = {sizeof filter / sizeof *filter, filter};
    CHECK_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    CHECK_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && std::string(argv[1]) == "sandbox") {
        refuse_clone3();
    }
    {
        Logger logger;
        std::thread producers[4];
        for (auto &producer : producers) {
            producer = std::thread([&logger] {
                for (int i = 0; i < 250; i++) {
                    logger.log("line " + std::to_string(i));
                }
            });
        }
        for (auto &producer : producers) {
            producer.join();
        }
    }
    std::printf("%d lines\n", Logger::written.load());
    return 0;
}
