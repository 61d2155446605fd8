// SPDX-License-Identifier: MIT
// circle_broken.c - who joins a thread that joins him is told so, but not when that
// one has been cancelled, and so is on its way.
// posix: musl glibc
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include "standard.h"

enum { MOST = 3 };
static struct {
    pthread_t self, next;
    int tid; // atomic
} ring[MOST];
static int go; // atomic: how many may begin

static void wait_for(const int *word, int least)
{
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < least) {
        usleep(100);
    }
}

static void until_asleep(int tid)
{
    char path[64], text[128], state;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    do {
        int fd = open(path, O_RDONLY);
        CHECK(fd >= 0);
        ssize_t length = read(fd, text, sizeof text - 1);
        close(fd);
        CHECK(length > 0);
        text[length] = '\0';
        state = strrchr(text, ')')[2];
    } while (state != 'S');
}

static void *joins_next(void *arg)
{
    const int me = (int)(long)arg;
    wait_for(&go, 1);
    __atomic_store_n(&ring[me].tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
    int error = pthread_join(ring[me].next, NULL);
    CHECK(error == 0 || error == EDEADLK);
    return NULL;
}

// Main joins the first, that one the second, and so on; the last one joins main.
static void with(int length)
{
    void *value;
    go = 0;
    for (int i = 0; i < length; i++) {
        ring[i].tid = 0;
        CHECK_EQ(
            pthread_create(&ring[i].self, NULL, joins_next, (void *)(long)i),
            0);
    }
    for (int i = 0; i < length; i++) {
        ring[i].next = i + 1 < length ? ring[i + 1].self : pthread_self();
    }
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < length; i++) {
        wait_for(&ring[i].tid, 1);
        until_asleep(ring[i].tid);
    }
    CHECK_EQ(pthread_cancel(ring[length - 1].self), 0);
    CHECK_EQ(pthread_join(ring[0].self, &value), 0);
    CHECK(value == (length == 1 ? PTHREAD_CANCELED : NULL));
}

int main(void)
{
    with(1);
    with(2);
    with(3);
    return 0;
}
