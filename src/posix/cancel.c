// SPDX-License-Identifier: MIT
// cancel.c - pthread_cancel, pthread_kill and their relatives.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hold.h"
#include "life.h"
#include "posix.h"

_Static_assert(PTHREAD_CANCEL_ENABLE == (int)WEFT_CANCEL_ENABLE &&
                   PTHREAD_CANCEL_DISABLE == (int)WEFT_CANCEL_DISABLE &&
                   PTHREAD_CANCEL_DEFERRED == (int)WEFT_CANCEL_DEFERRED &&
                   PTHREAD_CANCEL_ASYNCHRONOUS == (int)WEFT_CANCEL_ASYNC,
               "the same numbers");

int pthread_cancel(pthread_t thread)
{
    return weft_cancel(weft__posix_find(thread));
}
TWIN(pthread_cancel, __pthread_cancel);

int pthread_setcancelstate(int state, int *old)
{
    return weft_set_cancel_state(state, old);
}

int pthread_setcanceltype(int type, int *old)
{
    return weft_set_cancel_type(type, old);
}
TWIN(pthread_setcanceltype, __pthread_setcanceltype);

void pthread_testcancel(void)
{
    weft_test_cancel();
}
TWIN(pthread_testcancel, __pthread_testcancel);

int pthread_kill(pthread_t thread, int sig)
{
    return weft_kill(weft__posix_find(thread), sig);
}
TWIN(pthread_kill, __pthread_kill);

int pthread_sigqueue(pthread_t thread, int sig, const union sigval value)
{
    // The signals that the libraries keep, and those that are none.
    if (sig < 0 || sig > 64 || (sig >= 32 && sig < SIGRTMIN)) {
        return EINVAL;
    }
    struct weft__hold hold;
    if (weft__hold(&hold, weft__posix_find(thread)) != 0) {
        return ESRCH;
    }
    siginfo_t info = {.si_signo = sig, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value = value;
    int kept = errno;
    long tid = (long)weft__held_tid(&hold);
    long result = syscall(SYS_rt_tgsigqueueinfo, info.si_pid, tid, sig, &info);
    int error = result < 0 ? errno : 0;
    errno = kept;
    weft__let_go(&hold);
    return error;
}
