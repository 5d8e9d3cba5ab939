"""Which of the dates that a record tells is its own: that of the last status change, if told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import vocabulary
from .dates import dates_in, read_date
from .metadata import is_about_the_record
from .places import names, sections_of
from .words import words_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .document import Block, Line
    from .judging import Verdict
    from .metadata import Entry
    from .places import Field, Section

_Told = tuple[str | None, int | None, str]


def date_of(
    status: Verdict,
    entries: Sequence[Entry],
    fields: Sequence[Field],
    blocks: list[Block],
    lines: Sequence[Line],
    from_name: str | None,
) -> _Told:
    """The date with the status, else of a label, else of the history, else of the file name.

    Returns:
        The ISO date, its line and "", or None, the doubtful line if any, and the reason.
    """
    if status.date is not None:
        return status.date, status.line, ""
    doubt: _Told = (None, None, "no date is told")
    for rank in vocabulary.DATE_LABELS:
        told = list(_labelled_dates(rank, status, entries, fields, blocks))
        days = {day for day, _, _ in told if day}
        if len(days) > 1 and rank in ("record", "status"):
            return None, told[1][1], "several dates are told"
        if days:
            return next(one for one in told if one[0])
        doubt = next((one for one in told if one[2]), doubt) if doubt[1] is None else doubt
    if doubt[1] is not None:
        return doubt
    for lone in (_lone_date(lines), _history_date(blocks, status)):
        if lone is not None:
            return lone
    if from_name is not None:
        return from_name, None, ""
    return _crowded_history(blocks) or _doubtful_date(status) or doubt


def _labelled_dates(
    rank: str,
    status: Verdict,
    entries: Sequence[Entry],
    fields: Sequence[Field],
    blocks: list[Block],
) -> Iterator[_Told]:
    labels = names(vocabulary.DATE_LABELS[rank])
    day_first = names(vocabulary.DAY_FIRST_LABELS)
    found = [(e.key, e.text, e.line) for e in entries if is_about_the_record(e) and e.key in labels]
    found += [(f.label, f.lines[0].text, f.line) for f in fields if f.label in labels]
    for section in sections_of(blocks):
        if section.name in labels - {"started", "accepted", "approved", "proposed"}:
            inside = [
                line for block in section.blocks if block.kind == "text" for line in block.lines
            ]
            found += [(section.name, line.text, line.number) for line in inside[:1]]
    for label, text, line in found:
        families = {word.family for word in words_in(label)}
        if families and families != {status.family}:
            continue
        if families and not re.search(r"\d", text):
            continue
        day, reason = read_date(text, day_first=label in day_first)
        yield day, line, reason


def _lone_date(lines: Sequence[Line]) -> _Told | None:
    """A line that is a date and nothing else."""
    for line in lines:
        found = list(dates_in(line.text))
        if len(found) == 1:
            rest = line.text[: found[0].start] + line.text[found[0].end :]
            if not re.search(r"\w", rest):
                return found[0].iso, line.number, found[0].reason
    return None


def _history_date(blocks: list[Block], status: Verdict) -> _Told | None:
    """The entry of a history that names the status, or the only entry."""
    dated = list(_history(blocks))
    if status.family:
        named = [
            (day, line)
            for day, line, text in dated
            if day and {w.family for w in words_in(text) if w.tier == "strong"} == {status.family}
        ]
        if named:
            day, line = max(named, key=lambda one: one[0])
            return day, line.number, ""
    if len(dated) == 1 and dated[0][0]:
        return dated[0][0], dated[0][1].number, ""
    return None


def _crowded_history(blocks: list[Block]) -> _Told | None:
    dated = list(_history(blocks))
    if len(dated) < 2:
        return None
    return None, dated[0][1].number, "the history tells when the text changed, not the status"


def _doubtful_date(status: Verdict) -> _Told | None:
    for dated in dates_in(status.text or ""):
        if dated.iso is None:
            return None, status.line, dated.reason
    return None


def _history(blocks: list[Block]) -> Iterator[tuple[str | None, Line, str]]:
    for section in sections_of(blocks):
        if section.name in names(vocabulary.HISTORY_SECTIONS):
            yield from _history_entries(section)
            return


def _history_entries(section: Section) -> Iterator[tuple[str | None, Line, str]]:
    """The dated entries; a date that cannot be told is None, so that it still counts as one."""
    for block in section.blocks:
        if block.kind == "row":
            lines: tuple[Line, ...] = (block.whole,)
        else:
            lines = block.lines if block.kind in ("text", "heading") else ()
        for line in lines:
            found = list(dates_in(line.text))
            if found:
                yield found[0].iso, line, line.text
