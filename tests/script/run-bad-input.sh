#!/bin/sh
# Bad input: each case ends with its exit status, says what is wrong and where, and changes nothing. Prints TAP.
program=${NN_BUILD:?}/nnscope
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
LC_ALL=C.UTF-8
export LC_ALL
number=0 failed=0

report() { # report OK NAME
    number=$((number + 1))
    [ "$1" = 0 ] || failed=1
    [ "$1" = 0 ] && echo "ok $number - $2" || echo "not ok $number - $2"
}

# bad NAME STATUS MESSAGE COMMANDS: standard error holds MESSAGE, and nothing runs after the error.
bad() {
    printf '%s\necho AFTER\n' "$4" >script.nns
    "$program" script.nns >out 2>err </dev/null
    status=$?
    wrong=0
    [ $status -eq "$2" ] || { wrong=1; echo "# exit status $status, not $2"; }
    grep -qF -- "$3" err || { wrong=1; echo "# no message: $3"; }
    ! grep -q AFTER out || { wrong=1; echo "# it went on"; }
    ! LC_ALL=C grep -q '[[:cntrl:]]' err || { wrong=1; echo "# control bytes in the message"; }
    [ $wrong = 0 ] || sed 's/^/#   /' err
    report $wrong "$1"
}

NET='net new input=2; add dense 3 softmax'

# What is typed.
bad 'unknown command' 3 'script.nns:1:1: error: unknown command `trian`' 'trian epochs=3'
bad 'unknown command: suggestion' 3 'hint: did you mean `train`?' 'trian epochs=3'
bad 'unknown command: a second word' 3 'hint: did you mean `data demo`?' 'demo iris'
bad 'unknown command: a name from elsewhere' 3 'hint: did you mean `quit`?' 'exit'
bad 'unknown key' 3 'script.nns:1:7: error: train: unknown key "epoch"' 'train epoch=3'
bad 'unknown key: suggestion' 3 'hint: did you mean epochs?' 'train epoch=3'
bad 'unknown layer' 3 'did you mean dense?' 'net new input=3; add dens 3'
bad 'unknown loss' 3 'did you mean `mse`?' "$NET; compile loss=mes"
bad 'wrong type' 3 'epochs=many: a whole number' 'train epochs=many'
bad 'out of bounds' 3 'epochs=0' 'train epochs=0'
bad 'missing argument' 3 'file is missing' 'data load'
bad 'undefined variable' 3 'variable `n` is not defined' 'echo $n'
bad 'open quote' 3 'script.nns:1:6: error: the quote' 'echo "a'
bad 'control byte' 3 'control byte' "$(printf 'echo a\033[31m')"

# Files that are not there, or are nothing.
mkdir folder
: >empty
bad 'missing file' 5 'missing.csv: error: no such file' 'data load missing.csv'
bad 'missing model' 5 'missing.safetensors: error: ' 'open missing.safetensors'
bad 'missing script' 5 'missing.nns: error: ' 'source missing.nns'
bad 'folder as data' 5 'folder: error: ' 'data load folder'
bad 'folder as model' 5 'folder: error: ' 'open folder'
bad 'folder to save to' 1 'folder: error: is a directory' "$NET; save folder"
IRIS='data demo iris; net new; add dense 3 softmax; compile loss=categorical_crossentropy'
printf 'a,y\n0,p\n1,q\n' >mine.csv
cp mine.csv mine
cp mine.csv mine.jsonl
for name in 'save mine.csv' 'train 1 best=mine.csv' 'train 1 checkpoint=mine.csv'; do
    bad "another format: $name" 1 'a model is saved as a .safetensors file' "$IRIS; $name"
done
bad 'a file that is no model' 1 'mine is there and is not a model' "$IRIS; save mine"
bad 'a file that is no log' 1 'mine.csv is there and is not the log' "$IRIS; train 1 log=mine.csv"
bad 'a file that is no log of lines' 1 'mine.jsonl is there and is not the log' "$IRIS; train 1 log=mine.jsonl"
bad 'best and checkpoint are one file' 1 'name the same file' "$IRIS; train 1 best=b checkpoint=b"
cmp -s mine mine.csv && cmp -s mine mine.jsonl && [ "$(wc -l <mine)" = 3 ]
report $? 'they stay as they were'

# Names from elsewhere, and what cannot be meant.
bad 'a name in capitals' 3 'did you mean `adamw`?' "$NET; compile loss=mean_squared_error optimizer=AdamW"
bad 'a negative deviation' 3 'method=normal takes a value from 0 on' "$NET; net init method=normal value=-1"
bad 'batches of one' 1 'layer bn1 (batchnorm) needs more than one sample in a batch' \
    'data demo iris; add dense 4; add batchnorm; add dense 3 softmax; compile loss=categorical_crossentropy; train 1 batch=1'

bad 'a baseline that is no number' 1 'baseline=nan is not a finite number' "$IRIS; train 1; ig 0 baseline=nan"

# Losses of probabilities.
printf 'a,y\n0,-1.5\n1,0.5\n2,0.25\n' >values.csv
for loss in binary_crossentropy binary_focal; do
    bad "$loss of other values" 1 "$loss needs targets from 0 to 1; training sample 0 has -1.5" \
        "data load values.csv task=regression; add dense 1; compile loss=$loss; train 1"
done
bad 'probabilities promised' 1 'from_logits=no promises probabilities, but the net ends with the sums of dense1' \
    'data demo iris; add dense 3; compile loss=categorical_crossentropy from_logits=no; train 1'

# Indices that no embedding has: numbers that are none are not counted as a class.
printf 'a,b,y\n0,1,x\n1,2,z\n2,9,x\n3,10,z\n' >indices.csv
EMBED='data load indices.csv; add embedding 10 4; add flatten; add dense 2 softmax; compile loss=categorical_crossentropy'
for name in 'predict 3' 'evaluate' 'confusion' 'predict all'; do
    bad "no index of an embedding: $name" 1 'sample 3 is not a number, first in the output of embedding1' "$EMBED; $name"
done
bad 'no index of an embedding: train' 6 'inputs of embedding1 are whole numbers from 0 to 9' "$EMBED; train 2"

cp empty empty.csv; cp empty empty.idx; cp empty empty.npy; cp empty empty.safetensors
bad 'empty table' 5 'empty.csv: error: the file is empty' 'data load empty.csv'
bad 'empty IDX' 5 'empty.idx' 'data load empty.idx'
bad 'empty NPY' 5 'empty.npy' 'data load empty.npy'
bad 'empty model' 5 'empty.safetensors' 'open empty.safetensors'
bad 'unknown format' 1 'script.png' "$NET; net show; export script.png"

# Tables.
printf 'a,b,class\n' >header.csv
printf 'a,b,class\n1,2,x\n3,4\n' >ragged.csv
printf 'a,b,class\n1,2,x\n3,oops,y\n' >text.csv
printf 'a,b,class\n1,2,x\n3,nan,y\n' >nan.csv
printf 'a,b,class\n1,inf,x\n3,4,y\n' >inf.csv
printf 'a,b,class\n1,2,x\n3,,y\n' >hole.csv
printf 'a,b,class\n1,2,x\n3,4,y\n5,6,z\n7,8,x\n9,1,y\n2,3,z\n' >good.csv
bad 'header only' 5 'header.csv: error: the file has a header but no rows' 'data load header.csv'
bad 'ragged row' 5 'ragged.csv:3:3: error: ' 'data load ragged.csv'
bad 'text in a number column' 5 'text.csv:3:2: error: ' 'data load text.csv'
bad 'NaN cell' 5 'nan.csv:3:2: error: ' 'data load nan.csv'
bad 'infinite cell' 5 'inf.csv:2:2: error: ' 'data load inf.csv'
bad 'empty cell' 5 'hole.csv:3:2: error: ' 'data load hole.csv'
bad 'unknown label column' 1 'there is no column "klass"' 'data load good.csv label=klass'
bad 'label column out of range' 1 'label=9: the columns are 1 to 3' 'data load good.csv label=9'
bad 'shape that does not fit' 1 'shape=1x5x5 needs 25' 'data load good.csv shape=1x5x5'

# IDX: 2 images of 2x2; then cut, and with labels that do not go with them.
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002abcdefgh' >images.idx
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002abcde' >cut.idx
printf '\000\000\010\003\000\000' >short.idx
printf '\000\000\010\001\000\000\000\003\001\002\003' >three.idx
bad 'truncated IDX' 5 'cut.idx' 'data load cut.idx'
bad 'IDX cut in its header' 5 'short.idx' 'data load short.idx'
bad 'labels of another number' 5 'three.idx' 'data load images.idx labels=three.idx'

# Models.
"$program" -c "$NET; save good.safetensors" >/dev/null 2>err || sed 's/^/# /' err
dd if=good.safetensors of=cut.safetensors bs=1 count=300 2>/dev/null
dd if=good.safetensors of=head.safetensors bs=1 count=5 2>/dev/null
{ cat good.safetensors; echo more; } >long.safetensors
bad 'truncated model' 5 'cut.safetensors' 'open cut.safetensors'
bad 'model cut in its header' 5 'head.safetensors' 'open head.safetensors'
bad 'model with a tail' 5 'long.safetensors' 'open long.safetensors'
bad 'no model at all' 5 'good.csv' 'open good.csv'

# Shapes and labels.
DATA='data load good.csv label=class'
bad 'kernel larger than its input' 1 'layer conv1 (conv2d): kernel 9x9' 'net new input=1x8x8; add conv2d 4 9'
bad 'kernel larger: the shapes' 1 'into the input 1x8x8' 'net new input=1x8x8; add conv2d 4 9'
bad 'image layer on a table' 1 'the input 8 is no image' 'net new input=8; add conv2d 4 3'
bad 'sizes to add differ' 1 'layer add1 (add): the inputs differ: 3 and 4' 'net new input=8; add dense 3; add dense 4; add add from=dense1,dense2'
bad 'net and data differ' 1 'takes inputs of shape 5, the samples have 2' "$DATA; net new input=5; add dense 3 softmax; compile loss=categorical_crossentropy; train 1"
bad 'fewer outputs than classes' 1 'the data have 3 classes' "$DATA; net new; add dense 2 softmax; compile loss=categorical_crossentropy; train 1"
bad 'sample out of range' 1 'there is no sample 6' "$DATA; $NET; predict sample=6"
bad 'class out of range' 1 'target=3: there is no such class' "$DATA; $NET; saliency sample=0 target=3"
bad "unknown layer to look at" 1 "there is no layer 'dense7'" "$DATA; $NET; weights dense7"

# What fails later.
bad 'assertion' 4 'params is 9' "$NET; assert params > 9"
bad 'divergence' 6 'epoch 1, batch' \
    "data demo iris; data scale none; net new; add dense 32 relu; add dense 3; compile loss=mse optimizer=sgd lr=1000000; train 5"

# A failed load keeps the old data, a failed open the old net.
printf 'data load good.csv\n%s\ndata load text.csv\nopen cut.safetensors\nadd dense 9 units=9\nassert train.samples == 6 && params == 9\n' "$NET" >keep.nns
"$program" -k keep.nns >out 2>err
report $(($? != 5 || $(grep -c 'error:' err) != 3)) 'failures change nothing'

# A full disk: no file may grow beyond a block. The old file stays whole, and no other is left behind.
cp good.safetensors model.safetensors
before=$(cksum <model.safetensors)
files=$(ls | wc -l)
(
    trap '' XFSZ
    ulimit -f 1 && exec "$program" -c 'net new input=64; add dense 512; save model.safetensors' >/dev/null 2>../"${work##*/}"/err
)
status=$?
[ $status = 1 ] && [ "$(cksum <model.safetensors)" = "$before" ] && [ "$(ls | wc -l)" = "$files" ]
report $? 'a full disk leaves the old file'
grep -q 'model.safetensors' err
report $? 'a full disk is told'

# Usage.
for options in '--colour=never' '--format=xml' '--size=80' '--threads=0' '--screen=nothing' '--kernels=nothing'; do
    "$program" "$options" -c 'echo AFTER' >out 2>err </dev/null
    status=$?
    [ $status = 2 ] && [ -s err ] && [ ! -s out ]
    report $? "usage: $options"
done

echo "1..$number"
exit $failed
