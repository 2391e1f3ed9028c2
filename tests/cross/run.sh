#!/bin/sh
# run.sh CC: the kernels' tests with instruction sets that this machine may not have: AVX-512 by way of SIMDe
# (Debian: libsimde-dev), NEON with aarch64-linux-gnu-gcc and qemu-aarch64 (gcc-aarch64-linux-gnu, qemu-user).
# What is not installed is left out.
source=${NN_SOURCE:?} build=${NN_BUILD:?} cc=${1:-cc} failed=0
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$source" || exit 99

flags="-std=gnu17 -D_GNU_SOURCE -O2 -ffp-contract=off -fno-math-errno -fno-trapping-math -ffunction-sections -Wl,--gc-sections
    -DNN_INSTALLED_DATA=\"\" -DNN_SOURCE_DATA=\"\" -Isrc -I$build -Itests/cross -Itests/unit/kernels"
common="src/kernels/activations_ref.c src/kernels/conv_ref.c src/kernels/gemm.c src/kernels/gemm_ref.c src/kernels/kernels.c src/kernels/ref.c src/kernels/winograd.c src/kernels/winograd_ref.c
    src/base/buffer.c src/base/file.c src/base/mem.c src/base/number.c src/base/pool.c src/base/random.c
    src/base/status.c src/base/text.c tests/cross/cpu.c tests/cross/criterion/main.c
    tests/unit/kernels/test_activations.c tests/unit/kernels/test_conv.c tests/unit/kernels/test_elementwise.c tests/unit/kernels/test_gemm.c tests/unit/kernels/test_pool.c tests/unit/kernels/test_rows.c tests/unit/kernels/test_winograd.c"

# shellcheck disable=SC2086 # words
if [ "$(uname -m)" = x86_64 ] && echo '#include <simde/x86/avx512.h>' | $cc -fsyntax-only -xc - 2>/dev/null; then
    echo "# AVX-512 in SIMDe's words"
    $cc $flags -mavx2 -mfma -Wno-psabi -Itests/cross/simde -c src/kernels/set_avx512.c -o "$work/set.o" &&
        $cc $flags -DNN_HAVE_AVX512 $common "$work/set.o" -lz -lm -lpthread -o "$work/avx512" &&
        "$work/avx512" || failed=1
else
    echo "# no SIMDe: AVX-512 left out"
fi
# shellcheck disable=SC2086
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    echo "# NEON under qemu, which takes minutes"
    aarch64-linux-gnu-gcc $flags -static -DNN_HAVE_NEON $common src/kernels/set_neon.c -lm -lpthread \
        -o "$work/neon" && qemu-aarch64 "$work/neon" || failed=1
else
    echo "# no cross compiler or qemu: NEON left out"
fi
exit $failed
