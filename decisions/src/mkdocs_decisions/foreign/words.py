"""Finds the status words of the vocabulary in a text, and tells how much each of them weighs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from . import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Word:
    """A status word found in a text.

    Attributes:
        tier: `strong` tells wherever it leads, `whole` only alone, `implemented` only if nothing
            else tells, `implementing` never, and `unsettled` stands for none of the families.
    """

    start: int
    end: int
    phrase: str
    family: str | None
    tier: str


def pattern_of(phrases: list[str]) -> str:
    """A pattern of phrases, the longest first; spaces match hyphens and underscores too."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(
        re.escape(phrase).replace(r"\ ", r"[\s_-]+").replace("'", "['’]?")
        for phrase in longest_first
    )


def normal(text: str) -> str:
    """The form in which phrases stand in the vocabulary."""
    return " ".join(re.split(r"[\s_-]+", text.lower().replace("’", "'").strip()))


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], dict[str, tuple[str | None, str]]]:
    kinds: dict[str, tuple[str | None, str]] = {}
    for phrase in vocabulary.phrases(vocabulary.UNSETTLED):
        kinds[phrase] = (None, "unsettled")
    for phrase in vocabulary.phrases(vocabulary.IMPLEMENTING):
        kinds[phrase] = (None, "implementing")
    for phrase in vocabulary.phrases(vocabulary.IMPLEMENTED):
        kinds[phrase] = ("accepted", "implemented")
    for tier, table in (
        ("whole", vocabulary.WHOLE_PHRASES),
        ("strong", vocabulary.STATUS_PHRASES),
    ):
        for family, words in table.items():
            for phrase in vocabulary.phrases(words):
                kinds[phrase] = (family, tier)
    pattern = rf"(?<!\w)(?<!\w[-'’])(?:{pattern_of(list(kinds))})(?!\w)(?![-'’]\w)"
    return re.compile(pattern, re.IGNORECASE), kinds


def word_at(text: str, start: int) -> Word | None:
    """The status word that begins exactly at an offset."""
    found = _table()[0].match(text, start)
    return _word(found) if found else None


def words_in(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """Every status word of a stretch of text, in order."""
    for found in _table()[0].finditer(text, start, len(text) if end is None else end):
        word = _word(found)
        if word is not None:
            yield word


def _word(found: re.Match[str]) -> Word | None:
    phrase = normal(found[0])
    kind = _table()[1].get(phrase) or _table()[1].get(_with_apostrophe(phrase))
    return Word(*found.span(), phrase, *kind) if kind else None


def _with_apostrophe(phrase: str) -> str:
    return re.sub(r"^wont\b", "won't", phrase)


@lru_cache(maxsize=1)
def _placeholders() -> frozenset[str]:
    return frozenset(vocabulary.phrases(vocabulary.PLACEHOLDERS))


_BRACKETS = (("[", "]"), ("{", "}"), ("<", ">"), ("`", "`"), ("“", "”"), ('"', '"'))
_BRACED_CHOICE = re.compile(r"^[\[{<][^\]}>]*\|[^\]}>]*[\]}>]")
_CHOICE = re.compile(r"[|/¦]|\bor\b|\boder\b|\bou\b|\be/ou\b")


def placeholder(text: str) -> bool:
    """Whether a text is a leftover of a template: a choice, braces without a status, "TBD"."""
    bare = text.strip()
    if normal(bare) in _placeholders() or bare.lower().strip(" .*_") in _placeholders():
        return True
    if _BRACED_CHOICE.match(bare):
        return True
    told = list(words_in(bare))
    families = {word.family for word in told if word.tier in ("strong", "whole")}
    bracketed = any(bare.startswith(a) and bare.endswith(b) and len(bare) > 1 for a, b in _BRACKETS)
    if bracketed and not (len(families) == 1 and _only_words(bare, told)):
        return bare[0] not in '“"`' or len(families) > 1
    if len(families) < 2:
        return re.match(r"what (?:is|was) the status\b", bare, re.IGNORECASE) is not None
    between = [bare[one.end : two.start] for one, two in pairwise(told)]
    if all(_CHOICE.search(gap) and len(gap) < 30 for gap in between):
        return True
    return len(families) > 2 and all(re.fullmatch(r"[\s,;&•·]*(?:and|or)?\s*", g) for g in between)


def _only_words(bare: str, told: list[Word]) -> bool:
    rest = bare
    for word in reversed(told):
        rest = rest[: word.start] + rest[word.end :]
    return not re.search(r"[^\W\d_]", rest)
