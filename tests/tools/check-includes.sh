#!/bin/sh
# The rules between modules (CONTRIBUTING.md): who may include whom, which functions only one place may call,
# and that every symbol of the libraries begins with nn_. Prints TAP.
source=${NN_SOURCE:-.} build=${NN_BUILD:-.}
tools=$(cd "$(dirname "$0")" && pwd) || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$source" || exit 99
find src -name '*.[ch]' | LC_ALL=C sort | xargs awk -f "$tools/strip-code.awk" >"$dir/code" || exit 99
[ -s "$dir/code" ] || exit 99

number=0 status=0
report() { # report NAME FAULTS: ok if there are none
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "$2" | sed 's/^/# /'
        status=1
    fi
}

# only WHERE NAME PATTERN: code that matches may stand only in files that match WHERE (after src/).
only() { report "$2" "$(grep -E "^[^:]*:[0-9]*:$3" "$dir/code" | grep -Ev "^src/($1)")"; }
header() { only "$1" "$1 alone includes $2" " *# *include *[<\"]($2)"; }
# Calls, but not of a member (x->free) or of a name that only ends so (nn_free).
calls() { only "$1" "$2" "(.*[^A-Za-z0-9_.>])?($3) *\\("; }

# A module may include itself and what is listed here.
report 'modules include only what stands below them' "$(awk '
    BEGIN {
        below["base"] = ""
        below["kernels"] = "base"
        below["engine"] = "base kernels"
        below["data"] = "base kernels engine"
        below["model"] = below["explain"] = "base kernels engine data"
        below["diagnose"] = "base kernels engine data model explain"
        below["view"] = below["diagnose"] " diagnose"
        below["command"] = below["view"] " view"
        below["tui"] = below["command"] " command"
        below["app"] = below["tui"] " tui"
    }
    match($0, /: *# *include *"[^"]*"/) {
        included = substr($0, RSTART, RLENGTH)
        sub(/^[^"]*"/, "", included)
        sub(/"$/, "", included)
        split($0, place, "/")
        from = place[2]
        if (!split(included, part, "/") || included == "config.h")
            next
        if (!(from in below) || (part[1] != from && index(" " below[from] " ", " " part[1] " ") == 0))
            print
    }' "$dir/code")"

header 'tui/' '(ncursesw?/)?(n?curses|panel|term)\.h|readline/'
header 'kernels/' '([a-z]*mmintrin|x86intrin|arm_neon|arm_sve)\.h'
header 'data/' 'csv\.h'
header '(model|view|command)/' 'jansson\.h'
calls 'base/mem\.c' 'only base/mem.c allocates and frees' \
    '(m|c|re)alloc|reallocarray|aligned_alloc|posix_memalign|strn?dup|v?asprintf|free'
calls 'base/number\.c' 'only base/number.c turns text into numbers' \
    'ato([ifl]|ll)|strto(d|f|ld|l|ll|ul|ull)|v?[sf]?scanf'
calls '(base/(file|folder|map)\.c|app/|tui/)' 'only base/file.c, folder.c and map.c open, make and rename files' \
    'f?open|freopen|fdopen|openat|creat|rename(at)?|unlink(at)?|mkdir|fsync'
calls '(app|tui)/' 'only app/ and tui/ print and end the program' 'v?printf|puts|putchar|perror|abort|_?exit'
only '(app|tui)/' 'only app/ and tui/ know the standard streams' '(.*[^A-Za-z0-9_.>])?std(out|err)([^A-Za-z0-9_]|$)'
calls '(app|tui)/' 'only app/ and tui/ set the locale' 'setlocale'
calls 'nowhere' 'nobody calls what cannot be used safely' \
    'strn?cpy|strcat|stpn?cpy|v?sprintf|gets|strtok(_r)?|alloca|system|popen|s?rand'

mpi=$(grep -El '^ *# *include *<mpi\.h>' $(find src -name '*.[ch]'))
report 'mpi.h: in one file at most' "$(echo "$mpi" | sed 1d)"

libraries=$(ls "$build"/src/lib*.a 2>/dev/null)
if ! command -v nm >/dev/null || [ -z "$libraries" ]; then
    number=$((number + 1))
    echo "ok $number - symbols # SKIP there is no nm or no library"
else
    # Two underscores belong to the compiler (sanitizers, coverage).
    report 'every global symbol begins with nn_' "$(nm -g -A $libraries 2>/dev/null |
        awk 'NF > 1 && $(NF - 1) ~ /^[A-TV-Z]$/ && $NF !~ /^(nn_|__)/ { print }')"
fi
echo "1..$number"
exit $status
