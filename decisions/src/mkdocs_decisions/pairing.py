"""Which record of one state of a project is which record of another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from mkdocs_decisions.project import Project
from mkdocs_decisions.record import Record


def file_name(record: Record) -> str:
    """The file name of a record."""
    return record.path.rpartition("/")[2]


def slug(record: Record) -> str:
    """The file name of a record without its number."""
    return file_name(record).lstrip("0123456789").lstrip("-_ ")


_SIGNS: tuple[Callable[[Record], str], ...] = (
    file_name,
    slug,
    lambda record: record.id,
    lambda record: record.title,
)
"""What tells that two files are one record, the surest sign first."""


def pairs(before: Project, after: Project) -> list[tuple[Record, Record | None]]:
    """Every record that was there before, with what it is after; None if it is gone.

    A record is known by its path, else by its file name, else by the part of that behind the
    number, else by its id, else by its title. A sign that two records share tells nothing.
    """
    new = {record.path: record for record in after.records}
    found = {each.path: new.pop(each.path) for each in before.records if each.path in new}
    old = {each.path: each for each in before.records if each.id and each.path not in found}
    for sign in _SIGNS if old else ():
        here, there = _by(sign, old.values()), _by(sign, new.values())
        for name, record in here.items():
            if other := there.get(name):
                found[record.path] = other
                del old[record.path], new[other.path]
    return [(record, found.get(record.path)) for record in before.records if record.id]


def renumbered(before: Project, after: Project) -> dict[str, str]:
    """The ids of records that have another id now: old to new."""
    return {
        old.id: new.id
        for old, new in pairs(before, after)
        if new is not None and new.id and new.id != old.id
    }


def _by(sign: Callable[[Record], str], records: Iterable[Record]) -> dict[str, Record]:
    """The records by a sign, less those that share it."""
    named = [(sign(record), record) for record in records]
    count = Counter(name for name, _ in named)
    return {name: record for name, record in named if name and count[name] == 1}
