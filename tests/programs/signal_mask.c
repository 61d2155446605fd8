// SPDX-License-Identifier: MIT
// signal_mask.c - whose signal mask is which.
//
//   signal_mask inherited   a thread begins with its creator's mask, whichever
//                           way it is created, and the creator keeps its own
//   signal_mask given       or with the one that it is given
//   signal_mask refused     a refused creation leaves the creator's mask alone
//   signal_mask reserved    32..34 are never blocked, and never sent
#include "support.h"

enum { RESERVED = 3 };

static uint64_t reserved_bits(void)
{
    return signal_bit(32) | signal_bit(33) | signal_bit(34);
}

// As the kernel has it, not as the library tells; but for 63 and 64, which
// qemu-user keeps for itself.
static uint64_t kernel_mask(void)
{
    uint64_t mask = 0;
    CHECK_EQ(sys(__NR_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8), 0);
    return mask & ~(signal_bit(63) | signal_bit(64));
}

static void *tell_mask(void *mask)
{
    *(uint64_t *)mask = kernel_mask();
    return NULL;
}

static uint64_t mask_of_new(const weft_attr *attr)
{
    weft_thread t;
    uint64_t mask = 0;
    CHECK_EQ(weft_create(&t, attr, tell_mask, &mask), 0);
    CHECK_EQ(weft_join(t, NULL), 0);
    return mask;
}

static const uint64_t some =
    1 << (SIGUSR1 - 1) | 1 << (SIGTERM - 1) | (uint64_t)1 << 40;

static void inherited(void)
{
    const weft_attr named = {.name = "named"};
    for (int i = 0; i < 2; i++) {
        uint64_t mask = i == 0 ? 0 : some;
        CHECK_EQ(weft_sigmask(WEFT_SIG_SETMASK, &mask, NULL), 0);
        CHECK_EQ(mask_of_new(NULL), mask);
        CHECK_EQ(mask_of_new(&named), mask);
        CHECK_EQ(kernel_mask(), mask);
    }
}

static void given(void)
{
    uint64_t mask = some;
    const weft_attr attr = {.sigmask = &mask};
    CHECK_EQ(mask_of_new(&attr), some);
    CHECK_EQ(kernel_mask(), 0);
    CHECK_EQ(weft_sigmask(WEFT_SIG_SETMASK, &some, NULL), 0);
    mask = signal_bit(SIGHUP);
    CHECK_EQ(mask_of_new(&attr), signal_bit(SIGHUP));
    mask = 0;
    CHECK_EQ(mask_of_new(&attr), 0);
    CHECK_EQ(kernel_mask(), some);
}

static void *must_not_run(void *unused)
{
    CHECK(!"user code ran in a refused thread");
    return unused;
}

static void refused(void)
{
    // No processor: the kernel says EINVAL to the thread itself.
    const uint64_t nowhere[128] = {0};
    const weft_attr attr = {.affinity = nowhere,
                            .affinity_size = sizeof nowhere};
    weft_thread t;
    CHECK_EQ(weft_sigmask(WEFT_SIG_SETMASK, &some, NULL), 0);
    CHECK_EQ(weft_create(&t, &attr, must_not_run, NULL), WEFT_EINVAL);
    CHECK_EQ(t, 0);
    CHECK_EQ(kernel_mask(), some);
    CHECK_EQ(mask_of_new(NULL), some);
}

static void reserved(void)
{
    const uint64_t all = ~(uint64_t)0;
    // SIGKILL and SIGSTOP are the kernel's.
    const uint64_t most =
        ~(reserved_bits() | signal_bit(SIGKILL) | signal_bit(SIGSTOP) |
          signal_bit(63) | signal_bit(64));
    const weft_attr attr = {.sigmask = &all};
    uint64_t old = 1;
    CHECK_EQ(weft_sigmask(WEFT_SIG_SETMASK, &all, &old), 0);
    CHECK_EQ(old, 0);
    CHECK_EQ(kernel_mask(), most);
    CHECK_EQ(weft_sigmask(WEFT_SIG_UNBLOCK, &all, &old), 0);
    CHECK_EQ(old & reserved_bits(), 0);
    CHECK_EQ(weft_sigmask(WEFT_SIG_BLOCK, &all, NULL), 0);
    CHECK_EQ(kernel_mask(), most);
    CHECK_EQ(weft_sigmask(WEFT_SIG_UNBLOCK, &all, NULL), 0);
    CHECK_EQ(mask_of_new(&attr), most);
    CHECK_EQ(weft_sigmask(7, &all, NULL), WEFT_EINVAL);
    CHECK_EQ(weft_sigmask(-1, &all, NULL), WEFT_EINVAL);
    CHECK_EQ(weft_sigmask(7, NULL, &old), 0); // how is not looked at
    for (int sig = 32; sig < 32 + RESERVED; sig++) {
        CHECK_EQ(weft_kill(weft_self(), sig), WEFT_EINVAL);
    }
    CHECK_EQ(weft_kill(weft_self(), 65), WEFT_EINVAL);
    CHECK_EQ(weft_kill(weft_self(), -1), WEFT_EINVAL);
    CHECK_EQ(weft_kill(weft_self(), 0), 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "inherited")) {
        inherited();
    } else if (is_case(argc, argv, "given")) {
        given();
    } else if (is_case(argc, argv, "refused")) {
        refused();
    } else {
        reserved();
    }
    return 0;
}
