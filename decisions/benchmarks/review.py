"""How long a review of 100 changed files takes in a package of 30,000 lines, nothing remembered.

    python benchmarks/review.py [--records 60] [--rounds 5]

Prints one line of JSON. Every module of the package is among the files that change, so that both
states of all 30,000 lines are read. A process is started for each round, as in CI; the best one
counts, since the others were only disturbed more. `remembered` is the same with what the round
before has kept.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generate import generate

MODULES = 60
TESTS = 40
"""Files of tests that are changed, beside every module."""


def change(root: Path) -> int:
    """Change governed and other code, signatures and proofs, and commit that to a branch."""
    for number in range(MODULES):
        path = root / f"src/shop/part{number}.py"
        text = path.read_text(encoding="utf-8")
        text = text.replace("whole += 1", "whole = whole + 1", 20)
        text = text.replace("step_7(amount: int, by: int = 8)", "step_7(amount: int, by: int = 3)")
        text = text.replace('"nothing can be divided by 0"', '"nothing is divided by 0"')
        path.write_text(text, encoding="utf-8")
    for number in range(TESTS):
        path = root / f"tests/test_part{number}.py"
        text = path.read_text(encoding="utf-8")
        text = text.replace("    assert step_9(0) == 9\n", "    step_9(0)\n")
        path.write_text(text.replace("assert step_3(0) == 3", "assert 3 == step_3(0)"), "utf-8")
    _git(root, "checkout", "--quiet", "-b", "change")
    _git(root, "commit", "--quiet", "--all", "--message", "Change much")
    names = subprocess.run(
        ["git", "diff", "--name-only", "main", "change"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return len(names.stdout.split())


def _git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True)


def best(root: Path, rounds: int, *options: str) -> tuple[float, dict[str, int]]:
    """Seconds of the fastest of some processes, and what the review found."""
    command = [sys.executable, "-m", "mkdocs_decisions", "--root", str(root), "review"]
    command += ["--base", "main", "--head", "change", "--format", "json", *options]
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds.append(time.perf_counter() - start)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    found: dict[str, int] = json.loads(done.stdout)["summary"]
    return round(min(seconds), 3), found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure a review.")
    parser.add_argument("--records", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        generate(root, records=given.records, modules=MODULES, git=True)
        files = change(root)
        lines = sum(path.read_bytes().count(b"\n") for path in (root / "src").rglob("*.py"))
        cold, found = best(root, given.rounds, "--no-cache")
        best(root, 1)
        warm, _ = best(root, given.rounds)
    print(
        json.dumps(
            {
                "seconds": cold,
                "remembered": warm,
                "changed files": files,
                "lines": lines,
                "records": given.records,
                "errors": found["errors"],
                "warnings": found["warnings"],
                "python": platform.python_version(),
            }
        )
    )


if __name__ == "__main__":
    main()
