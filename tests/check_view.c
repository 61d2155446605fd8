// SPDX-License-Identifier: MIT
// check_view.c - what others see of a running program: gdb, ps, /proc.
//
// Read before: runner.h, programs/parked.c.
#include "runner.h"

#include <string.h>

enum { LIMIT = 300 };

// Stops the program where all of its threads stand still and asks gdb for every
// backtrace. A foreign program is started by qemu-user, which gdb speaks to; a
// processor without pointer authentication, because qemu 7.2 does not tell gdb
// which bits of a return address are the signature.
static const char *backtraces(void)
{
    const char *commands = "-ex 'handle SIGUSR1 nostop noprint pass' "
                           "-ex 'break everybody_is_parked'";
    if (is_emulated()) {
        return must_run(LIMIT,
                        "mkdir -p $SCRATCH && rm -f $SCRATCH/gdb && "
                        "{ $QEMU -cpu cortex-a53 -g $SCRATCH/gdb "
                        "$BUILD/tests/parked & } && "
                        "until test -S $SCRATCH/gdb; do :; done && "
                        "gdb-multiarch -batch -ex 'target remote %s/gdb' %s "
                        "-ex continue -ex 'thread apply all bt' "
                        "$BUILD/tests/parked 2>&1",
                        setting("SCRATCH"), commands)
            ->out.text;
    }
    return must_run(LIMIT,
                    "gdb -batch %s -ex run -ex 'thread apply all bt' "
                    "$BUILD/tests/parked 2>&1",
                    commands)
        ->out.text;
}

static int count(const char *text, const char *part)
{
    int found = 0;
    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        found++;
    }
    return found;
}

static void gdb_walks_every_stack_to_its_beginning(int unused)
{
    (void)unused;
    const char *text = backtraces();
    int blocks = 0;
    ck_assert_msg(strstr(text, "?? ()") == NULL, "unknown frame:\n%s", text);
    ck_assert_msg(strstr(text, "corrupt") == NULL, "no clean end:\n%s", text);
    ck_assert_msg(strstr(text, "Backtrace stopped") == NULL, "%s", text);
    // The last frame of each thread is the one nobody called.
    for (const char *at = text; (at = strstr(at, "\nThread ")) != NULL; at++) {
        const char *end = strstr(at + 1, "\n\n");
        const char *last = end != NULL ? end : at + strlen(at);
        if (strstr(at, "\n#0 ") == NULL || strstr(at, "\n#0 ") > last) {
            continue; // an event, not a backtrace
        }
        blocks++;
        do {
            last--;
        } while (*last != '#');
        ck_assert_msg(strstr(last, " in weft__clone ()") != NULL ||
                          strstr(last, " in _start ()") != NULL,
                      "ends too early or too late: %s", last);
    }
    ck_assert_msg(blocks == 4, "4 threads are wanted:\n%s", text);
    ck_assert_int_eq(count(text, " in _start ()"), 1);
    ck_assert_int_eq(count(text, " in weft__clone ()"), 3);
    ck_assert_int_eq(count(text, " in wait_deep ("), 2);
    ck_assert_int_eq(count(text, "<signal handler called>"), 1);
}

// What a command prints about the parked program; it finds its pid in $pid.
static const char *look_at_parked(const char *command)
{
    return must_run(LIMIT,
                    "mkdir -p $SCRATCH && cd $SCRATCH && rm -f in out && "
                    "mkfifo in out && { $QEMU $OLDPWD/$BUILD/tests/parked stay "
                    "< in > out & } && exec 3> in 4< out && pid=$! && "
                    "read -r line <&4 && test \"$line\" = parked && %s && "
                    "exec 3>&- && wait $pid",
                    command)
        ->out.text;
}

static void names_are_seen_in_proc(int unused)
{
    (void)unused;
    const char *text = look_at_parked("cat /proc/$pid/task/*/comm");
    ck_assert_int_eq(count(text, "first-of-two\n"), 1);
    ck_assert_int_eq(count(text, "second-of-two!!\n"), 1);
}

static void names_are_seen_by_ps(int unused)
{
    (void)unused;
    const char *text = look_at_parked("ps -L -o comm= -p $pid");
    ck_assert_int_eq(count(text, "first-of-two\n"), 1);
    ck_assert_int_eq(count(text, "second-of-two!!\n"), 1);
}

static const struct listed tests[] = {
    {"gdb_walks_every_stack_to_its_beginning",
     gdb_walks_every_stack_to_its_beginning, LIMIT},
    {"names_are_seen_in_proc", names_are_seen_in_proc, LIMIT},
    {"names_are_seen_by_ps", names_are_seen_by_ps, LIMIT},
    {NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, "view", tests);
}
