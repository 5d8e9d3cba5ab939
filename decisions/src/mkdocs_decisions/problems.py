"""What is said about a project: problems, findings, notes, how to mend them. Plain data only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class DecisionsError(Exception):
    """Nothing could be checked or done: the command ends with exit code 2.

    Attributes:
        code: The code of the error, `ADR0xx`.
        message: What is wrong, with the name that is wrong.
        mend: How to mend it.
    """

    def __init__(self, code: str, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.mend = mend


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one file that a fix makes. Which fields count depends on `kind`.

    Attributes:
        kind: `text` (replace `old` by `new` at `line`, or in the whole file if `line` is 0), `set`
            (front matter key = value), `rename-key`, `remove-key`, `append` (to a list of the
            front matter), `rename` (the file is called `new` from now on).
        path: The file, relative to the root of the project.
        line: Line of the text, from 1; 0 means anywhere.
        key: Key of the front matter.
        old: Text, key or value before.
        new: Text, key or value after.
    """

    kind: str
    path: str
    line: int = 0
    key: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule found: where, what is wrong, how to mend it.

    Attributes:
        path: The file, relative to the root of the project.
        line: Line, from 1; 1 if it concerns the whole file.
        column: Column, from 1.
        message: What is wrong, with the name that is wrong.
        mend: How to mend it.
        fix: The edits that mend it, if there is one answer only.
        code: The code of the rule. A rule may leave it empty: what runs it fills it in.
        severity: Its severity where it is milder or graver than what the rule usually finds; a
            severity in the configuration counts more.
    """

    path: str
    line: int
    column: int
    message: str
    mend: str
    fix: tuple[Edit, ...] = ()
    code: str = ""
    severity: Severity | None = None

    def to_json(self) -> dict[str, Any]:
        """The problem as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Problem:
        """The problem that `to_json` wrote."""
        severity = Severity(data["severity"]) if data["severity"] else None
        fix = tuple(Edit(**edit) for edit in data["fix"])
        return cls(**{**data, "fix": fix, "severity": severity})


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with the rule that found it and its severity in this project."""

    code: str
    name: str
    severity: Severity
    problem: Problem

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return f"{self.problem.path}:{self.problem.line}:{self.problem.column}"


@dataclass(frozen=True, slots=True)
class Note:
    """What was not looked at, and why: no verdict covers it."""

    path: str
    line: int
    what: str
    why: str


@dataclass(slots=True)
class Report:
    """What a check found, and what it did not look at."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    records: int = 0

    @property
    def failed(self) -> bool:
        """Whether there is a finding that is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
