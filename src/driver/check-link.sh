#!/bin/sh
# SPDX-License-Identifier: MIT
# check-link.sh NAME LIBC MAP - looks at what the linker has put together, and
# says why that can not work. NAME is the driver's.
#
# 1. Members of libc.a that create threads or put them to sleep: the program would
#    have two kinds of threads that know nothing of each other.
# 2. Objects compiled for another libc: its structures have other sizes. Weft's
#    drivers mark what they compile with an empty section, .weft_compiled_for_LIBC.
#    What others have compiled is known by names that the headers of one libc alone
#    make of what a program says.
set -eu

name=$1
libc=$2
map=$3

say()
{
    echo "$name: $*" >&2
}

# What is in the program: a path for each object, path(member) for each member of
# an archive. The maps of GNU ld and gold have lines such as
#     LOAD path
#     .text  0xaddress  0xsize path
# and those of lld and mold
#     address  size  alignment  path:(.text)
sed -nE -e 's/^LOAD (.*\.o)$/\1/p' \
    -e 's/^.* 0x[0-9a-f]+ +0x[0-9a-f]+ (.*\.l?o\)?)$/\1/p' \
    -e 's/^[ 0-9a-fx]+ ([^ ].*\.l?o\)?):\(.*\)$/\1/p' "$map" > "$WEFT_TMP/all"
sort -u "$WEFT_TMP/all" > "$WEFT_TMP/objects"

# ---- threads of the libc's own ----

threads='pthread_(create|join|cancel|mutex_(un|try|timed)?lock|once|exit|cond_(timed)?wait|rwlock_[a-z]*lock|barrier_wait|key_create|setspecific)|sem_(timed)?wait|thrd_create|mtx_lock|cnd_wait'
theirs=$(sed -nE "s,^.*/libc\.a\(($threads)\.l?o\)\$,\1,p" "$WEFT_TMP/objects")
if [ -n "$theirs" ]; then
    say "the linker has taken threads of $libc itself from its libc.a:" $theirs. \
        "Leave libc.a and -lc to $name, and its startfiles. Without such options:" \
        "this $libc is none that Weft knows."
    exit 1
fi

# ---- objects for another libc ----

case $libc in
musl)
    other=glibc
    names='__isoc[0-9]+_.*|__ctype_(b|tolower|toupper)_loc|__[a-z_]*[a-z]_chk|__pthread_(register_cancel|unregister_cancel|unwind_next)|__sigsetjmp|__xpg_(basename|strerror_r)|__l?f?xstat(64)?|_IO_[gp]etc'
    ;;
*)
    other=musl
    names='setjmp|sigsetjmp' # glibc's headers say _setjmp and __sigsetjmp
    ;;
esac

# The files they are in, but for what comes with the compiler.
sed -E 's/\([^()]*\)$//' "$WEFT_TMP/objects" |
    grep -vE '/(lib(c|m|gcc|gcc_eh|stdc\+\+)\.a|g?r?crt.*\.o|weft\.o)$' |
    sort -u > "$WEFT_TMP/files" || true
set --
while read -r file; do
    [ ! -e "$file" ] || set -- "$@" "$file"
done < "$WEFT_TMP/files"
[ $# -gt 0 ] || exit 0

# "File:" is not printed where there is one file only.
LC_ALL=C readelf -W -S -s "$@" /dev/null > "$WEFT_TMP/read" 2> /dev/null || true
awk -v other="$other" -v names="^($names)\$" '
    FILENAME == ARGV[1] { linked[$0] = 1; next }
    /^File: / { file = substr($0, 7); next }
    !(file in linked) || file in told { next }
    $0 ~ " \\.weft_compiled_for_" other " " { told[file] = 1; print file; next }
    $7 == "UND" && $8 ~ names { told[file] = 1; print file " (" $8 ")" }
    ' "$WEFT_TMP/objects" "$WEFT_TMP/read" > "$WEFT_TMP/others"
[ -s "$WEFT_TMP/others" ] || exit 0
while read -r file; do
    say "$file is compiled for $other, and the program is linked with $libc."
done < "$WEFT_TMP/others"
say "Types such as pthread_attr_t have other sizes there. Compile it with this" \
    "$name, or link with --libc=$other."
exit 1
