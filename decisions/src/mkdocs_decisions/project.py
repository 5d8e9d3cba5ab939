"""A project under review: its records, symbols, tests and receipts, each read from a tree once."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mkdocs_decisions.cache import Cache, memory_of, sha256
from mkdocs_decisions.problems import Note
from mkdocs_decisions.reader import read_record
from mkdocs_decisions.record import Record, Status, Suppression
from mkdocs_decisions.settings import FILE, Settings, read_settings
from mkdocs_decisions.suppressions import suppressions
from mkdocs_decisions.tree import Folder, Tree

if TYPE_CHECKING:
    from mkdocs_decisions.marks import Mark
    from mkdocs_decisions.receipts import Receipts
    from mkdocs_decisions.symbols import Symbols
    from mkdocs_decisions.testmap import Tests

NO_RECORDS = {"readme.md", "index.md", "template.md"}
"""Files of the records folder that are no records."""


class Project:
    """What is known of a project at one revision, or as it stands on disk.

    Args:
        tree: Where its files are read from.
        settings: How it keeps its records.
        cache: What is remembered of former runs.
        base: The same project before a change, if there is something to compare with.
        taken: Paths of the records that other revisions have, by their id and the revision's name.
        today: The day that dates are compared with.

    Attributes:
        notes: What was not looked at, and why. Whoever passes something over says so here.
    """

    def __init__(
        self,
        tree: Tree,
        settings: Settings,
        *,
        cache: Cache | None = None,
        base: Project | None = None,
        taken: Mapping[str, Mapping[str, str]] | None = None,
        today: datetime.date | None = None,
    ) -> None:
        self.tree = tree
        self.settings = settings
        self.cache = cache or Cache()
        self.base = base
        self.taken = taken or {}
        self.today = today or datetime.datetime.now(datetime.UTC).date()
        self.notes: list[Note] = []

    @cached_property
    def record_paths(self) -> list[str]:
        """The files of the records folder that are taken for records, sorted."""
        folder = PurePosixPath(self.settings.records)
        return [
            path
            for path in self.tree.paths(self.settings.records)
            if PurePosixPath(path).parent == folder
            and path.lower().endswith(".md")
            and PurePosixPath(path).name.lower() not in NO_RECORDS
            and not PurePosixPath(path).name.startswith(".")
        ]

    @cached_property
    def records(self) -> list[Record]:
        """Every record, also one that could not be read, by its path."""
        return list(self.each_record())

    def each_record(self) -> Iterator[Record]:
        """Every record as soon as it is read."""
        for path in self.record_paths:
            yield read_record(self.tree, path, self.cache)

    @cached_property
    def readable(self) -> list[Record]:
        """The records that could be read and have an id."""
        return [record for record in self.records if record.readable and record.id]

    @cached_property
    def by_id(self) -> dict[str, Record]:
        """The records by their id; of two with one id, the first by its path."""
        found: dict[str, Record] = {}
        for record in self.readable:
            found.setdefault(record.id, record)
        return found

    @cached_property
    def governing(self) -> dict[str, list[Record]]:
        """The records that govern a symbol, by the name that they give it."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.readable:
            for each in record.meta.governed:
                found[each.symbol].append(record)
        return dict(found)

    @cached_property
    def code_paths(self) -> list[str]:
        """The Python files of the packages and of the tests, sorted."""
        folders = [_package_folder(name, at) for name, at in self.settings.packages.items()]
        paths = {
            path
            for folder in (*folders, *self.settings.tests)
            for path in self.tree.paths(folder)
            if path.endswith(".py")
        }
        return sorted(paths)

    @cached_property
    def marks(self) -> list[Mark]:
        """The marks in code and tests that name a record, by file and line."""
        from mkdocs_decisions.marks import Mark, marks

        def compute(path: str, data: bytes) -> list[dict[str, Any]]:
            return [asdict(each) for each in marks(data.decode("utf-8", "replace"), path)]

        found: list[Mark] = []
        for path, data in self._code():
            if b"ADR" in data or b":adr:" in data:
                key = sha256(path.encode() + b"\0" + data)
                held = self.cache.memo("marks", key, partial(compute, path, data))
                found += [Mark(**each) for each in held]
        return found

    @cached_property
    def suppressions(self) -> dict[str, list[Suppression]]:
        """The suppressions in records and code, by file."""
        found = {record.path: record.suppressions for record in self.records}
        for path, data in self._code():
            if b"decisions:" in data:
                text = data.decode("utf-8", "replace")
                found[path] = list(suppressions(text, python=True))
        return {path: held for path, held in found.items() if held}

    def _code(self) -> Iterator[tuple[str, bytes]]:
        """The Python files with their bytes. One that can't be read is noted."""
        for path in self.code_paths:
            try:
                yield path, self.tree.read(path)
            except OSError as error:
                why = error.strerror or "it is a link that leads out of the project, or nowhere"
                self.note(path, 1, "marks and suppressions in this file", why)

    @cached_property
    def symbols(self) -> Symbols:
        """The symbols of the packages."""
        from mkdocs_decisions.symbols import Symbols

        return Symbols(self.tree, self.settings.packages, self.cache)

    @cached_property
    def tests(self) -> Tests:
        """The tests."""
        from mkdocs_decisions.testmap import Tests

        return Tests(self.tree, self.settings.tests, self.cache)

    @cached_property
    def receipts(self) -> Receipts:
        """What `decisions prove` has seen."""
        from mkdocs_decisions.receipts import read_receipts

        return read_receipts(self.tree, self.settings.receipts_file)

    def text(self, path: str) -> str:
        """The text of a file; bytes that are no UTF-8 are replaced."""
        return self.tree.read(path).decode("utf-8", "replace").replace("\r\n", "\n")

    def accepted(self, record: Record) -> bool:
        """Whether a record is in force."""
        return record.status is Status.ACCEPTED

    def note(self, path: str, line: int, what: str, why: str) -> None:
        """Say that something was not looked at."""
        note = Note(path, line, what, why)
        if note not in self.notes:
            self.notes.append(note)


def _package_folder(name: str, root: str) -> str:
    """The folder of a package, or the module's file."""
    return str(PurePosixPath(root) / name.replace(".", "/"))


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` outwards, with [tool.decisions]; else a project's root."""
    start = start.resolve()
    for folder in (start, *start.parents):
        try:
            if "[tool.decisions" in (folder / FILE).read_text(encoding="utf-8", errors="replace"):
                return folder
        except OSError:
            pass
    for folder in (start, *start.parents):
        if (folder / FILE).is_file() or (folder / ".git").exists():
            return folder
    return start


def open_project(root: Path, *, cache: bool = True, begins: bool = False) -> Project:
    """The project in a folder, as it stands on disk.

    Args:
        root: The folder.
        cache: Whether to remember something between runs.
        begins: Whether the folder of the records may be missing.

    Raises:
        DecisionsError: Its configuration can't be read.
    """
    tree = Folder(root)
    folder = memory_of(root) if cache else None
    valid = Cache(folder)
    settings = read_settings(tree, valid, begins=begins)
    valid.save()
    return Project(tree, settings, cache=Cache(folder, sha256(settings.stamp())))
