// SPDX-License-Identifier: MIT
// glibc_unwind.c - end a thread frame by frame, as exceptions leave functions.
// Read before: glibc_cancel.c.
//
// glibc's own functions are written for that: a thread that is cancelled in
// fputs() holds the lock of the file, and a handler that belongs to the frame of
// fputs gives it back. So do destructors of C++, and the cleanup attribute of C.
// libgcc walks the frames (Itanium C++ ABI, "Forced Unwinding"), and asks before
// each whether to stop. The walk ends where the tables do: at the first frame
// of a thread, or at code without tables. From there weft_exit does the rest.
//
// A record of weft_cleanup_push lies in the frame of the function that pushed it.
// It is run when the walk comes to the caller of that function, before its memory
// is used again.
//
// A handler may end the thread as well: then a walk begins at that handler, and
// meets the frames that the one before it has not reached.
//
// Where no libgcc_eh is linked, nothing has handlers, and there is no walk. Nor is
// there one before the compiler's own first constructor has told libgcc of the
// program's tables: without them libgcc would end the process.
//
// libgcc sorts the program's tables at the first walk of all, and takes a lock
// around that only if it finds pthread_key_create's inner name in the program. So
// one function is looked up before there is a second thread: all walks, and those
// of C++'s exceptions, only read what that has left. (A program without that name,
// with threads from before the tables are known, makes the look-up when it creates
// the next one.)
#include <weft/atomic.h>
#include <weft/cancel.h>
#include "cancel.h"
#include "glibc.h"
#include "syscall.h"
#include "thread.h"

_Noreturn void abort(void);

// <unwind.h>
struct unwind_exception {
    uint64_t class;
    void (*cleanup)(int, struct unwind_exception *);
    uintptr_t private[2];
} __attribute__((aligned(16)));
typedef int unwind_stop(int version, int actions, uint64_t class,
                        struct unwind_exception *exception, void *context,
                        void *value);
enum { UNWIND_END_OF_STACK = 16, UNWIND_GO_ON = 0 };
WEAK int _Unwind_ForcedUnwind(struct unwind_exception *, unwind_stop *, void *);
WEAK uintptr_t _Unwind_GetCFA(void *context);
WEAK const void *_Unwind_Find_FDE(void *pc, void *bases[3]);

// Whether the tables are known. Asking has them sorted.
static int tables_are_known(void)
{
    void *bases[3]; // struct dwarf_eh_bases
    return &_Unwind_Find_FDE != NULL &&
           _Unwind_Find_FDE((void *)(uintptr_t)weft__glibc_unwind, bases) !=
               NULL;
}

void weft__glibc_unwind_prepare(void)
{
    static uint32_t known; // atomic
    // relaxed: whoever finds 0 asks libgcc
    if (!weft__load_relaxed(&known) && tables_are_known()) {
        weft__store_relaxed(&known, 1);
    }
}

static int step(int version, int actions, uint64_t class,
                struct unwind_exception *exception, void *context, void *value)
{
    (void)version, (void)class, (void)exception;
    struct weft__thread *self = weft__glibc_self;
    if (actions & UNWIND_END_OF_STACK) {
        weft_exit(value);
    }
    uintptr_t here = (uintptr_t)&here;
    uintptr_t left = _Unwind_GetCFA(context); // whose frames below are done
    while ((uintptr_t)self->cleanups > here &&
           (uintptr_t)self->cleanups < left) {
        struct weft_cleanup *cleanup = self->cleanups;
        self->cleanups = cleanup->next;
        cleanup->fn(cleanup->arg);
    }
    return UNWIND_GO_ON;
}

// Called when a catch (...) has ended without throwing on: the thread would go on as
// if nothing had been asked of it.
static void not_thrown_on(int reason, struct unwind_exception *caught)
{
    static const char line[] =
        "weft: a thread that is to end was caught, and not thrown on\n";
    (void)reason, (void)caught;
    sys_write(2, line, sizeof line - 1);
    abort();
}

// Not on the stack, where handlers of frames above would overwrite them.
static _Thread_local struct unwind_exception exception;
static _Thread_local void *result;

_Noreturn void weft__glibc_unwind(void *value)
{
    struct weft__thread *self = weft__glibc_self;
    weft__cancel_leave(self);
    result = value;
    if (&_Unwind_ForcedUnwind != NULL && tables_are_known()) {
        exception = (struct unwind_exception){.cleanup = not_thrown_on};
        _Unwind_ForcedUnwind(&exception, step, value);
    }
    weft_exit(value);
}

_Noreturn void weft__glibc_unwind_on(void)
{
    weft__glibc_unwind(result);
}
