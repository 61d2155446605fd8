// SPDX-License-Identifier: MIT
// start_up.c - what a program without a libc finds when weft_main is called.
//
// Proves that weft-crt0.o hands over arguments and environment, has applied the
// relocations of a static-pie (start_up_pie.c is this file linked as one), has
// chosen implementations for ifuncs, runs the functions of all three arrays in
// their order, and keeps the stack aligned as the ABI wants it.
//
//     start_up arguments a "b c" | arrays | status | relocated
#include "support.h"

static int steps; // what ran so far, one decimal digit each

static void preinit(int argc, char **argv, char **envp)
{
    CHECK(argc > 1 && argv[argc] == NULL && envp == argv + argc + 1);
    steps = steps * 10 + 1;
}

__attribute__((section(".preinit_array"),
               used)) static void (*const preinit_entry)(int, char **,
                                                         char **) = preinit;

__attribute__((constructor(102))) static void init_late(void)
{
    steps = steps * 10 + 3;
}

__attribute__((constructor(101))) static void init_early(void)
{
    steps = steps * 10 + 2;
}

__attribute__((destructor)) static void fini(void)
{
    if (steps == 1234) {
        print(1, "fini\n");
    }
}

// ---- addresses that are only known when the program runs ----

static int one(void)
{
    return 1;
}

static int two(void)
{
    return 2;
}

static int (*const functions[])(void) = {one, two};
static const char *const words[] = {"one", "two"};
static volatile int number = 7;
static volatile int *const to_number = &number;

__attribute__((used)) static int (*choose(void))(void)
{
    return two;
}

static int chosen(void) __attribute__((ifunc("choose")));

static void check_relocated(void)
{
    CHECK_EQ(functions[number - 7](), 1);
    CHECK_EQ(functions[number - 6](), 2);
    CHECK(same_text(words[number - 6], "two"));
    CHECK_EQ(*to_number, 7);
    CHECK_EQ(chosen(), 2);
}

// ---- the rest ----

static void check_arguments(int argc, char **argv, char **envp)
{
    CHECK_EQ(argc, 4);
    CHECK(same_text(argv[2], "a") && same_text(argv[3], "b c"));
    CHECK_EQ(argv[argc], NULL);
    CHECK_EQ(envp, argv + argc + 1);
    // PATH=... comes with every run here.
    while (*envp != NULL &&
           !((*envp)[0] == 'P' && (*envp)[1] == 'A' && (*envp)[4] == '=')) {
        envp++;
    }
    CHECK(*envp != NULL);
}

static void check_alignment(void)
{
    _Alignas(16) char here[16];
    uintptr_t address = (uintptr_t)here;
    // The compiler believes what it was told; this makes it look.
    __asm__ volatile("" : "+r"(address) : : "memory");
    CHECK_EQ(address % 16, 0);
}

int weft_main(int argc, char **argv, char **envp)
{
    CHECK_EQ(steps, 123);
    check_alignment();
    if (is_case(argc, argv, "arguments")) {
        check_arguments(argc, argv, envp);
    } else if (is_case(argc, argv, "relocated")) {
        check_relocated();
    } else if (is_case(argc, argv, "status")) {
        return 42;
    } else if (is_case(argc, argv, "arrays")) {
        steps = steps * 10 + 4;
        print(1, "main\n");
    }
    return 0;
}
