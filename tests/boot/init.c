// SPDX-License-Identifier: MIT
// init.c - the first and only process of the boot test.
//
// The kernel starts it with nothing around: no /proc, no open file, no libc. It
// makes the few things that the programs look at, runs every line of
// programs.def, tells the serial line what happened (log.h) and switches the
// machine off. It creates no thread itself, so that it can report on a Weft that
// does not work.
//
//     init TARGET [PART]    with a PART, only tests whose name has it
#include "../programs/support.h"
#include "../table.h"
#include "log.h"

#include <linux/poll.h>
#include <linux/reboot.h>

enum {
    LIMIT_MS = 600 * 1000,    // as LIMIT_EMULATED_SECONDS of check_programs.c
    OUTPUT_LIMIT = 64 * 1024, // bytes of one stream that are passed on
};

// ---- the surroundings ----

static void make_mount(const char *path, const char *type)
{
    sys(__NR_mkdirat, AT_FDCWD, path, 0755);
    sys(__NR_mount, type, path, type, 0, NULL);
}

static void prepare(void)
{
    make_mount("/dev", "devtmpfs");
    long console = sys(__NR_openat, AT_FDCWD, "/dev/console", O_RDWR, 0);
    for (int fd = 0; fd < 3; fd++) {
        sys(__NR_dup3, console, fd, 0);
    }
    if (console > 2) {
        sys(__NR_close, console);
    }
    make_mount("/dev/shm", "tmpfs"); // where named semaphores are
    make_mount("/proc", "proc");
    make_mount("/tmp", "tmpfs");
}

static _Noreturn void switch_off(void)
{
    sys(__NR_sync);
    sys(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
        LINUX_REBOOT_CMD_POWER_OFF, NULL);
    quit(1); // the kernel panics, and says so
}

// ---- the report ----

static void report(const char *mark, const char *text)
{
    struct line line = {0};
    line_text(&line, mark);
    line_text(&line, text);
    line_text(&line, "\n");
    print(1, line.text);
}

static void report_end(int status, int hung)
{
    struct line line = {0};
    line_text(&line, LOG_END);
    line_number(&line, status);
    line_text(&line, " ");
    line_number(&line, hung);
    line_text(&line, "\n");
    print(1, line.text);
}

// Passes on what fd holds; 0 at the end of the stream.
static int pass_on(const char *mark, int fd, size_t *passed)
{
    const char *digits = "0123456789abcdef";
    unsigned char bytes[64];
    char text[3 * sizeof bytes + 1];
    size_t length = 0;
    long got = sys(__NR_read, fd, bytes, sizeof bytes);
    if (got <= 0) {
        return 0;
    }
    for (long i = 0; i < got; i++) {
        unsigned char byte = bytes[i];
        if (byte >= ' ' && byte <= '~' && byte != '\\') {
            text[length++] = (char)byte;
        } else {
            text[length++] = '\\';
            text[length++] = digits[byte >> 4];
            text[length++] = digits[byte & 15];
        }
    }
    text[length] = '\0';
    if (*passed < OUTPUT_LIMIT) {
        report(mark, text);
    }
    *passed += (size_t)got;
    return 1;
}

// ---- one run ----

static _Noreturn void become(const struct run *run, int out, int err)
{
    struct line path = {0};
    struct line rounds = {0};
    const char *argv[MAX_ARGUMENTS + 3] = {path.text};
    const char *envp[] = {"PATH=/", NULL};
    int count = 1;
    line_text(&path, "/tests/");
    line_text(&path, run->program);
    for (int i = 0; run->arguments[i] != NULL; i++) {
        argv[count++] = run->arguments[i];
    }
    if (is_storm(run)) {
        line_number(&rounds, rounds_of(run, 0, 1));
        argv[count++] = rounds.text;
    }
    sys(__NR_setsid);
    sys(__NR_close, 0);
    sys(__NR_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);
    sys(__NR_dup3, out, 1, 0);
    sys(__NR_dup3, err, 2, 0);
    sys(__NR_execve, path.text, argv, envp);
    report("cannot start ", path.text);
    quit(127);
}

// Passes on both streams until both have ended; 0 when time is over first.
static int listen_to(int out, int err)
{
    struct pollfd streams[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    size_t passed[2] = {0, 0};
    int64_t deadline = weft_now() + (int64_t)LIMIT_MS * 1000000;
    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
        int64_t left = deadline - weft_now();
        long time[2] = {left / 1000000000, left % 1000000000};
        if (left <= 0 || sys(__NR_ppoll, streams, 2, time, NULL, 8) == 0) {
            return 0;
        }
        if (streams[0].revents != 0 && !pass_on(LOG_OUT, out, &passed[0])) {
            streams[0].fd = -1;
        }
        if (streams[1].revents != 0 && !pass_on(LOG_ERR, err, &passed[1])) {
            streams[1].fd = -1;
        }
    }
    return 1;
}

static void run_one(const struct run *run)
{
    int out[2];
    int err[2];
    int status = 0;
    int hung;
    long pid;
    report(LOG_RUN, run->sentence);
    sys(__NR_pipe2, out, O_CLOEXEC);
    sys(__NR_pipe2, err, O_CLOEXEC);
    pid = sys(__NR_clone, SIGCHLD);
    if (pid == 0) {
        become(run, out[1], err[1]);
    }
    sys(__NR_close, out[1]);
    sys(__NR_close, err[1]);
    hung = !listen_to(out[0], err[0]);
    if (hung) {
        sys(__NR_kill, -pid, SIGKILL);
    }
    sys(__NR_wait4, pid, &status, 0, NULL);
    sys(__NR_kill, -pid, SIGKILL); // what it left behind
    while (sys(__NR_wait4, -1, NULL, WNOHANG, NULL) > 0) {
    }
    sys(__NR_close, out[0]);
    sys(__NR_close, err[0]);
    report_end(status, hung);
}

// ---- all runs ----

static int has_part(const char *text, const char *part)
{
    for (; *text != '\0'; text++) {
        size_t same = 0;
        while (part[same] != '\0' && text[same] == part[same]) {
            same++;
        }
        if (part[same] == '\0') {
            return 1;
        }
    }
    return 0;
}

static int is_wanted(const struct run *run, int argc, char **argv)
{
    struct line name = {0};
    line_text(&name, argc > 1 ? argv[1] : "boot");
    line_text(&name, ".");
    line_text(&name, run->suite);
    line_text(&name, ".");
    line_text(&name, run->sentence);
    return argc < 3 || has_part(name.text, argv[2]);
}

int weft_main(int argc, char **argv, char **envp)
{
    int count = 0;
    (void)envp;
    prepare();
    for (int i = 0; i < RUN_COUNT; i++) {
        if (is_wanted(&runs[i], argc, argv)) {
            run_one(&runs[i]);
            count++;
        }
    }
    {
        struct line line = {0};
        line_number(&line, count);
        report(LOG_DONE, line.text);
    }
    switch_off();
}
