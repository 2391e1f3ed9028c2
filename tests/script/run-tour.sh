#!/bin/sh
# The tour: it ends well, its network learns, it prints no line wider than 80 columns, draws every picture and
# leaves no file behind. Prints TAP.
program=${NN_BUILD:?}/nnscope
tour=${NN_SOURCE:?}/data/tour.nns
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
mkdir "$work/here" && cd "$work/here" || exit 99

number=0 failed=0
check() { # check NAME: the status of the last command decides
    [ $? -eq 0 ] && result=ok || result='not ok' failed=1
    number=$((number + 1))
    echo "$result $number - $1"
}

# ASCII pictures are as wide as others, and every awk counts their columns.
"$program" --ascii -f "$tour" -c 'assert test.accuracy >= 0.98' >../out 2>../err </dev/null
check 'the exit status is 0 and the accuracy at least 98 %'
[ ! -s ../err ]
check 'no complaint'
[ -z "$(ls)" ]
check 'no file left behind'
awk 'length($0) > 80 { print "# " $0; wide = 1 } END { exit wide }' ../out
check 'no line wider than 80 columns'
for heading in 'activations of relu1' 'saliency of the logit' 'gradcam of the logit' 'integrated_gradients of' \
    'input that drives class 3'; do
    # The largest value of the colour scale below the picture.
    awk -v heading="$heading" 'index($0, heading) { on = 1 } on && /@ [+0-9.e-]+$/ { drawn = $NF > 0; exit }
        END { exit !drawn }' ../out
    check "a picture that is not empty: $heading"
done
[ $failed = 0 ] || { sed 's/^/# /' ../err; tail -n 5 ../out | sed 's/^/# /'; }
echo "1..$number"
exit $failed
