// SPDX-License-Identifier: MIT
// weft/once.h - do it the first time, and only then.
//
//     static weft_once_flag ready;              // all-zero: not done yet
//
//     weft_once(&ready, set_up);                // when it returns, set_up is done
#ifndef WEFT_ONCE_H
#define WEFT_ONCE_H

#include <weft/atomic.h>
#include <weft/error.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_once_flag {
    uint32_t word; // src/once.c has its table
} weft_once_flag;

// Calls fn unless that was done before; waits while another thread is in it. A
// call that does not return, because its thread is cancelled in it or calls
// weft_exit, does not count: one of the waiters begins anew. So does the child of
// a fork that another thread made while fn was running; what was done is done
// there. It is for one process. Within fn, a weft_once
// with the same flag waits for ever.
//   WEFT_EINVAL   fn is NULL, and was needed
// Ordering: all that fn did happens before every return.
// Not a cancellation point, unless fn is one.
static inline int weft_once(weft_once_flag *flag, void (*fn)(void));

// ---- Private from here: what the inline function needs ----

#define WEFT__ONCE_DONE 3u

int weft__once_slow(weft_once_flag *flag, void (*fn)(void));

static inline int weft_once(weft_once_flag *flag, void (*fn)(void))
{
    // acquire: pairs with [once.done], so that what fn did is seen
    if (weft__load_acquire(&flag->word) == WEFT__ONCE_DONE) {
        return 0;
    }
    return weft__once_slow(flag, fn);
}

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
