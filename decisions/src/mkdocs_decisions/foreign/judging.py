"""What the words of a status say: one family, or why none can be told. Knows no places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dates import dates_in
from .document import LONGEST_LINE, Line
from .statements import (
    Claim,
    about_this,
    begins_with_status,
    claims_of,
    clauses_of,
    is_reference,
    is_told_alone,
    opening_word,
    short,
)
from .words import Word, placeholder, word_at, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a place tells.

    Attributes:
        kind: `told`, `silent` (nothing is said) or `unclear` (something is, but not which).
        text: The words as written.
        date: ISO date that stands with the status.
    """

    kind: str
    family: str | None
    line: int | None
    text: str | None
    reason: str = ""
    date: str | None = None


def judge(lines: Sequence[Line]) -> Verdict:
    """Judge the words that stand where a status is told.

    Args:
        lines: The value of a label, or the paragraphs and items of a status section.
    """
    given = [line for line in lines if line.text]
    text = "\n".join(line.text for line in given)[:500] or None
    first = given[0].number if given else (lines[0].number if lines else None)
    if not given:
        struck = any(line.struck for line in lines)
        return Verdict("silent", None, first, None, "it is struck out" if struck else "it is empty")
    if any(len(line.text) > LONGEST_LINE for line in given):
        return Verdict("unclear", None, first, text, "the line is too long")
    boxes = [line for line in given if line.box is not None]
    if boxes:
        given = [line.without_box() for line in boxes if line.box]
        if not given:
            return Verdict("silent", None, first, text, "no box is ticked")
    chosen = _bold_choice(given)
    if chosen is not None:
        word, line = chosen
        return Verdict("told", word.family, line.number, text, date=_date_of(line.text))
    own = [line for line in given if not placeholder(line.text)] or given
    whole = " ".join(line.text for line in own)
    if placeholder(whole):
        return Verdict("silent", None, first, text, f"“{short(whole)}” is a placeholder")
    claims = [claim for line in unwrapped(given) for claim in claims_of(line)]
    return _combined(claims, text, first, whole)


def notice(line: Line) -> Verdict | None:
    """A sentence such as "This record has been superseded by 12", or a status that stands alone."""
    called = _CALL.match(line.text)
    line = line.part(called.end()) if called else line
    if placeholder(line.text):
        return None
    clauses = [clause for clause, _ in clauses_of(line)]
    if not any(
        _is_outcome(clause) or (about_this(clause.text) and judge([clause]).kind != "silent")
        for place, clause in enumerate(clauses)
        if place == 0 or not _IT.match(clause.text)
    ):
        return None
    verdict = judge([line])
    return verdict if verdict.kind == "told" else None


_CALL = re.compile(
    r"\W*(?:note|nb|n\.b\.|warning|attention|important|notice|caution|update|updated|edit)\b"
    r"[\W\d]*[:：]\W*",
    re.IGNORECASE,
)
_IT = re.compile(r"\W*it\b", re.IGNORECASE)


def _is_outcome(clause: Line) -> bool:
    """Whether a sentence opens with the end of a record's life, or is a status and no more."""
    word = opening_word(clause)
    if word is None or word.tier != "strong":
        return False
    return word.family in ("deprecated", "superseded") or is_told_alone(clause)


def _bold_choice(lines: Sequence[Line]) -> tuple[Word, Line] | None:
    """The one status in bold among several families that are not."""
    marked: list[tuple[Word, Line]] = []
    families: set[str | None] = set()
    for line in lines:
        for word in words_in(line.text):
            if word.tier in ("strong", "whole", "implemented"):
                families.add(word.family)
                if any(s.start <= word.start and word.end <= s.end for s in line.marked("strong")):
                    marked.append((word, line))
    joined = " ".join(line.text for line in lines)
    listed = placeholder(joined) or placeholder(joined.strip("[]{}<>_* "))
    one = {word.family for word, _ in marked}
    return marked[0] if len(one) == 1 and len(families) > 1 and listed else None


def unwrapped(lines: Sequence[Line]) -> Iterator[Line]:
    """Lines with those joined that an editor has wrapped, and "by" with the records below it."""
    waiting: Line | None = None
    last = 0
    listing = False
    for line in lines:
        if waiting is None:
            waiting = line
        elif is_reference(line) and (listing or _BY_WHAT.search(waiting.text)):
            waiting = waiting.joined(Line(",", line.number)) if listing else waiting
            waiting = waiting.joined(line)
            listing = True
        elif line.number == last + 1 and _continues(waiting, line):
            waiting = waiting.joined(line)
        else:
            yield waiting
            waiting, listing = line, False
        last = line.number
    if waiting is not None:
        yield waiting


_BY_WHAT = re.compile(
    r"\b(?:(?:superseded|superceded|replaced|obsoleted|amended)\b[^.;:]{0,30}\bby"
    r"|supersedes|supercedes|replaces|amends|clarifies|depends\s+on|relates\s+to)\s*[:：]?$",
    re.IGNORECASE,
)


def _continues(before: Line, after: Line) -> bool:
    if re.search(
        r"\b(?:by|with|in|of|the|to|from|on|for|and|been|is|was|a|an|has|be|not|yet)$", before.text
    ):
        return True
    starts_anew = word_at(after.text, 0) and begins_with_status(before)
    return after.text[:1].islower() and not starts_anew


def _combined(claims: list[Claim], text: str | None, first: int | None, whole: str) -> Verdict:
    def unclear(claim: Claim, reason: str) -> Verdict:
        return Verdict("unclear", None, claim.line.number, text, reason)

    doubts = [claim for claim in claims if claim.kind == "unclear"]
    if doubts:
        return unclear(doubts[0], doubts[0].reason)
    told = [claim for claim in claims if claim.kind == "told"]
    if not told:
        told = [claim for claim in claims if claim.kind == "built" and claim.family]
        if told and any(claim.kind == "built" and not claim.family for claim in claims):
            return unclear(told[0], "it says how far the code is, not what was decided")
    if not told:
        return _nothing_told(claims, text, first, whole)
    chosen = _chosen(told)
    built = any(claim.kind == "built" and claim.family == "accepted" for claim in claims)
    if chosen is not None and chosen.family == "rejected" and built:
        return unclear(chosen, f"it is both implemented and “{chosen.word}”")
    if chosen is None:
        families = list(dict.fromkeys(claim.word for claim in told))
        return unclear(told[-1], "two statuses: " + " and ".join(f"“{w}”" for w in families))
    for claim in claims:
        if claim.kind == "aside" and claim.family not in (None, chosen.family):
            return unclear(claim, f"“{short(claim.line.text)}” may say another status")
    return Verdict("told", chosen.family, chosen.line.number, text, date=chosen.date)


def _nothing_told(claims: list[Claim], text: str | None, first: int | None, whole: str) -> Verdict:
    ended = next((claim for claim in claims if claim.kind == "ended"), None)
    if ended is not None:
        return Verdict("unclear", None, ended.line.number, text, ended.reason)
    for kind, reason in (
        ("partial", "it is superseded in part; what holds for the rest is not told"),
        ("built", "it says how far the code is, not what was decided"),
        ("aside", "a sentence speaks of a status, but does not state it"),
    ):
        for claim in claims:
            if claim.kind == kind:
                return Verdict("unclear", None, claim.line.number, text, reason)
    if any(claim.kind == "template" for claim in claims):
        return Verdict("silent", None, first, text, f"“{short(whole)}” is a placeholder")
    return Verdict("silent", None, first, text, f"“{short(whole)}” is no known status")


def _chosen(told: list[Claim]) -> Claim | None:
    """The claim that holds: the only one, or the one that is told to have come last."""
    families = {claim.family for claim in told}
    if len(families) == 1:
        return next((claim for claim in reversed(told) if claim.date), told[0])
    if all(claim.date for claim in told):
        latest = max(claim.date or "" for claim in told)
        last = [claim for claim in told if claim.date == latest]
        return last[0] if len({claim.family for claim in last}) == 1 else None
    replaced = [claim for claim in told if claim.family == "superseded" and claim.later]
    if replaced and "rejected" not in families:
        return replaced[0]
    if told[-1].later and len(families) == 2 and told[-1].family not in ("superseded", "proposed"):
        return told[-1]
    if told[-1].family == "superseded" and told[-1].line.number > told[0].line.number:
        return told[-1] if "rejected" not in families and len(families) == 2 else None
    return None


def _date_of(text: str) -> str | None:
    dates = {dated.iso for dated in dates_in(text)}
    return dates.pop() if len(dates) == 1 else None
