// SPDX-License-Identifier: MIT
// stack_clash.c - a large frame does not jump over the guard.
// build: -fstack-clash-protection
//
// A thread has little stack left and calls a function with a frame of many pages, of
// which it uses the far end only. A compiler that was asked to touches such a frame
// on the way: each page on x86_64, but on aarch64 no more than once in 64 KiB, since
// systems there have guards as large as that. With a guard of one page the function
// would write into the next mapping, which is another thread's stack.
#include "support_memory.h"

enum { LEFT = 2048, STACK = 128 * 1024 };
#define FRAME ((size_t)48 * 1024)

static int ready;
static struct mapping stack;

static void *stand_by(void *arg)
{
    __atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
    for (;;) {
        until_equal(&ready, -1);
    }
    return arg;
}

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    uintptr_t where = (uintptr_t)info->si_addr;
    struct mapping guard = mapping_at(where);
    CHECK_EQ(guard.end, stack.start);
    CHECK(same_text(guard.rights, "---p"));
    quit(0);
}

__attribute__((noinline)) static void jump(void)
{
    volatile unsigned char frame[FRAME];
    frame[0] = 1;
    __asm__ volatile("" : : "r"(frame) : "memory");
}

static void *use_nearly_all(void *handler_stack)
{
    CHECK_EQ(sys(__NR_sigaltstack, handler_stack, NULL), 0);
    stack = mapping_at(address_of(&handler_stack));
    until_equal(&ready, 1);
    size_t room = address_of(&handler_stack) - stack.start;
    volatile unsigned char *used = __builtin_alloca(room - LEFT);
    used[0] = 1;
    jump();
    return NULL;
}

int weft_main(int argc, char **argv, char **envp)
{
    static char handler_stack[65536];
    stack_t alternate = {.ss_sp = handler_stack,
                         .ss_size = sizeof handler_stack};
    const weft_attr attr = {.stack_size = STACK};
    weft_thread thread, neighbour;
    (void)argc;
    (void)argv;
    (void)envp;
    on_signal(SIGSEGV, handle, SA_ONSTACK);
    CHECK_EQ(weft_create(&thread, &attr, use_nearly_all, &alternate), 0);
    // The next mapping is below it.
    CHECK_EQ(weft_create(&neighbour, &attr, stand_by, NULL), 0);
    weft_join(thread, NULL);
    return 1;
}
