"""A report as workflow commands of GitHub Actions, which become annotations of a pull request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.output.text import counted_words, note_line
from mkdocs_decisions.problems import Finding, Report, Severity

SHOWN = 10
"""Annotations of one level that GitHub shows of one step."""
_NOTES = 20
"""Notes that are named in the one notice about them."""


def workflow_commands(report: Report, prefix: str = "") -> str:
    """The report as workflow commands, errors first.

    Of each level as many are written as are shown; the last one then sums up the rest.

    Args:
        report: What was found, the most important first.
        prefix: Path of the project in its repository.
    """
    return "".join(f"{line}\n" for line in _lines(report, prefix))


def _lines(report: Report, prefix: str) -> Iterator[str]:
    for severity in (Severity.ERROR, Severity.WARNING):
        found = [each for each in report.findings if each.severity is severity]
        shown = found if len(found) <= SHOWN else found[: SHOWN - 1]
        yield from (_annotation(each, prefix) for each in shown)
        if rest := found[len(shown) :]:
            yield _summed_up(rest, severity)
    if report.notes:
        told = [note_line(note) for note in report.notes[:_NOTES]]
        if more := len(report.notes) - len(told):
            told.append(f"and {more:,} more")
        title = f"{counted_words(len(report.notes), 'thing')} not looked at"
        yield command("notice", "\n".join(told), title=title)


def _annotation(each: Finding, prefix: str) -> str:
    found = each.problem
    message = f"{visible(found.message)}\nmend: {visible(found.mend)}".removesuffix("\nmend: ")
    return command(
        each.severity.value,
        message,
        file=f"{prefix}{found.path}",
        line=str(found.line),
        col=str(found.column),
        title=f"{each.code} {each.name}",
    )


def _summed_up(rest: list[Finding], severity: Severity) -> str:
    codes = Counter(f"{each.code} {each.name}" for each in rest)
    told = ", ".join(f"{name}: {number}" for name, number in codes.most_common())
    return command(severity.value, told, title=f"{counted_words(len(rest), severity.value)} more")


def command(level: str, message: str, **properties: str) -> str:
    """A workflow command; what could end it or begin another one is escaped."""
    told = ",".join(f"{key}={_property(visible(value))}" for key, value in properties.items())
    return f"::{level} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
