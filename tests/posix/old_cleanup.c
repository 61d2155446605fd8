// SPDX-License-Identifier: MIT
// old_cleanup.c - the functions behind pthread_cleanup_push before there were the
// macros of today, which run-time libraries of other languages call.
// posix: glibc
#include <pthread.h>
#include "standard.h"

void _pthread_cleanup_push(struct _pthread_cleanup_buffer *,
                           void (*function)(void *), void *);
void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *, int execute);
void __pthread_cleanup_push(struct _pthread_cleanup_buffer *,
                            void (*function)(void *), void *);
void __pthread_cleanup_pop(struct _pthread_cleanup_buffer *, int execute);

static int order[4], called;

static void note(void *number)
{
    order[called++] = *(int *)number;
}

enum end { RETURN, EXIT, CANCEL };

static void *work(void *how)
{
    static int numbers[] = {1, 2, 3};
    struct _pthread_cleanup_buffer outer, inner, dropped;
    _pthread_cleanup_push(&outer, note, &numbers[0]);
    __pthread_cleanup_push(&inner, note, &numbers[1]);
    _pthread_cleanup_push(&dropped, note, &numbers[2]);
    _pthread_cleanup_pop(&dropped, 0);
    if (*(enum end *)how == EXIT) {
        pthread_exit(NULL);
    }
    if (*(enum end *)how == CANCEL) {
        pthread_cancel(pthread_self());
        pthread_testcancel();
    }
    __pthread_cleanup_pop(&inner, 1);
    _pthread_cleanup_pop(&outer, 1);
    return NULL;
}

int main(void)
{
    for (enum end how = RETURN; how <= CANCEL; how++) {
        pthread_t thread;
        called = 0;
        CHECK_EQ(pthread_create(&thread, NULL, work, &how), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
        CHECK_EQ(called, 2);
        CHECK_EQ(order[0], 2);
        CHECK_EQ(order[1], 1);
    }
    return 0;
}
