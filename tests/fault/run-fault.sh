#!/bin/sh
# The whole program when memory or the disk fails: its n-th allocation or file operation, alone ("12") or with all
# after it ("12+"). It ends by itself and says why; when it ends well, all of its work is done, or it warns; the file that it was to
# replace is the old or the new one, and no other is left. (Every point of every command, in one process:
# tests/unit/command/test_fault.c.) AddressSanitizer tells of leaks by the exit status 99.
#
# NN_FAULT_RUNS is the number of n for each script, spread over all; 0 is every n, in both ways. Prints TAP.
runs=${NN_FAULT_RUNS:-50}
program=${NN_BUILD:?}/nnscope
LC_ALL=C.UTF-8
ASAN_OPTIONS="$ASAN_OPTIONS:exitcode=99"
export LC_ALL ASAN_OPTIONS

run() { # run NAME FOLDER: the script, in a folder of its own where `result.npy` is a file of old
    mkdir "$2" && cp inputs/* "$2" && echo old >"$2/result.npy" || exit 99
    # shellcheck disable=SC2046 # the first line of a script holds options
    (cd "$2" && exec "$program" $(sed -n '1s/^#! *//p' "../$1.nns") "../$1.nns" >../"$2.out" 2>../"$2.err" </dev/null)
}

try() { # try NAME ALLOC|IO N: one run, and what is wrong with it
    this=try-$1-$2-$3 good=good-$1 wrong=
    export "NNSCOPE_FAIL_$2=$3"
    run "$1" "$this"
    status=$?
    if [ $status -eq 0 ]; then
        cmp -s "$this.out" "$good.out" || grep -q memory "$this.err" || wrong='it ends well, but prints something else'
        cmp -s "$this/result.npy" "$good/result.npy" || wrong='it ends well, but has not written its result'
    elif [ $status -gt 6 ]; then
        wrong="it ends with $status"
    elif [ ! -s "$this.err" ]; then
        wrong="it ends with $status and says nothing"
    elif [ "$2" = ALLOC ] && ! grep -q memory "$this.err"; then
        wrong="it ends with $status, and does not blame memory"
    elif ! cmp -s "$this/result.npy" "$good/result.npy" && [ "$(cat "$this/result.npy")" != old ]; then
        wrong='it has lost the old result'
    fi
    [ -z "$(ls "$this" | grep -vxF "$(ls "$good")")" ] || wrong='it leaves a file behind'
    [ -z "$wrong" ] || { echo "# NNSCOPE_FAIL_$2=$3: $wrong"; sed 's/^/#   /' "$this.err" | head -n 30; }
    rm -rf "$this" "$this.out" "$this.err"
}

count() { # count NAME ALLOC|IO: how many calls there are, by bisection: above, "N+" changes nothing
    low=0 high=65536
    while [ $((high - low)) -gt 1 ]; do
        middle=$(((low + high) / 2))
        if (export "NNSCOPE_FAIL_$2=$middle+" && run "$1" count); then high=$middle; else low=$middle; fi
        rm -rf count
    done
    echo $low
}

if [ $# -eq 3 ]; then # one run, for xargs
    try "$@"
    exit
fi

script=$(cd "$(dirname "$0")" && pwd)/run-fault.sh
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
if NNSCOPE_FAIL_ALLOC=1 "$program" -c 'echo works' >/dev/null 2>&1; then
    echo '1..0 # SKIP needs --enable-fault-injection'
    exit 0
fi

mkdir inputs
cp "${NNSCOPE_DATA:?}/iris.csv" inputs/table.csv
"$program" -c 'data demo digits; net new; add conv2d 2 3 relu; add flatten; add dense 10 softmax' \
    -c 'save inputs/net.safetensors' >/dev/null || exit 99
cat >train.nns <<'E'
data load table.csv
net new
add dense 4 relu
add batchnorm
add dense 3 softmax
compile loss=categorical_crossentropy
train epochs=1 validation=0.1
save net.safetensors
predict sample=all out=result.npy
E
cat >explain.nns <<'E'
#! --format=json
data demo digits
open net.safetensors
ig sample=0 steps=2
gradcam sample=0
actmax unit=1 steps=2 out=result.npy
E
cat >talk.nns <<'E'
#! --size=60x24 --color=256
record record.nns
let name=net
open $name.safetensors
net show
help
help save
get
get seed
set format csv
data demo iris
data info
data export result.npy
echo "$name done"
E

echo 1..6
number=0 failed=0
for name in train explain talk; do
    run $name good-$name || { sed 's/^/# /' good-$name.err; exit 99; }
    for kind in ALLOC IO; do
        number=$((number + 1))
        calls=$(count $name $kind)
        stride=$((runs > 0 ? calls / runs + 1 : 1))
        n=1
        while [ $n -le "$calls" ]; do
            [ $((n / stride % 2)) -eq 0 ] || [ "$runs" -eq 0 ] && echo $name $kind $n
            [ $((n / stride % 2)) -eq 1 ] || [ "$runs" -eq 0 ] && echo $name $kind $n+
            n=$((n + stride))
        done | xargs -P "${JOBS:-2}" -L 1 sh "$script" >wrong 2>&1
        ok=ok
        [ "$calls" -gt 0 ] && [ ! -s wrong ] || { cat wrong; ok='not ok' failed=1; }
        echo "$ok $number - $name: $kind, any of $calls calls"
    done
done
exit $failed
