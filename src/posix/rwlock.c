// SPDX-License-Identifier: MIT
// rwlock.c - pthread_rwlock_t.
// Read before: rwlock.c of the core.  Read after: rwlock_urgent.c.
//
//   offset  libc's object               here
//   0       56 bytes                    weft_rwlock  16
//   16                                  writer       8   who has locked it for
//                                                        writing; else 0
//   24                                  urgent, guard    realtime threads
//   48      glibc: the kind, which      kind         4
//           static initialisers set
//
//   kind                             a reader that meets a waiting writer
//   PREFER_READER_NP (0, default),   waits behind it, unless the thread holds a
//   PREFER_WRITER_NP (1)             read lock already
//   PREFER_WRITER_NONRECURSIVE (2)   waits behind it
//
// POSIX lets a thread read-lock what it has read-locked. If it waited behind a
// writer then, the writer would wait for the thread, and neither would go on. So
// each thread counts the read locks that it holds; of which lock, nobody keeps.
#include "posix.h"
#include "posix_rwlock.h"
#include "rwlock.h"

enum { WRITER_NONRECURSIVE = 2 };

_Static_assert(_Alignof(struct weft__posix_rwlock) <=
                   _Alignof(pthread_rwlock_t),
               "overlay");
_Static_assert(sizeof(struct weft__posix_rwlock) <= sizeof(pthread_rwlock_t),
               "overlay");

static struct weft__posix_rwlock *overlay(pthread_rwlock_t *lock)
{
    return (struct weft__posix_rwlock *)(void *)lock;
}

static uint32_t *reads(void)
{
    return &weft__thread_self()->reads;
}

// relaxed: a thread finds itself there only if it has put itself there. (Between
// processes another may have the same handle.)
static int is_mine(const struct weft__posix_rwlock *o)
{
    return weft__load64_relaxed(&o->writer) == weft_self() &&
           !weft__posix_rwlock_shared(o);
}

int pthread_rwlock_init(pthread_rwlock_t *restrict lock,
                        const pthread_rwlockattr_t *restrict attr)
{
    struct weft__posix_rwlock *o = overlay(lock);
    int shared = PTHREAD_PROCESS_PRIVATE;
    *o = (struct weft__posix_rwlock){.kind = 0};
    if (attr != NULL) {
        pthread_rwlockattr_getpshared(attr, &shared);
        pthread_rwlockattr_getkind_np(attr, &o->kind);
    }
    return weft_rwlock_init(&o->lock,
                            shared == PTHREAD_PROCESS_SHARED ? WEFT_SHARED : 0);
}
TWIN(pthread_rwlock_init, __pthread_rwlock_init);

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    (void)lock; // held or not, as the libcs have it
    return 0;
}
TWIN(pthread_rwlock_destroy, __pthread_rwlock_destroy);

// ---- readers ----

// As weft_rwlock_tryrdlock, but a writer that waits does not keep it out.
static int read_again(weft_rwlock *l)
{
    uint64_t seen = weft__load64_relaxed(&l->state); // what the cas expects
    while (!(seen & WEFT__RWLOCK_WRITER)) {
        if ((seen & READERS) >= WEFT_RWLOCK_READERS_MAX) {
            return EAGAIN;
        }
        // rwlock.c R1.  acquire: pairs with [rwlock.release]
        if (weft__cas64_acquire(&l->state, &seen, seen + 1)) {
            return 0;
        }
    }
    return EBUSY;
}

static int read_at_once(struct weft__posix_rwlock *o)
{
    int again = *reads() > 0 && o->kind != WRITER_NONRECURSIVE;
    int error = again ? read_again(&o->lock) : weft_rwlock_tryrdlock(&o->lock);
    if (error == EBUSY && !again && weft__posix_rwlock_passes(o)) {
        error = read_again(&o->lock);
    }
    if (error == 0) {
        ++*reads();
    }
    return error;
}

static int read_until(struct weft__posix_rwlock *o,
                      struct weft__deadline deadline)
{
    if (is_mine(o)) {
        return EDEADLK;
    }
    struct weft__posix_urgent u;
    weft__posix_rwlock_begin(o, &u, 0);
    int error = weft__rwlock_rdlock(&o->lock, deadline);
    weft__posix_rwlock_end(o, &u);
    if (error == 0) {
        ++*reads();
    }
    return error;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    int error = read_at_once(overlay(lock));
    return error == EBUSY ? read_until(overlay(lock), WEFT__NEVER) : error;
}
TWIN(pthread_rwlock_rdlock, __pthread_rwlock_rdlock);

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    return read_at_once(overlay(lock));
}
TWIN(pthread_rwlock_tryrdlock, __pthread_rwlock_tryrdlock);

int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                               const struct timespec *restrict time)
{
    struct weft__deadline deadline;
    if (weft__posix_clock(clock) != 0) {
        return EINVAL;
    }
    int error = read_at_once(overlay(lock));
    if (error != EBUSY) {
        return error; // the time is not looked at
    }
    error = weft__posix_deadline(&deadline, clock, time);
    return error ? error : read_until(overlay(lock), deadline);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock,
                               const struct timespec *restrict time)
{
    return pthread_rwlock_clockrdlock(lock, CLOCK_REALTIME, time);
}
TWIN(pthread_rwlock_timedrdlock, __pthread_rwlock_timedrdlock);

// ---- writers ----

static int written(struct weft__posix_rwlock *o, int error)
{
    if (error == 0) {
        weft__store64_relaxed(&o->writer, weft_self());
    }
    return error;
}

static int write_until(struct weft__posix_rwlock *o,
                       struct weft__deadline deadline)
{
    if (is_mine(o)) {
        return EDEADLK;
    }
    struct weft__posix_urgent u;
    weft__posix_rwlock_begin(o, &u, 1);
    int error = weft__rwlock_wrlock(&o->lock, deadline);
    weft__posix_rwlock_end(o, &u);
    return written(o, error);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    const int error = pthread_rwlock_trywrlock(lock);
    return error == EBUSY ? write_until(overlay(lock), WEFT__NEVER) : error;
}
TWIN(pthread_rwlock_wrlock, __pthread_rwlock_wrlock);

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    struct weft__posix_rwlock *o = overlay(lock);
    return written(o, weft_rwlock_trywrlock(&o->lock));
}
TWIN(pthread_rwlock_trywrlock, __pthread_rwlock_trywrlock);

int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                               const struct timespec *restrict time)
{
    struct weft__deadline deadline;
    if (weft__posix_clock(clock) != 0) {
        return EINVAL;
    }
    int error = pthread_rwlock_trywrlock(lock);
    if (error != EBUSY) {
        return error; // the time is not looked at
    }
    error = weft__posix_deadline(&deadline, clock, time);
    return error ? error : write_until(overlay(lock), deadline);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock,
                               const struct timespec *restrict time)
{
    return pthread_rwlock_clockwrlock(lock, CLOCK_REALTIME, time);
}
TWIN(pthread_rwlock_timedwrlock, __pthread_rwlock_timedwrlock);

// ---- both ----

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    struct weft__posix_rwlock *o = overlay(lock);
    // relaxed: a holder sees whether a writer holds it, who can be nobody else.
    // (To look at the state would take longer: weft_rwlock_unlock.)
    if (weft__load64_relaxed(&o->writer) != 0) {
        weft__store64_relaxed(&o->writer, 0); // before another can be there
        if (weft__posix_rwlock_has_urgent(o) &&
            weft__posix_rwlock_to_writer(o)) {
            return 0;
        }
        return weft_rwlock_unlock(&o->lock);
    }
    int error = weft_rwlock_unlock(&o->lock);
    if (error == 0 && *reads() > 0) {
        --*reads();
    }
    return error;
}
TWIN(pthread_rwlock_unlock, __pthread_rwlock_unlock);
