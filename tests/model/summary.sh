#!/bin/sh
# SPDX-License-Identifier: MIT
# summary.sh PRIMITIVE... - one line for each report that `make model` has left in
# build/model, and first whatever went wrong. The end is status 0 only if nothing
# did.
set -eu

bad=0
for primitive in "$@"; do
    report=build/model/$primitive.report
    if [ "$(grep -c '^status 0$' "$report" 2> /dev/null)" != 2 ]; then
        bad=1
        echo "---- $primitive ----"
        grep -v '^\(killed\|scenarios\|mutants\|patches\|status\|seconds\)' \
            "$report" || true
    fi
done

printf '%-10s %9s %11s %11s  %-17s %8s\n' primitive scenarios schedules states \
    'mutants killed' seconds
for primitive in "$@"; do
    awk -v name="$primitive" '
        $1 == "scenarios" { scenarios = $2; schedules = $4; states = $6 }
        $1 == "mutants" || $1 == "patches" {
            all += $2; killed += $4; equivalent += $6
        }
        $1 == "seconds" { seconds += $2 }
        END {
            mutants = sprintf("%d / %d", killed, all)
            if (equivalent > 0) { mutants = mutants " (" equivalent " =)" }
            printf "%-10s %9d %11d %11d  %-17s %8.1f\n", name, scenarios,
                schedules, states, mutants, seconds
        }' "build/model/$primitive.report"
done
awk '$1 == "mutants" || $1 == "patches" { all += $2; killed += $4; same += $6 }
    END { print killed " of " all " mutants killed; of the others " same \
        " are equivalent (=), as equivalent.def says one by one" }' \
    $(for primitive in "$@"; do echo "build/model/$primitive.report"; done)
exit $bad
