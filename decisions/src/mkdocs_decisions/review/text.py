"""A review for people at a terminal, or in a file."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_decisions.output.escaping import line_start, logged
from mkdocs_decisions.output.text import counted_words, note_line, painted
from mkdocs_decisions.review.model import Fact, Level, Review, WordChange

_COLORS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "code"}
_CHANGES = 20
"""Changes of words that are shown of one record."""


def text(review: Review, *, color: bool = False) -> str:
    """The review as text."""
    return "".join(f"{line}\n" for line in _lines(review, color))


def _lines(review: Review, color: bool) -> Iterator[str]:
    title = None
    for fact in review.facts:
        if fact.kind.heading != title:
            title = fact.kind.heading
            yield painted(title, "code", color)
        yield from _fact(fact, color)
        yield ""
    if review.notes:
        yield painted("Not looked at", "code", color)
        yield from (f"  {note_line(note)}" for note in review.notes)
        yield ""
    yield painted(summed_up(review), "error" if review.failed else "good", color)


def _fact(fact: Fact, color: bool) -> Iterator[str]:
    level = painted(fact.level.value, _COLORS[fact.level], color)
    code = f" {painted(fact.code, 'code', color)}" if fact.code else ""
    yield f"  {line_start(fact.path)}:{fact.line}:{code} {level} {logged(fact.what)}"
    for detail in fact.details:
        yield f"    - {logged(detail)}"
    for change in fact.changes[:_CHANGES]:
        yield f"    line {change.line}, {change.kind}: {_words(change, color)}"
    if len(fact.changes) > _CHANGES:
        yield f"    and {counted_words(len(fact.changes) - _CHANGES, 'change')} more"
    for each in fact.decisions:
        answer = f": {each.answer}" if each.answer else ""
        yield f"    {logged(f'{each.label} ({each.status}) {each.title}{answer}')}"
    if fact.tests:
        yield f"    run: {logged(' '.join(fact.tests))}"
    if fact.mend:
        yield f"    {painted('mend:', 'mend', color)} {logged(fact.mend)}"


def _words(change: WordChange, color: bool) -> str:
    before = painted(f"[-{logged(change.before)}-]", "error", color) if change.before else ""
    after = painted(f"{{+{logged(change.after)}+}}", "good", color) if change.after else ""
    return f"{before}{after}"


def summed_up(review: Review) -> str:
    """The line that sums up."""
    counts = [(review.count(level), level.value) for level in Level]
    told = ", ".join(counted_words(number, name) for number, name in counts if number)
    files = counted_words(review.changed, "changed file")
    against = f"{logged(review.head)} against {logged(review.base)}"
    return (
        f"{told or 'nothing that concerns a decision'}: {against}; "
        f"{files}, {review.read:,} of them records, code, tests or configuration"
    )
