#!/usr/bin/env bash
# Write constraints.txt: one exact version of everything that both distributions and their build need.
# Versions only (no hashes, no index), so that one file serves every platform and Python 3.11-3.13.
set -euo pipefail
cd "$(dirname "$0")/.."

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Run it with the oldest Python there is, 3.11.2 of Debian 12: what it can have, later ones can too.
python=$(PYTHON="${PYTHON:-}" bash scripts/find-python.sh)
"$python" -m venv "$scratch/venv"
pip=("$scratch/venv/bin/python" -m pip --quiet)
"${pip[@]}" install --upgrade pip
"${pip[@]}" install --editable '.[dev]' --editable './decisions[test]' hatchling editables

{
    echo "# The exact versions that set-up, tests and the site were proved with."
    echo "# Written by \`make constraints\`; not edited by hand."
    "$scratch/venv/bin/python" -m pip freeze --all --exclude-editable |
        grep -viE '^setuptools==' | LC_ALL=C sort -f
} >"$scratch/constraints.txt"
cp "$scratch/constraints.txt" constraints.txt
echo "constraints.txt: $(grep -c == constraints.txt) versions"
