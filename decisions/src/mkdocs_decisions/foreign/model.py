"""What a foreign record is known to say: plain, read-only, JSON-able data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation to another record. Strictly read-only.

    Attributes:
        kind: `supersedes`, `superseded-by`, `amends`, `amended-by`, `depends-on` or `relates-to`.
        target: The id, file name or address of the other record, as it is told.
        line: The line that tells it.
    """

    kind: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """One thing that the record does not tell for certain. Strictly read-only.

    Attributes:
        field: The field of `ForeignRecord` that it is about.
        line: The line that raises the doubt; None where there is no such line.
        reason: Why nothing can be told, in a few words.
    """

    field: str
    line: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """A decision record of any form, as far as it tells. Strictly read-only.

    Attributes:
        path: Path relative to the folder that was read, with forward slashes.
        id: The record's number or dated name; None if it has none.
        title: The title without its number.
        status: `proposed`, `accepted`, `rejected`, `deprecated` or `superseded`; None if not told.
        status_text: The words of the status as written.
        date: ISO date of the last status change, or else of the record.
        relations: Relations to other records, in the order they are told.
        unknowns: What cannot be told, each with its reason.
        form: Where the status is told: `front-matter`, `section`, `label`, `table`, `badge`,
            `notice` or `none`.
    """

    path: str
    id: str | None = None
    title: str | None = None
    status: str | None = None
    status_text: str | None = None
    date: str | None = None
    relations: list[Relation] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    form: str = "none"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was not read as a record, and why. Strictly read-only."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a folder holds. Strictly read-only."""

    records: list[ForeignRecord]
    skipped: list[Skipped]
