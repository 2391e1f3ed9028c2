#!/bin/sh
# The man page is what the program's tables say, `help` knows every name in it, and it is well-formed.
build=${NN_BUILD:-.} source=${NN_SOURCE:-.}
program=$build/nnscope page=$source/man/nnscope.1
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
echo 1..3

"$program" --dump-man >"$dir/page"
if cmp -s "$dir/page" "$page"; then
    echo "ok 1 - man/nnscope.1 is the output of nnscope --dump-man"
else
    echo "not ok 1 - man/nnscope.1 differs from nnscope --dump-man (make man writes it anew)"
    diff "$page" "$dir/page" | head -n 20 | sed 's/^/# /'
fi

# Every heading of a command, as help's name and in help's first line.
failed=
sed -n 's/^\.SS //p' "$page" | sed 's/\\-/-/g' >"$dir/names"
while read -r name; do
    "$program" -c "help $name" 2>&1 </dev/null | grep -qF "$name" || failed="$failed $name"
done <"$dir/names"
if [ -s "$dir/names" ] && [ -z "$failed" ]; then
    echo "ok 2 - help knows the $(wc -l <"$dir/names") commands of the page"
else
    echo "not ok 2 - help does not know:$failed"
fi

if command -v groff >/dev/null; then
    if groff -man -Tutf8 -ww "$page" "$source/man/nnscope-model.5" 2>"$dir/warnings" >/dev/null && [ ! -s "$dir/warnings" ]; then
        echo "ok 3 - groff has no complaint"
    else
        echo "not ok 3 - groff complains"
        head -n 10 "$dir/warnings" | sed 's/^/# /'
    fi
else
    echo "ok 3 - groff # SKIP groff is not installed"
fi
