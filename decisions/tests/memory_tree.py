"""Files in memory, as a tree. No tests here."""

from __future__ import annotations

import textwrap

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import Symbol, Symbols


class MemoryTree:
    """A tree of texts or bytes by path."""

    name = "memory"

    def __init__(self, files: dict[str, str | bytes]) -> None:
        self.files = {
            path: each if isinstance(each, bytes) else textwrap.dedent(each).encode()
            for path, each in files.items()
        }

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def exists(self, path: str) -> bool:
        return path in self.files or any(each.startswith(f"{path}/") for each in self.files)

    def is_link(self, path: str) -> bool:
        return False

    def paths(self, folder: str = "") -> list[str]:
        start = f"{folder}/" if folder else ""
        return sorted(path for path in self.files if path.startswith(start))


def symbols(files: dict[str, str | bytes] | str, root: str = "") -> Symbols:
    given = {"pkg/__init__.py": files} if isinstance(files, str) else files
    return Symbols(MemoryTree(given), {"pkg": root}, Cache())


def find(files: dict[str, str | bytes] | str, name: str) -> Symbol:
    return symbols(files).find(name)


def place(files: dict[str, str | bytes] | str, name: str) -> tuple[str, str, int, int, str]:
    found = find(files, name)
    return found.name, found.path, found.line, found.end_line, found.kind
