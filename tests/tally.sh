#!/bin/sh
# SPDX-License-Identifier: MIT
# tally.sh [-n] RESULTS PART... - adds up all parts of a test run in one line.
#
# Each part has left RESULTS/PART.plan (how many tests it set out to run) and
# RESULTS/PART.tap (one line for each that ended); a run through qemu-user also
# RESULTS/PART.exempt (what it left out, see exemptions.def). A test that was
# planned and has no line failed; so did a part that left nothing at all; so did
# an exempted test that ran on no booted kernel either (-n: there is no boot in
# this run, and that is all right).
# The end is status 0 only when something passed and nothing failed.
set -eu

no_boot=false
if [ "$1" = -n ]; then
    no_boot=true
    shift
fi
results=$1
shift
passed=0
failed=0

lines() # pattern, file: how many lines have it
{
    grep -c "$1" "$2" || true
}

for part in "$@"; do
    tap=$results/$part.tap
    plan=$results/$part.plan
    if [ ! -s "$plan" ]; then
        echo "$part: did not run"
        failed=$((failed + 1))
        continue
    fi
    planned=$(cat "$plan")
    touch "$tap"
    ok=$(lines '^ok ' "$tap")
    bad=$(lines '^not ok ' "$tap")
    lost=$((planned - ok - bad))
    if [ "$lost" -gt 0 ]; then
        echo "$part: $lost of $planned tests did not run"
    else
        lost=0
    fi
    passed=$((passed + ok))
    failed=$((failed + bad + lost))
done

# Which tests the booted kernels have run, each as often as there were boots.
boots=0
booted=
for part in "$@"; do
    case $part in
    boot-*)
        boots=$((boots + 1))
        booted="$booted $results/$part.tap"
        ;;
    esac
done
ran() # suite.sentence: whether every boot has run it
{
    # shellcheck disable=SC2086 # a list of files
    test "$boots" -gt 0 && test "$(cat $booted 2> /dev/null |
        grep '^\(not \)\?ok ' | grep -v ': no result in ' |
        grep -c ":[^:.]*\.$1: ")" = "$boots"
}

exempted=0
elsewhere=0
for part in "$@"; do
    test -f "$results/$part.exempt" || continue
    while read -r name; do
        exempted=$((exempted + 1))
        if $no_boot; then
            continue
        elif ran "$name"; then
            elsewhere=$((elsewhere + 1))
        else
            echo "$name: exempted under qemu-user, and ran nowhere else"
            failed=$((failed + 1))
        fi
    done < "$results/$part.exempt"
done

if [ "$exempted" -gt 0 ] && $no_boot; then
    echo "$exempted exempted under qemu-user"
elif [ "$exempted" -gt 0 ]; then
    echo "$exempted exempted under qemu-user," \
        "of which $elsewhere ran on the booted arm64 kernel"
fi
if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then
    echo "no test has such a name"
    exit 1
fi
echo "$passed passed, $failed failed"
test "$failed" = 0
