"""`python decisions/benchmarks`: every figure of the tool beside its bound.

    python benchmarks [--json FILE] [--quick]

The bounds are for two cores. A figure above its bound is marked and is no failure: it hangs on the
machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def run(script: str, *arguments: str) -> dict[str, Any]:
    """What a script beside this one prints."""
    print(f"measuring {script} ...", file=sys.stderr, flush=True)
    command = [sys.executable, str(HERE / f"{script}.py"), *arguments]
    with tempfile.TemporaryDirectory() as memory:
        environment = {**os.environ, "DECISIONS_CACHE": memory}
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def measure(*, quick: bool) -> dict[str, Any]:
    """Every script's figures, by its name."""
    few = ["--records", "40"] if quick else []
    once = ["--rounds", "1"] if quick else []
    return {
        "python": platform.python_version(),
        "checks": run("checks", *few, *once),
        "symbols": run("symbols"),
        "review": run("review"),
        "site": run("site", *few, *once),
    }


def rows(found: dict[str, Any]) -> list[tuple[str, float, float | None, str]]:
    """What was measured, the figure, its bound, its unit."""
    checks, site = found["checks"], found["site"]
    count = f"{checks['records']:,} records"
    return [
        ("start", checks["start"], 0.25, "s"),
        (f"check, {count}, nothing remembered", checks["nothing remembered"], None, "s"),
        (f"check, {count}", checks["all remembered"], 0.5, "s"),
        (f"check, {count}, one changed", checks["one changed"], 0.5, "s"),
        ("check, one changed file", checks["one asked for"], 0.3, "s"),
        (
            f"symbol map of {found['symbols']['lines']:,} lines",
            found["symbols"]["seconds"],
            0.4,
            "s",
        ),
        ("review, 100 changed files", found["review"]["seconds"], 1.0, "s"),
        (f"site with {count}, more than without", site["more_seconds"], 5.0, "s"),
        (f"site with {count}, more than without", site["more_megabytes"], 30.0, "MB"),
    ]


def table(found: dict[str, Any]) -> str:
    """The figures as a table of text."""
    lines = [f"{'':52} {'figure':>9} {'bound':>9}"]
    for what, figure, bound, unit in rows(found):
        limit = f"{bound:g} {unit}" if bound is not None else "-"
        mark = "  above it" if bound is not None and figure > bound else ""
        lines.append(f"{what:52} {f'{figure:g} {unit}':>9} {limit:>9}{mark}")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, and write the figures where the command line says."""
    parser = argparse.ArgumentParser(description="Measure mkdocs-decisions.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    given = parser.parse_args()
    found = measure(quick=given.quick)
    print(table(found))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
