#!/bin/sh
# run.sh SECONDS [FLAG | SOURCE]...: builds the fuzzers from the sources with clang's libFuzzer, ASan and
# UBSan, and runs each for so long. New inputs go to fuzz/corpus-NAME, findings to fuzz/NAME-*, below the build folder.
# The paths of sources are relative to $NN_SOURCE.
set -eu
seconds=$1
shift
flags="-std=gnu17 -O1 -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -g -ffp-contract=off -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined
 -fno-sanitize-recover=all"
sources=
for word; do
    case $word in
    *.c) sources="$sources $word" ;;
    -*) flags="$flags $word" ;;
    esac
done
tests=$NN_SOURCE/tests
mkdir -p fuzz/objects
sources="$sources tests/fuzz/fuzz_reader.c tests/fuzz/fuzz_net.c"
export flags NN_SOURCE
echo $sources | tr ' ' '\n' | xargs -P "${NN_JOBS:-2}" -n 1 sh -c '
    ${FUZZ_CC:-clang} $flags -I"$NN_SOURCE/tests" -c "$NN_SOURCE/$1" \
        -o fuzz/objects/$(echo "$1" | tr / _).o' sh

status=0
for name in ${FUZZ_TARGETS:-csv idx npy npz arff libsvm cifar10 image model description onnx script}; do
    target=$tests/fuzz/fuzz_$name.c
    [ -e "$target" ] || target="$tests/fuzz/fuzz_data.c -DFUZZ_NAME=\"$name\""
    ${FUZZ_CC:-clang} $flags -fsanitize=fuzzer -I"$tests" $target fuzz/objects/*.o \
        $NN_LIBS -o fuzz/fuzz-$name
    mkdir -p fuzz/corpus-$name
    echo "== $name"
    fuzz/fuzz-$name -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -max_len=4096 -print_final_stats=1 \
        -verbosity=0 -artifact_prefix=fuzz/$name- fuzz/corpus-$name "$tests/fuzz/corpus/$name" || status=1
done
exit $status
