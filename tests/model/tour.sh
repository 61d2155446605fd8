#!/bin/sh
# SPDX-License-Identifier: MIT
# tour.sh FILE... - whether the traces that a text shows are what the explorer
# prints: each listing that begins with "$ tests/model/trace.sh ..." is made again,
# and must have all lines that are shown, in that order, and end in the same way.
# Numbers and addresses may be others, and more steps in between, since the sources
# go on. Prints what is missing, and then fails; fails too when a file shows no
# trace.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

comparable()
{
    sed -E 's/^ *[0-9]+  //; s/([a-z_]+\.[ch]):[0-9]+/\1/g
        s/0x[0-9a-f]{5,}/ADDRESS/g; s/ +/ /g; s/ $//'
}

bad=0
for file in "$@"; do
    rm -f "$scratch"/*
    awk -v into="$scratch/" '
        /^```/ { inside = !inside; listing = ""; next }
        inside && /^\$ tests\/model\/trace\.sh / {
            listing = into (++count)
            print substr($0, 3) > (listing ".command")
            next
        }
        listing != "" { print > (listing ".shown") }' "$file"
    if [ ! -e "$scratch/1.command" ]; then
        echo "$file shows no trace"
        bad=1
    fi
    for command in "$scratch"/*.command; do
        shown=${command%.command}.shown
        sh "$command" | comparable > "$scratch/made"
        comparable < "$shown" > "$scratch/expected"
        if ! awk 'NR == FNR { shown[++count] = $0; next }
            $0 == shown[at + 1] { at++ }
            { last = $0 }
            END {
                if (at < count) { print "not there: " shown[at + 1]; exit 1 }
                exit last != shown[count]
            }' "$scratch/expected" "$scratch/made"; then
            echo "$file: not what is printed by: $(cat "$command")"
            bad=1
        fi
    done
done
exit $bad
