#!/bin/sh
# SPDX-License-Identifier: MIT
# links.sh - whatever the READMEs name exists: files, functions and other names
# of the code, labels such as [life], steps of state tables such as `life.c` T4.
# Prints what does not, and then fails.
#
# What counts as a name:
#   `like_this`, `like_this()`, `LIKE_THIS`, and weft_ and arch_ names anywhere:
#       a word of the code, a program of the tests, or a system call; and
#       with () in src/README.md and arch/README.md a word of the library
#   `file.ext`, `dir/`, [text](path): a path below the top, the README or src/,
#       arch/*/, tests/, tests/programs/; one with <, * or build/ is not looked up
#   [word] or [word.word] outside of listings: defined in a comment of the code
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tick='`'

words() { grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u; }
code() { find "$@" -type f ! -name '*.md' -exec cat {} +; }
bare() { sed 's/"[^"]*"//g; s,//.*,,'; } # without texts and comments
calls=/usr/include/asm-generic/unistd.h # of the kernel, where they are installed
code src include arch > "$scratch/code"
bare < "$scratch/code" | words > "$scratch/core"
code tests Makefile .ci | bare | cat - "$scratch/core" "$calls" 2>&- |
    words > "$scratch/words"

is_word()
{
    grep -qxF -e "$1" -e "SYS_$1" -e "__NR_$1" "$scratch/words" ||
        [ -e "tests/programs/$1.c" ] || [ -e "tests/check_$1.c" ] ||
        [ -e "tests/posix/$1.c" ] || [ -e "tests/hosted/$1.c" ]
}

is_path() # path, directory of the README
{
    for place in . "$2" src src/host include arch/* tests tests/*; do
        [ ! -e "$place/$1" ] || return 0
    done
    return 1
}

# The text of a README: listings left out; and what stands in backquotes.
prose() { awk '/^ *```/ { listing = !listing; next } !listing' "$1"; }
quoted() { prose "$1" | grep -oE "${tick}[^${tick}]+${tick}" | tr -d "$tick" | sort -u; }

functions() # cited with ()
{
    quoted "$1" | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)().*/\1/p'
}

names() # whole quotes, first words of commands, and own prefixes anywhere
{
    quoted "$1" | sed -n 's/^\([A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*\)\( .*\|(.*\)\{0,1\}$/\1/p'
    grep -oE '\<(weft_|WEFT_|arch_|ARCH_|sys_)[A-Za-z0-9_]*[A-Za-z0-9]\>' "$1"
}

paths()
{
    quoted "$1" |
        sed -nE '/^[A-Za-z0-9_./-]+(\.([chS]|cpp|hpp|md|mk|sh|def|in)|\/)$/p'
    prose "$1" | grep -oE '\]\([^)#]+' | sed 's/^](//' | grep -v '^http'
}

for readme in README.md src/README.md arch/README.md tests/README.md; do
    [ -s "$readme" ] || { echo "$readme: is not there" && continue; }
    folder=$(dirname "$readme")
    case $readme in src/* | arch/*) functions "$readme" ;; esac |
        sort -u | while read -r name; do
        grep -qxF "$name" "$scratch/core" ||
            echo "$readme: no such function: $name"
    done
    names "$readme" | sort -u | grep -v '^pthread_' | while read -r name; do
        is_word "$name" || echo "$readme: no such name: $name"
    done
    paths "$readme" | sort -u | grep -v '^build/' | while read -r path; do
        is_path "$path" "$folder" || echo "$readme: no such file: $path"
    done
    prose "$readme" | sed "s/${tick}[^${tick}]*${tick}//g" |
        grep -oE '(^|[^]A-Za-z.])\[[a-z_]+(\.[a-z_]+)?\]($|[^(])' |
        grep -oE '\[[^]]*\]' | sort -u | while read -r label; do
        grep '//.*' "$scratch/code" | grep -F "$label" |
            grep -vqF "pairs with $label" || echo "$readme: no such label: $label"
    done
    prose "$readme" | tr '\n' ' ' | grep -oE "[a-z_]+\.c$tick? +T[0-9]+" |
        tr -d "$tick" | sort -u | while read -r file step; do
        grep -qE "//.*\<$step\>.*" "src/$file" ||
            echo "$readme: no such step: $file $step"
    done
done | tee "$scratch/missing"
[ ! -s "$scratch/missing" ]
