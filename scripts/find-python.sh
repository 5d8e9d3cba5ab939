#!/usr/bin/env bash
# Print a Python that ChainWeaver runs on (3.11 or later), or say what to install.
# PYTHON in the environment names one and wins.
set -euo pipefail

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$new_enough" 2>/dev/null; then
        command -v "$candidate"
        exit 0
    fi
done

if [ -n "${PYTHON:-}" ]; then
    echo "error: PYTHON=$PYTHON is not a Python 3.11 or later." >&2
else
    echo "error: no Python 3.11 or later was found (looked for python3, python3.13, python3.12, python3.11)." >&2
    echo "       Install one, or name it: make PYTHON=/path/to/python3.12 site" >&2
fi
exit 1
