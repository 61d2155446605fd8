// SPDX-License-Identifier: MIT
// cond_cancel.c - a wait on a condition variable as a cancellation point.
//
//     cond_cancel asleep|before|disabled|signalled private|shared
//
// A cancelled waiter holds its mutex again in its cleanup handlers, even when
// another thread has it at that moment; a request that is there already keeps the
// wait from beginning; with cancellation disabled it does nothing. And who was signalled first comes back with the signal, to be
// cancelled at its next cancellation point: the signal is not lost.
#include "support.h"

static weft_mutex lock;
static weft_cond changed;
// Guarded by lock:
static int waiting, cleaned, returned, over;
static int may_wait, began; // words to wait for

static void *const timed = &may_wait; // an argument of wait

static void clean(void *unused)
{
    (void)unused;
    CHECK_EQ(weft_mutex_trylock(&lock), WEFT_EBUSY);
    cleaned++;
    weft_mutex_unlock(&lock);
}

static void *wait(void *arg)
{
    weft_mutex_lock(&lock);
    waiting++;
    weft_cleanup_push(clean, NULL);
    while (!over) {
        CHECK_EQ(arg == timed
                     ? weft_cond_wait_for(&changed, &lock, (int64_t)1 << 60)
                     : weft_cond_wait(&changed, &lock),
                 0);
        returned++;
    }
    weft_cleanup_pop(0);
    weft_mutex_unlock(&lock);
    weft_test_cancel();
    return NULL;
}

static weft_thread start(void *(*run)(void *), void *arg)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, run, arg), 0);
    weft_mutex_lock(&lock);
    while (waiting == 0) {
        weft_mutex_unlock(&lock);
        weft_yield();
        weft_mutex_lock(&lock);
    }
    return thread; // in its wait, and the caller holds the mutex
}

static void is_cancelled(weft_thread thread)
{
    void *value;
    CHECK_EQ(weft_join(thread, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
}

// Half of the time the waiter is on its way to sleep, or wakes up when the mutex
// is taken.
static void asleep(int held)
{
    weft_thread thread = start(wait, held % 4 < 2 ? NULL : timed);
    if (!held) {
        weft_mutex_unlock(&lock);
        until_asleep(weft_tid(thread));
    }
    CHECK_EQ(weft_cancel(thread), 0);
    if (held) {
        weft_yield();
        CHECK_EQ(cleaned, 0);
        weft_mutex_unlock(&lock);
    }
    is_cancelled(thread);
    CHECK_EQ(cleaned, 1);
    CHECK_EQ(returned, 0);
}

static void *begin_late(void *arg)
{
    set_word(&began, 1);
    until_equal(&may_wait, 1);
    return wait(arg);
}

static void before(void)
{
    weft_thread thread;
    CHECK_EQ(weft_create(&thread, NULL, begin_late, NULL), 0);
    until_equal(&began, 1);
    CHECK_EQ(weft_cancel(thread), 0);
    set_word(&may_wait, 1);
    is_cancelled(thread);
    CHECK_EQ(cleaned, 1);
    CHECK_EQ(returned, 0);
}

static void *wait_disabled(void *arg)
{
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL), 0);
    wait(arg);
    CHECK_EQ(weft_set_cancel_state(WEFT_CANCEL_ENABLE, NULL), 0);
    weft_test_cancel();
    return arg;
}

static void disabled(void)
{
    weft_thread thread = start(wait_disabled, NULL);
    weft_mutex_unlock(&lock);
    until_asleep(weft_tid(thread));
    CHECK_EQ(weft_cancel(thread), 0);
    CHECK_EQ(weft_tryjoin(thread, NULL), WEFT_EBUSY);
    weft_mutex_lock(&lock);
    over = 1;
    weft_cond_signal(&changed);
    weft_mutex_unlock(&lock);
    is_cancelled(thread);
    CHECK_EQ(cleaned, 0);
}

static void signalled(void)
{
    weft_thread thread = start(wait, NULL);
    over = 1;
    weft_cond_signal(&changed);
    CHECK_EQ(weft_cancel(thread), 0);
    weft_mutex_unlock(&lock);
    is_cancelled(thread);
    CHECK_EQ(cleaned, 0);
    CHECK_EQ(returned, 1);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK_EQ(argc, 3);
    int is_shared = same_text(argv[2], "shared");
    CHECK(is_shared || same_text(argv[2], "private"));
    for (int i = 0; i < 200; i++) {
        CHECK_EQ(weft_cond_init(&changed, is_shared ? WEFT_SHARED : 0), 0);
        waiting = cleaned = returned = over = may_wait = began = 0;
        if (is_case(argc, argv, "asleep")) {
            asleep(i);
        } else if (is_case(argc, argv, "before")) {
            before();
        } else if (is_case(argc, argv, "disabled")) {
            disabled();
        } else {
            CHECK(is_case(argc, argv, "signalled"));
            signalled();
        }
        weft_cond_destroy(&changed); // nobody is left in it
        CHECK_EQ(weft_mutex_trylock(&lock), 0);
        weft_mutex_unlock(&lock);
    }
    return 0;
}
