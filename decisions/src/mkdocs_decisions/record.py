"""One decision record: its front matter as declared, and the facts that other records need of it.

The classes of the front matter are what the published JSON Schema is made of (`schema.py`) and
what a record is validated against (`reader.py`). Everything here survives JSON.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from mkdocs_decisions.problems import Problem


def _kebab(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


_STRICT = {"alias_generator": _kebab, "extra": "forbid", "use_attribute_docstrings": True}


class Status(StrEnum):
    """Where a decision stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEPRECATED = "deprecated"
    SUPERSEDED = "superseded"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PROPOSED: frozenset({Status.ACCEPTED, Status.REJECTED}),
    Status.ACCEPTED: frozenset({Status.DEPRECATED, Status.SUPERSEDED}),
    Status.REJECTED: frozenset({Status.PROPOSED}),
    Status.DEPRECATED: frozenset({Status.SUPERSEDED}),
    Status.SUPERSEDED: frozenset(),
}
"""Which status may follow which. A rejected decision may be proposed again."""

INVERSE = {
    "supersedes": "superseded-by",
    "superseded-by": "supersedes",
    "amends": "amended-by",
    "amended-by": "amends",
    "relates-to": "relates-to",
}
"""The key that the other record must carry."""

RELATIONS = (*INVERSE, "depends-on")


@dataclass(slots=True)
class Governs:
    """A symbol that the decision is about."""

    __pydantic_config__ = _STRICT

    symbol: str
    """Dotted name of a module, class, function, method, attribute or variable."""
    note: str | None = None
    """What the decision says of it, in a few words."""


@dataclass(slots=True)
class Mutant:
    """A change of the code under which a test must fail."""

    __pydantic_config__ = _STRICT

    in_: str
    """Dotted name of the symbol that is changed."""
    replace: str
    """The text that is replaced; it stands exactly once in the symbol's source."""
    with_: str
    """What stands there instead."""
    fails_with: str | None = None
    """Name of the exception that proves the failure, if it is no assertion."""


@dataclass(slots=True)
class Proof:
    """A test that holds the decision."""

    __pydantic_config__ = _STRICT

    test: str
    """Node id of the test, `tests/test_x.py::test_name`."""
    shows: str
    """What it shows, in a few words."""
    breaks_when: list[Mutant] = field(default_factory=list)
    """Changes of the code under which the test must fail by its own assertion."""


@dataclass(slots=True)
class Evidence:
    """Figures that a command makes, and that the record quotes."""

    __pydantic_config__ = _STRICT

    id: str
    """Its name, unique among all records; quotes begin with it."""
    command: str
    """Command that prints one JSON value; run without a shell, from the root of the project."""
    inputs: list[str] = field(default_factory=list)
    """Files that the figures depend on."""
    result: str | None = None
    """File that keeps the figures; `ID.json` in the evidence folder if it is not given."""


@dataclass(slots=True)
class FrontMatter:
    """The metadata of a record."""

    __pydantic_config__ = _STRICT

    status: Status | None = None
    """Where the decision stands."""
    date: str | None = None
    """Day of the last change of the status, `YYYY-MM-DD`."""
    source: str | None = None
    """What asked for the decision: an issue, a pull request, a meeting."""
    answer: str | None = None
    """What was decided and why, in one line. Needed from accepted on."""
    tags: list[str] = field(default_factory=list)
    """Words of the vocabulary in the configuration."""
    decision_makers: list[str] = field(default_factory=list)
    """Who decided."""
    consulted: list[str] = field(default_factory=list)
    """Who was asked."""
    informed: list[str] = field(default_factory=list)
    """Who was told."""
    supersedes: list[str] = field(default_factory=list)
    """Records that this one takes the place of."""
    superseded_by: list[str] = field(default_factory=list)
    """Records that take the place of this one."""
    amends: list[str] = field(default_factory=list)
    """Records that this one changes in part."""
    amended_by: list[str] = field(default_factory=list)
    """Records that change this one in part."""
    depends_on: list[str] = field(default_factory=list)
    """Records without which this one makes no sense."""
    relates_to: list[str] = field(default_factory=list)
    """Records to read beside this one."""
    governs: list[Governs | str] = field(default_factory=list)
    """Symbols that the decision is about."""
    process: bool | None = None
    """True if the decision is about the way of working and governs no code."""
    proofs: list[Proof] = field(default_factory=list)
    """Tests that hold the decision."""
    evidence: list[Evidence] = field(default_factory=list)
    """Where the figures of the record come from."""
    review_by: str | None = None
    """Day by which the decision is looked at again, `YYYY-MM-DD`."""

    def relation(self, key: str) -> list[str]:
        """The ids under a key such as `superseded-by`."""
        ids: list[str] = getattr(self, key.replace("-", "_"))
        return ids

    @property
    def governed(self) -> list[Governs]:
        """The symbols, each with its note."""
        return [each if isinstance(each, Governs) else Governs(each) for each in self.governs]


KEYS = tuple(_kebab(each.name) for each in fields(FrontMatter))
"""The keys of the front matter, in the order they are best written in."""


@dataclass(slots=True)
class Link:
    """A link or an image in the body."""

    target: str
    text: str
    line: int
    column: int


@dataclass(slots=True)
class Mention:
    """A record named in prose without a link.

    Attributes:
        id: Its id.
        text: How it is named.
        line: The line.
        column: The column.
        sure: Whether the column is that of this mention, and not of the same text beside it.
    """

    id: str
    text: str
    line: int
    column: int
    sure: bool = True


@dataclass(slots=True)
class Quote:
    """A figure in the body with the marker that says where it comes from.

    Attributes:
        text: The figure as written, `1,000`; empty if none stands before the marker.
        path: Id of the evidence and the keys of the value in it, joined by `/`.
        within: Tolerance as a share of the stored value, 0.25 for 25 %.
        line: Line of the figure.
        column: Column of the figure.
    """

    text: str
    path: str
    within: float
    line: int
    column: int


@dataclass(slots=True)
class Sample:
    """A fenced example in Python that must run.

    Attributes:
        line: Line of the opening fence.
        sha256: Hash of its code.
    """

    line: int
    sha256: str


@dataclass(slots=True)
class Amendment:
    """A row of the table of amendments: the day as written, what changed, the line."""

    date: str
    change: str
    line: int


@dataclass(slots=True)
class Suppression:
    """A comment that says which findings are meant to be there.

    Attributes:
        codes: The codes it names.
        reason: Why; empty if none is given.
        line: Its line.
        covers: The line that it is about.
    """

    codes: list[str]
    reason: str
    line: int
    covers: int


@dataclass(slots=True)
class Record:
    """What is known of one record without reading it again.

    Attributes:
        path: The file, relative to the root of the project.
        key: Hash of its path and its bytes: what is remembered of it hangs on this.
        id: Its number as a text, `0003`; empty if the file's name has none.
        title: The title without the number.
        meta: The front matter; keys that could not be read are empty.
        places: Line and column of each value, by its path: `status`, `proofs/0/test`.
        body_line: Line on which the body begins.
        readable: Whether it could be read at all. If not, `problems` says why.
        problems: What was found while reading it, with codes.
    """

    path: str
    key: str = ""
    id: str = ""
    title: str = ""
    meta: FrontMatter = field(default_factory=FrontMatter)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    body_line: int = 1
    readable: bool = True
    problems: list[Problem] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)

    @property
    def status(self) -> Status | None:
        """Where the decision stands; None if that can't be told."""
        return self.meta.status

    @property
    def date(self) -> datetime.date | None:
        """The day of the last change of the status; None if that can't be told."""
        return iso_date(self.meta.date)

    @property
    def label(self) -> str:
        """How it is named in prose: `ADR-0003`."""
        return f"ADR-{self.id}"

    def place(self, *path: str | int) -> tuple[int, int]:
        """Line and column of a value of the front matter, or of the nearest one around it."""
        parts = [str(part) for part in path]
        while parts:
            if found := self.places.get("/".join(parts)):
                return found
            parts.pop()
        return 1, 1

    def relations(self) -> Iterator[tuple[str, int, str]]:
        """Every relation: key, position in its list, id."""
        for key in RELATIONS:
            for place, other in enumerate(self.meta.relation(key)):
                yield key, place, other

    def problem(self, message: str, mend: str, *path: str | int, **more: Any) -> Problem:
        """A problem at a value of the front matter."""
        line, column = self.place(*path)
        return Problem(self.path, line, column, message, mend, **more)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON."""
        made: dict[str, Any] = _plain(self)
        return made

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """The record that `to_json` wrote."""
        return cls(
            path=data["path"],
            key=data["key"],
            id=data["id"],
            title=data["title"],
            meta=_front_matter(data["meta"]),
            places={name: (place[0], place[1]) for name, place in data["places"].items()},
            body_line=data["body_line"],
            readable=data["readable"],
            problems=[Problem.from_json(each) for each in data["problems"]],
            links=[Link(**each) for each in data["links"]],
            mentions=[Mention(**each) for each in data["mentions"]],
            quotes=[Quote(**each) for each in data["quotes"]],
            samples=[Sample(**each) for each in data["samples"]],
            amendments=[Amendment(**each) for each in data["amendments"]],
            suppressions=[Suppression(**each) for each in data["suppressions"]],
        )


def _plain(value: Any) -> Any:
    """Classes made into dictionaries: `dataclasses.asdict` copies every leaf and takes longer."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _front_matter(data: dict[str, Any]) -> FrontMatter:
    meta = FrontMatter(**data)
    meta.status = Status(data["status"]) if data["status"] else None
    meta.governs = [each if isinstance(each, str) else Governs(**each) for each in data["governs"]]
    meta.proofs = [
        Proof(each["test"], each["shows"], [Mutant(**mutant) for mutant in each["breaks_when"]])
        for each in data["proofs"]
    ]
    meta.evidence = [Evidence(**each) for each in data["evidence"]]
    return meta


def iso_date(text: str | None) -> datetime.date | None:
    """The day that a text names as `YYYY-MM-DD`, or None."""
    if text is None or len(text) != len("2026-01-01"):
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
