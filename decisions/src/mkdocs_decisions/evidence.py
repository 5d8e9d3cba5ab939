"""Figures that a record quotes: made again by their command, and compared with what is quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from mkdocs_decisions.cache import sha256
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import Evidence, Quote, Status
from mkdocs_decisions.tree import Tree, is_inside

if TYPE_CHECKING:
    from mkdocs_decisions.problems import Finding, Note
    from mkdocs_decisions.project import Project
    from mkdocs_decisions.settings import Settings

_MOST_DIGITS = 5_000
"""Zeros of a figure, before or behind the point, from which on it is not calculated with."""
HELD_TO = (Status.PROPOSED, Status.ACCEPTED)
"""The evidence of a record that is no longer in force is left as it is."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of figures.

    Attributes:
        command: The command that made them.
        inputs: SHA-256 of each file that they depend on, by its path.
        result: The figures.
        interpreter: The Python that made them.
    """

    command: str
    inputs: dict[str, str]
    result: Any
    interpreter: str = ""


class EvidenceError(LookupError):
    """A figure can't be had. The message says why."""


def result_path(settings: Settings, evidence: Evidence) -> str:
    """The file of the figures, relative to the root of the project."""
    return evidence.result or f"{settings.evidence_folder}/{evidence.id}.json"


def read_stored(tree: Tree, path: str) -> Stored | None:
    """The figures in a file; None if there is no such file.

    Raises:
        EvidenceError: It can't be read.
    """
    try:
        held = json.loads(tree.read(path))
        stored = Stored(held["command"], held["inputs"], held["result"], held["interpreter"])
        if isinstance(stored.command, str) and isinstance(stored.inputs, dict):
            return stored
        raise EvidenceError(f"{path} is no file of evidence")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EvidenceError(f"{path} can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{path} is no JSON: {error}") from None
    except (KeyError, TypeError):
        raise EvidenceError(f"{path} is no file of evidence") from None


def input_digests(tree: Tree, evidence: Evidence) -> dict[str, str]:
    """SHA-256 of each file that the figures depend on.

    Raises:
        EvidenceError: One is not there, or outside of the project.
    """
    found: dict[str, str] = {}
    for path in evidence.inputs:
        if not is_inside(path):
            raise EvidenceError(f"the input {shown(path)!r} is outside of the project")
        try:
            found[path] = sha256(tree.read(path))
        except FileNotFoundError:
            raise EvidenceError(f"the input {shown(path)!r} is not there") from None
        except OSError as error:
            what = f"the input {shown(path)!r} can't be read: {error.strerror}"
            raise EvidenceError(what) from None
    return found


# -- quoted figures ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A quoted figure beside what is stored.

    Attributes:
        quote: The figure as it stands in the record.
        stored: The stored value, in the scale of the quote.
    """

    quote: Quote
    stored: Decimal

    @property
    def agrees(self) -> bool:
        """Whether the figure is the stored one, within its tolerance."""
        return _within(self.stored, number(self.quote.text), self.quote.within)

    @property
    def rewritten(self) -> str:
        """The stored value, written as the figure is: its commas and its decimals."""
        return written_like(self.quote.text, self.stored, self.quote.within)


def _within(stored: Decimal, figure: Decimal, share: float) -> bool:
    return abs(figure - stored) <= abs(stored) * Decimal(str(share))


def number(text: str) -> Decimal:
    """A figure as a number."""
    return Decimal(text.replace(",", ""))


def written_like(text: str, value: Decimal, within: float = 0.0) -> str:
    """A value in the notation of a figure; with more decimals only where the tolerance asks."""
    comma = "," if "," in text else ""
    if "e" in text.lower():
        return f"{value:e}".replace("e+", "e")
    places = len(text.partition(".")[2])
    short = f"{value:{comma}.{places}f}"
    if _within(value, number(short), within):
        return short
    return f"{value:{comma}f}"


def figure(quote: Quote, results: dict[str, Any], *, percent: bool) -> Figure:
    """A quoted figure beside the value that it quotes.

    Args:
        quote: The figure.
        results: The stored figures by the id of their evidence.
        percent: Whether it is followed by a percent sign. Then a stored share is meant too.

    Raises:
        EvidenceError: There is no such value, or it is no number.
    """
    value = Decimal(str(_number_at(quote.path, results)))
    if not value.is_finite():
        raise EvidenceError(f"the evidence {quote.path} is no finite number")
    try:
        quoted = number(quote.text)
    except InvalidOperation:
        quoted = Decimal("Infinity")
    if not quoted.is_finite() or abs(quoted.adjusted()) > _MOST_DIGITS:
        raise EvidenceError("no evidence has that many digits")
    if percent and abs(value * 100 - quoted) < abs(value - quoted):
        value *= 100
    return Figure(quote, value)


def _number_at(path: str, results: dict[str, Any]) -> int | float:
    value: Any = results
    done: list[str] = []
    for key in path.split("/"):
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, ValueError, TypeError):
            where = f"in {'/'.join(done)!r}" if done else "among the evidence of the records"
            raise EvidenceError(f"there is no {shown(key)!r} {where}") from None
        done.append(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvidenceError(f"the evidence {shown(path)!r} is no number, but {_brief(value)}")
    return value


def _brief(value: Any) -> str:
    names = {dict: "several values", list: "a list", bool: "true or false", str: "a text"}
    return names.get(type(value), "nothing")


# -- making them again ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one piece of evidence.

    Attributes:
        record: Id of the record.
        id: Id of the evidence.
        path: File of the figures.
        outcome: `changed`, `unchanged` or `failed`.
        detail: Why it failed.
    """

    record: str
    id: str
    path: str
    outcome: str
    detail: str = ""


@dataclass(slots=True)
class RefreshReport:
    """What was made again, and what could not be."""

    results: list[Refreshed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether something could not be made."""
        return bool(self.findings)


def refresh(
    project: Project,
    ids: Sequence[str] | None = None,
    *,
    on_progress: Callable[[int, int, str], object] | None = None,
) -> RefreshReport:
    """Run the commands of evidence, and write what they print beside the records.

    A command that fails leaves the old figures where they are.

    Args:
        project: The project, as it stands on disk.
        ids: The records; every proposed and accepted one if None.
        on_progress: Is told how many of how many are done, and which is next.

    Raises:
        DecisionsError: ADR020, there is no such record; ADR031, the project is not on disk; a code
            of the rules, a record that is named can't be read.
        KeyboardInterrupt: It was interrupted. The command is ended, its figures are as before.
    """
    from mkdocs_decisions.listing import chosen
    from mkdocs_decisions.problems import Finding, Severity
    from mkdocs_decisions.refreshing import make

    records = chosen(project, ids, *HELD_TO)
    report = RefreshReport(notes=list(project.notes))
    wanted = [(each, at) for each in records for at in range(len(each.meta.evidence))]
    for done, (record, at) in enumerate(wanted):
        each = record.meta.evidence[at]
        if on_progress:
            on_progress(done, len(wanted), each.id)
        path = result_path(project.settings, each)
        try:
            outcome = "changed" if make(project, each, path) else "unchanged"
            report.results.append(Refreshed(record.id, each.id, path, outcome))
        except EvidenceError as error:
            report.results.append(Refreshed(record.id, each.id, path, "failed", str(error)))
            what = f"the evidence {shown(each.id)!r} can't be made: {error}"
            problem = record.problem(what, "mend the command", "evidence", at, "command")
            report.findings.append(Finding("ADR608", "evidence-stale", Severity.ERROR, problem))
    if on_progress:
        on_progress(len(wanted), len(wanted), "")
    return report


PERCENT = re.compile(r"\s*%")


def is_percent(line: str, quote: Quote) -> bool:
    """Whether a figure is followed by a percent sign in its line."""
    return PERCENT.match(line[quote.column - 1 + len(quote.text) :]) is not None
