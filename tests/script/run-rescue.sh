#!/bin/sh
# Training that nobody saved outlives a signal: it is kept in the folder of the user's state. A script that ends by
# itself means what it says. Prints TAP.
program=${NN_BUILD:?}/nnscope
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
kept=$work/state/nnscope/unsaved.safetensors
script='data demo iris; net new; add dense 3 softmax; compile loss=categorical_crossentropy; train'
echo 1..4

"$program" -c "$script epochs=2" >/dev/null 2>&1 </dev/null
[ ! -e "$kept" ] && echo "ok 1 - a script that ends keeps nothing" || echo "not ok 1 - a script that ends keeps nothing"

: >out
"$program" -c "$script epochs=100000000" >out 2>err </dev/null &
child=$!
tries=0
until grep -q '^epoch' out || [ $tries -eq 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -s TERM $child
wait $child
[ $? -eq 143 ] && [ -e "$kept" ] && grep -q unsaved.safetensors err &&
    echo "ok 2 - SIGTERM: the net is kept, and the program says where" || echo "not ok 2 - SIGTERM: the net is kept"
"$program" -c "open $kept; data demo iris; evaluate" >out 2>&1 && grep -q '^test' out &&
    echo "ok 3 - what is kept opens" || echo "not ok 3 - what is kept opens"

(ulimit -f 1; "$program" -c 'data demo digits; data export big.csv' >/dev/null 2>err </dev/null; echo $? >status)
[ "$(cat status)" = 1 ] && [ ! -e big.csv ] && grep -q 'File too large' err &&
    echo "ok 4 - a file that grows too large is an error, not the end" || { echo "not ok 4 - a file that grows too large"; sed 's/^/# /' err; }
