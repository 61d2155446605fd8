// SPDX-License-Identifier: MIT
// cleanup_glibc.c - pthread_exit and cleanup handlers, beside glibc.
// Read before: host/glibc_unwind.c.
//
// What pthread_cleanup_push is depends on the language:
//
//   C                  saves the place with sigsetjmp, and registers a buffer; the
//                      end of the thread jumps there, the handler is called by
//                      the program itself, and __pthread_unwind_next goes on
//   C, -fexceptions    a variable with the cleanup attribute
//   C++                an object with a destructor
//
// Only the first needs anything here. A buffer's spare words become a record of the
// core's, whose handler is the jump:
//
//   offset  libc's __pthread_unwind_buf_t   here
//   0       registers, and whether the      as they are
//           signal mask was saved
//   72, ..  void *[4]                       struct weft_cleanup, old type
#include <threads.h>
#include "host/glibc.h"
#include "posix.h"

struct spare {
    struct weft_cleanup cleanup;
    uintptr_t old_type;
};
_Static_assert(sizeof(struct spare) <=
                   sizeof((__pthread_unwind_buf_t *)0)->__pad,
               "the macros of <pthread.h>");

static struct spare *spare(__pthread_unwind_buf_t *buffer)
{
    return (struct spare *)(void *)buffer->__pad;
}

_Noreturn void pthread_exit(void *value)
{
    weft__glibc_unwind(value);
}
TWIN(pthread_exit, __pthread_exit);

// The buffer is shorter than a jmp_buf: it has no room for a signal mask.
_Noreturn void weft__longjmp(void *registers, int value) __asm__("longjmp");

static void jump(void *buffer)
{
    weft__longjmp(((__pthread_unwind_buf_t *)buffer)->__cancel_jmp_buf, 1);
}

void __pthread_register_cancel(__pthread_unwind_buf_t *buffer)
{
    weft_cleanup_link(&spare(buffer)->cleanup, jump, buffer);
}

void __pthread_unregister_cancel(__pthread_unwind_buf_t *buffer)
{
    weft_cleanup_unlink(&spare(buffer)->cleanup);
}

void __pthread_unwind_next(__pthread_unwind_buf_t *buffer)
{
    (void)buffer;
    weft__glibc_unwind_on();
}

// pthread_cleanup_push_defer_np: deferred cancellation until the end of the block.
void __pthread_register_cancel_defer(__pthread_unwind_buf_t *buffer)
{
    int old;
    __pthread_register_cancel(buffer);
    weft_set_cancel_type(WEFT_CANCEL_DEFERRED, &old);
    spare(buffer)->old_type = (uintptr_t)old;
}

void __pthread_unregister_cancel_restore(__pthread_unwind_buf_t *buffer)
{
    __pthread_unregister_cancel(buffer);
    weft_set_cancel_type((int)spare(buffer)->old_type, NULL);
}

// What the macros called before, and run-time libraries of other languages still
// call. (The libc has these in one object with what glibc_cancel.c defines, so that
// who asks for them has to find them here.)
//
//   offset  struct _pthread_cleanup_buffer   here: struct weft_cleanup
//   0       __routine                        fn
//   8       __arg                            arg
//   16      __canceltype                     next
_Static_assert(sizeof(struct weft_cleanup) <=
                   offsetof(struct _pthread_cleanup_buffer, __prev),
               "the callers' buffers");

void _pthread_cleanup_push(struct _pthread_cleanup_buffer *buffer,
                           void (*routine)(void *), void *arg);
void _pthread_cleanup_push(struct _pthread_cleanup_buffer *buffer,
                           void (*routine)(void *), void *arg)
{
    weft_cleanup_link((struct weft_cleanup *)(void *)buffer, routine, arg);
}

void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *buffer, int execute);
void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *buffer, int execute)
{
    weft_cleanup_unlink((struct weft_cleanup *)(void *)buffer);
    if (execute) {
        buffer->__routine(buffer->__arg);
    }
}

// What -fexceptions makes of the macros, where it is not inlined.
void __pthread_cleanup_routine(struct __pthread_cleanup_frame *frame);
void __pthread_cleanup_routine(struct __pthread_cleanup_frame *frame)
{
    if (frame->__do_it) {
        frame->__cancel_routine(frame->__cancel_arg);
    }
}
