#!/bin/sh
# A signal stops a script: the running training ends with its batch, the exit status is 128 and the signal's number.
# A reader that goes away ends it quietly. Prints TAP.
program=${NN_BUILD:?}/nnscope
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
cat >script.nns <<'END'
data demo digits
net new
add flatten
add dense 10 softmax
compile loss=categorical_crossentropy
train epochs=1000000
echo AFTER
END

number=0 failed=0
report() {
    number=$((number + 1))
    [ "$1" = 0 ] && echo "ok $number - $2" || { echo "not ok $number - $2"; failed=1; }
}

echo 1..6
for pair in INT:130 TERM:143 HUP:129; do
    signal=${pair%:*}
    # A shell starts background jobs with SIGINT ignored; env (coreutils 8.31) gives it back.
    rm -f out
    : >out
    env --default-signal=INT "$program" script.nns >out 2>err </dev/null &
    child=$!
    tries=0
    until grep -q '^epoch' out || [ $tries -eq 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -s "$signal" $child
    wait $child
    status=$?
    [ $status = "${pair#*:}" ] && grep -q '^stopped in epoch' out && ! grep -q AFTER out
    result=$?
    [ $result = 0 ] || echo "# exit status $status"
    report $result "SIG$signal: exit status ${pair#*:}"
done

"$program" script.nns 2>err | head -n 1 >out
[ -s out ] && [ ! -s err ]
report $? 'a closed pipe ends it quietly'

printf 'echo one\n' | "$program" >out 2>err
[ "$(cat out)" = one ] && [ ! -s err ]
report $? 'commands from standard input'

# Another program holds a conversation: each answer comes before the next question.
mkfifo questions answers
"$program" <questions >answers 2>err &
exec 3>questions 4<answers
echo 'echo first' >&3
read -r first <&4
echo 'let n=2; echo $n' >&3
read -r second <&4
exec 3>&- 4<&-
wait
[ "$first" = first ] && [ "$second" = 2 ]
report $? 'answers come one by one'
exit $failed
