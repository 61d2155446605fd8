// SPDX-License-Identifier: MIT
// tls_both.c - _Thread_local variables, with initial values and without.
//
// Main and every thread begin with the values that the source says, also in
// memory that another thread has used before, and keep their own.
#include "support.h"

enum { THREADS = 3, ROUNDS = 3 };

static _Thread_local int number = 42;
static _Thread_local char text[] = "thread";
static _Thread_local const char *pointer = "pointed to";
static _Thread_local int64_t zeros[100];

static void check_fresh(void)
{
    CHECK_EQ(number, 42);
    CHECK(same_text(text, "thread"));
    CHECK(same_text(pointer, "pointed to"));
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(zeros[i], 0);
    }
}

static void *use(void *mine)
{
    check_fresh();
    for (int i = 1; i <= 100; i++) {
        number = *(int *)mine + i;
        text[0] = (char)i;
        pointer = mine;
        zeros[i - 1] = i;
        zeros[99] = i;
        weft_yield();
        CHECK_EQ(number, *(int *)mine + i);
        CHECK_EQ(text[0], i);
        CHECK_EQ(pointer, mine);
        CHECK_EQ(zeros[i - 1], i);
    }
    return &number; // others may look while the thread lives, not after
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread threads[THREADS];
    int marks[THREADS] = {1000, 2000, 3000};
    (void)argc;
    (void)argv;
    (void)envp;
    check_fresh();
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < THREADS; i++) {
            CHECK_EQ(weft_create(&threads[i], NULL, use, &marks[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            CHECK_EQ(weft_join(threads[i], NULL), 0);
        }
    }
    check_fresh(); // main's were nobody else's
    return 0;
}
