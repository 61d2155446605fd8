// SPDX-License-Identifier: MIT
// build: -fstack-protector-all
// canary.c - the compiler's stack protector, in main and in threads (L27).
//
//   canary works         protected functions run in every thread, with one
//                        secret for all of them
//   canary smash main    a return address that is about to be overwritten ends
//   canary smash thread  the process with SIGABRT instead
#include "support.h"

extern uintptr_t __stack_chk_guard; // the secret

// A protected function has a copy of the secret in its frame, right above its
// arrays. Where threads have the secret in their TCB, it is from there.
__attribute__((noinline)) static void *look_for_copy(void *unused)
{
    volatile uintptr_t room[8];
    const volatile uintptr_t *word = room;
    for (uintptr_t i = 0; i < 8; i++) {
        room[i] = i;
    }
    __asm__ volatile("" : "+r"(word)); // the compiler shall not see the end
    for (int i = 8; i < 32; i++) {
        if (word[i] == __stack_chk_guard) {
            return unused;
        }
    }
    return NULL;
}

static void works(void)
{
    weft_thread t;
    void *value;
    CHECK(__stack_chk_guard != 0);
    CHECK_EQ(__stack_chk_guard & 0xff, 0); // a string ends there
    CHECK_EQ(look_for_copy(&t), &t);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(weft_create(&t, NULL, look_for_copy, &t), 0);
        CHECK_EQ(weft_join(t, &value), 0);
        CHECK_EQ(value, &t);
    }
}

// Writes over the end of its buffer, as a program with a bug does.
__attribute__((noinline)) static void overrun(size_t size)
{
    char buffer[16];
    volatile char *next = buffer;
    __asm__ volatile("" : "+r"(next)); // the compiler shall not see the bug
    for (size_t i = 0; i < size; i++) {
        next[i] = 'x';
    }
}

static void *smash(void *unused)
{
    overrun(16); // exactly full: nothing happens
    overrun(40);
    return unused;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)envp;
    if (is_case(argc, argv, "works")) {
        works();
        return 0;
    }
    if (same_text(argv[2], "main")) {
        smash(NULL);
    } else {
        CHECK_EQ(weft_create(&t, NULL, smash, NULL), 0);
        CHECK_EQ(weft_join(t, NULL), 0);
    }
    return 0;
}
