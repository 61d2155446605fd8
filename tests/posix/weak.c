// SPDX-License-Identifier: MIT
// weak.c - a program whose references are all weak, as those of libraries that do
// without threads where there are none: it finds all of them, or none.
// posix: musl glibc
#include <pthread.h>
#include <semaphore.h>
#include "standard.h"

#pragma weak pthread_create
#pragma weak pthread_join
#pragma weak pthread_mutex_lock
#pragma weak pthread_mutex_unlock
#pragma weak pthread_once
#pragma weak pthread_key_create
#pragma weak pthread_cancel
#pragma weak sem_post

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int count;

static void *work(void *arg)
{
    pthread_mutex_lock(&mutex);
    count++;
    pthread_mutex_unlock(&mutex);
    return arg;
}

int main(void)
{
    if (STOCK && !pthread_create) {
        return 0; // with a libc's own threads, some may be there
    }
    CHECK(pthread_create && pthread_join && pthread_mutex_lock &&
          pthread_mutex_unlock && pthread_once && pthread_key_create &&
          pthread_cancel && sem_post);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(pthread_create(&threads[i], NULL, work, NULL), 0);
    }
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    }
    CHECK_EQ(count, 4);
    return 0;
}
