"""Lint and format of all Python examples at once: ruff over files written out."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from census import Fault, Fence, Program
from example_runner import source_of
from ruff.__main__ import find_ruff_bin

CODE_WIDTH = 80
"""A page shows that much without scrolling."""

SELECT = "E,F,W,I,B,UP,C4,SIM,PERF,PIE,RET,FURB,RUF,Q000"
IGNORE = (
    "E402,"  # a page imports where it first needs a name
    "E501,"  # what can be broken is broken by the formatter
    "RUF001,RUF002,RUF003"
)
FIRST_PARTY = ("--config", "lint.isort.known-first-party=['chainweaver']")


def lint(
    programs: Iterable[Sequence[Fence]], folder: Path, sources: Mapping[str, str]
) -> list[Fault]:
    """Lint each program as a whole, so that a name may be used in a later fence of its group."""
    origin: dict[str, list[tuple[Fence, int]]] = {}
    for number, pieces in enumerate(programs):
        texts = [(piece, sources.get(piece.id, source_of(piece))) for piece in pieces]
        file = folder / f"example_{number}.py"
        file.write_text("".join(text for _, text in texts), encoding="utf-8")
        origin[str(file.resolve())] = [
            (piece, line) for piece, text in texts for line in range(1, text.count("\n") + 1)
        ]
    rules = (f"--select={SELECT}", f"--ignore={IGNORE}", *FIRST_PARTY)
    report = _ruff(
        "check", f"--line-length={CODE_WIDTH}", "--output-format=json", *rules, str(folder)
    )
    faults = []
    for found in json.loads(report):
        piece, line = origin[found["filename"]][found["location"]["row"] - 1]
        faults.append(Fault(piece.path, piece.line + line, f"{found['code']}: {found['message']}"))
    return sorted(faults)


def formatted(pieces: Iterable[Fence | Program], folder: Path) -> dict[str, str]:
    """Format each piece by itself. ruff takes `#>` for a comment that lacks a blank."""
    files = {piece: folder / f"example_{number}.py" for number, piece in enumerate(pieces)}
    for piece, file in files.items():
        file.write_text(source_of(piece), encoding="utf-8")
    _ruff("check", "--select=I", "--fix", f"--line-length={CODE_WIDTH}", *FIRST_PARTY, str(folder))
    # the quotes of output that spans lines are those of pytest-examples
    quotes = "format.quote-style='preserve'"
    _ruff("format", f"--line-length={CODE_WIDTH}", "--config", quotes, str(folder))
    return {
        piece.id: re.sub(
            r"^([ \t]*)# >( |$)", r"\1#>\2", file.read_text("utf-8"), flags=re.MULTILINE
        )
        for piece, file in files.items()
    }


def _ruff(command: str, *options: str) -> str:
    settings = ("--isolated", "--no-cache", "--target-version=py311")
    done = subprocess.run(
        [find_ruff_bin(), command, *settings, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    unread = done.returncode == 2 and "Failed to parse" in done.stderr  # the others are done
    if done.returncode not in (0, 1) and not unread:
        raise RuntimeError(done.stderr)
    return done.stdout
