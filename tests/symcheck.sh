#!/bin/sh
# SPDX-License-Identifier: MIT
# symcheck.sh LIBC.A LIBWEFT.A [NM] - which objects of a libc does Weft stand in for?
#
# Compares the names that the archive's objects for musl define with those of each
# member of the libc, and says what becomes of the member:
#   replaced NAME    all its names are Weft's as well: it is never linked
#   overridden NAME  the common names are weak in it: the rest of it works on with
#                    Weft's
#   refused NAME     a common name is strong in it, and it has others: to link it
#                    is an error, multiple definition
# A member that would be linked beside Weft's with a part of it unused is none of
# these, so the list below is all there is; another list is another libc, whose
# code has to be read again. Status 1 then, with the difference.
set -eu

libc=$1
weft=$2
nm=${3:-nm}

wanted="overridden __syscall_cp.lo
overridden fork.lo
overridden membarrier.lo
overridden pthread_cleanup_push.lo
overridden pthread_join.lo
overridden pthread_testcancel.lo
overridden timer_create.lo
refused pthread_cancel.lo
refused pthread_create.lo
refused pthread_key_create.lo
replaced synccall.lo"

names() # "member kind name" for each name that is defined
{
    "$nm" -g --defined-only "$1" 2> /dev/null |
        awk '/^[^ ]*:$/ { member = substr($1, 1, length($1) - 1) }
             NF == 3 { print member, $2, $3 }'
}

found=$({
    # A weak name of Weft's gives way to the libc's.
    names "$weft" | awk '$2 !~ /[WV]/ { print "weft", $0 }'
    names "$libc" | sed 's/^/libc /'
} | awk '
    $1 == "weft" { ours[$4] = 1; next }
    { all[$2]++ }
    $4 in ours { common[$2]++; if ($3 !~ /[WV]/) strong[$2]++ }
    END {
        for (member in common) {
            what = "overridden"
            if (strong[member]) what = "refused"
            if (common[member] == all[member]) what = "replaced"
            print what " " member
        }
    }' | sort)

echo "$found"
if [ "$found" != "$wanted" ]; then
    echo "This libc is not the one that src/host was written for. It was:" >&2
    echo "$wanted" >&2
    exit 1
fi
