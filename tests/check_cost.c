// SPDX-License-Identifier: MIT
// check_cost.c - what creating a thread costs, and waking many, in system calls.
//
// strace, or qemu-user's own -strace, writes down every call that count_calls
// makes; only what lies between its two marks is counted.
// Read before: runner.h, programs/count_calls.c.
#include "runner.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT = 300, ROUNDS = 200, LIST_SIZE = 4096 };

// Fills list with the calls of one case, as lines "name count". Both tracers write "PID name("
// where a call begins and neither does so elsewhere, but qemu-user's lines run
// into each other.
static void trace(const char *what, char list[LIST_SIZE])
{
    const struct result *result;
    must_run(LIMIT, "mkdir -p $SCRATCH");
    if (is_emulated()) {
        must_run(LIMIT,
                 "$QEMU -strace $BUILD/tests/count_calls %s %d "
                 "2> $SCRATCH/trace",
                 what, ROUNDS);
    } else {
        must_run(LIMIT,
                 "strace -f -o $SCRATCH/trace $BUILD/tests/count_calls "
                 "%s %d",
                 what, ROUNDS);
    }
    result =
        must_run(LIMIT, "grep -oE '[0-9]+ +[a-z_0-9]+\\(' $SCRATCH/trace | "
                        "awk '{ sub(/\\(/, \"\", $2) } "
                        "$2 == \"getppid\" { marks++; next } "
                        "marks == 1 { count[$2]++ } "
                        "END { if (marks != 2) { exit 1 } "
                        "for (name in count) print name, count[name] }'");
    ck_assert_uint_lt(result->out.length, LIST_SIZE);
    memcpy(list, result->out.text, result->out.length + 1);
}

// Takes a name out of the list and returns its count; 0 when it is not there.
static int take(char *list, const char *name)
{
    char *line = list;
    while (*line != '\0') {
        char found[64];
        int count;
        size_t length = strcspn(line, "\n") + 1;
        if (sscanf(line, "%63s %d", found, &count) == 2 &&
            strcmp(found, name) == 0) {
            memmove(line, line + length, strlen(line + length) + 1);
            return count;
        }
        line += length;
    }
    return 0;
}

// Join sleeps once, or not at all when the thread has ended before. A wake that
// an earlier thread's end sent late may end the sleep too early: then once more.
static void judge_sleeps(int futex)
{
    ck_assert_int_le(futex, ROUNDS + ROUNDS / 20);
    // Nobody has to be woken but by the kernel, as it lets go of the thread.
    must_run(LIMIT, "! grep FUTEX_WAKE $SCRATCH/trace");
}

static void steady_create_and_join_make_three_system_calls(int unused)
{
    (void)unused;
    char list[LIST_SIZE];
    trace("joined", list);
    ck_assert_int_eq(take(list, "clone"), ROUNDS);
    ck_assert_int_eq(take(list, "exit"), ROUNDS);
    judge_sleeps(take(list, "futex"));
    ck_assert_str_eq(list, ""); // and nothing else
}

static void steady_detached_create_makes_two_system_calls(int unused)
{
    (void)unused;
    char list[LIST_SIZE];
    trace("detached", list);
    ck_assert_int_eq(take(list, "clone"), ROUNDS);
    ck_assert_int_eq(take(list, "exit"), ROUNDS);
    ck_assert_str_eq(list, "");
}

// From the very first one on.
static void create_on_a_callers_stack_maps_no_memory(int unused)
{
    (void)unused;
    char list[LIST_SIZE];
    trace("caller", list);
    ck_assert_int_eq(take(list, "clone"), ROUNDS);
    ck_assert_int_eq(take(list, "exit"), ROUNDS);
    judge_sleeps(take(list, "futex"));
    ck_assert_str_eq(list, "");
}

// The broadcast makes one call. It moves the sleep of one waiter over to the mutex,
// where the unlock wakes it, or wakes it if nobody holds the mutex. That one does the
// same with the next, and so on: nobody wakes up to find the mutex taken.
static void check_broadcast(const char *how, const char *call, int waiters,
                            int moved)
{
    // One file for each thread: no line is broken off by another thread's.
    must_run(LIMIT,
             "rm -rf $SCRATCH && mkdir -p $SCRATCH && cd $SCRATCH && "
             "strace -ff -o trace $OLDPWD/$BUILD/tests/count_calls %s %d "
             "&& sed -n '/^getppid/,/^getppid/p' $(grep -l ^getppid trace.*) "
             "> main && cat trace.* > all && cat main && "
             "[ $(wc -l < main) = 3 ] && "
             "grep -q '^futex(.*, FUTEX_%s) *= 1$' main && "
             "[ $(grep -c REQUEUE all) = %d ] && "
             "[ $(grep -c 'REQUEUE_PRIVATE, 0, 1, .*) *= 1$' all) = %d ] && "
             "! grep 'WAKE_PRIVATE, [^1]' all",
             how, waiters, call, moved, moved);
}

static void broadcast_makes_one_call_and_wakes_nobody_in_vain(int unused)
{
    (void)unused;
    if (is_emulated()) {
        must_run(LIMIT,
                 "mkdir -p $SCRATCH && "
                 "$QEMU -strace $BUILD/tests/count_calls broadcast 8 "
                 "2> $SCRATCH/trace; "
                 "[ $(grep -o FUTEX_CMP_REQUEUE $SCRATCH/trace | wc -l) = 8 ]");
        return;
    }
    const int counts[] = {1, 2, 8, 16};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int count = counts[i];
        check_broadcast("broadcast", "CMP_REQUEUE_PRIVATE, 0, 1, .*", count,
                        count);
        check_broadcast("broadcast_free", "WAKE_PRIVATE, 1", count, count - 1);
    }
}

static const struct listed tests[] = {
    {"steady_create_and_join_make_three_system_calls",
     steady_create_and_join_make_three_system_calls, LIMIT},
    {"steady_detached_create_makes_two_system_calls",
     steady_detached_create_makes_two_system_calls, LIMIT},
    {"create_on_a_callers_stack_maps_no_memory",
     create_on_a_callers_stack_maps_no_memory, LIMIT},
    {"broadcast_makes_one_call_and_wakes_nobody_in_vain",
     broadcast_makes_one_call_and_wakes_nobody_in_vain, LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "cost", tests);
}
