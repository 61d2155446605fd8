// SPDX-License-Identifier: MIT
// rwlock.c - pthread_rwlock_t.
// Read before: rwlock.c of the core.  Read after: rwlock_urgent.c.
//
//   offset  libc's object               here
//   0       56 bytes            weft_rwlock  16
//   16                          writer       8   who has locked it for writing;
//                                                else 0
//   24                          urgent, guard    realtime threads
//   48      glibc: the kind,    kind         4
//           which static
//           initialisers set
//
//   kind                                    a reader that meets a waiting writer
//   PREFER_READER_NP (0, default),          goes in, if others read: BESIDE_READERS
//   PREFER_WRITER_NP (1)
//   PREFER_WRITER_NONRECURSIVE_NP (2)       waits behind it: BEHIND_WRITERS
//
// So it is in both libcs, whose programs let a thread read-lock what it has
// read-locked, and readers wait for other readers. If one waited behind a writer
// then, the writer would wait for the first, and nobody would go on.
#include "posix.h"
#include "posix_rwlock.h"

enum { WRITER_NONRECURSIVE = 2 };

_Static_assert(_Alignof(struct weft__posix_rwlock) <=
                   _Alignof(pthread_rwlock_t),
               "overlay");
_Static_assert(sizeof(struct weft__posix_rwlock) <= sizeof(pthread_rwlock_t),
               "overlay");
_Static_assert(offsetof(struct weft__posix_rwlock, kind) == 48, "overlay");

static struct weft__posix_rwlock *overlay(pthread_rwlock_t *lock)
{
    return (struct weft__posix_rwlock *)(void *)lock;
}

// relaxed: a thread finds itself there only if it has put itself there. (Between
// processes another may have the same handle.)
static int is_mine(const struct weft__posix_rwlock *o)
{
    return weft__load64_relaxed(&o->writer) == weft_self() &&
           !weft__rwlock_is_shared(&o->lock);
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

static enum weft__rwlock_manner manner(struct weft__posix_rwlock *o)
{
    return weft__posix_rwlock_manner(
        o, o->kind == WRITER_NONRECURSIVE ? BEHIND_WRITERS : BESIDE_READERS);
}

static int read_until(struct weft__posix_rwlock *o,
                      struct weft__deadline deadline)
{
    if (is_mine(o)) {
        return EDEADLK;
    }
    struct weft__posix_urgent u;
    weft__posix_rwlock_begin(o, &u, 0);
    int error = weft__rwlock_rdlock(&o->lock, deadline, manner(o));
    weft__posix_rwlock_end(o, &u);
    return error;
}

static int read_at_once(struct weft__posix_rwlock *o)
{
    return weft__rwlock_tryrdlock(&o->lock, manner(o));
}

// Not inline, so that the functions below need no frame of their own.
static __attribute__((noinline)) int read_slowly(struct weft__posix_rwlock *o)
{
    int error = read_at_once(o);
    return error == EBUSY ? read_until(o, WEFT__NEVER) : error;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    struct weft__posix_rwlock *o = overlay(lock);
    return weft__rwlock_has_read(&o->lock) ? 0 : read_slowly(o);
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

static __attribute__((noinline)) int write_slowly(struct weft__posix_rwlock *o)
{
    return write_until(o, WEFT__NEVER);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    struct weft__posix_rwlock *o = overlay(lock);
    if (weft__rwlock_has_written(&o->lock)) {
        weft__store64_relaxed(&o->writer, weft_self());
        return 0;
    }
    return write_slowly(o);
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
        if (weft__posix_rwlock_has_urgent(o)) {
            return weft__posix_rwlock_unlock(o);
        }
    }
    return weft_rwlock_unlock(&o->lock);
}
TWIN(pthread_rwlock_unlock, __pthread_rwlock_unlock);
