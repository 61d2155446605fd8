#!/bin/sh
# SPDX-License-Identifier: MIT
# patches.sh PRIMITIVE DEPTH - explores the mutants of one primitive that are
# changes of the source text (patches.def). Its last lines add them up:
#     patches TOTAL killed KILLED equivalent EQUIVALENT
#     seconds of CPU time
# The end is status 0 only if all are killed but those that equivalent.def gives a
# reason for, and none of those.
#
# patches.sh -t PRIMITIVE NAME - the trace of one mutant's first violation.
# PATCHES may name another list.
set -eu

list=${PATCHES:-tests/model/patches.def}
out=build/model/patch
mkdir -p $out

# The part of the list that is about one mutant.
entry()
{
    awk -v p="$primitive" -v n="$1" \
        '$1 == "==" { on = $2 == p && $3 == n } on' "$list"
}

# Copies standard input with the entry's change made, which must fit once.
change()
{
    awk -v entry="$1" '
        function bare(line) { gsub(/^[ \t]+|[ \t]+$/, "", line); return line }
        BEGIN {
            while ((getline line < entry) > 0) {
                if (line ~ /^- /) { old[++olds] = bare(substr(line, 3)) }
                if (line ~ /^\+ /) { new[++news] = substr(line, 3) }
            }
        }
        { text[NR] = $0 }
        END {
            for (i = 1; i <= NR; i++) {
                same = 1
                for (k = 1; k <= olds && same; k++) {
                    same = bare(text[i + k - 1]) == old[k]
                }
                if (!same) { print text[i]; continue }
                fits++
                for (k = 1; k <= news; k++) { print new[k] }
                i += olds - 1
            }
            exit fits == 1 ? 0 : 1
        }'
}

# Builds the mutant in a tree of its own. Nonzero, and says why, if it does not fit.
build()
{
    tree=$out/$primitive-$1
    rm -rf "$tree"
    mkdir -p "$tree"
    entry "$1" > "$tree/entry"
    file=$(sed -n '/^\(src\|include\)\//p' "$tree/entry")
    cp -r include src "$tree"
    if ! change "$tree/entry" < "$file" > "$tree/$file"; then
        echo "DOES NOT FIT  $1: $file has other lines now"
        return 1
    fi
    if ! make -s -f tests/model/model.mk TREE="$tree" "$tree/$primitive" \
        > "$tree/log" 2>&1; then
        echo "DOES NOT COMPILE  $1:"
        cat "$tree/log"
        return 1
    fi
}

is_excused()
{
    grep -qF "\"patch $primitive $1\"" tests/model/equivalent.def
}

# Explores the mutant that was built. Says what must not be.
judge()
{
    # As in mutant.c: by default a small search for the excused.
    level=3
    if is_excused "$1" && [ "$depth" = 0 ]; then
        level=1
    fi
    status=0
    ([ "$depth" != 0 ] || ulimit -t 300
        "$tree/$primitive" -q -d "$depth" -l $level hunt) \
        > "$tree/log" 2>&1 || status=$?
    if [ $status = 1 ] && grep -q '^VIOLATED' "$tree/log"; then
        killed=$((killed + 1))
        echo "killed  $1: $(head -n 1 "$tree/log")"
        if is_excused "$1"; then
            bad=1
            echo "WRONGLY EXCUSED  $1"
        fi
    elif [ $status != 0 ]; then
        bad=1
        echo "NO VERDICT  $1: status $status"
    elif is_excused "$1"; then
        equivalent=$((equivalent + 1))
    else
        bad=1
        echo "SURVIVES  $1: $(sed -n '2s/^# //p' "$tree/entry")"
    fi
}

if [ "$1" = -t ]; then
    primitive=$2
    if build "$3"; then
        "$tree/$primitive" hunt
    fi
    exit
fi

primitive=$1
depth=$2
total=0
killed=0
equivalent=0
bad=0
for name in $(awk -v p="$primitive" '$1 == "==" && $2 == p { print $3 }' "$list")
do
    total=$((total + 1))
    if build "$name"; then
        judge "$name"
    else
        bad=1
    fi
done
for name in $(sed -n "s/^EQUIVALENT(\"patch $primitive \(.*\)\",\$/\1/p" \
    tests/model/equivalent.def); do
    if ! grep -q "^== $primitive $name\$" tests/model/patches.def; then
        bad=1
        echo "NO SUCH MUTANT  $name"
    fi
done
echo "patches $total killed $killed equivalent $equivalent"
times > "$out/$primitive-times" # in a pipe it would be another shell's
awk -F'[ms ]' '{ sum += $1 * 60 + $2 + $4 * 60 + $5 }
    END { printf "seconds %.1f\n", sum }' "$out/$primitive-times"
exit $bad
