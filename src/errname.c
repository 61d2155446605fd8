// SPDX-License-Identifier: MIT
// errname.c - the names of the error numbers, for messages.
#include <weft/error.h>

const char *weft_errname(int error)
{
#define NAME(number)                                                           \
    case number:                                                               \
        return #number
    switch (error) {
    case 0:
        return "0";
        NAME(WEFT_EPERM);
        NAME(WEFT_ESRCH);
        NAME(WEFT_EINTR);
        NAME(WEFT_EAGAIN);
        NAME(WEFT_ENOMEM);
        NAME(WEFT_EBUSY);
        NAME(WEFT_EINVAL);
        NAME(WEFT_ERANGE);
        NAME(WEFT_EDEADLK);
        NAME(WEFT_ENOSYS);
        NAME(WEFT_EOVERFLOW);
        NAME(WEFT_ENOTSUP);
        NAME(WEFT_ETIMEDOUT);
        NAME(WEFT_EOWNERDEAD);
        NAME(WEFT_ENOTRECOVERABLE);
    default:
        return "unknown error";
    }
#undef NAME
}
