#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh - what make demo shows: fwsum and asynclog at work on this machine's files.
#
# Natively with 1, 2 and 4 threads, each time compared with what sha256sum says
# and how long it takes; then, built for the other processor, under qemu on a
# part of the files. What is missing for that is installed, or, without root,
# the line that installs it is printed and the rest is done.
#
# All files are read once before, so that each run finds them in memory. The
# programs take turns, three times, and the fastest run of each counts.
set -eu
export LC_ALL=C

cd "$(dirname "$0")/../.."
machine=$(uname -m)
limit=$((300 << 20))     # bytes of files
part_limit=$((16 << 20)) # bytes of files under qemu
names_limit=1000000      # bytes of names: they must fit one command line
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM # so that the line above is carried out

# ---- what there is to run ----

build() # processors
{
    for arch in "$@"; do
        ${MAKE:-make} --no-print-directory ARCH="$arch" all
    done
}

all=$(for path in arch/*/arch.mk; do basename "${path%/arch.mk}"; done)
# shellcheck disable=SC2086 # a list of words
if tests/install.sh demo $all; then
    build $all
    others=$(for arch in $all; do
        [ "$arch" = "$machine" ] || echo "$arch"
    done)
else
    command -v "${CC:-gcc}" > /dev/null || exit 1
    echo "Without these, this machine's own part:"
    build "$machine"
    others=
fi
fwsum=$PWD/build/$machine/fwsum

# ---- what it is run on ----

# Lines "size name" on stdin, names on stdout: those that still fit the limits.
# What was taken is counted in a file: bytes and files.
up_to() # bytes, file for the count
{
    awk -v limit="$1" -v names_limit=$names_limit -v count_file="$2" '
        bytes + $1 <= limit && names + length($0) < names_limit {
            bytes += $1
            names += length($0)
            files++
            print substr($0, length($1) + 2)
        }
        END { print bytes, files > count_file }'
}

find /usr/lib /usr/bin /usr/share -type f -readable -size -128M ! -path '*
*' -printf '%s %p\n' 2> /dev/null > "$work/sizes" || true
up_to $limit "$work/count" < "$work/sizes" > "$work/names"
read -r bytes files < "$work/count"

on_names() # file of names, command...
{
    names=$1
    shift
    xargs -d '\n' -s $((names_limit + 200000)) -x "$@" < "$names"
}

# ---- the runs ----

# Adds the milliseconds that a run takes to a file; its output goes to another.
measure() # file for the time, file for the output, command...
{
    time_file=$1
    out=$2
    shift 2
    start=$(date +%s%N)
    on_names "$work/names" "$@" > "$out"
    echo $((($(date +%s%N) - start) / 1000000 + 1)) >> "$time_file"
}

same() # file, file, what they are of
{
    cmp "$1" "$2" || {
        echo "$3: not what sha256sum prints"
        exit 1
    }
}

fastest() # file of times
{
    sort -n "$1" | head -n 1
}

row() # program, threads, file of its times, size
{
    awk -v bytes="$bytes" -v name="$1" -v threads="$2" -v size="$4" \
        -v took="$(fastest "$3")" -v other="$(fastest "$work/time.0")" 'BEGIN {
            printf "%-10s %7s %9.0f %9.2f   %s\n", name, threads,
                bytes / 1048576 / took * 1000, other / took, size }'
}

on_names "$work/names" cat > /dev/null
for round in 1 2 3; do
    echo "reading $files files, $((bytes >> 20)) MiB: round $round of 3"
    measure "$work/time.0" "$work/sha256sum" sha256sum
    for threads in 1 2 4; do
        measure "$work/time.$threads" "$work/fwsum" "$fwsum" -j $threads
        same "$work/sha256sum" "$work/fwsum" "fwsum -j $threads"
    done
done

echo
echo "On $(nproc) CPUs ($machine):"
echo
echo "program    threads     MiB/s  speed-up   static size"
row sha256sum 1 "$work/time.0" "- (needs libc.so)"
for threads in 1 2 4; do
    row fwsum $threads "$work/time.$threads" "$(wc -c < "$fwsum") bytes"
done
echo

sha256sum --check "$work/sha256sum" > "$work/sha256sum.check"
"$fwsum" --check "$work/sha256sum" > "$work/fwsum.check"
same "$work/sha256sum.check" "$work/fwsum.check" "fwsum --check"
echo "Each time the output was sha256sum's, also with --check."

for arch in $others; do
    up_to $part_limit "$work/part.count" < "$work/sizes" > "$work/part"
    read -r bytes files < "$work/part.count"
    on_names "$work/part" sha256sum > "$work/sha256sum"
    on_names "$work/part" "qemu-$arch" "build/$arch/fwsum" -j 4 > "$work/fwsum"
    same "$work/sha256sum" "$work/fwsum" "fwsum for $arch"
    echo "The same for $arch ($(wc -c < "build/$arch/fwsum") bytes), by" \
        "qemu-$arch on $files files, $((bytes >> 20)) MiB."
done

# ---- asynclog, on this machine's logs ----

# Through four workers into small files, which together must be the input again.
log_lines() # processor, what starts a program for it
{
    if [ ! -x "build/$1/asynclog" ]; then
        echo "asynclog for $1 is left out: there is no $1-linux-musl-gcc."
        return
    fi
    rm -rf "$work/logs"
    mkdir "$work/logs"
    $2 "build/$1/asynclog" -j 4 -s 64k -n 999 -o "$work/logs/out" < "$work/log"
    # The oldest first: out.12 ... out.1, out. Stamps are 21 bytes long.
    find "$work/logs" -name 'out*' | sort -rV | xargs cat | cut -b 22- |
        cmp - "$work/log" || {
        echo "asynclog for $1: not each line once"
        exit 1
    }
    echo "asynclog for $1 ($(wc -c < "build/$1/asynclog") bytes):" \
        "$(wc -l < "$work/log") lines of /var/log by 4 workers," \
        "each once, in order, in $(find "$work/logs" -type f | wc -l) files."
}

find /var/log -type f -name '*.log' -readable -exec cat {} + |
    cut -b -8000 | head -n 20000 > "$work/log"
echo
log_lines "$machine" ""
for arch in $others; do
    log_lines "$arch" "qemu-$arch"
done
