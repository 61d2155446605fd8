// SPDX-License-Identifier: MIT
// syscall_nr.h - system call numbers on x86_64, for C and assembly alike.
// Source: arch/x86/entry/syscalls/syscall_64.tbl in the kernel.
#ifndef ARCH_SYSCALL_NR_H
#define ARCH_SYSCALL_NR_H

#define SYS_read               0
#define SYS_write              1
#define SYS_close              3
#define SYS_lseek              8
#define SYS_mmap               9
#define SYS_mprotect           10
#define SYS_munmap             11
#define SYS_rt_sigaction       13
#define SYS_rt_sigprocmask     14
#define SYS_rt_sigreturn       15
#define SYS_ioctl              16
#define SYS_sched_yield        24
#define SYS_madvise            28
#define SYS_clone              56
#define SYS_exit               60
#define SYS_rt_sigpending      127
#define SYS_sigaltstack        131
#define SYS_sched_getparam     143
#define SYS_sched_setscheduler 144
#define SYS_sched_getscheduler 145
#define SYS_prctl              157
#define SYS_arch_prctl         158
#define SYS_gettid             186
#define SYS_tkill              200
#define SYS_futex              202
#define SYS_sched_setaffinity  203
#define SYS_sched_getaffinity  204
#define SYS_set_tid_address    218
#define SYS_clock_gettime      228
#define SYS_clock_nanosleep    230
#define SYS_exit_group         231
#define SYS_set_robust_list    273
#define SYS_openat             257
#define SYS_sched_getattr      315
#define SYS_statx              332

#endif
