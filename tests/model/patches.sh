#!/bin/sh
# SPDX-License-Identifier: MIT
# patches.sh PRIMITIVE DEPTH - explores the mutants of one primitive that are
# changes of the source text (patches.def). Its last line adds them up:
#     patches TOTAL killed KILLED equivalent EQUIVALENT
# The end is status 0 only if all are killed but those that give a reason, and
# none of those.
set -eu

primitive=$1
depth=$2
list=tests/model/patches.def
out=build/model/patch
mkdir -p $out

names=$(awk -v p="$primitive" '$1 == "==" && $2 == p { print $3 }' $list)

# The part of the list that is about one mutant.
entry()
{
    awk -v p="$primitive" -v n="$1" \
        '$1 == "==" { on = $2 == p && $3 == n } on' $list
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

total=0
killed=0
equivalent=0
bad=0
for name in $names; do
    total=$((total + 1))
    tree=$out/$primitive-$name
    rm -rf "$tree"
    mkdir -p "$tree"
    entry "$name" > "$tree/entry"
    file=$(sed -n '/^\(src\|include\)\//p' "$tree/entry")
    reason=$(sed -n 's/^~ //p' "$tree/entry")
    cp -r include src "$tree"
    if ! change "$tree/entry" < "$file" > "$tree/$file"; then
        echo "DOES NOT FIT  $name: $file has other lines now"
        bad=1
        continue
    fi
    if ! make -s -f tests/model/model.mk TREE="$tree" \
        build/model/patch/"$primitive-$name/$primitive" > "$tree/log" 2>&1; then
        echo "DOES NOT COMPILE  $name:"
        cat "$tree/log"
        bad=1
        continue
    fi
    if timeout 300 "$tree/$primitive" check -q -d "$depth" > "$tree/log" 2>&1
    then
        if [ -n "$reason" ]; then
            equivalent=$((equivalent + 1))
            continue
        fi
        echo "SURVIVES  $name: $(sed -n '2s/^# //p' "$tree/entry")"
        bad=1
    else
        killed=$((killed + 1))
        echo "killed  $name: $(head -n 1 "$tree/log")"
        if [ -n "$reason" ]; then
            echo "WRONGLY EXCUSED  $name"
            bad=1
        fi
    fi
done
echo "patches $total killed $killed equivalent $equivalent"
exit $bad
