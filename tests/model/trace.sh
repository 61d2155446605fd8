#!/bin/sh
# SPDX-License-Identifier: MIT
# trace.sh PRIMITIVE MUTANT [FROM] - how a mutant goes wrong: the trace of the
# first violation, from step FROM on. MUTANT is the name of one in patches.def, or
# of a weakened order as `report -v` prints it.
set -eu
cd "$(dirname "$0")/../.."

if grep -q "^== $1 $2\$" tests/model/patches.def; then
    tests/model/patches.sh -t "$1" "$2" || true
else
    make -s -f tests/model/model.mk "build/model/$1"
    "build/model/$1" -m "$2" hunt || true
fi | awk -v from="${3:-0}" '
    NR <= 2 { next } # what was violated, and how to have it again
    NR <= 4 || /^[a-z]/ { print; next }
    /^ *[0-9]+ / { on = $1 >= from }
    on'
