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
    have "${CC:-cc}" || printf 'compiler '
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

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "not root, and there is no sudo: as root, run: $*"
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
    say "installing with $manager: $list"
    # shellcheck disable=SC2086
    case $manager in
    apt)
        as_root apt-get update -q >&2
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $list >&2
        ;;
    dnf) as_root dnf install -y $list >&2 ;;
    pacman) as_root pacman -S --needed --noconfirm $list >&2 ;;
    brew) brew install $list >&2 ;;
    esac
    names=$(missing "$1")
    [ -z "$names" ] || die "still missing after the installation: $names"
}

# ---- the three uses ------------------------------------------------------------------------------------

generate() {
    autoreconf -fi >autogen.log 2>&1 || { cat autogen.log >&2; die "autoreconf failed"; }
    rm -f autogen.log
}

build() { # configures and compiles in ./build; says little unless something fails
    [ -x configure ] && [ configure -nt configure.ac ] && [ Makefile.in -nt Makefile.am ] || generate
    mkdir -p build
    (
        cd build
        # shellcheck disable=SC2086
        if [ ! -f Makefile ] || [ ../configure -nt config.status ] || [ -n "${NNSCOPE_CONFIGURE:-}" ]; then
            say "configuring in ./build"
            ../configure -q ${NNSCOPE_CONFIGURE:-} >configure.log 2>&1 || { cat configure.log >&2; exit 1; }
        fi
        say "building"
        make -s -j"${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}" >make.log 2>&1 ||
            { cat make.log >&2; exit 1; }
    ) || die "the build failed"
}

case ${1:-} in
'')
    generate
    say "configure is ready: ./configure && make"
    ;;
demo)
    install_missing demo
    build
    if [ -t 0 ] && [ -t 1 ]; then
        exec ./build/nnscope -i -f data/tour.nns
    fi
    exec ./build/nnscope -f data/tour.nns
    ;;
check)
    install_missing check
    build
    cd build
    status=0
    make check -j"${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}" || status=$?
    sh ../tests/tools/count-tests .
    exit $status
    ;;
*)
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
