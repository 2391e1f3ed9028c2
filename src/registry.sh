#!/bin/sh
# registry.sh STRUCT MACRO FILE...: prints MACRO(name) for every `const struct STRUCT name = {` at the
# start of a line in the files, in order of the names. So a new layer, method or command is one file.
set -eu
struct=$1 macro=$2
shift 2
sed -n "s/^const struct $struct \([a-z0-9_]*\) = {.*/$macro(\1)/p" "$@" | LC_ALL=C sort
