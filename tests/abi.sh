#!/bin/sh
# SPDX-License-Identifier: MIT
# abi.sh ARCH DIRECTORY COMPILER... - compiles abi.c, with lists made for it.
set -eu

arch=$1
lists=$2
shift 2
mkdir -p "$lists"

# names HEADER PREFIX: what the header defines with a value, the prefix cut off
names()
{
    sed -n "s/^#define $2\\([A-Z_a-z0-9]*\\) \\{1,\\}[^ ].*/\\1/p" "$1"
}

# COMM_SIZE is only told in prctl(2), and the kernel itself applies no relative
# relocations (DT_RELR): the generic ABI of ELF tells them. The others abi.c names
# itself.
names src/linux.h '' |
    grep -vx -e COMM_SIZE -e DT_RELR -e DT_RELRSZ \
        -e FUTEX_ANY -e SIGNAL_MAX -e ELF_HEADER_SIZE |
    sed 's/.*/ABI(&)/' > "$lists/abi_linux.h"
names src/linux.h '' | sed 's/.*/#undef &/' > "$lists/abi_undef.h"
names "arch/$arch/syscall_nr.h" SYS_ |
    sed 's/.*/ABI(&)/' > "$lists/abi_syscalls.h"
names include/weft/error.h WEFT_ | grep '^E' |
    sed 's/.*/ABI(&)/' > "$lists/abi_errors.h"

# A list that came out empty would prove nothing.
for list in linux syscalls errors; do
    test "$(wc -l < "$lists/abi_$list.h")" -gt 10
done

case $arch in
x86_64) pc=rip ;;
*) pc=pc ;;
esac

"$@" -std=c11 -Wall -Wextra -Werror "-DABI_PC=$pc" "-I$lists" \
    "-Iarch/$arch" -Isrc -Iinclude -fsyntax-only tests/abi.c
