// SPDX-License-Identifier: MIT
// cleanup_musl.c - pthread_exit and cleanup handlers, beside musl.
//
//   offset  musl's struct __ptcb   here: struct weft_cleanup
//   0       __f                    fn
//   8       __x                    arg
//   16      __next                 next
#include <threads.h>
#include "posix.h"

_Static_assert(sizeof(struct weft_cleanup) == sizeof(struct __ptcb),
               "the macros of <pthread.h>");

_Noreturn void pthread_exit(void *value)
{
    weft_exit(value);
}
TWIN(pthread_exit, __pthread_exit);

void _pthread_cleanup_push(struct __ptcb *cleanup, void (*function)(void *),
                           void *arg)
{
    weft_cleanup_link((struct weft_cleanup *)(void *)cleanup, function, arg);
}

void _pthread_cleanup_pop(struct __ptcb *cleanup, int execute)
{
    weft_cleanup_unlink((struct weft_cleanup *)(void *)cleanup);
    if (execute) {
        cleanup->__f(cleanup->__x);
    }
}
