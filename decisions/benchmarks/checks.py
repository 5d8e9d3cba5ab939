"""How long `decisions check` takes on 1,000 records. Prints one line of JSON.

    python benchmarks/checks.py [--records 1000] [--rounds 5]

Each run is a process of its own; the best counts, since the others were only disturbed more.
Measured are: nothing remembered of earlier runs, everything remembered, one record changed, one
record asked for, and the start alone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from generate import generate

from mkdocs_decisions.cache import memory_of

COMMAND = [sys.executable, "-m", "mkdocs_decisions"]


def seconds(
    root: Path, arguments: list[str], rounds: int, before: Callable[[], object] = lambda: None
) -> float:
    """The least time of some runs of the command, `before` done ahead of each."""
    times = []
    for _ in range(rounds):
        before()
        start = time.perf_counter()
        run = subprocess.run([*COMMAND, *arguments], cwd=root, capture_output=True, text=True)
        times.append(time.perf_counter() - start)
        if run.returncode > 1:
            raise RuntimeError(run.stderr)
    return round(min(times), 3)


def measure(root: Path, records: int, rounds: int) -> dict[str, object]:
    """Generate a project in a folder and check it."""
    generate(root, records=records)
    first = sorted((root / "adr").glob("0*.md"))[0]
    text = first.read_text(encoding="utf-8")
    changes = iter(range(1_000))

    def forget() -> None:
        shutil.rmtree(memory_of(root), ignore_errors=True)

    def change() -> None:
        first.write_text(f"{text}\n<!-- {next(changes)} -->\n", encoding="utf-8")

    return {
        "what": "check",
        "records": records,
        "start": seconds(root, ["--version"], rounds),
        "nothing remembered": seconds(root, ["check"], min(rounds, 3), forget),
        "all remembered": seconds(root, ["check"], rounds),
        "one changed": seconds(root, ["check"], rounds, change),
        "one asked for": seconds(root, ["check", str(first.relative_to(root))], rounds, change),
    }


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure checks of many records.")
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.records, given.rounds)))


if __name__ == "__main__":
    main()
