// SPDX-License-Identifier: MIT
// stack_linked.c - the linker's -z stack-size is the default for threads.
// link: -static -Wl,-z,stack-size=1048576
//
// A program that is linked with a stack size of 1 MiB gets it for every thread
// that asks for nothing, and what it asks for otherwise.
#include "support_memory.h"

enum { MIB = 1024 * 1024 };

static void *room_below(void *arg)
{
    return (void *)(address_of(&arg) - mapping_at(address_of(&arg)).start);
}

int weft_main(int argc, char **argv, char **envp)
{
    const weft_attr small = {.stack_size = 65536};
    weft_thread thread;
    void *room;
    (void)argc;
    (void)argv;
    (void)envp;
    CHECK_EQ(weft_create(&thread, NULL, room_below, NULL), 0);
    CHECK_EQ(weft_join(thread, &room), 0);
    CHECK((size_t)room >= MIB - 1024 && (size_t)room < MIB + MIB / 4);
    CHECK_EQ(weft_create(&thread, &small, room_below, NULL), 0);
    CHECK_EQ(weft_join(thread, &room), 0);
    CHECK((size_t)room < MIB / 4);
    return 0;
}
