"""Which facts a comment suppresses, and which suppressions a change brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mkdocs_decisions.record import Suppression
from mkdocs_decisions.review.change import Change
from mkdocs_decisions.review.model import Fact, Kind, Level
from mkdocs_decisions.suppressions import suppressions

_CODE = "ADR706"


def less_suppressed(change: Change, facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts; one that a comment with a reason suppresses is only listed, with the reason."""
    held = change.head.suppressions
    for fact in facts:
        reasons = [
            each.reason
            for each in held.get(fact.path, ())
            if fact.code in each.codes and fact.line in (each.line, each.covers) and each.reason
        ]
        if fact.code and reasons and fact.level is not Level.NOTE:
            details = (*fact.details, f"suppressed: {reasons[0]}")
            yield replace(fact, level=Level.NOTE, details=details)
        else:
            yield fact


def suppression_facts(change: Change) -> Iterator[Fact]:
    """The suppressions that a change brings. One without a reason is wrong."""
    after = change.head.suppressions
    for path in sorted(change.paths & set(after)):
        known = [(each.codes, each.reason) for each in _before(change, path)]
        for each in after[path]:
            if (each.codes, each.reason) in known:
                known.remove((each.codes, each.reason))
                continue
            codes = ", ".join(each.codes) or "nothing"
            if each.reason:
                what = f"{codes} is suppressed: {each.reason}"
                yield Fact(Kind.SUPPRESSED, Level.NOTE, path, each.line, what)
            else:
                yield Fact(
                    Kind.SUPPRESSED,
                    change.level(_CODE),
                    path,
                    each.line,
                    f"{codes} is suppressed without a reason",
                    _CODE,
                    "write why after the bracket, or delete it",
                )


def _before(change: Change, path: str) -> Iterator[Suppression]:
    """The suppressions of a file before the change."""
    try:
        yield from suppressions(change.base.text(path), python=path.endswith(".py"))
    except OSError:
        return
