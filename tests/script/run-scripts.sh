#!/bin/sh
# Runs tests/script/NAME.nns with the program, each in an empty folder that holds a copy of the script, and prints
# TAP. Expected: exit status NAME.status (0 without the file), standard output NAME.out (any without the file),
# standard error NAME.err (empty without the file). A first line `#! OPTIONS` gives options, a line `# needs: FILE`
# skips the script where there is no FILE. Numbers with four
# decimals are figures of a training, which another processor may round otherwise: they are compared as such, and
# the scripts assert what matters about them.
scripts=${NN_TESTS:?}/script
program=$NN_BUILD/nnscope
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
LC_ALL=C.UTF-8
export LC_ALL
unset NO_COLOR COLORTERM

mask() {
    sed -E 's/[0-9]+\.[0-9]{4}([^0-9]|$)/#.####\1/g' "$1"
}

# compare KIND EXPECTED GOT: says how they differ; without an expectation output may be anything, errors nothing.
compare() {
    [ -f "$2" ] || { [ "$1" = output ] && return 0; }
    mask "$([ -f "$2" ] && echo "$2" || echo /dev/null)" >"$work/wanted"
    mask "$3" >"$work/got"
    diff -u "$work/wanted" "$work/got" | sed "s/^/# $1: /" >"$work/differences"
    cat "$work/differences"
    [ ! -s "$work/differences" ]
}

set -- "$scripts"/*.nns
echo "1..$#"
number=0 failed=0
for script; do
    number=$((number + 1))
    name=$(basename "$script" .nns)
    options=$(sed -n '1s/^#! *//p' "$script")
    needs=$(sed -n 's/^# needs: *//p' "$script")
    [ -z "$needs" ] || [ -e "$needs" ] || { echo "ok $number - $name # SKIP there is no $needs"; continue; }
    wanted=$(cat "$scripts/$name.status" 2>/dev/null || echo 0)
    mkdir "$work/$name" && cp "$script" "$work/$name" || exit 99
    # shellcheck disable=SC2086 # options are words
    (cd "$work/$name" && "$program" $options "$name.nns" >"$work/out" 2>"$work/err" </dev/null)
    status=$?
    ok=ok
    [ $status -eq "$wanted" ] || { ok="not ok"; echo "# exit status $status, not $wanted"; sed 's/^/# /' "$work/err"; }
    compare output "$scripts/$name.out" "$work/out" || ok="not ok"
    compare errors "$scripts/$name.err" "$work/err" || ok="not ok"
    [ "$ok" = ok ] || failed=1
    echo "$ok $number - $name"
done
exit $failed
