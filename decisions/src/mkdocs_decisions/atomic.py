"""Writes a file as a whole or not at all. Nothing else replaces what is in a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Put bytes into a file, made if it is not there. Whoever reads it sees the old or the new.

    Args:
        path: The file.
        data: Its bytes from now on.
        lasting: Whether they have to survive a loss of power.

    Raises:
        OSError: It can't be written; then it is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, staged = tempfile.mkstemp(dir=path.parent, prefix=".decisions-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            Path(staged).chmod(_mode(path))
            Path(staged).replace(path)
        except BaseException:
            Path(staged).unlink(missing_ok=True)
            raise
    except OSError as error:
        # What fails is the file that was to be written, not the one that was to take its place.
        error.filename = os.fspath(path)
        raise


def _mode(path: Path) -> int:
    """The mode that the file has, or that a new one gets."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
