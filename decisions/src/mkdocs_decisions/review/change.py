"""A change: the project before and after it, which files differ, and which record became which."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath

from mkdocs_decisions import pairing
from mkdocs_decisions.problems import Severity
from mkdocs_decisions.project import Project
from mkdocs_decisions.record import Record
from mkdocs_decisions.review.model import Decision, Level, binding
from mkdocs_decisions.rules import catalogue
from mkdocs_decisions.settings import FILE


class Change:
    """A change, as two states of a project.

    Args:
        base: The project before.
        head: The project after; what was not looked at is noted there.
        paths: The files that differ, by their paths before and after.
    """

    def __init__(self, base: Project, head: Project, paths: Iterable[str]) -> None:
        self.base = base
        self.head = head
        self.paths = frozenset(paths)

    @cached_property
    def code(self) -> frozenset[str]:
        """The Python files that differ, of packages and tests."""
        known = {*self.base.code_paths, *self.head.code_paths}
        return frozenset(path for path in self.paths if path in known)

    @cached_property
    def read(self) -> frozenset[str]:
        """The files that differ and that a review reads."""
        records = {*self.base.record_paths, *self.head.record_paths, FILE}
        return self.code | (self.paths & records)

    @cached_property
    def pairs(self) -> list[tuple[Record | None, Record | None]]:
        """Each record before and after. One that can't be read now is left out and noted."""
        found: list[tuple[Record | None, Record | None]] = []
        known = set()
        for old, new in pairing.pairs(self.base, self.head):
            known.add(new.path if new else "")
            if new is not None and not new.readable:
                why = new.problems[0].message if new.problems else "it can't be read"
                self.head.note(new.path, 1, f"the record {new.label}", why)
            elif old.readable:
                found.append((old, new))
        added = (each for each in self.head.readable if each.path not in known)
        return [*found, *((None, each) for each in added)]

    @cached_property
    def after(self) -> dict[str, Record]:
        """What became of a record, by its path before."""
        return {old.path: new for old, new in self.pairs if old and new}

    @cached_property
    def renumbered(self) -> dict[str, str]:
        """The new ids of records that have another one."""
        return pairing.renumbered(self.base, self.head)

    @cached_property
    def in_force(self) -> list[Record]:
        """The records that bound before the change."""
        return [record for record in self.base.readable if binding(record)]

    def now(self, record: Record) -> Record:
        """A record of the base as it is after the change; as it was, if it is gone."""
        return self.after.get(record.path, record)

    def given_up(self, record: Record) -> bool:
        """Whether the change itself says that a record binds no more. A deletion says nothing."""
        new = self.after.get(record.path)
        return new is not None and not binding(new)

    def amended(self, record: Record) -> bool:
        """Whether the change adds an amendment to a record."""
        return len(self.now(record).amendments) > len(record.amendments)

    def decisions(self, records: Iterable[Record]) -> tuple[Decision, ...]:
        """The records, as they are after the change."""
        return tuple(Decision.of(self.now(record)) for record in records)

    def tests(self, records: Iterable[Record]) -> tuple[str, ...]:
        """The tests that hold some decisions after the change."""
        return tuple(
            dict.fromkeys(
                proof.test for record in records for proof in self.now(record).meta.proofs
            )
        )

    def level(self, code: str, records: Iterable[Record] = ()) -> Level:
        """How much something weighs that falls under a rule.

        It is milder if every record that it concerns is amended in the same change, and only
        listed if every one is given up there.
        """
        severity = self.head.settings.severity.get(code, catalogue()[code].severity)
        if severity == Severity.OFF:
            return Level.NOTE
        level = Level(str(severity))
        held = [record for record in records if not self.given_up(record)]
        if records and not held:
            return Level.NOTE
        if held and all(self.amended(record) for record in held):
            return Level.WARNING if level is Level.ERROR else Level.NOTE
        return level

    def is_test(self, path: str) -> bool:
        """Whether a file lies in a folder of the tests, by the configuration before and after."""
        return all(_lies_in(path, each.settings.tests) for each in (self.base, self.head))

    @cached_property
    def tests_differ(self) -> bool:
        """Whether a file of the tests differs, or where they are."""
        before, after = self.base.settings.tests, self.head.settings.tests
        return before != after or any(_lies_in(path, before) for path in self.code)


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(PurePosixPath(path).is_relative_to(folder) for folder in folders)
