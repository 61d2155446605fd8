// SPDX-License-Identifier: MIT
// syscall_nr.h - system call numbers on aarch64, for C and assembly alike.
// Source: include/uapi/asm-generic/unistd.h in the kernel.
#ifndef ARCH_SYSCALL_NR_H
#define ARCH_SYSCALL_NR_H

#define SYS_ioctl              29
#define SYS_openat             56
#define SYS_close              57
#define SYS_lseek              62
#define SYS_read               63
#define SYS_write              64
#define SYS_exit               93
#define SYS_exit_group         94
#define SYS_set_tid_address    96
#define SYS_futex              98
#define SYS_set_robust_list    99
#define SYS_clock_gettime      113
#define SYS_clock_nanosleep    115
#define SYS_sched_setscheduler 119
#define SYS_sched_getscheduler 120
#define SYS_sched_getparam     121
#define SYS_sched_setaffinity  122
#define SYS_sched_getaffinity  123
#define SYS_sched_yield        124
#define SYS_tkill              130
#define SYS_sigaltstack        132
#define SYS_rt_sigaction       134
#define SYS_rt_sigprocmask     135
#define SYS_rt_sigpending      136
#define SYS_rt_sigreturn       139
#define SYS_prctl              167
#define SYS_gettid             178
#define SYS_munmap             215
#define SYS_clone              220
#define SYS_mmap               222
#define SYS_mprotect           226
#define SYS_madvise            233
#define SYS_sched_getattr      275
#define SYS_statx              291

#endif
