# Sourced by the scripts beside it, never run: "set_up run" or "set_up dev" leaves .venv first on PATH with kefu and
# the locked packages of that group in it. Needs Python 3.11 or newer; the network only when a lock file has changed.
# Each step is marked when it is done, so what was interrupted is begun anew; who comes second waits for the first.
# shellcheck shell=sh
set -eu
cd -P "$(dirname -- "$0")/.."

die() {
    printf '%s: %s\n' "$0" "$1" >&2
    exit 2
}

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    die "no Python 3.11 or newer found; install one, or name it: PYTHON=/path/to/python3.11 $0"
}

quietly() { # runs a command and shows what it said only when it failed
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "this failed: $*"
    fi
    rm -f "$log"
}

made_for() { # $1: run or dev; a .venv belongs to a place, since it does not move, and to its packages
    echo "$1 $({ pwd; cat "requirements/$1.lock"; } | cksum)"
}

is_made() {
    made=$(cat .venv/kefu.made 2>/dev/null) && .venv/bin/python -c 'import pip' 2>/dev/null || return 1
    [ "$made" = "$(made_for dev)" ] || [ "$made" = "$(made_for "$1")" ]
}

is_ready() {
    is_made "$1" && [ "$(cat .venv/kefu.installed 2>/dev/null)" = "$(cksum <pyproject.toml)" ]
}

is_gone() {
    if [ -z "$1" ]; then
        [ "$waited" -ge 10 ] # stopped between the making of the lock and its name
    else
        [ "$1" = $$ ] || ! kill -0 "$1" 2>/dev/null
    fi
}

hold() { # one set-up at a time; the lock of one that is gone is taken over
    waited=0
    until mkdir .venv.lock 2>/dev/null; do
        [ -w . ] || die "cannot write in $PWD; set up as its owner"
        owner=$(cat .venv.lock/pid 2>/dev/null) || owner=
        if is_gone "$owner"; then
            if mkdir .venv.lock/heir 2>/dev/null; then # of several who find it, one inherits
                [ "$(cat .venv.lock/pid 2>/dev/null)" != "$owner" ] || break
                rmdir .venv.lock/heir
            fi
        fi
        [ $waited -gt 0 ] || echo "$0: waiting for process ${owner:-(starting)}, which is setting up .venv" >&2
        [ $waited -lt 1800 ] || die "waited half an hour; if nobody is setting up, remove $PWD/.venv.lock and try again"
        waited=$((waited + 1))
        sleep 1
    done
    echo $$ >.venv.lock/pid
    rm -rf .venv.lock/heir
    trap 'rm -rf .venv.lock' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            quietly apt-get update
            quietly apt-get install -y --no-install-recommends "$package"
        else
            die "$python cannot make virtual environments; install $package and try again"
        fi
    fi
    rm -rf .venv
    quietly "$python" -m venv .venv
}

install() {
    quietly .venv/bin/python -m pip --disable-pip-version-check install "$@"
}

build() {
    if ! is_made "$1"; then
        make_venv
        install --require-hashes --requirement "requirements/$1.lock"
        made_for "$1" >.venv/kefu.made
    fi
    rm -f .venv/kefu.installed
    install --no-deps --no-build-isolation --editable .
    cksum <pyproject.toml >.venv/kefu.installed
}

set_up() { # $1: run, or dev (which holds run)
    if ! is_ready "$1"; then
        hold
        is_ready "$1" || build "$1" # somebody else may have made it meanwhile
        rm -rf .venv.lock
        trap - EXIT HUP INT TERM
    fi
    PATH="$PWD/.venv/bin:$PATH"
    export PATH
}

inspect_made() {
    { cat requirements/inspect.lock .venv/kefu.made; } | cksum
}

with_inspect() { # inspect-ai in an environment beside that of the tests: it is large, and one test needs it
    if [ "$(cat .venv/inspect/kefu.made 2>/dev/null)" != "$(inspect_made)" ]; then
        hold
        rm -rf .venv/inspect
        quietly .venv/bin/python -m venv .venv/inspect
        quietly .venv/inspect/bin/python -m pip --disable-pip-version-check install --require-hashes \
            --requirement requirements/inspect.lock
        # behind its own packages those of the tests, so that pytest and what kefu needs are there, too
        paths='import sysconfig; print(sysconfig.get_path("purelib"))'
        .venv/bin/python -c "$paths" >"$(.venv/inspect/bin/python -c "$paths")/kefu.pth"
        inspect_made >.venv/inspect/kefu.made
        rm -rf .venv.lock
        trap - EXIT HUP INT TERM
    fi
    KEFU_INSPECT="$PWD/.venv/inspect/bin/python"
    export KEFU_INSPECT
}
