// SPDX-License-Identifier: MIT
// rwlock_order.c - who goes next.
//
//     rwlock_order readers_wait|readers_first|writer_gives_up|greedy|several
//
// A reader comes in beside readers, but not past a writer that waits; after a
// writer, the readers that wait go before the next writer; readers behind a writer
// that gives up go on; and a thread that wants the lock again and again does not
// keep out the others. Each of them fails on a lock that prefers readers, prefers
// writers, forgets to wake, or lets everybody race for it.
#include "support.h"

static weft_rwlock lock;
static int order;        // counts who has got the lock
static int passes, over; // of the greedy one

static int got_it(void)
{
    return __atomic_add_fetch(&order, 1, __ATOMIC_ACQ_REL);
}

// Lock, say which place it was, unlock.
static void *read_once(void *arg)
{
    CHECK_EQ(weft_rwlock_rdlock(&lock), 0);
    long place = got_it();
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    return arg ? arg : (void *)place;
}

static void *write_once(void *arg)
{
    CHECK_EQ(weft_rwlock_wrlock(&lock), 0);
    long place = got_it();
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    return arg ? arg : (void *)place;
}

static void *write_or_give_up(void *arg)
{
    long error = weft_rwlock_wrlock_for(&lock, *(int64_t *)arg);
    return (void *)error;
}

static weft_thread start(void *(*run)(void *), void *arg)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, run, arg), 0);
    until_asleep(weft_tid(thread));
    return thread;
}

static long result_of(weft_thread thread)
{
    void *value;
    CHECK_EQ(weft_join(thread, &value), 0);
    return (long)value;
}

static void readers_wait_behind_a_writer(void)
{
    CHECK_EQ(weft_rwlock_rdlock(&lock), 0);
    CHECK_EQ(weft_rwlock_rdlock(&lock), 0); // again: no writer waits
    weft_thread writer = start(write_once, NULL);
    CHECK_EQ(weft_rwlock_tryrdlock(&lock), WEFT_EBUSY);
    weft_thread reader = start(read_once, NULL);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(order, 0);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(result_of(writer), 1);
    CHECK_EQ(result_of(reader), 2);
}

static void readers_before_the_next_writer(void)
{
    CHECK_EQ(weft_rwlock_wrlock(&lock), 0);
    weft_thread writer = start(write_once, NULL);
    weft_thread reader = start(read_once, NULL);
    weft_thread other = start(read_once, NULL);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(result_of(writer), 3);
    CHECK_EQ(result_of(reader) + result_of(other), 1 + 2);
}

static void readers_go_on_when_the_writer_gives_up(void)
{
    int64_t a_while = 100000000;
    CHECK_EQ(weft_rwlock_rdlock(&lock), 0);
    weft_thread writer = start(write_or_give_up, &a_while);
    weft_thread reader;
    CHECK_EQ(weft_create(&reader, NULL, read_once, NULL), 0);
    CHECK_EQ(result_of(writer), WEFT_ETIMEDOUT);
    CHECK_EQ(result_of(reader), 1); // beside this one
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(weft_rwlock_trywrlock(&lock), 0);
}

static void *lock_again_and_again(void *arg)
{
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        CHECK_EQ(weft_rwlock_wrlock(&lock), 0);
        passes++;
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    }
    return arg;
}

// Two waiters, so that one of them is behind the other.
static void nobody_is_kept_out(void)
{
    enum { MANY = 100 };
    CHECK_EQ(weft_rwlock_wrlock(&lock), 0);
    weft_thread first = start(write_once, NULL);
    weft_thread second = start(read_once, NULL);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    lock_again_and_again(NULL);
    CHECK(passes < MANY);
    CHECK_EQ(result_of(first) + result_of(second), 1 + 2);
}

// Writers in the queue, each of which gets its turn.
static void writers_queue(void)
{
    enum { WRITERS = 4 };
    weft_thread writer[WRITERS];
    long places = 0;
    CHECK_EQ(weft_rwlock_wrlock(&lock), 0);
    for (int i = 0; i < WRITERS; i++) {
        writer[i] = start(write_once, NULL);
    }
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    for (int i = 0; i < WRITERS; i++) {
        places += result_of(writer[i]);
    }
    CHECK_EQ(places, 1 + 2 + 3 + 4);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "readers_wait")) {
        readers_wait_behind_a_writer();
    } else if (is_case(argc, argv, "readers_first")) {
        readers_before_the_next_writer();
    } else if (is_case(argc, argv, "writer_gives_up")) {
        readers_go_on_when_the_writer_gives_up();
    } else if (is_case(argc, argv, "greedy")) {
        nobody_is_kept_out();
    } else {
        CHECK(is_case(argc, argv, "several"));
        writers_queue();
    }
    return 0;
}
