// SPDX-License-Identifier: MIT
// refusal.c - a refused system call, in the words of the API.
#include <weft/error.h>
#include "refusal.h"

int weft__refusal(long result)
{
    if (result >= 0) {
        return 0;
    }
    switch (-result) {
    case WEFT_ENOMEM: // memory may be free again later: POSIX says it so too
        return WEFT_EAGAIN;
    case WEFT_ENOSYS:
        return WEFT_ENOTSUP;
    default:
        return (int)-result;
    }
}
