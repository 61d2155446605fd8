// SPDX-License-Identifier: MIT
// host.h - what the core asks of whoever owns the thread pointer.
//
// freestanding.c is part of weft-crt0.o, which a program without a libc puts
// before the archive. In any other program these names are still undefined when
// the linker reaches the archive, and it takes the member none.c.
#ifndef HOST_H
#define HOST_H

#include <stddef.h>
#include <stdint.h>

struct weft__thread;

// Bytes that TLS and TCB of a thread take, whatever the alignment of the memory.
// Constant once the program runs.
size_t weft__host_tls_size(void);

// Builds TLS and TCB in that many bytes of memory, with the slot pointing to
// self, and returns the thread pointer to run with.
void *weft__host_tls_build(void *memory, struct weft__thread *self);

// Ends the process as a return from main does.
_Noreturn void weft__host_exit(int status);

// For the host, before any other call: the calling thread is main, and its
// thread pointer is set with the slot pointing to weft__main_thread. Returns
// main's exit word, into which the host has the kernel's tid stored.
uint32_t *weft__thread_adopt_main(void);

#endif
