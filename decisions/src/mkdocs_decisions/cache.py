"""Remembers what was computed from a file, by its hash. JSON only: reading it runs nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mkdocs_decisions import __version__, atomic

MOST_PROJECTS = 100
"""Projects that something is remembered of."""

_NAME = re.compile(r"[0-9a-f]{16}")


def sha256(data: bytes | str) -> str:
    """The SHA-256 of bytes, or of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def _age_of_code() -> int:
    """When this package was last changed: what another state of it remembered is not used."""
    here = Path(__file__).parent
    return max(file.stat().st_mtime_ns for file in here.rglob("*.py"))


def memory_of(root: Path) -> Path:
    """Where what was read of a project is remembered: in the folder of the user for such things.

    Not in the project, because a pull request could bring one along that says all is well. The
    environment variable `DECISIONS_CACHE` names another folder.
    """
    named = os.environ.get("DECISIONS_CACHE")
    if not named:
        from platformdirs import user_cache_path

        named = str(user_cache_path("mkdocs-decisions", appauthor=False))
    return Path(named) / sha256(str(root.resolve()).encode("utf-8", "surrogateescape"))[:16]


class Cache:
    """Results by kind and key. What is not used in a run is forgotten at its end.

    Args:
        folder: Where it is kept; None to keep nothing between runs.
        stamp: What all results depend on beside their keys, such as the configuration.
    """

    def __init__(self, folder: Path | None = None, stamp: str = "") -> None:
        self._folder = folder
        age = _age_of_code() if folder else ""
        self._stamp = f"{__version__} {sys.version_info[:2]} {age} {stamp}"
        self._old: dict[str, dict[str, Any]] = {}
        self._new: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def memo(self, kind: str, key: str, compute: Callable[[], Any]) -> Any:
        """The JSON value of a key: remembered, or computed now.

        Args:
            kind: What sort of value; each has a file of its own.
            key: All that the value depends on, such as the hash of a file.
            compute: Makes the value, which must survive JSON.
        """
        new = self._new.setdefault(kind, {})
        if key in new:
            return new[key]
        old = self._load(kind)
        if key in old:
            new[key] = old[key]
        else:
            new[key] = compute()
            self._changed.add(kind)
        return new[key]

    def _load(self, kind: str) -> dict[str, Any]:
        if kind not in self._old:
            self._old[kind] = {}
            if self._folder is not None:
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                    held = json.loads((self._folder / f"{kind}.json").read_bytes())
                    if held["stamp"] == self._stamp and isinstance(held["values"], dict):
                        self._old[kind] = held["values"]
        return self._old[kind]

    def save(self, *, keep: bool = False) -> None:
        """Write what is new. A folder that can't be written to is left alone.

        Args:
            keep: Keep what was not used in this run too, because only a part was looked at.
        """
        if self._folder is None:
            return
        if self._new and not self._folder.exists():
            _forget_the_oldest(self._folder.parent)
        for kind, values in self._new.items():
            old = self._load(kind)
            if kind not in self._changed and (keep or len(values) == len(old)):
                continue
            held = {"stamp": self._stamp, "values": {**old, **values} if keep else values}
            with contextlib.suppress(OSError, ValueError, TypeError):
                text = json.dumps(held, separators=(",", ":"))
                atomic.write(self._folder / f"{kind}.json", text.encode(), lasting=False)


def _forget_the_oldest(folder: Path) -> None:
    """Keep the memories of the projects that were looked at last; others may be long gone."""
    with contextlib.suppress(OSError):
        held = [each for each in folder.iterdir() if _NAME.fullmatch(each.name)]
        if len(held) >= MOST_PROJECTS:
            held.sort(key=lambda each: each.stat().st_mtime)
            for each in held[: len(held) - MOST_PROJECTS + 1]:
                shutil.rmtree(each, ignore_errors=True)
