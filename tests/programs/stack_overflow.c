// SPDX-License-Identifier: MIT
// stack_overflow.c - a stack that overflows meets its guard, and nobody else.
//
//     stack_overflow dies|meets-guard|spares-neighbours
//
// One of several threads recurses for ever. It must die of SIGSEGV on the first
// page below its stack. With a handler on a stack of its own (sigaltstack) the
// place is looked at: it is in the guard, at its upper end, and what the others
// have on their stacks is as it was. Without a guard the thread would walk into
// the next mapping below, which is somebody else's stack.
#include "support_memory.h"

enum { NEIGHBOURS = 6, CANARIES = 4096 };

static int ready;
static int may_end;
static volatile int broken_canaries;
static struct mapping stack;

static void *watch(void *arg)
{
    volatile unsigned char canaries[CANARIES];
    for (int i = 0; i < CANARIES; i++) {
        canaries[i] = 0x5a;
    }
    __atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
    until_equal(&may_end, 1);
    for (int i = 0; i < CANARIES; i++) {
        broken_canaries += canaries[i] != 0x5a;
    }
    __atomic_fetch_sub(&ready, 1, __ATOMIC_RELEASE);
    // It stays to the end of the process. qemu-user 7.2 writes into what it has
    // freed when a thread's end meets exit_group, and dies of that by and by.
    for (;;) {
        until_equal(&ready, -1);
    }
    return arg;
}

__attribute__((noinline)) static int recurse(int depth)
{
    volatile unsigned char frame[512];
    for (size_t i = 0; i < sizeof frame; i++) {
        frame[i] = (unsigned char)depth;
    }
    return depth < 0 ? 0 : recurse(depth + 1) + frame[3];
}

static void handle(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    uintptr_t where = (uintptr_t)info->si_addr;
    struct mapping guard = mapping_at(where);
    CHECK_EQ(guard.end, stack.start);
    CHECK(same_text(guard.rights, "---p"));
    CHECK(where >= stack.start - 4096);
    set_word(&may_end, 1);
    until_equal(&ready, 0);
    CHECK_EQ(broken_canaries, 0);
    quit(0);
}

static void *overflow(void *arg)
{
    stack = mapping_at(address_of(&arg));
    if (arg != NULL) {
        CHECK_EQ(sys(__NR_sigaltstack, arg, NULL), 0);
    }
    recurse(0);
    return arg;
}

int weft_main(int argc, char **argv, char **envp)
{
    static char handler_stack[65536];
    stack_t alternate = {.ss_sp = handler_stack,
                         .ss_size = sizeof handler_stack};
    const weft_attr attr = {.stack_size = 32768};
    weft_thread thread;
    int dies = is_case(argc, argv, "dies");
    int neighbours = is_case(argc, argv, "spares-neighbours") ? NEIGHBOURS : 0;
    (void)envp;
    CHECK(dies || neighbours || is_case(argc, argv, "meets-guard"));
    for (int i = 0; i < neighbours / 2; i++) {
        CHECK_EQ(weft_create(&thread, &attr, watch, NULL), 0);
    }
    if (!dies) {
        on_signal(SIGSEGV, handle, SA_ONSTACK);
    }
    until_equal(&ready, neighbours / 2);
    for (int i = 0; i < neighbours / 2; i++) { // above it, and below it
        CHECK_EQ(weft_create(&thread, &attr, watch, NULL), 0);
    }
    until_equal(&ready, neighbours);
    CHECK_EQ(weft_create(&thread, &attr, overflow, dies ? NULL : &alternate),
             0);
    weft_join(thread, NULL);
    return 1;
}
