# Sourced by the scripts beside it, never run: "set_up run" or "set_up dev" leaves .venv first on PATH with kefu and
# the locked packages of that group in it. Needs Python 3.11 or newer; the network only when a lock file has changed.
# shellcheck shell=sh
set -eu
cd "$(dirname -- "$0")/.."

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

set_up() { # $1: run, or dev (which holds run)
    .venv/bin/python -c '' 2>/dev/null || make_venv
    stamp=.venv/kefu.$1.stamp
    # the place belongs to the stamp: an editable install points at it
    wanted=$({ pwd; cat requirements/run.lock requirements/dev.lock pyproject.toml; } | cksum)
    if [ "$(cat .venv/kefu.dev.stamp 2>/dev/null)" != "$wanted" ] && [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        quietly .venv/bin/python -m pip --disable-pip-version-check install --require-hashes --requirement "requirements/$1.lock"
        quietly .venv/bin/python -m pip --disable-pip-version-check install --no-deps --no-build-isolation --editable .
        echo "$wanted" >"$stamp"
    fi
    PATH="$PWD/.venv/bin:$PATH"
    export PATH
}
