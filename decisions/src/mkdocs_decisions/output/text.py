"""A report for people: a line for each finding, how to mend it, a line that sums up."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_decisions.output.escaping import line_start, logged
from mkdocs_decisions.problems import Finding, Note, Report, Severity

_COLORS = {"error": "1;31", "warning": "1;33", "code": "1", "mend": "36", "good": "32"}


def text(report: Report, *, color: bool = False) -> str:
    """The report as text."""
    return "".join(f"{line}\n" for line in _lines(report, color))


def _lines(report: Report, color: bool) -> Iterator[str]:
    for each in report.findings:
        yield from finding_lines(each, color)
    if report.findings:
        yield ""
    if report.notes:
        yield painted("not looked at:", "code", color)
        yield from (f"  {note_line(note)}" for note in report.notes)
        yield ""
    yield painted(summary(report), "error" if report.failed else "good", color)


def finding_lines(each: Finding, color: bool) -> Iterator[str]:
    """A finding in two lines: what is wrong, and how to mend it."""
    found = each.problem
    place = f"{line_start(found.path)}:{found.line}:{found.column}:"
    severity = painted(each.severity.value, each.severity.value, color)
    yield f"{place} {painted(each.code, 'code', color)} {severity} {logged(found.message)}"
    if found.mend:
        yield f"  {painted('mend:', 'mend', color)} {logged(found.mend)}"


def note_line(note: Note) -> str:
    """What was not looked at, in one line."""
    return f"{line_start(note.path)}:{note.line}: {logged(note.what)}: {logged(note.why)}"


def summary(report: Report) -> str:
    """The line that sums up."""
    counted = [
        (sum(each.severity is severity for each in report.findings), severity.value)
        for severity in (Severity.ERROR, Severity.WARNING)
    ]
    parts = [counted_words(number, name) for number, name in counted if number]
    told = f"{', '.join(parts) or 'nothing wrong'} in {counted_words(report.records, 'record')}"
    fixable = sum(bool(each.problem.fix) for each in report.findings)
    return f"{told}; --fix mends {fixable}" if fixable else told


def counted_words(number: int, name: str) -> str:
    """`1 record`, `2 records`."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def painted(part: str, color: str, on: bool) -> str:
    """A part of a line in its colour, if there are colours."""
    return f"\033[{_COLORS[color]}m{part}\033[0m" if on else part
