// SPDX-License-Identifier: MIT
// hosts: musl
// setuid.c - setuid changes the process: every thread of it.
//
// The kernel changes one thread only. Proves that when the libc's call returns no
// thread is left with the old id, whatever it was doing, and that threads born at
// that moment are not forgotten. Without it, a server that drops its privileges
// would still have a thread with all of them.
#include <sys/syscall.h>
#include "hosted.h"

enum { THREADS = 8, USER = 1000 };

static uint32_t stop;
// How often the id was changed, twice: odd while that is going on.
static uint32_t changes;
static uint32_t looks;
static uid_t first_user;

static uid_t user_after(uint32_t count)
{
    return count / 2 % 2 == 1 && first_user == 0 ? USER : first_user;
}

static void *look(void *arg)
{
    uint32_t before = get(&changes);
    long own = syscall(SYS_geteuid); // this thread's, by the kernel
    if (before % 2 == 0 && before == get(&changes)) {
        CHECK_EQ(own, user_after(before));
        __atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED);
    }
    return arg;
}

static void *look_and_sleep(void *arg)
{
    while (!get(&stop)) {
        look(NULL);
        doze(100000);
    }
    return arg;
}

static void *look_and_allocate(void *arg)
{
    while (!get(&stop)) {
        look(NULL);
        free(malloc(1000));
    }
    return arg;
}

// One that was born while the id was being changed looks when that is over.
static void *look_when_changed(void *arg)
{
    be_born();
    while (get(&changes) % 2 != 0) {
        weft_yield();
    }
    return look(arg);
}

static void *create_lookers(void *arg)
{
    while (!get(&stop)) {
        weft_thread thread = start(look_when_changed, NULL);
        if (arg == NULL) {
            join(thread);
        } else {
            CHECK_EQ(weft_detach(thread), 0);
            weft_yield();
        }
    }
    return arg;
}

static void *wait_on_a_lock(void *arg)
{
    while (!get(&stop)) {
        weft_mutex_lock(arg);
        look(NULL);
        weft_mutex_unlock(arg);
    }
    return arg;
}

int main(int argc, char **argv)
{
    static weft_mutex lock;
    int alone = task_count();
    long rounds = number(argc, argv, 1, 500);
    weft_thread threads[THREADS];
    first_user = geteuid();
    for (uintptr_t i = 0; i < THREADS; i++) {
        threads[i] = i % 4 == 0   ? start(look_and_sleep, NULL)
                     : i % 4 == 1 ? start(look_and_allocate, NULL)
                     : i % 4 == 2 ? start(create_lookers, (void *)(i / 4))
                                  : start(wait_on_a_lock, &lock);
    }
    for (long i = 0; i < rounds; i++) {
        uint32_t count = get(&changes);
        set(&changes, count + 1);
        CHECK_EQ(seteuid(user_after(count + 2)), 0);
        set(&changes, count + 2);
        look(NULL);
        uint32_t seen = get(&looks);
        while (get(&looks) - seen < 10) {
            weft_yield();
        }
    }
    set(&stop, 1);
    for (int i = 0; i < THREADS; i++) {
        join(threads[i]);
    }
    until_tasks(alone);
    fprintf(stderr, "looks %u\n", get(&looks));
    return 0;
}
