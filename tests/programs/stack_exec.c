// SPDX-License-Identifier: MIT
// stack_exec.c - a program whose stack may hold code has such stacks in its threads.
// link: -static -Wl,-z,execstack
//
//     stack_exec runs|recycled|refused
//
// gcc puts code on the stack for a nested function whose address is taken, and marks
// the program. Where the library maps stacks without PROT_EXEC all the same, calling
// one works in main, and is a SIGSEGV in a thread. Where a system lets no memory
// become code, create says WEFT_EPERM.
#include "support_memory.h"

enum { CODE = 64, SIZE = 65536 };

__attribute__((noinline)) static int answer(void)
{
    return 42;
}

static void *run_on_stack(void *arg)
{
    unsigned char code[CODE] __attribute__((aligned(64)));
    const volatile unsigned char *from =
        (const volatile unsigned char *)(uintptr_t)answer;
    for (int i = 0; i < CODE; i++) {
        code[i] = from[i];
    }
    __builtin___clear_cache((char *)code, (char *)code + CODE);
    int (*copy)(void) = (int (*)(void))(uintptr_t)code;
    CHECK_EQ(copy(), 42);
    return arg;
}

static void run_all(void)
{
    const weft_attr kinds[] = {
        {0}, {.stack_size = SIZE}, {.guard_size = WEFT_NO_GUARD}};
    for (int i = 0; i < 6; i++) { // the second time on blocks that were kept
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, &kinds[i % 3], run_on_stack, NULL), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
    }
}

static void *do_nothing(void *arg)
{
    return arg;
}

static int refused(void *arg)
{
    WEFT_STACK(own, 16384);
    const weft_attr attr = {.stack = own, .stack_size = sizeof own};
    weft_thread thread = 1;
    seccomp_errno(__NR_mprotect, *(int *)arg);
    CHECK_EQ(weft_create(&thread, NULL, run_on_stack, NULL), WEFT_EPERM);
    CHECK_EQ(thread, 0);
    // A region of the program's is as the program made it.
    CHECK_EQ(weft_create(&thread, &attr, do_nothing, NULL), 0);
    CHECK_EQ(weft_join(thread, NULL), 0);
    return 0;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (is_case(argc, argv, "runs")) {
        run_on_stack(NULL);
        run_all();
    } else if (is_case(argc, argv, "recycled")) {
        CHECK_EQ(weft_recycle(2), 0);
        run_all();
    } else {
        int errors[] = {EACCES, EPERM};
        CHECK(is_case(argc, argv, "refused"));
        for (int i = 0; i < 2; i++) {
            CHECK(exited_with(run_in_child(refused, &errors[i]), 0));
        }
    }
    return 0;
}
