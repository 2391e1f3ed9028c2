#!/bin/sh
# Training goes on to the bit: in another process after `save`, and after a signal in mid-epoch. Prints TAP.
program=${NN_BUILD:?}/nnscope
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
number=0 failed=0

report() { # report OK NAME
    number=$((number + 1))
    [ "$1" = 0 ] || failed=1
    [ "$1" = 0 ] && echo "ok $number - $2" || echo "not ok $number - $2"
}

run() { # run COMMANDS...: joined by ;
    "$program" -c "$*" >out 2>err </dev/null
}

# continues NAME DATA NET OPTIONS: five epochs are three, a file, another process and two.
continues() {
    rm -f whole.safetensors half.safetensors parts.safetensors
    run "$2; $3; train epochs=5 $4; save whole.safetensors" &&
        run "$2; $3; train epochs=3 $4; save half.safetensors" &&
        run "open half.safetensors; $2; train epochs=2 $4; save parts.safetensors" &&
        cmp whole.safetensors parts.safetensors >cmp.out 2>&1
    status=$?
    [ $status = 0 ] || sed 's/^/# /' err cmp.out
    report $status "5 = 3 + 2 epochs: $1"
}

DIGITS='data demo digits; data split test=0.2 validation=0.1 seed=3'
CNN='net new input=1x8x8; add conv2d 4 3 relu padding=1; add batchnorm; add maxpool2d 2; add flatten
add dropout 0.3; add dense 12 tanh; add dense 10 softmax'
IRIS='data demo iris seed=2; data scale standard'
MLP='add dense 8 relu; add dropout 0.2; add dense 3 softmax; compile loss=categorical_crossentropy lr=0.05'

continues 'a CNN with dropout, batch normalization and nadam' "$DIGITS" "$CNN
compile loss=categorical_crossentropy optimizer=nadam metrics=accuracy,f1" 'batch=64 seed=7'
continues 'cosine with a warm-up' "$DIGITS" "$CNN
compile loss=categorical_crossentropy optimizer=adamw schedule=cosine period=5 warmup=1" 'batch=50'
continues 'patience that is not used up' "$IRIS" "$MLP" 'batch=16 validation=0.2 patience=4'
continues 'patience that ends it in the second part' "$IRIS" "${MLP%lr=*}lr=0.1 optimizer=sgd momentum=0.95" \
    'batch=4 validation=0.2 patience=2 seed=3'
grep -q '^epoch 1/2' out && grep -q 'ended early' out && ! grep -q '^epoch 2/2' out
report $? 'it did end it there'
continues 'plateau' "$IRIS" "$MLP schedule=plateau wait=0 threshold=0.2 factor=0.5" 'validation=0.2'
continues 'rmsprop with everything' "$IRIS" "$MLP optimizer=rmsprop momentum=0.5 centered=yes l1=0.001 \
max_norm=2 schedule=cosine_restarts period=2 class_weights=balanced label_smoothing=0.1" 'clip=1'

# Signals. The whole run once, then interrupted at random moments, with other numbers of threads.
BIG='data demo digits; data scale unit'
SETTING="$CNN
compile loss=categorical_crossentropy lr=0.003 schedule=one_cycle metrics=accuracy,auc,ece"
TRAIN='batch=16 validation=0.1 patience=30'
start=$(date +%s%N)
run "$BIG; $SETTING; train epochs=4 $TRAIN log=whole.csv best=whole-best.safetensors; save whole.safetensors"
report $? 'the run without a signal'
took=$((($(date +%s%N) - start) / 1000000))
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    rm -f run.safetensors parts.safetensors best.safetensors log.csv
    "$program" --threads=$((i % 3 + 1)) -c "$BIG; $SETTING
train epochs=4 $TRAIN checkpoint=run.safetensors every=3 log=log.csv best=best.safetensors" \
        >out 2>err </dev/null &
    process=$!
    # Anywhere in the run, the first tenth (loading) apart; a sleep of a fraction is everywhere.
    random=$(od -An -N2 -tu2 /dev/urandom)
    moment=$((took / 10 + took * 8 / 10 * random / 65536))
    sleep "$(awk "BEGIN { print $moment / 1000 }")"
    [ $i -le 10 ] && signal=TERM || signal=INT
    kill -$signal $process 2>/dev/null
    wait $process
    status=$?
    ended=$(sed -n 's/.*stopped in \(epoch.*of [0-9]*\);.*/\1/p' out)
    case $status in
    143 | 130 | 0) status=0 ;; # or it was quicker
    *) echo "# exit status $status" ;;
    esac
    if [ -f run.safetensors ]; then
        more='train log=log.csv best=best.safetensors;'
        [ -n "$ended" ] || more=
        run "open run.safetensors; $BIG; $more save parts.safetensors" &&
            cmp whole.safetensors parts.safetensors >cmp.out 2>&1 && cmp whole.csv log.csv >>cmp.out 2>&1 &&
            cmp whole-best.safetensors best.safetensors >>cmp.out 2>&1 || status=1
    else
        echo "# before the training"
    fi
    [ $status = 0 ] || sed 's/^/# /' out err cmp.out
    report $status "after SIG$signal at $moment ms: ${ended:-not in the training}"
done

# What cannot be finished is refused, and stays.
run "$IRIS; $MLP; train"
[ $? = 3 ] && grep -q 'epochs is missing, and no training was interrupted' err
report $? 'nothing to finish'
timeout -s INT 2 "$program" -c "$BIG; $SETTING; train epochs=100000 checkpoint=run.safetensors" >out 2>err </dev/null
run "open run.safetensors; $BIG; train batch=8"
[ $? = 1 ] && grep -q 'batch= goes with epochs=' err
report $? 'options of the interrupted run'
run "open run.safetensors; $BIG; data split test=0.5; train"
[ $? = 1 ] && grep -q 'the interrupted training had [0-9]* training samples, now there are' err
report $? 'other data'
run "open run.safetensors; data demo digits seed=9; data scale unit; train"
[ $? = 1 ] && grep -q 'had other training data' err
report $? 'as many samples of another split'
run "open run.safetensors; $BIG; data scale standard; train"
[ $? = 1 ] && grep -q 'had other training data' err
report $? 'another scaling'
run "open run.safetensors" && grep -q 'train. finishes the interrupted training' out
report $? 'open says that there is something to finish'
cp run.safetensors before.safetensors
run "open run.safetensors; $BIG; train log=run.txt"
[ $? = 1 ] && grep -q 'must end in .csv or .jsonl' err
report $? 'a log of another kind'
run "open run.safetensors; $BIG; train log=missing/run.csv"
[ $? = 1 ] && grep -q 'missing/run.csv' err
report $? 'a log that cannot be written'

# Checkpoints by number of epochs; a log as JSON lines.
run "$IRIS; $MLP; train 5 checkpoint=ck.safetensors every=2 log=l.jsonl; save end.safetensors" &&
    cmp ck.safetensors end.safetensors && [ "$(wc -l <l.jsonl)" = 5 ] && grep -q '^{"epoch": 5, "loss": 0' l.jsonl
report $? 'the last checkpoint is the net at the end; a log of JSON lines'
echo "1..$number"
exit $failed
