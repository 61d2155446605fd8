#!/bin/sh
# SPDX-License-Identifier: MIT
# mixed.sh NM OBJECT LIBC.A - members of libc.a that OBJECT replaces in part, and
# whose other part the rest of libc.a needs. Prints each with the name that is
# needed; nothing is what there should be.
#
# Where a name is weak in the libc, the linker would say nothing: one caller would
# get OBJECT's function, another the libc's. Left out is a need of members that
# nobody outside of those replaced has a use for.
set -eu

nm=$1
object=$2
libc=$3
{
    "$nm" -g --defined-only "$object" | sed 's/^/ours /'
    "$nm" -A -g "$libc" 2> /dev/null | sed 's/^.*:\([^:]*\):/libc \1 /'
} | awk '
    $1 == "ours" { ours[$NF] = 1; next }
    $NF ~ /^DW\.ref\./ { next } # how frames name their personality
    { member = $2; type = $(NF - 1); name = $NF }
    type == "U" { needs[++uses] = member " " name; next }
    type == "w" || type == "v" { next }
    { defines[name] = member; in_ours = (name in ours) }
    name !~ /^__/ { live[member] = 1 }
    in_ours { replaced[member] = 1 }
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
            if (!(use[2] in ours) && (member in replaced) &&
                !(use[1] in replaced) && (use[1] in live)) {
                print member, use[2]
            }
        }
    }' | sort -u
