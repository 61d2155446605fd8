// SPDX-License-Identifier: MIT
// sem_beside.c - two programs share named semaphores.
// posix: musl glibc
//
//     sem_beside ROUNDS                  one process makes two names, and another is forked
//     sem_beside first|second NAME ROUNDS    one of two programs
//
// Several threads of the one post to several of the other, and back. As two programs,
// one may run on the libc's own threads: whoever makes the files, no wake is lost.
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "standard.h"

enum { THREADS = 3 };

static sem_t *mine, *other;
static int rounds;

static sem_t *open_named(const char *name, const char *which)
{
    char full[64];
    snprintf(full, sizeof full, "/%s.%s", name, which);
    sem_t *sem = sem_open(full, O_CREAT, 0600, 0);
    CHECK(sem != SEM_FAILED);
    return sem;
}

static void *play(void *first)
{
    for (int i = 0; i < rounds; i++) {
        if (first != NULL) {
            CHECK_EQ(sem_post(other), 0);
        }
        CHECK_EQ(sem_wait(mine), 0);
        if (first == NULL) {
            CHECK_EQ(sem_post(other), 0);
        }
    }
    return NULL;
}

static void run(const char *name, int first)
{
    pthread_t thread[THREADS];
    mine = open_named(name, first ? "first" : "second");
    other = open_named(name, first ? "second" : "first");
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_create(&thread[i], NULL, play, first ? &rounds : NULL),
                 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_join(thread[i], NULL), 0);
    }
    CHECK_EQ(sem_close(mine), 0);
    CHECK_EQ(sem_close(other), 0);
}

int main(int argc, char **argv)
{
    if (argc == 4) {
        rounds = atoi(argv[3]);
        run(argv[2], strcmp(argv[1], "first") == 0);
        return 0;
    }
    char name[32];
    int status = -1;
    rounds = argc > 1 ? atoi(argv[1]) : 1000;
    snprintf(name, sizeof name, "weft-test-%d", (int)getpid());
    pid_t pid = fork();
    if (pid == 0) {
        run(name, 0);
        _exit(0);
    }
    run(name, 1);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    char full[64];
    snprintf(full, sizeof full, "/%s.first", name);
    CHECK_EQ(sem_unlink(full), 0);
    snprintf(full, sizeof full, "/%s.second", name);
    CHECK_EQ(sem_unlink(full), 0);
    return 0;
}
