#!/bin/sh
# No object outside kernels/ may hold an AVX instruction: the program must start on any x86-64 CPU. Prints TAP.
build=${NN_BUILD:-.}
skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
command -v objdump >/dev/null || skip "there is no objdump"
libraries=$(ls "$build"/src/lib*.a "$build"/src/app/*.o 2>/dev/null | grep -v '/libkernels.*\.a$')
[ -n "$libraries" ] || skip "there are no objects"
objdump -f $libraries 2>/dev/null | grep -q 'elf64-x86-64' || skip "this is not x86-64"
grep -q '^CFLAGS = .*-m\(arch\|avx\)' "$build/Makefile" && skip "CFLAGS ask for other instructions"

echo "1..$(echo "$libraries" | wc -l)"
status=0 number=0
for library in $libraries; do
    number=$((number + 1))
    # VEX and EVEX mnemonics start with v; so do verr and verw, which compilers never use.
    found=$(objdump -d --no-show-raw-insn "$library" | grep -E '^[^<]*:	v[a-z0-9]+ ' | head -3)
    if [ -z "$found" ]; then
        echo "ok $number - ${library##*/}"
    else
        echo "not ok $number - ${library##*/}"
        echo "$found" | sed 's/^/# /'
        status=1
    fi
done
exit $status
