#!/bin/sh
# The same script gives the same output and the same weights, byte for byte: in two runs, and for any number of
# threads. Prints TAP.
program=${NN_BUILD:?}/nnscope
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
cat >script.nns <<'END'
data demo digits
net new
add conv2d 8 3 relu padding=same
add batchnorm
add maxpool2d 2
add dropout 0.25
add flatten
add dense 32 relu
add dense 10 softmax
compile loss=categorical_crossentropy
train epochs=2 batch=64 validation=0.1
evaluate
confusion
predict sample=all out=outputs.npy
gradcam sample=0
ig sample=all steps=8 out=ig.npy
occlusion sample=3 window=2 stride=1
actmax unit=3 steps=24 out=actmax.npy
save model.safetensors
END

number=0 failed=0
same() { # same NAME OPTIONS: as the first run
    number=$((number + 1))
    rm -f ./*.npy ./*.safetensors
    # shellcheck disable=SC2086 # options are words
    "$program" $2 script.nns >out 2>err </dev/null || { sed 's/^/# /' err; failed=1; }
    cat out ./*.npy model.safetensors | cksum >sum
    [ -f first ] || cp sum first
    if [ -s out ] && cmp -s sum first; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        failed=1
    fi
}

echo 1..5
same 'a run' ''
same 'another run' ''
for threads in 1 2 7; do
    same "$threads threads" "--threads=$threads"
done
exit $failed
