// SPDX-License-Identifier: MIT
// keys_far.c - where values are that do not fit into a thread's own data.
//
//   keys_far back       a thread's memory for them goes back at its end
//   keys_far recycled   also where the kernel thread lives on, as another one that
//                       begins with no value
//   keys_far fork       a child has the survivor's values, and no memory of others
//   keys_far full       without memory set is WEFT_ENOMEM; nothing else changes
//   keys_far kept       memory that the kernel does not take back is used again
//
// Without the first, a program that creates threads all its life runs out of
// memory; without the fork's part, one that forks from generation to generation.
#include "support_gate.h"
#include "support_memory.h"

enum { THREADS = 200, SLACK = 256 * 1024, FAR = 500 };

static weft_key keys[WEFT_KEYS_MAX];

static void make_keys(void)
{
    for (int i = 0; i < WEFT_KEYS_MAX; i++) {
        CHECK_EQ(weft_key_create(&keys[i], NULL), 0);
    }
}

// Bytes in all mappings. (Under qemu-user statm counts the emulator.)
static uint64_t mapped(void)
{
    static char text[65536];
    uint64_t sum = 0;
    long length = read_file("/proc/self/maps", text, sizeof text);
    CHECK(length > 0 && length < (long)sizeof text - 1);
    for (const char *at = text; *at != '\0'; at++) {
        uintptr_t start = take_hex(&at);
        at++; // the dash
        sum += take_hex(&at) - start;
        while (*at != '\n') {
            at++;
        }
    }
    return sum;
}

static void *set_some(void *arg)
{
    for (int i = 0; i < WEFT_KEYS_MAX; i += 3) {
        CHECK_EQ(weft_key_get(keys[i]), NULL);
        CHECK_EQ(weft_key_set(keys[i], NULL), 0);
        CHECK_EQ(weft_key_set(keys[i], &keys[i]), 0);
    }
    for (int i = 0; i < WEFT_KEYS_MAX; i++) {
        CHECK_EQ(weft_key_get(keys[i]), i % 3 == 0 ? &keys[i] : NULL);
    }
    if (arg != NULL) {
        gate_wait(arg);
    }
    return NULL;
}

static void one_after_the_other(void)
{
    uint64_t before = 0;
    for (int i = 0; i <= THREADS; i++) {
        weft_thread thread;
        CHECK_EQ(weft_create(&thread, NULL, set_some, NULL), 0);
        CHECK_EQ(weft_join(thread, NULL), 0);
        before = i == 0 ? mapped() : before; // its stack is kept
    }
    CHECK(mapped() <= before + SLACK);
}

static int look_around(void *arg)
{
    const uint64_t *before = arg;
    CHECK(mapped() <= *before + SLACK);
    for (int i = 0; i < WEFT_KEYS_MAX; i++) {
        CHECK_EQ(weft_key_get(keys[i]), i % 3 == 0 ? &keys[i] : NULL);
    }
    CHECK_EQ(weft_key_set(keys[FAR], &before), 0);
    CHECK_EQ(weft_key_get(keys[FAR]), &before);
    return 0;
}

// The other threads stand on regions of the program's, which stay mapped.
static void fork_beside_others(void)
{
    enum { OTHERS = 40, SIZE = 32768 };
    static unsigned char regions[OTHERS][SIZE] __attribute__((aligned(64)));
    weft_thread threads[OTHERS];
    struct gate gate;
    gate_make(&gate);
    set_some(NULL);
    uint64_t before = mapped();
    for (int i = 0; i < OTHERS; i++) {
        const weft_attr attr = {.stack = regions[i], .stack_size = SIZE};
        CHECK_EQ(weft_create(&threads[i], &attr, set_some, &gate), 0);
    }
    for (int i = 0; i < OTHERS; i++) {
        until_asleep(weft_tid(threads[i]));
    }
    CHECK(mapped() > before + SLACK);
    CHECK(exited_with(run_in_child(look_around, &before), 0));
    gate_open(&gate);
    for (int i = 0; i < OTHERS; i++) {
        CHECK_EQ(weft_join(threads[i], NULL), 0);
    }
    CHECK(mapped() <= before + SLACK);
}

static void limit_memory(uint64_t value)
{
    uint64_t limit[2];
    CHECK_EQ(sys(__NR_prlimit64, 0, RLIMIT_AS, NULL, limit), 0);
    limit[0] = value < limit[1] ? value : limit[1];
    CHECK_EQ(sys(__NR_prlimit64, 0, RLIMIT_AS, limit, NULL), 0);
}

static void without_memory(void)
{
    CHECK_EQ(weft_key_set(keys[0], &keys[0]), 0);
    limit_memory(address_space());
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(weft_key_set(keys[FAR], &keys[1]), WEFT_ENOMEM);
        CHECK_EQ(weft_key_get(keys[FAR]), NULL);
        CHECK_EQ(weft_key_set(keys[FAR], NULL), 0);
        CHECK_EQ(weft_key_set(keys[1], &keys[i]), 0);
    }
    CHECK_EQ(weft_key_get(keys[0]), &keys[0]);
    limit_memory(~(uint64_t)0);
    CHECK_EQ(weft_key_set(keys[FAR], &keys[1]), 0);
    limit_memory(address_space());
    CHECK_EQ(weft_key_set(keys[FAR], &keys[2]), 0); // it has its place
    CHECK_EQ(weft_key_get(keys[FAR]), &keys[2]);
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    make_keys();
    if (is_case(argc, argv, "back")) {
        one_after_the_other();
    } else if (is_case(argc, argv, "recycled")) {
        CHECK_EQ(weft_recycle(1), 0);
        one_after_the_other();
    } else if (is_case(argc, argv, "fork")) {
        fork_beside_others();
    } else if (is_case(argc, argv, "full")) {
        without_memory();
    } else {
        CHECK(is_case(argc, argv, "kept"));
        seccomp_errno(__NR_munmap, ENOMEM);
        one_after_the_other();
    }
    return 0;
}
