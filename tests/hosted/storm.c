// SPDX-License-Identifier: MIT
// hosts: musl glibc
// storm.c - all that threads may do beside a libc, all at once.
//
// Threads are created, joined, detached and cancelled, they end, fork, send and
// handle signals, allocate, print and change the user id of the process, each at
// any moment of the others. Ends in counts that must come out: whoever was started
// ran, whatever was allocated kept its pattern, each line is whole, each child
// says 3. What a hang is, the limit of the test says.
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "hosted.h"

enum { ACTORS = 6, LINE = 60 };

static FILE *stream;
static uint32_t begun, ended, born, lines;
static uid_t user;
static int forks;
static weft_thread targets[ACTORS];

#define ADD(number) __atomic_fetch_add(&(number), 1, __ATOMIC_RELAXED)

// In any thread at any time: what a handler may rely on.
static void handle(int sig)
{
    int saved = errno;
    (void)sig;
    if (gettid() != syscall(SYS_gettid)) { // the libc's own note of it
        _exit(11);
    }
    errno = saved;
}

static void end_of_work(void *arg)
{
    (void)arg;
    ADD(ended);
}

// A short life: something of the libc, perhaps until it is cancelled.
static void *live(void *arg)
{
    uintptr_t lot = (uintptr_t)arg;
    be_born();
    ADD(begun);
    weft_cleanup_push(end_of_work, NULL);
    size_t size = lot % 5000 + 1;
    weft_set_cancel_state(WEFT_CANCEL_DISABLE, NULL);
    unsigned char *block = malloc(size);
    CHECK(block != NULL);
    memset(block, (int)(lot & 0xff), size);
    if (lot % 3 == 0) {
        char text[LINE + 1];
        memset(text, 'a' + (int)(lot % 26), LINE);
        text[LINE] = '\0';
        fprintf(stream, "%s\n", text);
        ADD(lines);
    }
    CHECK_EQ(block[size - 1], lot & 0xff);
    free(block);
    weft_set_cancel_state(WEFT_CANCEL_ENABLE, NULL);
    if (lot % 7 == 0) {
        doze((long)(lot % 300) * 1000);
    }
    weft_cleanup_pop(1);
    if (lot % 5 == 0) {
        weft_exit(arg);
    }
    return arg;
}

static void create_one(uint64_t lot)
{
    weft_thread thread;
    int error = weft_create(&thread, NULL, live, (void *)(uintptr_t)(lot >> 8));
    CHECK_EQ(error, 0);
    ADD(born);
    if (lot % 4 == 0) {
        weft_cancel(thread);
    }
    if (lot % 3 == 0) {
        CHECK_EQ(weft_detach(thread), 0);
    } else {
        join(thread);
    }
}

static void fork_one(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        free(malloc(3000));
        _exit(gettid() == getpid() ? 3 : 4);
    }
    CHECK(child > 0);
    while (waitpid(child, &status, 0) < 0) {
        CHECK_EQ(errno, EINTR);
    }
    CHECK_EQ(status, 3 << 8);
}

static void *act(void *arg)
{
    uint64_t lots = *(uint64_t *)arg;
    long rounds = ((long *)arg)[1];
    be_born();
    for (long i = 0; i < rounds; i++) {
        uint64_t lot = random_next(&lots);
        switch (lot % 8) {
        case 0:
            CHECK_EQ(seteuid(user), 0);
            break;
        case 1:
            if (forks && (lot >> 8 & 1)) {
                fork_one();
            }
            break;
        case 2:
            weft_kill(targets[(lot >> 8) % ACTORS], SIGUSR1);
            break;
        default:
            create_one(lot);
        }
    }
    return NULL;
}

static void check_lines(void)
{
    char line[LINE + 10];
    uint32_t count = 0;
    rewind(stream);
    while (fgets(line, sizeof line, stream) != NULL) {
        CHECK_EQ(strspn(line, (char[2]){line[0], '\0'}), LINE);
        CHECK_EQ(line[LINE], '\n');
        count++;
    }
    CHECK_EQ(count, lines);
}

int main(int argc, char **argv)
{
    static struct {
        uint64_t lots;
        long rounds;
    } parts[ACTORS];
    int alone = task_count();
    long rounds = number(argc, argv, 2, 300);
    uint64_t lots = random_start(argc, argv, 3);
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    user = geteuid();
    forks = is_case(argc, argv, "forks");
    stream = tmpfile();
    if (stream == NULL) { // no /tmp: a machine that only runs these tests
        stream = fopen("storm-lines", "w+");
    }
    CHECK(stream != NULL);
    for (int i = 0; i < ACTORS; i++) {
        parts[i].lots = random_next(&lots);
        parts[i].rounds = rounds;
        targets[i] = start(act, &parts[i]);
    }
    for (int i = 0; i < ACTORS; i++) {
        join(targets[i]);
    }
    until_tasks(alone);
    fprintf(stderr, "born %u, begun %u, ended %u, lines %u\n", born, begun,
            ended, lines);
    CHECK_EQ(born, begun);
    CHECK_EQ(begun, ended);
    check_lines();
    return 0;
}
