"""Which change of words mends a misspelling, and which one says something else.

There is no dictionary. A word counts as misspelt if the mended text has no other use of it, if its
first letter stays, and if few letters differ. Words that carry the sense of a rule are never typos.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_HARMLESS = frozenset(".,;:'\"()[]\u2026\u201c\u201d\u2018\u2019\u00ab\u00bb\u2013\u2014")

_NEGATION = "no not never none nor neither nothing nobody nowhere without cannot cant non"
_OBLIGATION = "must may might should shall can could will would need needs"
_AMOUNT = "zero one two three four five six seven eight nine ten hundred thousand million"
_TRUTH = "true false on off yes"
_SENSE = frozenset(f"{_NEGATION} {_OBLIGATION} {_AMOUNT} {_TRUTH}".split())
"""Whoever changes one of these changes what is said, however few letters differ."""

_SMALL = """
all and any are as at be before but by do each either every few first for from had has have if in
into is it last least less many more most of only or our out over some than that the their them
then there these they this those to under unless until up was we were what when where which while
who with you your after above below new now low high old same such
"""
_COMMON = frozenset(_SMALL.split())
"""Words that are right as they are: to put one for another is no mending."""


def mended(
    before: Sequence[str],
    after: Sequence[str],
    *,
    used: Collection[str],
    around: tuple[str, str] = ("", ""),
) -> list[tuple[str, str]] | None:
    """The misspellings that were mended, as pairs; None if the change is more than that.

    Args:
        before: Words and marks that were there.
        after: Words and marks that are there instead.
        used: All words of the text after, in lower case.
        around: The word before the change and the word after it.
    """
    if len(before) == 1 and not after and _doubled(before[0], around):
        return [(before[0], "")]
    old = [word for word in before if word not in _HARMLESS]
    new = [word for word in after if word not in _HARMLESS]
    if old == new:
        return [(" ".join(before), " ".join(after))]
    if len(old) == len(new):
        pairs = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
        return pairs if all(is_misspelling(*pair, used=used) for pair in pairs) else None
    if "".join(old).lower() == "".join(new).lower() and _free([*old, *new]):
        return [(" ".join(old), " ".join(new))]
    return None


def is_misspelling(before: str, after: str, *, used: Collection[str] = ()) -> bool:
    """Whether the second word is the first one spelt right."""
    old, new = _plain(before), _plain(after)
    if not _free([old, new]):
        return False
    if old == new or {old, new} == {"a", "an"}:
        return True
    short, long = sorted((old, new), key=len)
    if long in (f"{short}s", f"{short}es"):
        return True
    if old in used or {old, new} <= _COMMON or len(short) <= 2:
        return False
    if old[0] != new[0] and sorted(old[:2]) != sorted(new[:2]):
        return False
    if {old[:3], new[:3]} == {"min", "max"} or {old[-2:], new[-2:]} == {"er", "ee"}:
        return False
    if len(long) - len(short) > 1 and long.endswith(short):
        return False  # what begins otherwise, as `unusable`, says otherwise
    return distance(old, new) <= (1 if len(long) <= 7 else 2)


def distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out, replaced or swapped with the next one."""
    if abs(len(one) - len(other)) > 2:
        return max(len(one), len(other))
    rows = [list(range(len(other) + 1))]
    for at, letter in enumerate(one, start=1):
        row = [at]
        for place, against in enumerate(other, start=1):
            cost = min(rows[-1][place] + 1, row[-1] + 1, rows[-1][place - 1] + (letter != against))
            swapped = at > 1 and place > 1 and one[at - 2 : at] == against + other[place - 2]
            row.append(min(cost, rows[-2][place - 2] + 1) if swapped else cost)
        rows.append(row)
    return rows[-1][-1]


def _doubled(word: str, around: tuple[str, str]) -> bool:
    return word.lower() in (each.lower() for each in around) and _free([word])


def _free(words: Sequence[str]) -> bool:
    """Whether all are words in letters that carry no sense of their own."""
    return all(
        _WORD.fullmatch(word) and word not in _SENSE and not word.endswith("n't")
        for word in map(_plain, words)
    )


def _plain(word: str) -> str:
    return word.lower().replace("\u2019", "'")
