"""Runs the command of one piece of evidence and writes what it prints. No shell is involved."""

from __future__ import annotations

import json
import os
import platform
import shlex
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_decisions import atomic, interrupts
from mkdocs_decisions.evidence import EvidenceError, input_digests, read_stored
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import Evidence
from mkdocs_decisions.tree import Folder, is_inside

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

MAX_BYTES = 10_000_000
"""What a command may print."""
PYTHON = ("python", "python3")
"""The first word of a command that stands for the Python that runs this."""


def make(project: Project, evidence: Evidence, path: str) -> bool:
    """Make some figures again. Whether they changed; the hashes of the inputs are new in any case.

    Raises:
        EvidenceError: They can't be made; the file is as it was.
        DecisionsError: ADR031, the project is not on disk.
    """
    tree = project.tree
    if not isinstance(tree, Folder):
        raise DecisionsError("ADR031", f"{tree.name} can't be run", "run it in the working tree")
    file = _result_file(tree, path)
    _spare(project, path)
    inputs = input_digests(tree, evidence)
    result = _json(_run(tree.root, evidence.command, project.settings.evidence_timeout))
    before = None
    with suppress(EvidenceError):
        before = read_stored(tree, path)
    held = {
        "id": evidence.id,
        "command": evidence.command,
        "interpreter": f"{platform.python_implementation()} {platform.python_version()}",
        "inputs": inputs,
        "result": result,
    }
    try:
        data = f"{json.dumps(held, indent=2, ensure_ascii=False)}\n".encode()
    except UnicodeEncodeError:
        raise EvidenceError("it printed half of a character, a lone surrogate") from None
    try:
        atomic.write(file, data)
    except OSError as error:
        raise EvidenceError(f"{path} can't be written: {error.strerror}") from None
    return before is None or before.result != result


def _result_file(tree: Folder, path: str) -> Path:
    if not is_inside(path):
        raise EvidenceError(f"the result {shown(path)!r} is outside of the project")
    file = tree.root / path
    if not file.resolve().is_relative_to(tree.root):
        raise EvidenceError(f"the result {shown(path)!r} leads out of the project by a link")
    return file


def _spare(project: Project, path: str) -> None:
    """Refuse to write over a file that holds something else; in the folder of evidence all is ours.

    Raises:
        EvidenceError: It is no file of evidence.
    """
    if not path.startswith(f"{project.settings.evidence_folder}/"):
        read_stored(project.tree, path)


def _run(root: Path, command: str, limit: float) -> bytes:
    """What a command prints."""
    words = _words(command)
    with (
        interrupts.as_keyboard_interrupt(),
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
    ):
        try:
            process = subprocess.Popen(
                words,
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        except OSError as error:
            raise EvidenceError(f"{shown(words[0])!r} can't be run: {error.strerror}") from None
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            raise EvidenceError(f"it took more than {limit:g} seconds") from None
        finally:
            _end(process)
        if status:
            raise EvidenceError(f"it ended with {status}{_last_line(errors)}")
        if output.seek(0, os.SEEK_END) > MAX_BYTES:
            raise EvidenceError(f"it printed more than {MAX_BYTES:,} bytes")
        output.seek(0)
        return output.read()


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise EvidenceError(f"the command can't be read: {str(error).lower()}") from None
    if not words or "\0" in command:
        raise EvidenceError("the command is empty, or no text")
    return [sys.executable, *words[1:]] if words[0] in PYTHON else words


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, with what it started."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _last_line(errors: Any) -> str:
    """What a command said last, to be put behind the number that it ended with."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 4000))
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return f": {shown(lines[-1].strip())}" if lines else ""


def _json(data: bytes) -> Any:
    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is no JSON")

    try:
        return json.loads(data.decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"it printed something else than one JSON value: {error}") from None
