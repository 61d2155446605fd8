// SPDX-License-Identifier: MIT
// between_processes.c - semaphores and conditions in a page that processes share.
//
//     between_processes sem|cond|sem_storm|owned|inheriting ROUNDS
//
// A child waits and the parent wakes it, and the other way round; a sleep that
// the kernel looks up by its address in one process is not found from the other,
// and this hangs. For the condition, each process has a mutex of its own: one
// waits, the other one signals until it is told that the signal came. In the
// storm, several take what several post. owned: several wait for tokens with an
// owned mutex that they share, and each token is taken by one of them; a waiter
// that comes back without being the owner could not unlock it.
#include "support.h"
#include <linux/mman.h>

enum { PARTIES = 4 };

static struct page {
    weft_sem ping, pong;
    weft_cond cond;
    weft_owned_mutex mutex;
    int64_t tokens; // guarded by mutex
    int over;       // guarded by mutex: there will be no more tokens
    int word;       // what the condition is about; atomic
    int answered;   // atomic
    uint64_t taken[PARTIES];
} * page;

static int64_t rounds;

static long child(void (*run)(long), long arg)
{
    long pid = weft_fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        run(arg);
        quit(0);
    }
    return pid;
}

static void reap(long pid)
{
    int status;
    CHECK_EQ(sys(__NR_wait4, pid, &status, 0, NULL), pid);
    CHECK(exited_with(status, 0));
}

static void answer_pings(long unused)
{
    (void)unused;
    for (int64_t i = 0; i < rounds; i++) {
        CHECK_EQ(i % 2 ? weft_sem_wait(&page->ping)
                       : weft_sem_wait_for(&page->ping, WEFT_FOREVER - 1),
                 0);
        CHECK_EQ(weft_sem_post(&page->pong), 0);
    }
}

static void sem(void)
{
    long pid = child(answer_pings, 0);
    for (int64_t i = 0; i < rounds; i++) {
        CHECK_EQ(weft_sem_post(&page->ping), 0);
        CHECK_EQ(weft_sem_wait(&page->pong), 0);
    }
    reap(pid);
}

static void wait_for_words(long unused)
{
    static weft_mutex lock; // each process has its own
    (void)unused;
    weft_mutex_lock(&lock);
    for (int i = 1; i <= rounds; i++) {
        do {
            CHECK_EQ(i % 2 ? weft_cond_wait(&page->cond, &lock)
                           : weft_cond_wait_for(&page->cond, &lock,
                                                WEFT_FOREVER - 1),
                     0);
        } while (__atomic_load_n(&page->word, __ATOMIC_ACQUIRE) < i);
        set_word(&page->answered, i);
    }
}

static void cond(void)
{
    long pid = child(wait_for_words, 0);
    for (int i = 1; i <= rounds; i++) {
        set_word(&page->word, i);
        while (__atomic_load_n(&page->answered, __ATOMIC_ACQUIRE) < i) {
            if (i % 3) {
                weft_cond_signal(&page->cond);
            } else {
                weft_cond_broadcast(&page->cond);
            }
            weft_yield();
        }
    }
    reap(pid);
}

static void take_and_post(long me)
{
    for (int64_t i = 0; i < rounds; i++) {
        CHECK_EQ(weft_sem_wait(&page->ping), 0);
        page->taken[me]++;
        if (i % 16 == 0) {
            weft_yield();
        }
        CHECK_EQ(weft_sem_post(&page->ping), 0);
    }
}

static void sem_storm(void)
{
    long pid[PARTIES];
    CHECK_EQ(weft_sem_post(&page->ping), 0);
    CHECK_EQ(weft_sem_post(&page->ping), 0);
    for (long i = 0; i < PARTIES; i++) {
        pid[i] = child(take_and_post, i);
    }
    for (int i = 0; i < PARTIES; i++) {
        reap(pid[i]);
        CHECK_EQ(page->taken[i], rounds);
    }
    CHECK_EQ(weft_sem_value(&page->ping), 2);
}

static void take_tokens(long me)
{
    CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
    while (page->tokens > 0 || !page->over) {
        if (page->tokens > 0) {
            page->tokens--;
            page->taken[me]++;
            if (page->taken[me] % 16 == 0) {
                weft_yield(); // so that others find the mutex taken
            }
            CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
            CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), WEFT_EPERM);
            CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
        } else {
            CHECK_EQ(weft_cond_wait_owned(&page->cond, &page->mutex), 0);
        }
    }
    CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
}

static void owned(uint32_t flags)
{
    long pid[PARTIES];
    int64_t taken = 0;
    CHECK_EQ(
        weft_owned_mutex_init(&page->mutex, WEFT_NORMAL, flags | WEFT_SHARED),
        0);
    for (long i = 0; i < PARTIES; i++) {
        pid[i] = child(take_tokens, i);
    }
    for (int64_t i = 0; i <= rounds; i++) {
        CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
        while (page->tokens > 1) { // so few that others have to wait
            CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
            weft_yield();
            CHECK_EQ(weft_owned_mutex_lock(&page->mutex), 0);
        }
        page->over = i == rounds ? 1 : 0;
        page->tokens += page->over ? 0 : 1;
        CHECK_EQ(weft_owned_mutex_unlock(&page->mutex), 0);
        if (page->over || i % 3 == 0) {
            weft_cond_broadcast(&page->cond);
        } else {
            weft_cond_signal(&page->cond);
        }
    }
    for (int i = 0; i < PARTIES; i++) {
        reap(pid[i]);
        taken += (int64_t)page->taken[i];
    }
    CHECK_EQ(taken, rounds);
    weft_owned_mutex_destroy(&page->mutex);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    long memory = sys(__NR_mmap, 0, sizeof *page, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1);
    CHECK(memory > 0);
    page = (struct page *)memory;
    rounds = arg_number(argc, argv, 2, 1000);
    CHECK_EQ(weft_sem_init(&page->ping, 0, WEFT_SHARED), 0);
    CHECK_EQ(weft_sem_init(&page->pong, 0, WEFT_SHARED), 0);
    CHECK_EQ(weft_cond_init(&page->cond, WEFT_SHARED), 0);
    if (is_case(argc, argv, "sem")) {
        sem();
    } else if (is_case(argc, argv, "cond")) {
        cond();
    } else if (is_case(argc, argv, "sem_storm")) {
        sem_storm();
    } else {
        CHECK(is_case(argc, argv, "owned") ||
              is_case(argc, argv, "inheriting"));
        owned(is_case(argc, argv, "owned") ? 0 : WEFT_PRIO_INHERIT);
    }
    weft_cond_destroy(&page->cond); // nobody waits: returns at once
    weft_sem_destroy(&page->ping);
    weft_sem_destroy(&page->pong);
    return 0;
}
