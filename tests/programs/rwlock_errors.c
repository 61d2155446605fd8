// SPDX-License-Identifier: MIT
// rwlock_errors.c - every error of a reader-writer lock, and nothing held after it.
//
//     rwlock_errors misuse|busy|deadlines|full
//
// A mistake must be an answer: an unlock of a free lock that only counted down
// would leave four billion readers behind.
#include "support.h"

static weft_rwlock lock;

static void misuse(void)
{
    CHECK_EQ(weft_rwlock_unlock(&lock), WEFT_EPERM);
    CHECK_EQ(weft_rwlock_init(&lock, WEFT_ROBUST), WEFT_EINVAL);
    CHECK_EQ(weft_rwlock_init(&lock, 0x80000000u), WEFT_EINVAL);
    for (uint32_t flags = 0; flags <= WEFT_SHARED; flags++) {
        CHECK_EQ(weft_rwlock_init(&lock, flags), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), WEFT_EPERM);
        CHECK_EQ(weft_rwlock_wrlock(&lock), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), WEFT_EPERM);
        CHECK_EQ(weft_rwlock_rdlock(&lock), 0);
        CHECK_EQ(weft_rwlock_rdlock(&lock), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), WEFT_EPERM);
        weft_rwlock_destroy(&lock);
    }
}

static void busy(void)
{
    CHECK_EQ(weft_rwlock_trywrlock(&lock), 0);
    CHECK_EQ(weft_rwlock_trywrlock(&lock), WEFT_EBUSY);
    CHECK_EQ(weft_rwlock_tryrdlock(&lock), WEFT_EBUSY);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(weft_rwlock_tryrdlock(&lock), 0);
    CHECK_EQ(weft_rwlock_tryrdlock(&lock), 0);
    CHECK_EQ(weft_rwlock_trywrlock(&lock), WEFT_EBUSY);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(weft_rwlock_trywrlock(&lock), WEFT_EBUSY);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(weft_rwlock_trywrlock(&lock), 0);
}

// Four ways of waiting for a lock that the caller itself keeps from coming.
static void wait_in_vain(int for_reading, int64_t time)
{
    if (for_reading) {
        CHECK_EQ(weft_rwlock_rdlock_until(&lock, time), WEFT_ETIMEDOUT);
    } else {
        CHECK_EQ(weft_rwlock_wrlock_until(&lock, time), WEFT_ETIMEDOUT);
    }
}

static void deadlines(void)
{
    static const int64_t past[] = {0, -1, INT64_MIN, INT64_MIN + 1};
    const int64_t pause = 3000000;
    for (int i = 0; i < 4; i++) {
        // A free lock is had, whatever the deadline.
        CHECK_EQ(weft_rwlock_rdlock_until(&lock, past[i]), 0);
        wait_in_vain(0, past[i]);
        CHECK_EQ(weft_rwlock_wrlock_for(&lock, past[i]), WEFT_ETIMEDOUT);
        // Who gave up does not keep readers out.
        CHECK_EQ(weft_rwlock_tryrdlock(&lock), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
        CHECK_EQ(weft_rwlock_wrlock_until(&lock, past[i]), 0);
        wait_in_vain(0, past[i]);
        wait_in_vain(1, past[i]);
        CHECK_EQ(weft_rwlock_rdlock_for(&lock, past[i]), WEFT_ETIMEDOUT);
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    }
    CHECK_EQ(weft_rwlock_wrlock_for(&lock, WEFT_FOREVER), 0);
    int64_t before = weft_now();
    wait_in_vain(0, before + pause);
    wait_in_vain(1, before + 2 * pause);
    CHECK(weft_now() >= before + 2 * pause);
    CHECK_EQ(weft_rwlock_rdlock_for(&lock, pause), WEFT_ETIMEDOUT);
    CHECK_EQ(weft_rwlock_wrlock_for(&lock, pause), WEFT_ETIMEDOUT);
    CHECK(weft_now() >= before + 4 * pause);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(weft_rwlock_unlock(&lock), WEFT_EPERM);
}

static void full(void)
{
    for (uint32_t i = 0; i < WEFT_RWLOCK_READERS_MAX; i++) {
        CHECK_EQ(weft_rwlock_rdlock(&lock), 0);
    }
    CHECK_EQ(weft_rwlock_rdlock(&lock), WEFT_EAGAIN);
    CHECK_EQ(weft_rwlock_tryrdlock(&lock), WEFT_EAGAIN);
    CHECK_EQ(weft_rwlock_rdlock_for(&lock, 0), WEFT_EAGAIN);
    CHECK_EQ(weft_rwlock_trywrlock(&lock), WEFT_EBUSY);
    CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    CHECK_EQ(weft_rwlock_tryrdlock(&lock), 0);
    for (uint32_t i = 0; i < WEFT_RWLOCK_READERS_MAX; i++) {
        CHECK_EQ(weft_rwlock_unlock(&lock), 0);
    }
    CHECK_EQ(weft_rwlock_unlock(&lock), WEFT_EPERM);
    CHECK_EQ(weft_rwlock_trywrlock(&lock), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK(sizeof lock <= 16);
    if (is_case(argc, argv, "misuse")) {
        misuse();
    } else if (is_case(argc, argv, "busy")) {
        busy();
    } else if (is_case(argc, argv, "deadlines")) {
        deadlines();
    } else {
        CHECK(is_case(argc, argv, "full"));
        full();
    }
    return 0;
}
