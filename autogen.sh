#!/bin/sh
# autogen.sh          only generates `configure`
# autogen.sh demo     installs what is missing, builds, and runs the tour
# autogen.sh check    installs what is missing, builds, and runs the tests
#
# The build goes to ./build. NNSCOPE_CONFIGURE holds further options for configure, JOBS the number of
# parallel compilations.
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "autogen.sh: $*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# ---- what is missing, in words that every package list below knows ----------------------------------

have_header() { # have_header HEADER [LIBRARY]: can a program that includes it be linked?
    dir=$(mktemp -d)
    printf '#include <stdio.h>\n#include <stddef.h>\n#include <%s>\nint main(void) { return 0; }\n' "$1" >"$dir/x.c"
    result=0
    # shellcheck disable=SC2086
    ${CC:-cc} "$dir/x.c" -o "$dir/x" ${2:+-l$2} >/dev/null 2>&1 || result=1
    rm -rf "$dir"
    return $result
}

have_library() { # have_library PKG-CONFIG-NAME
    have pkg-config && pkg-config --exists "$1"
}

missing() { # prints the names of what is missing; $1 = demo or check
    have_header stddef.h || printf 'compiler '
    have make || printf 'make '
    have autoconf || printf 'autoconf '
    have automake || printf 'automake '
    have pkg-config || printf 'pkg-config '
    have_library ncursesw || printf 'ncurses '
    have_library readline || printf 'readline '
    have_library jansson || printf 'jansson '
    have_library zlib || printf 'zlib '
    have_library libpng || printf 'png '
    have_header csv.h csv || printf 'csv '
    [ "$1" = demo ] || have_library criterion || printf 'criterion '
}

# ---- how each system calls it ------------------------------------------------------------------------

packages() { # packages MANAGER NAME...
    manager=$1
    shift
    for name in "$@"; do
        case $manager:$name in
        apt:compiler) echo gcc libc6-dev ;;
        apt:make | apt:autoconf | apt:automake | apt:pkg-config) echo "$name" ;;
        apt:ncurses) echo libncurses-dev ;;
        apt:zlib) echo zlib1g-dev ;;
        apt:*) echo "lib$name-dev" ;;
        dnf:compiler) echo gcc ;;
        dnf:make | dnf:autoconf | dnf:automake) echo "$name" ;;
        dnf:pkg-config) echo pkgconf-pkg-config ;;
        dnf:png | dnf:csv) echo "lib$name-devel" ;;
        dnf:*) echo "$name-devel" ;;
        pacman:compiler) echo gcc ;;
        pacman:pkg-config) echo pkgconf ;;
        pacman:png | pacman:csv) echo "lib$name" ;;
        pacman:*) echo "$name" ;;
        brew:compiler | brew:make) echo "$name" ;;
        brew:png | brew:csv) echo "lib$name" ;;
        brew:*) echo "$name" ;;
        esac
    done
}

quietly() { # quietly LOG COMMAND...: the output goes to LOG, and is shown if the command fails
    log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null || { cat "$log" >&2; die "this failed: $*"; }
    rm -f "$log"
}

as_root() { # the passwords of sudo go over the terminal, not through the log
    if [ "$(id -u)" -eq 0 ]; then
        quietly install.log "$@"
    else
        quietly install.log sudo "$@"
    fi
}

install_missing() { # install_missing demo|check
    names=$(missing "$1")
    [ -n "$names" ] || return 0
    for manager in apt dnf pacman brew none; do
        case $manager in
        apt) have apt-get && break ;;
        none) die "missing: $names; found none of apt, dnf, pacman and brew to install it with" ;;
        *) have $manager && break ;;
        esac
    done
    # shellcheck disable=SC2086
    list=$(packages $manager $names | tr '\n' ' ')
    if [ $manager != brew ] && [ "$(id -u)" -ne 0 ] && ! have sudo; then
        die "not root, and there is no sudo: please have installed (packages of $manager): $list"
    fi
    say "installing with $manager: $list"
    # shellcheck disable=SC2086
    case $manager in
    apt)
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $list
        ;;
    dnf) as_root dnf install -y $list ;;
    pacman) as_root pacman -S --needed --noconfirm $list ;;
    brew) quietly install.log brew install $list ;;
    esac
    names=$(missing "$1")
    [ -z "$names" ] || die "still missing after the installation: $names"
}

# ---- the three uses ------------------------------------------------------------------------------------

generate() {
    for tool in autoreconf automake pkg-config; do
        have $tool || die "$tool is missing; ./autogen.sh demo installs what is needed"
    done
    quietly autogen.log autoreconf -fi
}

jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}

configured() { # configured demo|check: has ./build what it needs, and were the options these?
    [ -f build/Makefile ] && [ ! configure -nt build/config.status ] || return 1
    [ "${NNSCOPE_CONFIGURE:-}" = "$(cat build/options 2>/dev/null)" ] || return 1
    [ "$1" = demo ] || grep -q '^CRITERION_LIBS = .' build/Makefile
}

build() { # build demo|check: configures and compiles in ./build; says little unless something fails
    [ -x configure ] && [ configure -nt configure.ac ] && [ Makefile.in -nt Makefile.am ] || generate
    mkdir -p build
    if ! configured "$1"; then
        say "configuring in ./build"
        # shellcheck disable=SC2016,SC2086
        quietly build/configure.log sh -c 'cd build && ../configure -q "$@"' sh ${NNSCOPE_CONFIGURE:-}
        printf '%s\n' "${NNSCOPE_CONFIGURE:-}" >build/options
    fi
    say "building in ./build"
    quietly build/make.log make -s -C build -j"$jobs"
}

check() { # runs the tests; what did not pass is shown, and the last line counts
    say "testing in ./build"
    sh tests/tools/run-check build "$jobs" check || result=1
    sh tests/tools/count-tests build
    return ${result:-0}
}

case ${1:-} in
'')
    generate
    say "configure is ready: ./configure && make"
    ;;
demo)
    install_missing demo
    build demo
    if [ -t 0 ] && [ -t 1 ]; then
        exec ./build/nnscope -i -f data/tour.nns
    fi
    exec ./build/nnscope -f data/tour.nns
    ;;
check)
    install_missing check
    build check
    check
    ;;
*)
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
