"""What a review tells of a change: plain data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mkdocs_decisions.problems import Finding, Note, Problem, Report, Severity
from mkdocs_decisions.record import Record, Status
from mkdocs_decisions.rules import catalogue


class Kind(StrEnum):
    """What happened, the most binding first."""

    PROOF_WEAKENED = "proof-weakened"
    SIGNATURE_BROKE = "signature-broke"
    RULE_BROKEN = "rule-broken"
    RECORD_DELETED = "record-deleted"
    RECORD_EDITED = "record-edited"
    STATUS_MOVED = "status-moved"
    RECORD_ADDED = "record-added"
    SUPPRESSED = "suppressed"
    SETTINGS_CHANGED = "settings-changed"
    MEANING_CHANGED = "meaning-changed"
    PROOF_CHANGED = "proof-changed"
    NEAR_CHANGED = "near-changed"
    SYMBOL_MOVED = "symbol-moved"
    UNCOVERED = "uncovered"

    @property
    def heading(self) -> str:
        """Heading of the facts of this kind."""
        return _HEADINGS[self]

    @property
    def rank(self) -> int:
        """Its place in the order."""
        return list(Kind).index(self)


_HEADINGS = {
    Kind.PROOF_WEAKENED: "Proofs weakened",
    Kind.SIGNATURE_BROKE: "Governed signatures broken",
    Kind.RULE_BROKEN: "Rules broken",
    Kind.RECORD_DELETED: "Records deleted",
    Kind.RECORD_EDITED: "Records edited",
    Kind.STATUS_MOVED: "Records moved in status",
    Kind.RECORD_ADDED: "Records added",
    Kind.SUPPRESSED: "Findings suppressed",
    Kind.SETTINGS_CHANGED: "Configuration changed",
    Kind.MEANING_CHANGED: "Governed symbols changed in meaning",
    Kind.PROOF_CHANGED: "Proofs changed",
    Kind.NEAR_CHANGED: "Near governed symbols",
    Kind.SYMBOL_MOVED: "Governed symbols moved",
    Kind.UNCOVERED: "New beside governed symbols, and governed by nothing",
}


class Level(StrEnum):
    """How much a fact weighs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Its place in the order, the gravest first."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Decision:
    """The record that a fact concerns, as a reader of the change wants to see it."""

    id: str
    title: str
    answer: str
    path: str
    status: str

    @classmethod
    def of(cls, record: Record) -> Decision:
        """What a record says in short."""
        status = record.status.value if record.status else "unknown"
        return cls(record.id, record.title, record.meta.answer or "", record.path, status)

    @property
    def label(self) -> str:
        """How it is named in prose: `ADR-0003`."""
        return f"ADR-{self.id}"


@dataclass(frozen=True, slots=True)
class WordChange:
    """One place where the text of a record differs, and how grave that is."""

    kind: str
    before: str
    after: str
    line: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a change does.

    Attributes:
        kind: What happened.
        level: How much it weighs.
        path: The file, relative to the root of the project; it is there after the change.
        line: Line, from 1.
        what: What happened, with the name that it happened to.
        code: The rule that it falls under; empty if none.
        mend: How to mend it; empty if nothing is wrong.
        symbol: Dotted name of the symbol that it is about; empty if it is about none.
        decisions: The records that it concerns.
        tests: Ids of the tests that hold those decisions: those to run.
        details: More about it, line by line.
        changes: Where the text of a record differs.
        before: The text of a record before, as Markdown, if it was edited.
        after: The text after.
    """

    kind: Kind
    level: Level
    path: str
    line: int
    what: str
    code: str = ""
    mend: str = ""
    symbol: str = ""
    decisions: tuple[Decision, ...] = ()
    tests: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    changes: tuple[WordChange, ...] = ()
    before: str = ""
    after: str = ""

    @property
    def order(self) -> tuple[int, int, str, int, str]:
        """What facts are sorted by, so that the most binding comes first."""
        return self.level.rank, self.kind.rank, self.path, self.line, self.what


@dataclass(slots=True)
class Review:
    """What a change does to decisions and to what they govern.

    Attributes:
        base: What it is compared with.
        head: The state after the change.
        facts: What it does, the most binding first.
        notes: What was not looked at.
        changed: Number of files that differ.
        read: Number of those that are records, code, tests or the configuration.
        records: Number of records after the change.
        prefix: Path of the project in its repository, with `/` at its end unless it is the root.
    """

    base: str
    head: str
    facts: list[Fact] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    changed: int = 0
    read: int = 0
    records: int = 0
    prefix: str = ""

    @property
    def failed(self) -> bool:
        """Whether there is something that binds: a fact that is an error."""
        return any(each.level is Level.ERROR for each in self.facts)

    def count(self, level: Level) -> int:
        """How many facts have a level."""
        return sum(each.level is level for each in self.facts)

    @property
    def report(self) -> Report:
        """The facts that are findings, in their order."""
        rules = catalogue()
        findings = [
            Finding(
                each.code,
                rules[each.code].name,
                Severity(each.level.value),
                Problem(each.path, each.line, 1, _message(each), each.mend),
            )
            for each in self.facts
            if each.code and each.level is not Level.NOTE
        ]
        return Report(findings, list(self.notes), self.records)


def _message(fact: Fact) -> str:
    parts = [fact.what, *fact.details]
    if fact.decisions:
        told = ", ".join(f"{each.label} {each.title}" for each in fact.decisions)
        parts.append(f"decided in {told}")
    return "; ".join(parts)


def binding(record: Record | None) -> bool:
    """Whether a record is in force."""
    return record is not None and record.readable and record.status is Status.ACCEPTED
