"""Writes files of a project: all of them or none, never through a link, never outside of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from mkdocs_decisions import atomic
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.reader import shown
from mkdocs_decisions.tree import is_inside


def locate(root: Path, path: str) -> Path:
    """Where a file of the project is.

    Raises:
        DecisionsError: ADR022, the path leads out of the project, or a link is on its way.
    """
    parts = PurePosixPath(path)
    if not parts.parts or not is_inside(path):
        raise _refused(path, "it is outside of the project")
    full = root.resolve()
    for part in parts.parts:
        full /= part
        if full.is_symlink():
            raise _refused(path, "a symbolic link is on its way")
    return full


def write(
    root: Path,
    contents: Mapping[str, bytes],
    *,
    moved: Mapping[str, str] | None = None,
    new: Mapping[str, bytes] | None = None,
) -> None:
    """Change files. If one can't be written, all are as they were.

    Args:
        root: The root of the project.
        contents: New bytes of files that are there, by their path.
        moved: New paths of files, by the path until now, which `contents` names them by.
        new: Bytes of files that are not there yet.

    Raises:
        DecisionsError: ADR022, a file can't be written; ADR023, a file would be overwritten.
    """
    here = {path: locate(root, path) for path in contents}
    moves = [(locate(root, old), locate(root, to), to) for old, to in (moved or {}).items()]
    made = {path: locate(root, path) for path in new or {}}
    targets = {path: target for _, target, path in moves} | made
    for path, target in targets.items():
        if os.path.lexists(target):
            raise DecisionsError("ADR023", f"{shown(path)} is there already", "move it away")
    undo: list[Callable[[], object]] = []
    try:
        for path, target in here.items():
            before = target.read_bytes()
            atomic.write(target, contents[path])
            undo.append(partial(atomic.write, target, before))
        for path, target in made.items():
            _create(target, (new or {})[path], undo)
        for old, target, _ in moves:
            _make_folders(target, undo)
            old.rename(target)
            undo.append(partial(target.rename, old))
    except BaseException as error:
        for step in reversed(undo):
            with contextlib.suppress(OSError):
                step()
        if isinstance(error, OSError):
            name = os.path.relpath(error.filename or root, root)
            raise _refused(name, error.strerror or "it can't be written") from error
        raise


def _refused(path: str, why: str) -> DecisionsError:
    return DecisionsError(
        "ADR022", f"{shown(path)} is not written to: {why}", "nothing was changed"
    )


def _create(target: Path, data: bytes, undo: list[Callable[[], object]]) -> None:
    _make_folders(target, undo)
    with target.open("xb") as file:
        undo.append(target.unlink)
        file.write(data)


def _make_folders(target: Path, undo: list[Callable[[], object]]) -> None:
    missing = [folder for folder in target.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        undo.append(folder.rmdir)
