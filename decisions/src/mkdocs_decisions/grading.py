"""How the text of a record was changed, from not at all to rewritten. Pure functions.

Both texts are read as Markdown and compared word by word: a new line break is no change, and where
a link leads to is told apart from the words that a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from mkdocs_decisions import typos
from mkdocs_decisions.body import Body
from mkdocs_decisions.marks import citations

_AMENDMENTS = "Amendments"
_MANY = 3_000
"""Words from which on frequent ones are no anchors, so that a hostile text takes no minutes."""

_WORDS = re.compile(
    r"(?P<target>https?://[^\s<>]+)"
    r"|[-+\u2212]?\d[\d.,:]*\d%?|[-+\u2212]?\d%?"
    r"|\w+(?:[-'\u2019.]\w+)*"
    r"|[^\w\s]"
)
_TITLE = re.compile(r"^(#[ \t]+)(\d{1,5})(?=[.:]| [-\u2013\u2014])", re.MULTILINE)
_SUPPRESSION = re.compile(r"<!--\s*decisions:\s*ignore\[.*?-->", re.DOTALL)
_MARK = re.compile(r"<!--=.*?-->", re.DOTALL)
_TOLERANCE = re.compile(r"<!--= ?(?P<path>[^~>]+?) ?(?:~(?P<share>\d+(?:\.\d+)?)% ?)?-->")


class Kind(StrEnum):
    """A way to change a text, from the mildest to the gravest."""

    NONE = "none"
    REFORMAT = "reformat"
    """Other Markdown, the same words."""
    LINK_REPAIR = "link-repair"
    """Only where links lead to."""
    RENUMBERING = "renumbering"
    """Only numbers of records, as the records were renumbered."""
    TYPO = "typo"
    """A few misspelt words were mended."""
    AMENDMENT = "amendment"
    """The table of amendments grew at its end."""
    REWRITE = "rewrite"
    """Something else is said."""

    @property
    def rank(self) -> int:
        """Its place in the order of gravity."""
        return list(Kind).index(self)


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two texts differ.

    Attributes:
        kind: How.
        before: The words before; empty if something was put in.
        after: The words after; empty if something was taken out.
        line: Line in the text after, from 1.
    """

    kind: Kind
    before: str
    after: str
    line: int

    @property
    def words(self) -> int:
        """Number of words that it concerns."""
        return max(len(self.before.split()), len(self.after.split()))


@dataclass(frozen=True, slots=True)
class Grade:
    """How a text was changed.

    Attributes:
        kind: The gravest kind of all changes.
        changes: Every change, in the order of the text; amendments come last.
    """

    kind: Kind
    changes: tuple[Change, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the changes, each once, the mildest first."""
        return tuple(sorted({each.kind for each in self.changes}, key=lambda kind: kind.rank))

    @property
    def words_changed(self) -> int:
        """Number of words that were misspelt, put in, taken out or replaced; amendments aside."""
        return sum(each.words for each in self.changes if each.kind in (Kind.TYPO, Kind.REWRITE))


def grade(
    before: str,
    after: str,
    *,
    renumbered: Mapping[str, str] | None = None,
    typo_words: int = 3,
) -> Grade:
    """Tell how the body of a record was changed.

    Args:
        before: The body before, as Markdown.
        after: The body after.
        renumbered: Ids of records that were renumbered in the same change: `{"0003": "0007"}`.
        typo_words: Number of misspelt words that may be mended; more are a rewrite.
    """
    if before == after:
        return Grade(Kind.NONE)
    old, new = Body(before), Body(after)
    amendments, aside = _amendments(old, new)
    was = list(_tokens(old))
    expected = list(_tokens(Body(_renumbered(before, renumbered)))) if renumbered else was
    if len(expected) != len(was):
        expected = was
    now = [each for each in _tokens(new) if each.line not in aside]
    changes = list(_compare(was, expected, now))
    if sum(each.kind is Kind.TYPO for each in changes) > typo_words:
        changes = [
            replace(each, kind=Kind.REWRITE) if each.kind is Kind.TYPO else each for each in changes
        ]
    changes += amendments
    if not changes:
        return Grade(Kind.REFORMAT, (Change(Kind.REFORMAT, "", "", 1),))
    return Grade(max((each.kind for each in changes), key=lambda kind: kind.rank), tuple(changes))


def _amendments(old: Body, new: Body) -> tuple[list[Change], set[int]]:
    """The rows that the table has gained, and the lines that are no part of the rest."""
    rows = new.amendments[len(old.amendments) :]
    found = [
        Change(Kind.AMENDMENT, "", " | ".join(cell.text for cell in row), row[0].line)
        for row in rows
        if row
    ]
    aside = {each.line for each in found}
    was, now = old.section(_AMENDMENTS), new.section(_AMENDMENTS)
    if now is not None and found and not (was and old.rows(was)):
        aside.add(new.rows(now)[0][0].line)
        if was is None:
            aside.add(now.line)
    return found, aside


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a text that is compared as a whole.

    Attributes:
        kind: `word`, `code`, `target` (where a link leads to) or `hidden` (what no reader sees).
        text: What it says.
        line: Its line.
        glued: Whether it follows the one before without a space.
    """

    kind: str
    text: str
    line: int
    glued: bool = False

    @property
    def visible(self) -> bool:
        return self.kind in ("word", "code")

    @property
    def key(self) -> tuple[str, str]:
        return ("" if self.visible else self.kind), self.text


def _tokens(body: Body) -> Iterator[_Token]:
    """The pieces of a body in order."""
    line = 1
    for token in body.tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            yield from _inline(token, line)
        elif token.type in ("fence", "code_block"):
            first = line + (token.type == "fence")
            for place, text in enumerate(token.content.split("\n")):
                if text.strip():
                    yield _Token("code", text.rstrip(), first + place)
        elif token.type == "html_block":
            yield from _hidden(token.content, line)


def _inline(token: Any, line: int) -> Iterator[_Token]:
    children = token.children or []
    shown_as_target = -1
    for at, child in enumerate(children):
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type in ("link_open", "image"):
            target = str(child.attrGet("href") or child.attrGet("src") or "")
            yield _Token("target", target, line)
            if child.type == "link_open" and len(children) > at + 2:
                text, end = children[at + 1], children[at + 2]
                if end.type == "link_close" and text.content == target:
                    shown_as_target = at + 1
        if child.type == "html_inline":
            yield from _hidden(child.content, line)
        elif child.type in ("text", "code_inline", "image") and at != shown_as_target:
            yield from _words(
                "code" if child.type == "code_inline" else "word", child.content, line
            )
        line += child.content.count("\n")


def _hidden(html: str, line: int) -> Iterator[_Token]:
    """What no reader sees. The mark of a figure's source is a link; a suppression says nothing."""
    html = _SUPPRESSION.sub("", html)
    for match in _MARK.finditer(html):
        yield _Token("target", " ".join(match[0].split()), line)
    for text in _MARK.sub("", html).split():
        yield _Token("hidden", text, line)


def _words(kind: str, text: str, line: int) -> Iterator[_Token]:
    end = -1
    for match in _WORDS.finditer(text):
        yield _Token("target" if match["target"] else kind, match[0], line, match.start() == end)
        end = match.end()


def _renumbered(text: str, ids: Mapping[str, str]) -> str:
    """A text with the ids of records replaced in every citation and in the title."""

    def put(match: re.Match[str]) -> str:
        new = ids.get(match[2].zfill(4))
        return match[1] + (new.lstrip("0").zfill(len(match[2])) if new else match[2])

    text = _TITLE.sub(put, text, count=1)
    lines = text.split("\n")
    for each in reversed(citations(text)):
        line, start = lines[each.line - 1], each.column - 1
        end = start + len(each.text)
        cited = re.sub(r"(\D*)(\d+)", put, line[start:end], count=1)
        lines[each.line - 1] = line[:start] + cited + line[end:]
    return "\n".join(lines)


def _compare(
    old: Sequence[_Token], expected: Sequence[_Token], new: Sequence[_Token]
) -> Iterator[Change]:
    """Every change. `expected` is `old` with the ids that its citations should have now."""
    was, now = [each.key for each in expected], [each.key for each in new]
    used = {each.text.lower() for each in new if each.visible}
    matcher = SequenceMatcher(None, was, now, autojunk=len(now) > _MANY)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        before, after = old[i:i_end], new[j:j_end]
        if tag == "equal":
            for one, other in zip(before, after, strict=True):
                if one.key != other.key:
                    yield Change(Kind.RENUMBERING, one.text, other.text, other.line)
        elif [each.key for each in before] != [each.key for each in after]:
            around = (old[i - 1].text if i else "", old[i_end].text if i_end < len(old) else "")
            line = new[min(j, len(new) - 1)].line if new else 1
            yield from _classify(before, after, line, used, around)


def _classify(
    before: Sequence[_Token],
    after: Sequence[_Token],
    line: int,
    used: set[str],
    around: tuple[str, str],
) -> Iterator[Change]:
    old, new = ([each for each in side if each.kind == "target"] for side in (before, after))
    if [each.key for each in old] != [each.key for each in new]:
        kind = Kind.REWRITE if _loosened(old, new) else Kind.LINK_REPAIR
        yield Change(kind, _joined(old), _joined(new), line)
    old, new = ([each for each in side if each.kind != "target"] for side in (before, after))
    if [each.key for each in old] == [each.key for each in new]:
        return
    pairs = None
    if all(each.kind == "word" for each in (*old, *new)):
        texts = [each.text for each in old], [each.text for each in new]
        pairs = typos.mended(*texts, used=used, around=around)
    if pairs is None:
        yield Change(Kind.REWRITE, _joined(old), _joined(new), line)
    for one, other in pairs or ():
        yield Change(Kind.TYPO, one, other, line)


def _loosened(old: Sequence[_Token], new: Sequence[_Token]) -> bool:
    """Whether a quoted figure may be further off than it might before."""
    before = _tolerances(old)
    return any(share > before.get(path, share) for path, share in _tolerances(new).items())


def _tolerances(tokens: Sequence[_Token]) -> dict[str, float]:
    """How far each quoted figure may be off, in per cent, by its path."""
    found = (_TOLERANCE.fullmatch(each.text) for each in tokens)
    return {match["path"]: float(match["share"] or 0) for match in found if match}


def _joined(tokens: Sequence[_Token]) -> str:
    return "".join(each.text if each.glued else f" {each.text}" for each in tokens).strip()
