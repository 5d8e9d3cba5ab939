"""Where files are read from. The working tree here; a git revision in `git.py`."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path, PurePosixPath
from typing import Protocol

IGNORED = {"__pycache__", "node_modules", "site-packages"}


def is_inside(path: str) -> bool:
    """Whether a path, relative to a root, stays below it as far as its text says."""
    parts = PurePosixPath(path)
    return bool(path) and "\0" not in path and not parts.is_absolute() and ".." not in parts.parts


class Tree(Protocol):
    """Files by their path, relative to a root, with `/` between the parts."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileNotFoundError: There is no such file, or the path leads out of the tree.
            OSError: It can't be read.
        """

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of this path."""

    def is_link(self, path: str) -> bool:
        """Whether it is a symbolic link."""

    def paths(self, folder: str = "") -> list[str]:
        """All files below a folder, sorted; links are listed and not followed."""


class Folder:
    """The files of a folder on disk. Nothing outside is read, hidden folders are not listed."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._top = str(self.root)
        self._folders: dict[str, str] = {}
        self._listed: dict[str, list[str]] = {}

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return "the working tree"

    def locate(self, path: str) -> Path:
        """Where a file is.

        Raises:
            FileNotFoundError: The path leads out of the folder, directly or by a link.
        """
        return Path(self._locate(path))

    def _locate(self, path: str) -> str:
        folder, name = posixpath.split(path)
        if folder not in self._folders:
            if "\0" in folder:
                raise FileNotFoundError(path)
            self._folders[folder] = os.path.realpath(os.path.join(self._top, folder))
        full = os.path.join(self._folders[folder], name)
        if not path or "\0" in name:
            raise FileNotFoundError(path)
        if name in ("", ".", "..") or os.path.islink(full):
            full = os.path.realpath(full)
        if full != self._top and not full.startswith(self._top + os.sep):
            raise FileNotFoundError(path)
        return full

    def read(self, path: str) -> bytes:
        """The bytes of a file. See `Tree.read`."""
        with open(self._locate(path), "rb") as file:
            return file.read()

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of this path, inside of this one."""
        try:
            return os.path.exists(self._locate(path))
        except (OSError, ValueError):
            return False

    def is_link(self, path: str) -> bool:
        """Whether it is a symbolic link."""
        return os.path.islink(os.path.join(self._top, path))

    def paths(self, folder: str = "") -> list[str]:
        """All files below a folder, sorted; links are listed and not followed."""
        if folder not in self._listed:
            top = self.root / folder
            if "\0" not in folder and top.resolve().is_relative_to(self.root):
                self._listed[folder] = sorted(_walk(top, self.root))
            else:
                self._listed[folder] = []
        return list(self._listed[folder])


def _walk(top: Path, root: Path) -> list[str]:
    found: list[str] = []
    start = len(str(root)) + 1
    folders = [str(top)]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in IGNORED and not entry.name.startswith("."):
                    folders.append(entry.path)
            elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
                found.append(entry.path[start:].replace(os.sep, "/"))
    return found
