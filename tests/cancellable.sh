#!/bin/sh
# SPDX-License-Identifier: MIT
# cancellable.sh - is each cancellable call in libc.a one that Weft understands?
# check_glibc.c runs it with CC, CROSS, QEMU, ARCH, BUILD and SCRATCH.
#
# All members of libc.a that make such a call are linked into one program.
#
#   glibc up to 2.40   each call stands in a bracket, and the program looks at
#                      all of its own code (hosted/brackets.c)
#   since 2.41         each goes through a function whose place Weft's takes;
#                      glibc's own stub is not in the program
set -eu

libc=$($CC -print-file-name=libc.a)
mkdir -p "$SCRATCH"

# How often libc.a refers to a name.
references()
{
    ${CROSS}objdump -r "$libc" 2>/dev/null | grep -cE "R_[^ ]* +$1([-+]|$)" || :
}

# brackets.c with each member that refers to a name.
link_all()
{
    ${CROSS}nm -A "$libc" 2>/dev/null | awk -F: -v pattern=" U $1\$" '
        $0 ~ pattern { wanted[$2] = 1 }
        / T / && !($2 in name) { n = split($3, x, " "); name[$2] = x[n] }
        END { for (m in wanted) if (m in name) print "-Wl,-u," name[m] }' \
        > "$SCRATCH/members"
    $CC -std=c11 -D_GNU_SOURCE -O2 -Iinclude -Itests/hosted -iquote src \
        "-Iarch/$ARCH" -static -Wl,--no-warnings tests/hosted/brackets.c \
        $(cat "$SCRATCH/members") "$BUILD/libweft.a" -o "$SCRATCH/brackets"
}

brackets=$(references __pthread_enable_asynccancel)
calls=$(references '__(internal_)?syscall_cancel')
echo "$brackets brackets, $calls calls of one function"
if test "$brackets" -ge 50; then
    test "$calls" = 0
    link_all __pthread_enable_asynccancel
else
    test "$brackets" = 0
    test "$calls" -ge 50
    link_all '__(internal_)?syscall_cancel'
    if ${CROSS}nm "$SCRATCH/brackets" | grep ' __syscall_cancel_arch'; then
        exit 1
    fi
fi
test "$($QEMU "$SCRATCH/brackets")" = "$brackets calls, $brackets understood"
