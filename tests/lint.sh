#!/bin/sh
# SPDX-License-Identifier: MIT
# lint.sh WHAT... - what can be said of the sources without running them.
#
# format  clang-format would change nothing
# tidy    clang-tidy finds nothing (.clang-tidy)
#         both of the version below: others want other things
# licence every file says in its first lines under which licence it stands
# arch    processors are told apart in arch/ only
# labels  each label that a comment cites is defined somewhere
# readmes what the READMEs name exists (links.sh)
set -eu

clang=14 # as Debian 12 has it

sources() # of C, below the directories given
{
    find "$@" -name '*.[ch]' | sort
}

none() # true when stdin holds nothing; shows what it holds
{
    if grep .; then
        return 1
    fi
}

check_format()
{
    # shellcheck disable=SC2046 # a list of files
    clang-format-$clang --dry-run --Werror $(sources include src arch tests)
}

tidy() # flags of the compiler; the files come from stdin
{
    # shellcheck disable=SC2016 # for the inner shell
    sort | flags="$*" xargs -P 2 -n 1 \
        sh -c 'clang-tidy-'$clang' --quiet "$@" -- -std=c11 $flags' clang-tidy
}

check_tidy()
{
    found=0
    for path in arch/*/; do
        arch=$(basename "$path")
        flags="--target=$arch-linux-gnu -Iinclude -Iarch/$arch"
        find src -path src/posix -prune -o -name '*.c' -print |
            tidy "$flags -Isrc -ffreestanding" || found=1
    done
    # The facade is beside a libc, and its headers are found first.
    posix="-Iinclude -iquote src -iquote $path -D_GNU_SOURCE"
    find src/posix -name '*.c' ! -name '*_musl.c' | tidy "$posix" || found=1
    musl=/usr/include/$(uname -m)-linux-musl
    gcc=$(gcc -print-file-name=include)
    find src/posix -name '*_musl.c' |
        tidy "$posix -nostdinc -Iinclude/weft/posix -isystem $musl" \
            "-isystem $gcc" || found=1
    # What is above the runtime is the same on all of them.
    find tests/programs tests/utils tests/boot/init.c -name '*.c' |
        tidy "$flags" || found=1
    find tests/bench -name '*.c' ! -name floor.c |
        tidy "$flags" -Itests/bench '-DAPI="api_weft.h"' || found=1
    echo tests/bench/floor.c | tidy "$flags" -Itests/bench || found=1
    find tests/hosted -name '*.c' |
        tidy "$flags -D_GNU_SOURCE -iquote src" || found=1
    find tests/posix -name '*.c' | tidy -D_GNU_SOURCE -DWEFT || found=1
    find tests tests/boot -maxdepth 1 -name '*.c' ! -name abi.c ! -name errnames.c \
        ! -name init.c |
        sort -u | tidy -D_GNU_SOURCE || found=1
    return $found
}

check_licence()
{
    find Makefile include src arch tests \( -name '*.[chS]' -o -name '*.sh' \
        -o -name '*.def' -o -name '*.hpp' -o -name '*.py' -o -name '*.mk' \
        -o -name Makefile \) | sort | while read -r file; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT$' ||
            echo "$file: no SPDX line"
    done | none
}

check_arch()
{
    names='__(x86_64|amd64|i386|aarch64|arm)'
    grep -rnE "^[[:space:]]*#[[:space:]]*(el)?if.*$names" include src tests |
        none
}

check_labels()
{
    label='\[[a-z_]+\.[a-z_]+\]'
    grep -rhoE "pairs with $label" include src arch | grep -oE "$label" |
        sort -u | while read -r cited; do
        grep -rhE "//.*$label" include src arch | grep -F "$cited" |
            grep -vqF "pairs with $cited" || echo "$cited is defined nowhere"
    done | none
}

check_readmes()
{
    tests/links.sh
}

for what in "$@"; do
    "check_$what"
done
