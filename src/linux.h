// SPDX-License-Identifier: MIT
// linux.h - every constant and structure of the kernel that Weft relies on.
// tests/abi.c holds them against the kernel's own headers.
#ifndef LINUX_H
#define LINUX_H

#include <stddef.h>
#include <stdint.h>

// mmap(2), mprotect(2), madvise(2)
#define PROT_NONE     0
#define PROT_READ     1
#define PROT_WRITE    2
#define PROT_EXEC     4
#define MAP_PRIVATE   0x02
#define MAP_ANONYMOUS 0x20
#define MAP_NORESERVE 0x4000 // no promise of swap space for what is not touched
#define MAP_STACK     0x20000 // a stack: no huge pages, since Linux 6.7
#define MADV_DONTNEED 4       // give the pages back; they read zero afterwards

#define EACCES 13 // of mprotect: no memory may become code here

// clone(2): why each is needed stands in thread.c
#define CLONE_VM             0x00000100
#define CLONE_FS             0x00000200
#define CLONE_FILES          0x00000400
#define CLONE_SIGHAND        0x00000800
#define CLONE_THREAD         0x00010000
#define CLONE_SYSVSEM        0x00040000
#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_CHILD_SETTID   0x01000000

// futex(2)
#define FUTEX_WAKE           1
#define FUTEX_CMP_REQUEUE    4
#define FUTEX_WAKE_OP        5
#define FUTEX_LOCK_PI        6 // deadline on CLOCK_REALTIME
#define FUTEX_UNLOCK_PI      7
#define FUTEX_TRYLOCK_PI     8
#define FUTEX_WAIT_BITSET    9   // the one wait with an absolute deadline
#define FUTEX_LOCK_PI2       13  // since Linux 5.14: on CLOCK_MONOTONIC
#define FUTEX_PRIVATE_FLAG   128 // threads of one process only: cheaper
#define FUTEX_CLOCK_REALTIME 256 // what the deadline of a wait is on
#define FUTEX_TID_MASK       0x3fffffffu // of the word: its owner
#define FUTEX_OWNER_DIED     0x40000000u
#define FUTEX_ANY            0xffffffffu

// clock_gettime(2), clock_nanosleep(2)
#define CLOCK_REALTIME  0
#define CLOCK_MONOTONIC 1
#define TIMER_ABSTIME   1

struct kernel_timespec {
    int64_t seconds, nanoseconds;
};

// sched_setscheduler(2)
#define SCHED_NORMAL        0
#define SCHED_FIFO          1
#define SCHED_RR            2
#define SCHED_BATCH         3
#define SCHED_IDLE          5
#define SCHED_RESET_ON_FORK 0x40000000 // beside the policy

// sched_getattr(2)
#define SCHED_FLAG_RESET_ON_FORK 1

struct kernel_sched_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

// sigaltstack(2)
#define SS_DISABLE 2

struct kernel_stack {
    void *base;
    int flags;
    size_t size;
};

// sigaction(2), as the kernel wants it on both architectures
#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#define SA_SIGINFO  4
#define SA_RESTORER 0x04000000
#define SA_ONSTACK  0x08000000
#define SA_RESTART  0x10000000
#define SIGABRT     6
#define SIGCHLD     17
#define SIGNAL_MAX  64 // the highest signal number

struct kernel_sigaction {
    void (*handler)(int, void *, void *);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

// prctl(2)
#define PR_SET_NAME 15
#define PR_GET_NAME 16
#define COMM_SIZE   16 // of a thread's name, end mark included

// openat(2)
#define AT_FDCWD  (-100)
#define O_RDONLY  0
#define O_WRONLY  1
#define O_CLOEXEC 02000000

// elf(5), getauxval(3): what the kernel tells a new program
#define AT_NULL        0
#define AT_PHDR        3
#define AT_PHNUM       5
#define AT_PAGESZ      6
#define AT_HWCAP       16
#define AT_RANDOM      25
#define AT_HWCAP2      26
#define AT_MINSIGSTKSZ 51

#define ELF_HEADER_SIZE 64

#define PT_LOAD      1
#define PT_DYNAMIC   2
#define PT_TLS       7
#define PT_GNU_STACK 0x6474e551
#define PT_GNU_RELRO 0x6474e552
#define PF_X         1 // of a segment: code

#define DT_NULL     0
#define DT_PLTRELSZ 2
#define DT_RELA     7
#define DT_RELASZ   8
#define DT_JMPREL   23
#define DT_RELRSZ   35
#define DT_RELR     36

struct elf_phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf_dyn {
    uint64_t tag, value;
};

struct elf_rela {
    uint64_t offset, info;
    int64_t addend;
};

#endif
