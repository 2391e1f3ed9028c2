#!/bin/sh
# The shells' completions know every option of --help and every screen; bash's answers as it should. Prints TAP.
program=${NN_BUILD:?}/nnscope
folder=${NN_SOURCE:?}/data/completion

number=0 failed=0
report() { # report NAME FAULTS: ok if there are none
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "$2" | sed 's/^/# /'
        failed=1
    fi
}

options=$("$program" --help | grep -oE '(^|[ ,])--[a-z-]+' | tr -d ' ,' | sort -u)
letters=$("$program" --help | grep -oE '^ *-[a-z]\b' | tr -d ' -' | sort -u)
[ -n "$options" ] && [ -n "$letters" ] || exit 99
for file in nnscope _nnscope nnscope.fish; do
    missing=$(for option in $options; do
        name=${option#--}
        grep -qE -- "(--|-l )$name\b" "$folder/$file" || echo "$option"
    done
    for letter in $letters; do
        grep -qE -- "(-s |[*'( {])-?$letter\b" "$folder/$file" || echo "-$letter"
    done)
    report "$file knows the options of --help" "$missing"
    missing=$(for screen in net train layers explain data diagnose runs; do
        grep -q "\b$screen\b" "$folder/$file" || echo "$screen"
    done)
    report "$file knows the screens" "$missing"
done

if command -v bash >/dev/null; then
    found=$(cd "${NN_SOURCE}/data" && bash -c '
        source completion/nnscope
        compopt() { :; }
        answer() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); COMPREPLY=(); _nnscope; echo "${COMPREPLY[*]}"; }
        answer nnscope --fo
        answer nnscope --format = j
        answer nnscope -i -f to
        answer nnscope --screen = di' 2>&1)
    [ "$found" = "--format=
json
tour.nns
diagnose" ] && found=
    report 'bash completes options, values and files' "$found"
else
    number=$((number + 1))
    echo "ok $number - bash # SKIP there is no bash"
fi
echo "1..$number"
exit $failed
