#!/bin/sh
# SPDX-License-Identifier: MIT
# mixed.sh NM OBJECT LIBC.A - members of libc.a that OBJECT replaces in part, and
# whose other part the rest of libc.a needs. Prints each with the name that is
# needed; nothing is what there should be.
#
# A member whose names here are all weak may stay: the linker then has two
# functions of which the strong one, OBJECT's, counts. These are left out; and so is
# a need of members that nobody outside of those replaced has a use for.
set -eu

nm=$1
object=$2
libc=$3
{
    "$nm" -g --defined-only "$object" | sed 's/^/ours /'
    "$nm" -A -g "$libc" 2> /dev/null | sed 's/^.*:\([^:]*\):/libc \1 /'
} | awk '
    $1 == "ours" { ours[$NF] = 1; next }
    { member = $2; type = $(NF - 1); name = $NF }
    type == "U" { needs[++uses] = member " " name; next }
    type == "w" || type == "v" { next }
    { defines[name] = member; in_ours = (name in ours) }
    name !~ /^__/ { live[member] = 1 }
    in_ours { replaced[member] = 1 }
    in_ours && type != "W" && type != "V" { strongly[member] = 1 }
    END {
        for (i = 1; i <= uses; i++) {
            split(needs[i], use, " ")
            if (!(use[1] in replaced)) {
                live[defines[use[2]]] = 1
            }
        }
        for (i = 1; i <= uses; i++) {
            split(needs[i], use, " ")
            member = defines[use[2]]
            if (!(use[2] in ours) && (member in strongly) &&
                !(use[1] in replaced) && (use[1] in live)) {
                print member, use[2]
            }
        }
    }' | sort -u
