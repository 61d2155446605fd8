// SPDX-License-Identifier: MIT
// abi.c - holds the numbers and structures that Weft writes down itself against
// the kernel's own headers. Nothing of it runs: it compiles, or it does not.
//
// abi.sh makes the lists abi_*.h from Weft's headers, so that no number can be
// added there and forgotten here.
#include <stddef.h>
#include "arch.h"
#include "linux.h"
#include <weft/error.h>

// Weft's values, before the kernel's headers give the names anew.
enum {
#define ABI(name) ours_##name = (int)(name),
#include "abi_linux.h"
#undef ABI
    // these three have other names in the kernel
    ours_FUTEX_ANY = (int)FUTEX_ANY,
    ours_SIGNAL_MAX = SIGNAL_MAX,
    ours_ELF_HEADER_SIZE = ELF_HEADER_SIZE,
};

#include "abi_undef.h"

#include <asm/mman.h>
#include <asm/signal.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/auxvec.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/time.h>
#include <linux/time_types.h>

#define EQUAL(ours, kernels) _Static_assert((ours) == (kernels), #ours)

#define ABI(name) EQUAL(ours_##name, (int)(name));
#include "abi_linux.h"
#undef ABI
EQUAL(ours_FUTEX_ANY, (int)FUTEX_BITSET_MATCH_ANY);
EQUAL(ours_SIGNAL_MAX, 8 * sizeof(sigset_t)); // one bit each
EQUAL(ours_ELF_HEADER_SIZE, sizeof(Elf64_Ehdr));

#define ABI(name) EQUAL(SYS_##name, __NR_##name);
#include "abi_syscalls.h"
#undef ABI

#define ENOTSUP   EOPNOTSUPP // one number, two names
#define ABI(name) EQUAL(WEFT_##name, name);
#include "abi_errors.h"
#undef ABI

// Our structure has the kernel's size, and each member lies where it should.
#define SAME_SIZE(ours, kernels)                                               \
    _Static_assert(sizeof(ours) == sizeof(kernels), #ours)
#define SAME_PLACE(ours, member, kernels, its)                                 \
    _Static_assert(offsetof(ours, member) == offsetof(kernels, its) &&         \
                       sizeof(((ours *)0)->member) ==                          \
                           sizeof(((kernels *)0)->its),                        \
                   #ours "." #member)

SAME_SIZE(struct kernel_timespec, struct __kernel_timespec);
SAME_PLACE(struct kernel_timespec, seconds, struct __kernel_timespec, tv_sec);
SAME_PLACE(struct kernel_timespec, nanoseconds, struct __kernel_timespec,
           tv_nsec);

SAME_SIZE(struct kernel_stack, struct sigaltstack);
SAME_PLACE(struct kernel_stack, flags, struct sigaltstack, ss_flags);

SAME_SIZE(struct kernel_sigaction, struct sigaction);
SAME_PLACE(struct kernel_sigaction, handler, struct sigaction, sa_handler);
SAME_PLACE(struct kernel_sigaction, flags, struct sigaction, sa_flags);
SAME_PLACE(struct kernel_sigaction, restorer, struct sigaction, sa_restorer);
SAME_PLACE(struct kernel_sigaction, mask, struct sigaction, sa_mask);

SAME_SIZE(struct elf_phdr, Elf64_Phdr);
SAME_PLACE(struct elf_phdr, type, Elf64_Phdr, p_type);
SAME_PLACE(struct elf_phdr, flags, Elf64_Phdr, p_flags);
SAME_PLACE(struct elf_phdr, vaddr, Elf64_Phdr, p_vaddr);
SAME_PLACE(struct elf_phdr, filesz, Elf64_Phdr, p_filesz);
SAME_PLACE(struct elf_phdr, memsz, Elf64_Phdr, p_memsz);
SAME_PLACE(struct elf_phdr, align, Elf64_Phdr, p_align);
SAME_SIZE(struct elf_dyn, Elf64_Dyn);
SAME_PLACE(struct elf_dyn, tag, Elf64_Dyn, d_tag);
SAME_PLACE(struct elf_dyn, value, Elf64_Dyn, d_un);
SAME_SIZE(struct elf_rela, Elf64_Rela);
SAME_PLACE(struct elf_rela, offset, Elf64_Rela, r_offset);
SAME_PLACE(struct elf_rela, info, Elf64_Rela, r_info);
SAME_PLACE(struct elf_rela, addend, Elf64_Rela, r_addend);

// ABI_PC, from abi.sh, is the program counter's name on this processor.
EQUAL(ARCH_UCONTEXT_PC, offsetof(struct ucontext, uc_mcontext.ABI_PC));
EQUAL(ARCH_UCONTEXT_MASK, offsetof(struct ucontext, uc_sigmask));
