#!/bin/sh
# Makes .venv in the project's root, or brings it up to date: what `make setup` runs.
#   PYTHON   the Python to use (default: the first of 3.11 or later that can make a virtual environment)
#   EXTRAS   the extras to install
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup: $*" >&2; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_venvs() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# 3.12 and 3.11 come first: durable_rules does not import on 3.13 and later.
find_python() {
    candidates=${PYTHON:-python3.12 python3.11 python3 python3.13 python3.14 python}
    bare=
    for python in $candidates; do
        new_enough "$python" || continue
        if makes_venvs "$python"; then
            echo "$python"
            return
        fi
        bare=${bare:-$python}
    done
    if [ -n "$bare" ]; then
        say "$bare cannot make virtual environments (it has no ensurepip)"
        say "on Debian or Ubuntu: apt-get install python3-venv"
    elif [ -n "${PYTHON:-}" ]; then
        say "$PYTHON is not a Python of 3.11 or later"
    else
        say "no Python of 3.11 or later on the PATH; install one, or name it: make setup PYTHON=/path/to/python3"
    fi
    return 1
}

pip_install() { .venv/bin/python -m pip --disable-pip-version-check install -qq -c constraints.txt "$@"; }

# A .venv whose Python is gone or too old (moved folder, upgraded system) is made anew.
if ! new_enough .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

say "installing chfw[$EXTRAS]"
pip_install hatchling
pip_install --no-build-isolation -e ".[$EXTRAS]"

# durable_rules comes as source only. Without it chfw's own automaton runs every trigger.
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
    say "without durable_rules: it needs a Python before 3.13"
elif ! command -v cc >/dev/null && ! command -v gcc >/dev/null && ! command -v clang >/dev/null; then
    say "without durable_rules: it needs a C compiler"
elif pip_install durable-rules >.venv/durable.log 2>&1; then
    say "with durable_rules"
else
    say "without durable_rules: it could not be built, see .venv/durable.log"
fi
say "ready: .venv/bin/chfw"
