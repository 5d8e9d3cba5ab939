"""A throw-away copy of the project. Everything that is written while proving is written there."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from mkdocs_decisions.plumbing import Git
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.tree import Folder


class Copy:
    """One copy, which can be put back to how it was made.

    Args:
        source: The root of what is copied. It is only read.
        root: The folder to copy into; it must not be there yet, nor lie inside of the source.
        paths: The files to copy, relative to the source.

    Raises:
        DecisionsError: ADR031, the copy would lie inside of the source.
    """

    def __init__(self, source: Path, root: Path, paths: Iterable[str]) -> None:
        self.source = source.resolve()
        self.root = root.resolve()
        if self.root.is_relative_to(self.source) or self.source.is_relative_to(self.root):
            raise DecisionsError(
                "ADR031",
                f"the temporary folder {self.root.parent} lies inside of the project",
                "set TMPDIR to a folder outside of it",
            )
        self._made: dict[str, tuple[int, int, int]] = {}
        self._folders: set[str] = set()
        self.root.mkdir()
        for path in paths:
            self._copy(path)
        self._folders = {each for each, _, _ in self._walk()}

    def locate(self, path: str) -> Path:
        """Where a file of the copy is.

        Raises:
            PermissionError: It would not be inside of the copy.
        """
        place = self.root / path
        if not place.resolve().is_relative_to(self.root):
            raise PermissionError(f"{path} is outside of the copy")
        return place

    def write(self, path: str, data: bytes) -> None:
        """Put other bytes into a file."""
        place = self.locate(path)
        place.unlink(missing_ok=True)
        place.write_bytes(data)

    def restore(self) -> None:
        """Put back every file that was changed or deleted, and delete what is new."""
        seen: set[str] = set()
        for folder, _, files in self._walk():
            for name in files:
                path = f"{folder}/{name}".lstrip("/")
                if self._made.get(path) == _stamp(self.root / path):
                    seen.add(path)
                else:
                    (self.root / path).unlink()
        for path in self._made.keys() - seen:
            self._copy(path)
        for folder in sorted({each for each, _, _ in self._walk()} - self._folders, reverse=True):
            shutil.rmtree(self.root / folder, ignore_errors=True)

    def _walk(self) -> list[tuple[str, list[str], list[str]]]:
        """Every folder below the root by its path, with the folders and files in it."""
        found = []
        start = len(str(self.root)) + 1
        for folder, folders, files in os.walk(self.root):
            links = [each for each in folders if Path(folder, each).is_symlink()]
            folders[:] = [each for each in folders if each not in links and each != "__pycache__"]
            found.append((folder[start:].replace(os.sep, "/"), folders, files + links))
        return found

    def _copy(self, path: str) -> None:
        origin, place = self.source / path, self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        target = origin.resolve()
        if not target.is_relative_to(self.source):
            return
        if origin.is_symlink():
            inside = self.root / target.relative_to(self.source)
            place.symlink_to(os.path.relpath(inside, place.parent))
        elif origin.is_file():
            shutil.copyfile(origin, place)
            shutil.copystat(origin, place)
            place.chmod(place.stat().st_mode | stat.S_IWUSR)
        else:
            return
        self._made[path] = _stamp(place)


def _stamp(place: Path) -> tuple[int, int, int]:
    """What differs after a file was written to, also if it was given its old time again."""
    found = place.lstat()
    return found.st_ctime_ns, found.st_size, found.st_ino


def paths_to_copy(root: Path, folders: Iterable[str]) -> list[str]:
    """The files of a project: those that git knows and does not ignore, and all of its packages.

    Args:
        root: The root of the project.
        folders: Folders of packages: files in them that git ignores, such as a version that is
            written at build time, are needed too.
    """
    tree = Folder(root)
    paths = set(_known_to_git(root) or tree.paths())
    for folder in folders:
        paths.update(tree.paths(folder))
    return sorted(paths)


def _known_to_git(root: Path) -> list[str]:
    """What git lists; nothing if there is no git or no repository."""
    try:
        listed = Git(root).run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except DecisionsError:
        return []
    return [os.fsdecode(path) for path in listed.split(b"\0") if path]
