// SPDX-License-Identifier: MIT
// hosts: glibc
// build: -fexceptions
// unwind.c - a thread that is cancelled in a function of glibc leaves what
// it is in frame by frame: no lock of the libc stays behind, and the cleanup
// attribute of C is honoured, in the right order with Weft's own records.
//
//   unwind stream    in fputs to a full pipe: the stream is unlocked
//   unwind frames    in read, below two frames with the attribute, and
//                          weft_cleanup_push in the one between
//   unwind command   in system(): the command is ended, signals are back
//   unwind pipe      in fgets from popen()
//
// Without it, the next fputs to that stream would wait for a dead thread.
#include <signal.h>
#include <sys/wait.h>
#include "hosted.h"

static int fds[2];
static char order[8];

static void cancel_asleep(void *(*function)(void *), void *arg)
{
    weft_thread thread = start(function, arg);
    until_asleep(thread);
    CHECK_EQ(weft_cancel(thread), 0);
    CHECK_EQ(join(thread), WEFT_CANCELED);
}

static void *put_much(void *stream)
{
    static char text[1 << 18];
    memset(text, 'x', sizeof text - 1);
    fputs(text, stream);
    return NULL;
}

static void test_stream(void)
{
    FILE *stream = fdopen(fds[1], "w");
    CHECK(stream != NULL);
    cancel_asleep(put_much, stream);
    CHECK_EQ(ftrylockfile(stream), 0);
    funlockfile(stream);
}

static void note(void *letter)
{
    order[strlen(order)] = *(char *)letter;
}

static void note_frame(char *letter)
{
    note(letter);
}

__attribute__((noinline)) static int inner(void)
{
    __attribute__((cleanup(note_frame))) char letter = 'a';
    char byte;
    return (int)read(fds[0], &byte, 1) + letter;
}

__attribute__((noinline)) static int middle(void)
{
    int result;
    weft_cleanup_push(note, "b");
    result = inner();
    weft_cleanup_pop(0);
    return result + 1;
}

__attribute__((noinline)) static void *outer(void *arg)
{
    __attribute__((cleanup(note_frame))) char letter = 'c';
    return middle() == letter ? arg : NULL;
}

static void test_frames(void)
{
    cancel_asleep(outer, NULL);
    CHECK(strcmp(order, "abc") == 0);
}

static void *command(void *arg)
{
    return system("exec sleep 1000") == 0 ? arg : NULL;
}

static void test_command(void)
{
    struct sigaction action;
    cancel_asleep(command, NULL);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1); // killed and waited for
    CHECK_EQ(sigaction(SIGINT, NULL, &action), 0);
    CHECK(action.sa_handler == SIG_DFL); // system() had it ignored
}

static void *listen_to_command(void *stream)
{
    char line[16];
    return fgets(line, sizeof line, stream);
}

static void test_pipe(void)
{
    CHECK_EQ(dup2(fds[0], 0), 0); // what the command waits for
    FILE *stream = popen("read line", "r");
    CHECK(stream != NULL);
    cancel_asleep(listen_to_command, stream);
    CHECK_EQ(ftrylockfile(stream), 0);
    funlockfile(stream);
}

int main(int argc, char **argv)
{
    CHECK_EQ(pipe2(fds, O_CLOEXEC), 0);
    if (is_case(argc, argv, "stream")) {
        test_stream();
    } else if (is_case(argc, argv, "frames")) {
        test_frames();
    } else if (is_case(argc, argv, "command")) {
        test_command();
    } else {
        CHECK(is_case(argc, argv, "pipe"));
        test_pipe();
    }
    return 0;
}
