// SPDX-License-Identifier: MIT
// c11.c - mtx_t and cnd_t of C11: POSIX's objects with other results.
// Read before: mutex.c, cond.c. Threads are in thread.c, tss_t in once_key.c.
#include <threads.h>
#include "posix.h"
#include "posix_mutex.h"

_Static_assert(sizeof(weft_owned_mutex) <= sizeof(mtx_t), "overlay");
_Static_assert(sizeof(weft_cond) + sizeof(clockid_t) <= sizeof(cnd_t),
               "overlay");

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
    return (pthread_mutex_t *)(void *)mutex;
}

static pthread_cond_t *cond_of(cnd_t *cond)
{
    return (pthread_cond_t *)(void *)cond;
}

static int in_c11(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    default:
        return thrd_error;
    }
}

int mtx_init(mtx_t *mutex, int type)
{
    int kind =
        type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL;
    return in_c11(weft__posix_mutex_init(weft__posix_mutex(mutex), kind, 0, 1));
}

int mtx_lock(mtx_t *mutex)
{
    return weft__posix_mutex_take(weft__posix_mutex(mutex))
               ? thrd_success
               : in_c11(pthread_mutex_lock(mutex_of(mutex)));
}

int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict time)
{
    return in_c11(pthread_mutex_timedlock(mutex_of(mutex), time));
}

int mtx_trylock(mtx_t *mutex)
{
    return weft__posix_mutex_take(weft__posix_mutex(mutex))
               ? thrd_success
               : in_c11(pthread_mutex_trylock(mutex_of(mutex)));
}

int mtx_unlock(mtx_t *mutex)
{
    weft_owned_mutex *m = weft__posix_mutex(mutex);
    return m->type == 0 && weft__posix_mutex_give(m)
               ? thrd_success
               : in_c11(pthread_mutex_unlock(mutex_of(mutex)));
}

void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy(mutex_of(mutex));
}

int cnd_init(cnd_t *cond)
{
    return in_c11(pthread_cond_init(cond_of(cond), NULL));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    return in_c11(pthread_cond_wait(cond_of(cond), mutex_of(mutex)));
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
                  const struct timespec *restrict time)
{
    return in_c11(pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), time));
}

_Static_assert(thrd_success == 0, "what these two always return");

int cnd_signal(cnd_t *cond)
{
    return pthread_cond_signal(cond_of(cond));
}

int cnd_broadcast(cnd_t *cond)
{
    return pthread_cond_broadcast(cond_of(cond));
}

void cnd_destroy(cnd_t *cond)
{
    pthread_cond_destroy(cond_of(cond));
}
