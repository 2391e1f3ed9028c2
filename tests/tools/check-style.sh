#!/bin/sh
# Layout: clang-format finds nothing to change, and no source is too long to be read in one go. Prints TAP.
source=${NN_SOURCE:-.}
longest=650
cd "$source" || exit 99

echo 1..2
status=0
long=$(find src -name '*.[ch]' -exec wc -l {} \; | awk -v longest=$longest '$1 > longest { print "# " $2 ": " $1 " lines" }')
if [ -z "$long" ]; then
    echo "ok 1 - no file in src/ is longer than $longest lines"
else
    echo "not ok 1 - no file in src/ is longer than $longest lines"
    echo "$long"
    status=1
fi

# Releases of clang-format differ in details; Debian 12 has this one.
if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    echo "ok 2 - clang-format # SKIP there is no clang-format 14"
elif faults=$(find src tests -name '*.c' -exec clang-format --dry-run -Werror {} + 2>&1); then
    echo "ok 2 - clang-format"
else
    echo "not ok 2 - clang-format"
    echo "$faults" | grep -E '^[^ :]+:[0-9]+:[0-9]+: (error|warning):' | cut -d: -f1 | uniq -c |
        awk '{ print "# " $2 ": " $1 " places" }'
    status=1
fi
exit $status
