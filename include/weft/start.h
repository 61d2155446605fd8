// SPDX-License-Identifier: MIT
// weft/start.h - where a program without a libc begins.
//
// weft-crt0.o holds _start. It relocates a static-pie, makes read-only what only
// relocations write (-z relro; where the kernel refuses, it stays as it is), sets up
// TLS, the stack protector's canary and the main thread, runs .preinit_array and
// .init_array, calls weft_main, runs .fini_array and ends the process with its
// result. It also supplies memcpy, memmove, memset, memcmp and strlen, which
// compilers call unasked, and __getauxval, which libgcc's atomics ask for on aarch64.
#ifndef WEFT_START_H
#define WEFT_START_H

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

// Defined by the program when it has no libc. Its result is the exit status.
int weft_main(int argc, char **argv, char **envp);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
