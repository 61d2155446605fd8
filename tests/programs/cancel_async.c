// SPDX-License-Identifier: MIT
// cancel_async.c - asynchronous cancellation, at any instruction.
//
//   cancel_async storm ROUNDS [SEED]   threads that compute end at any
//                                      instruction, and what then runs finds an
//                                      aligned stack
//   cancel_async deep     a thread with hardly any stack left ends too: the
//                         signal is taken on its alternate stack
#include "support.h"

enum { STACK = 32768, BELOW = 8192, LEFT = 1024 };

// Four numbers in one register: gcc moves them with instructions that fault on
// an address that is not a multiple of 16.
typedef float four __attribute__((vector_size(16)));

static int started;
static int ended;

static void check_stack(void *unused)
{
    volatile four local = {1, 2, 3, 4};
    const volatile void *address = &local;
    __asm__ volatile("" : "+r"(address)); // or the compiler thinks it knows
    CHECK_EQ((uintptr_t)address % 16, 0);
    local += local;
    (void)unused;
    ended++;
}

// Different depths, so that the stack pointer is seen at every step.
__attribute__((noinline)) static uint64_t compute(uint64_t depth, uint64_t seed)
{
    volatile uint64_t rest = depth + seed;
    if (depth > 0) {
        rest += compute(depth - 1, seed * 7);
    }
    return rest;
}

static void *compute_for_ever(void *seed)
{
    weft_cleanup_push(check_stack, NULL);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    set_word(&started, 1);
    for (uint64_t i = (uint64_t)seed;; i++) {
        compute(i % 5, i);
    }
    weft_cleanup_pop(0);
    return NULL;
}

// Signals that are not about cancellation, in between.
static void do_nothing(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
}

static void end(weft_thread t)
{
    void *value;
    CHECK_EQ(weft_cancel(t), 0);
    CHECK_EQ(weft_join(t, &value), 0);
    CHECK_EQ(value, WEFT_CANCELED);
}

static void storm(int argc, char **argv)
{
    int rounds = (int)arg_number(argc, argv, 2, 1000);
    uint64_t lots = random_start(argc, argv, 3);
    on_signal(SIGUSR1, do_nothing, 0);
    for (int i = 0; i < rounds; i++) {
        weft_thread t;
        set_word(&started, 0);
        CHECK_EQ(
            weft_create(&t, NULL, compute_for_ever, (void *)random_next(&lots)),
            0);
        until_equal(&started, 1);
        for (uint64_t wait = random_below(&lots, 4000); wait > 0; wait--) {
            __asm__ volatile("");
        }
        if (random_below(&lots, 2)) {
            CHECK_EQ(weft_kill(t, SIGUSR1), 0);
        }
        end(t);
    }
    CHECK_EQ(ended, rounds);
}

static unsigned char region[BELOW + STACK] __attribute__((aligned(64)));
static unsigned char alternate[STACK];

// Takes nearly all of the stack, so that a signal's frame would not fit.
static _Noreturn void go_down(const unsigned char *end_of_stack)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    size_t size = here - (uintptr_t)end_of_stack - LEFT;
    volatile unsigned char *frame = __builtin_alloca(size);
    frame[0] = 1;
    set_word(&started, 1);
    for (;;) {
        __asm__ volatile("");
    }
}

static void *be_deep(void *unused)
{
    const struct {
        void *base;
        int flags;
        size_t size;
    } stack = {alternate, 0, sizeof alternate};
    CHECK_EQ(sys(__NR_sigaltstack, &stack, NULL), 0);
    CHECK_EQ(weft_set_cancel_type(WEFT_CANCEL_ASYNC, NULL), 0);
    (void)unused;
    go_down(region + BELOW);
}

static void deep(void)
{
    weft_thread t;
    // What is below the region is not the thread's: it stays as it is.
    const weft_attr attr = {.stack = region + BELOW, .stack_size = STACK};
    CHECK_EQ(weft_create(&t, &attr, be_deep, NULL), 0);
    until_equal(&started, 1);
    end(t);
    for (int i = 0; i < BELOW; i++) {
        CHECK_EQ(region[i], 0);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "storm")) {
        storm(argc, argv);
    } else {
        deep();
    }
    return 0;
}
