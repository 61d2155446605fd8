// SPDX-License-Identifier: MIT
// final_exits.c - a destructor may end its thread.
//
//     final_exits alone      it is the last one: the other destructors follow
//     final_exits beside     they follow when the other thread has ended
//
// The end of the last thread ends the process, by calling the destructors. Were
// they begun anew, the one that ends its thread would be called for ever.
#include "support.h"

static weft_thread main_thread;

__attribute__((destructor)) static void destructor_1(void)
{
    print(1, "first\n");
}

__attribute__((destructor)) static void destructor_2(void)
{
    print(1, "second\n");
    weft_exit(NULL);
}

__attribute__((destructor)) static void destructor_3(void)
{
    print(1, "third\n");
    weft_exit(NULL);
}

static void *ends_later(void *unused)
{
    CHECK_EQ(weft_join(main_thread, NULL), 0);
    return unused;
}

int weft_main(int argc, char **argv, char **envp)
{
    weft_thread t;
    (void)envp;
    main_thread = weft_self();
    if (is_case(argc, argv, "beside")) {
        CHECK_EQ(weft_create(&t, NULL, ends_later, NULL), 0);
    }
    return 0;
}
