// SPDX-License-Identifier: MIT
// build.aarch64: -march=armv8-a -moutline-atomics
// outline_atomics.c - user code may let the compiler choose its atomics.
//
// On aarch64 gcc calls into libgcc for each, which asks once, before weft_main,
// whether the processor has atomic instructions (LSE), or only pairs of loads and
// stores. Both have to count right, and the answer has to be the processor's.
#include "support.h"

enum { THREADS = 4, TURNS = 20000 };

static uint8_t bytes;
static uint16_t halves;
static uint32_t words, bits, swapped;
static uint64_t doubles;

static void *count(void *unused)
{
    for (uint32_t i = 0; i < TURNS; i++) {
        __atomic_fetch_add(&bytes, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&halves, 1, __ATOMIC_ACQUIRE);
        __atomic_fetch_add(&words, 1, __ATOMIC_RELEASE);
        __atomic_fetch_xor(&bits, 1u << i % 32, __ATOMIC_ACQ_REL);
        uint64_t seen = __atomic_load_n(&doubles, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(
            &doubles, &seen, seen + 3, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
        }
        // What one puts in, exactly one takes out.
        uint32_t mine = __atomic_exchange_n(&swapped, 1, __ATOMIC_ACQ_REL);
        __atomic_fetch_sub(&words, mine, __ATOMIC_RELAXED);
        __atomic_fetch_add(&words,
                           __atomic_exchange_n(&swapped, 0, __ATOMIC_ACQ_REL),
                           __ATOMIC_RELAXED);
    }
    return unused;
}

// libgcc's note of the answer, where there is one.
extern __attribute__((
    weak, visibility("hidden"))) unsigned char __aarch64_have_lse_atomics;

int weft_main(int argc, char **argv, char **envp)
{
    enum { HAS_ATOMICS = 1 << 8 }; // HWCAP_ATOMICS
    weft_thread t[THREADS];
    (void)argc;
    (void)argv;
    (void)envp;
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_create(&t[i], NULL, count, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_join(t[i], NULL), 0);
    }
    CHECK_EQ(bytes, (uint8_t)(THREADS * TURNS));
    CHECK_EQ(halves, (uint16_t)(THREADS * TURNS));
    CHECK_EQ(bits, 0); // each bit was turned an even number of times
    CHECK_EQ(doubles, 3 * THREADS * TURNS);
    if (&__aarch64_have_lse_atomics != NULL) {
        CHECK_EQ(__aarch64_have_lse_atomics,
                 (auxiliary(AT_HWCAP) & HAS_ATOMICS) != 0);
    }
    return 0;
}
