// SPDX-License-Identifier: MIT
// hosts: musl glibc
// early.c - threads from constructors of every priority, and from before.
#include <sys/wait.h>
#include "hosted.h"

static weft_key key;
static weft_thread main_thread;
static int rounds;

static void *work(void *arg)
{
    CHECK(weft_self() != main_thread);
    CHECK(weft_key_get(key) == NULL);
    CHECK_EQ(weft_key_set(key, arg), 0);
    void *volatile piece = malloc(1000);
    free(piece);
    return weft_key_get(key);
}

static void run(void)
{
    weft_thread thread;
    void *value = NULL;
    CHECK_EQ(weft_create(&thread, NULL, work, &rounds), 0);
    CHECK_EQ(weft_join(thread, &value), 0);
    CHECK(value == &rounds);
    CHECK(weft_self() == main_thread);
    CHECK(weft_key_get(key) == &key);
}

static void next(void)
{
    if (rounds == 0) {
        main_thread = weft_self();
        CHECK(main_thread != 0);
        CHECK_EQ(weft_tid(main_thread), getpid());
        CHECK_EQ(weft_key_create(&key, NULL), 0);
        CHECK_EQ(weft_key_set(key, &key), 0);
    }
    rounds++;
    long child = weft_fork(); // the first is before the first thread
    if (child == 0) {
        CHECK_EQ(weft_tid(main_thread), getpid());
        run();
        _exit(0);
    }
    int status;
    CHECK_EQ(waitpid((pid_t)child, &status, 0), child);
    CHECK_EQ(status, 0);
    run();
}

#ifdef __GLIBC__ // musl does not call what stands there
enum { ROUNDS = 6 };
__attribute__((section(".preinit_array"),
               used)) static void (*preinit)(void) = next;
#else
enum { ROUNDS = 5 };
#endif

__attribute__((constructor(101))) static void first(void)
{
    next();
}

__attribute__((constructor(2000))) static void second(void)
{
    next();
}

__attribute__((constructor(65535))) static void third(void)
{
    next();
}

__attribute__((constructor)) static void fourth(void)
{
    next();
}

int main(void)
{
    next();
    CHECK_EQ(rounds, ROUNDS);
    return 0;
}
