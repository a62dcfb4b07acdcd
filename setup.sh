#!/bin/sh
# Makes .venv from a hash-pinned lock; the Makefile calls it before anything else. A second call costs nothing.
#   ./setup.sh run    what Tideover runs on
#   ./setup.sh test   that, and what the checks and the tests need
set -eu
cd "$(dirname "$0")"

VENV=.venv
LOG=$VENV/setup.log
UV_LOCK=deploy/uv.lock.txt
OLDEST='(3, 11)'
export UV_PYTHON_DOWNLOADS=never

say() { printf '%s\n' "$*"; }

give_up() {
    printf 'Tideover cannot be set up: %s\n' "$*" >&2
    exit 1
}

# Test packages are never taken away again by `make run`.
wanted_lock() {
    if [ "$1" = test ] || [ -x "$VENV/bin/pytest" ]; then
        say requirements-test.lock
    else
        say requirements.lock
    fi
}

is_new_enough() { "$1" -c "import sys; sys.exit(sys.version_info < $OLDEST)" 2>/dev/null; }

can_make_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The version in .python-version where pyenv has it, else the newest that is installed under a usual name.
pythons() {
    if command -v pyenv >/dev/null 2>&1; then pyenv which python 2>/dev/null || true; fi
    for name in python3.13 python3.12 python3.11 python3; do
        command -v "$name" || true
    done
}

find_python() {
    bare=
    for candidate in $(pythons); do
        is_new_enough "$candidate" || continue
        if can_make_environments "$candidate"; then
            say "$candidate"
            return
        fi
        bare=${bare:-$candidate}
    done
    [ -z "$bare" ] || give_up "$bare has no venv module. On Debian or Ubuntu: apt install python3-venv"
    give_up "it needs Python 3.11 or later. On Debian or Ubuntu: apt install python3 python3-venv"
}

why() {
    if grep -qi 'no space left' "$LOG"; then
        say 'the disk is full'
    elif grep -qiE 'hash mismatch|do not match the hashes' "$LOG"; then
        say 'a package differs from the hash that is pinned for it'
    elif grep -qiE 'error sending request|name resolution|connect|timed out|unreachable' "$LOG"; then
        say 'the package index cannot be reached (is there a network?)'
    else
        say 'the packages could not be installed'
    fi
}

# Runs a command whose words go to the log, and turns its failure into one sentence.
quietly() {
    "$@" >>"$LOG" 2>&1 || give_up "$(why); the details are in $LOG."
}

make_environment() {
    python=$(find_python)
    say "Making $VENV with $("$python" --version) ..."
    rm -rf "$VENV"
    mkdir "$VENV"
    : >"$LOG"
    quietly "$python" -m venv "$VENV"
}

install() {
    lock=$1
    : >"$LOG"
    rm -f "$VENV/installed.lock"
    pin=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' "$UV_LOCK")
    if [ "$("$VENV/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" != "$pin" ]; then
        say "Installing uv $pin ..."
        quietly "$VENV/bin/python" -m pip install --quiet --retries 1 --disable-pip-version-check \
            --require-hashes --requirement "$UV_LOCK"
    fi
    say "Installing the packages of $lock, which takes a moment the first time ..."
    quietly "$VENV/bin/uv" pip sync --python "$VENV/bin/python" --require-hashes "$lock"
    cp "$lock" "$VENV/installed.lock"
}

case "${1:-}" in
run | test) lock=$(wanted_lock "$1") ;;
*) give_up 'call ./setup.sh run or ./setup.sh test' ;;
esac
if ! is_new_enough "$VENV/bin/python"; then
    make_environment
fi
# The lock itself is the stamp: as long as it has not changed there is nothing to do.
if ! cmp -s "$lock" "$VENV/installed.lock"; then
    # An environment whose making was interrupted has no pip.
    "$VENV/bin/python" -c 'import pip' 2>/dev/null || make_environment
    install "$lock"
fi
