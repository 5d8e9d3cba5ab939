"""Files in memory, as a tree. No tests here."""

from __future__ import annotations

import textwrap


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
