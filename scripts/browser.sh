#!/usr/bin/env bash
# Print the browser that the site's tests drive: browser.sh [--install]
# CHAINWEAVER_BROWSER names one and wins. With --install, Debian's Chromium is installed where
# apt and the rights are there; otherwise the message says what to do. Never fails silently.
set -euo pipefail

find_browser() {
    if [ -n "${CHAINWEAVER_BROWSER:-}" ]; then
        command -v "$CHAINWEAVER_BROWSER" && return 0
        echo "error: CHAINWEAVER_BROWSER=$CHAINWEAVER_BROWSER is not a program." >&2
        exit 1
    fi
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    return 1
}

find_browser && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo --non-interactive); fi
if [ "${1:-}" = --install ] && command -v apt-get >/dev/null 2>&1; then
    if [ ${#as_root[@]} -eq 0 ] || "${as_root[@]}" true 2>/dev/null; then
        echo "Installing Chromium for the browser tests ..." >&2
        apt=(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq)
        "${apt[@]}" update >&2 || echo "warning: apt-get update failed, trying all the same" >&2
        "${apt[@]}" install -y --no-install-recommends chromium >&2 || true
        find_browser && exit 0
    fi
fi

cat >&2 <<'MESSAGE'
error: the tests open the built site in a browser, and none was found.
       Install Chromium (Debian: apt-get install chromium) or Chrome, or name one that is
       installed: CHAINWEAVER_BROWSER=/path/to/chrome make test
MESSAGE
exit 1
