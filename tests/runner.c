// SPDX-License-Identifier: MIT
// runner.c - start a process, listen to it, end it when it hangs.
//
// Read before: runner.h.  Read after: suite.c, check_programs.c.
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The child's side of run_command.
static _Noreturn void become(const char *const argv[], int out, int err)
{
    const struct rlimit no_core = {0, 0};
    int null = open("/dev/null", O_RDONLY);
    setpgid(0, 0); // so that its children can be killed with it
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(null, 0);
    dup2(out, 1);
    dup2(err, 2);
    for (int fd = 3; fd < 64; fd++) {
        close(fd);
    }
    execvp(argv[0], (char *const *)argv);
    dprintf(2, "cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

// Reads once; false at the end of the stream.
static bool take(int fd, struct captured *captured)
{
    char chunk[4096];
    size_t room = OUTPUT_MAX - captured->length;
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0) {
        return errno == EINTR || errno == EAGAIN;
    }
    if (room > (size_t)got) {
        room = (size_t)got;
    }
    memcpy(captured->text + captured->length, chunk, room);
    captured->length += room;
    captured->text[captured->length] = '\0';
    return got > 0;
}

// Reads both streams until both have ended; false when time is over first.
static bool listen_to(int out, int err, int64_t deadline, struct result *result)
{
    struct pollfd streams[2] = {{.fd = out, .events = POLLIN},
                                {.fd = err, .events = POLLIN}};
    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
        int64_t left = deadline - now_ms();
        if (left <= 0) {
            return false;
        }
        poll(streams, 2, left > 1000 ? 1000 : (int)left);
        if (streams[0].revents != 0 && !take(out, &result->out)) {
            streams[0].fd = -1;
        }
        if (streams[1].revents != 0 && !take(err, &result->err)) {
            streams[1].fd = -1;
        }
    }
    return true;
}

// Waits for the end of a process that has closed its streams.
static bool wait_until(pid_t pid, int64_t deadline, int *status)
{
    const struct timespec pause = {0, 2000000};
    while (waitpid(pid, status, WNOHANG) == 0) {
        if (now_ms() >= deadline) {
            return false;
        }
        nanosleep(&pause, NULL);
    }
    return true;
}

void run_command(const char *const argv[], int limit_seconds,
                 struct result *result)
{
    int64_t deadline = now_ms() + (int64_t)limit_seconds * 1000;
    int out[2];
    int err[2];
    pid_t pid;
    memset(result, 0, sizeof *result);
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
        ck_abort_msg("no pipe: %s", strerror(errno));
    }
    pid = fork();
    if (pid < 0) {
        ck_abort_msg("no process: %s", strerror(errno));
    }
    if (pid == 0) {
        become(argv, out[1], err[1]);
    }
    close(out[1]);
    close(err[1]);
    setpgid(pid, pid); // here too: who comes first does not matter
    result->hung = !listen_to(out[0], err[0], deadline, result) ||
                   !wait_until(pid, deadline, &result->status);
    kill(-pid, SIGKILL); // it, when it hangs, and what it left behind
    if (result->hung) {
        waitpid(pid, &result->status, 0);
    }
    close(out[0]);
    close(err[0]);
}

bool exited_with(const struct result *result, int status)
{
    return !result->hung && WIFEXITED(result->status) &&
           WEXITSTATUS(result->status) == status;
}

static const struct result *shell(int limit_seconds, const char *line)
{
    static struct result result;
    const char *const argv[] = {"sh", "-c", line, NULL};
    run_command(argv, limit_seconds, &result);
    return &result;
}

const struct result *try_run(int limit_seconds, const char *format, ...)
{
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return shell(limit_seconds, line);
}

// The settings that lines of shell use, as a shell takes them.
static void write_settings(FILE *to)
{
    const char *const names[] = {"ARCH",  "BUILD", "CC",
                                 "CROSS", "QEMU",  "SCRATCH"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (getenv(names[i]) != NULL) {
            fprintf(to, "%s='%s' ", names[i], getenv(names[i]));
        }
    }
}

const struct result *must_run(int limit_seconds, const char *format, ...)
{
    char line[4096];
    const struct result *result;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    result = shell(limit_seconds, line);
    if (!exited_with(result, 0)) {
        fail_with(result, line, "a command failed");
    }
    return result;
}

// The last lines of a stream, each behind a bar.
static void quote(FILE *to, const char *title, const struct captured *captured)
{
    enum { SHOWN = 2400 };
    const char *at = captured->text;
    if (captured->length == 0) {
        return;
    }
    if (captured->length > SHOWN) {
        at += captured->length - SHOWN;
    }
    fprintf(to, "\n  %s:", title);
    while (*at != '\0') {
        int length = (int)strcspn(at, "\n");
        fprintf(to, "\n  | %.*s", length, at);
        at += length;
        at += *at == '\n';
    }
}

_Noreturn void fail_with(const struct result *result, const char *command,
                         const char *format, ...)
{
    char message[8000] = "";
    FILE *to = fmemopen(message, sizeof message, "w");
    va_list arguments;
    va_start(arguments, format);
    vfprintf(to, format, arguments);
    va_end(arguments);
    if (result->hung) {
        fprintf(to, "\n  it hung, and was killed");
    } else if (WIFSIGNALED(result->status)) {
        fprintf(to, "\n  it was killed by signal %d", WTERMSIG(result->status));
    } else {
        fprintf(to, "\n  its exit status was %d", WEXITSTATUS(result->status));
    }
    quote(to, "stdout", &result->out);
    quote(to, "stderr", &result->err);
    fprintf(to, "\n  repeat it: ");
    if (strchr(command, '$') != NULL) {
        write_settings(to);
        fprintf(to, "; ");
    }
    fprintf(to, "%s", command);
    fclose(to);
    ck_abort_msg("%s", message);
    abort(); // ck_abort_msg does not come back
}

const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        ck_abort_msg("%s is not set: run it through make", name);
    }
    return value;
}

bool is_emulated(void)
{
    return *setting("QEMU") != '\0';
}
