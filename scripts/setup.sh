#!/usr/bin/env bash
# Set up the virtual environment: setup.sh VENV
# Everything is installed at the versions of constraints.txt, the build tools included.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
export PIP_ROOT_USER_ACTION=ignore PIP_REQUIRE_VIRTUALENV=0

# A virtual environment whose interpreter has gone (upgraded, moved) is made anew.
if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(PYTHON="${PYTHON:-}" bash scripts/find-python.sh)
    echo "Making $venv with $("$python" --version) ($python)"
    rm -rf "$venv"
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "error: $python cannot make virtual environments." >&2
        echo "       On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing ChainWeaver, mkdocs-decisions and their tools into $venv (a minute or two the first time) ..."
pip=("$venv/bin/python" -m pip --quiet)
"${pip[@]}" install --upgrade --constraint constraints.txt pip
"${pip[@]}" install --constraint constraints.txt --build-constraint constraints.txt --editable '.[dev]' --editable './decisions[test]'
