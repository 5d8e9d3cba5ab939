"""Makes the figures that the decision records quote, each by the command its record names.

`python -m benchmarks.evidence` makes them all; with numbers (`0001 0003`) only those of these
records. Each result is written where the record says, with the command, the interpreter and the
SHA-256 of every input, so that a test can tell when it is older than what it was made from.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


def named(numbers: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what the records say of their evidence.

    Args:
        numbers: The records; none for all.
    """
    for path in sorted((ROOT / "adr").glob("[0-9]*.md")):
        if not numbers or path.name[:4] in numbers:
            _, meta, _ = path.read_text(encoding="utf-8").split("---\n", 2)
            yield from yaml.safe_load(meta).get("evidence", ())


def make(entry: dict[str, Any]) -> None:
    """Run the command of one piece of evidence and write its result.

    Args:
        entry: Its `id`, `command` (which prints JSON), `inputs` and `result`.

    Raises:
        subprocess.CalledProcessError: The command failed.
    """
    program, *arguments = entry["command"].split()
    if program != "python":
        raise ValueError(f"{entry['id']}: the command must start with python, not {program!r}")
    finished = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    evidence = {
        "id": entry["id"],
        "command": entry["command"],
        "interpreter": f"{platform.python_implementation()} {platform.python_version()}",
        "inputs": {file: _sha256(ROOT / file) for file in entry["inputs"]},
        "result": json.loads(finished.stdout),
    }
    path = ROOT / entry["result"]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(evidence, indent=2) + "\n", encoding="utf-8")
    print(f"{entry['id']}: {entry['result']}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for each in named(sys.argv[1:]):
        make(each)
