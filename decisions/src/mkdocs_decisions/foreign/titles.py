"""The title of a record and the number in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import vocabulary
from .places import names, section_name
from .words import word_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .document import Block, Line
    from .metadata import Entry
    from .naming import Name
    from .places import Field

_KINDS = (
    r"architect(?:ure|ural)\s+decisions?(?:\s+records?)?|design\s+decisions?(?:\s+records?)?|"
    r"decision\s+records?|[a-z]{0,3}adr|rfc|kep|mdr|[a-z]{0,2}dr|decision|record|proposal"
)
_KIND = rf"(?:{_KINDS}|[a-z]+\s+rfc)"
_NUMBERED = (
    re.compile(
        rf"{_KIND}[\s#_-]*(?P<number>\d{{1,8}})(?P<gap>\s*[.:：)|–—-]+\s*|\s+)(?P<rest>.+)", re.I
    ),
    re.compile(r"(?P<number>\d{1,8})(?P<gap>\s*[.:：)|–—]+\s*|\s+-+\s+|-\s+)(?P<rest>.+)"),
    re.compile(
        r"[A-Z]{2,12}[\s-]?(?P<number>\d{1,6})(?P<gap>\s*[.:：)|–—]+\s*|\s+-+\s+)(?P<rest>.+)"
    ),
)
_ONLY_NUMBER = re.compile(rf"(?:{_KIND}[\s#_-]*)?(?P<number>\d{{1,8}})[.:：]?", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"(?P<number>\d{1,8})\s+(?P<rest>.+)")
_KIND_ONLY = re.compile(
    rf"{_KIND}(?:\s*\({_KIND}\))?\s*(?:[:：]|\s[–—-]+\s)\s*(?P<rest>.+)", re.IGNORECASE
)
_GENERIC = re.compile(
    rf"(?:the\s+)?(?:{_KINDS})(?:\s*\((?:{_KINDS})s?\))?s?(?:\s+template)?", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"""\W*(?:(?:(?:(?:adr|rfc|kep)\W)?(?:nnn+|xxx+)|adr|number)\W+)?(?:
    [\[{<](?:short\s+)?(?:title|name|decision|summary|description|adr)\b.*[\]}>]
    | short\s+title.* | title | decision\s+title | (?:adr|record)\s+title | your\s+title.*
    | title\s+of\s+(?:the\s+|this\s+)?(?:adr|decision|record)\b.*
    | \{\{?.*\}?\} | <[^>]*> | tbd | todo
    )\W*$""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGNS = re.compile(r"[^\w\s\"'`(\[{<.$@#~/\\*“‘«¿¡+&-]+\s+")
_ANCHOR = re.compile(r"\s*\{#[^}]*\}\s*$")
_TRAILING_MARK = re.compile(r"\s*[\[(](?P<mark>[^\])]+)[\])]\s*$")
_LEADING_MARK = re.compile(r"^\s*[\[(](?P<mark>[^\])]+)[\])]\s*[:-]?\s*")


@dataclass(frozen=True, slots=True)
class Title:
    """The title. `hint` is the status family that a mark such as "[Superseded]" names."""

    text: str | None
    line: int | None
    number: str | None = None
    hint: str | None = None
    reason: str = ""


def title_of(
    blocks: Sequence[Block],
    entries: Sequence[Entry],
    fields: Sequence[Field],
    name: Name | None,
) -> Title:
    """The title told by the first heading, or else by the front matter, a label or a section."""
    doubtful: Title | None = None
    number: str | None = None
    for line in _candidates(blocks, entries, fields):
        title = _read(line, name)
        number = number or title.number
        if title.text is not None:
            return Title(title.text, title.line, number, title.hint)
        doubtful = doubtful or title
    if doubtful is not None:
        return Title(None, doubtful.line, number, reason=doubtful.reason)
    return Title(None, None, number, reason="no title is told")


def _candidates(
    blocks: Sequence[Block], entries: Sequence[Entry], fields: Sequence[Field]
) -> list[Line]:
    from .document import Line

    headings = [block for block in blocks if block.kind == "heading"]
    known = names(vocabulary.DECISION_SECTIONS) | names(vocabulary.META_SECTIONS)
    titled = names(vocabulary.TITLE_LABELS)
    own = [
        Line(entry.text, entry.line)
        for entry in entries
        if len(entry.path) == 1 and entry.key in titled and entry.text.strip()
    ]
    top = _top_heading(headings, known)
    found = [heading.whole for heading in top]
    if headings and headings[0] not in top and section_name(headings[0].whole.text) not in known:
        found += own if headings[0].level > 2 or not top else []
        found.append(headings[0].whole)
    if (
        top
        and headings[0] is top[0]
        and len(headings) > 1
        and _GENERIC.fullmatch(_bare(top[0].whole.text))
        and section_name(headings[1].whole.text) not in known
    ):
        found.append(headings[1].whole)
    found += own
    found += [field.lines[0] for field in fields if field.label in titled]
    for place, block in enumerate(blocks[:-1]):
        if block.kind == "heading" and section_name(block.whole.text) in titled:
            if blocks[place + 1].kind == "text":
                found.append(blocks[place + 1].whole)
            break
    if not headings and blocks and blocks[0].kind == "text":
        first = blocks[0].lines[0]
        if any(s.start == 0 and s.end == len(first.text) for s in first.marked("strong")):
            found.append(first)
    named = names(vocabulary.NAME_LABELS)
    found += [Line(e.text, e.line) for e in entries if len(e.path) == 1 and e.key in named]
    found += [f.lines[0] for f in fields if f.label in named and f.form == "label"]
    return found


def _top_heading(headings: Sequence[Block], known: frozenset[str]) -> list[Block]:
    """The heading of the first level that is a title, where the sections are not of that level."""
    tops = [heading for heading in headings if heading.level == 1]
    titles = [heading for heading in tops if section_name(heading.whole.text) not in known]
    if len(tops) > 1 and tops[0] not in titles and headings[0] is tops[0]:
        return []
    return titles[:1]


def _bare(text: str) -> str:
    return re.sub(r"^[\s\W]+(?=\w)|\s+$", "", _ANCHOR.sub("", text))


def _read(line: Line, name: Name | None) -> Title:
    text = _ANCHOR.sub("", f"{line.text} {line.struck}".strip() if not line.text else line.text)
    hint = None
    for mark in (_LEADING_MARK, _TRAILING_MARK):
        found = mark.search(text)
        word = word_at(found["mark"].strip(), 0) if found else None
        if found and word and word.family and word.tier == "strong" and found["mark"].strip():
            hint = word.family
            text = text[: found.start()] + text[found.end() :]
    text, number = _unnumbered(" ".join(text.split()), name)
    if _PLACEHOLDER.match(text):
        return Title(None, line.number, number, reason=f"“{line.text[:60]}” is a placeholder")
    if not text or _GENERIC.fullmatch(text):
        return Title(
            None, line.number, number, reason="the heading names the kind of document only"
        )
    return Title(text, line.number, number, hint)


def _is_of_the_title(text: str, found: re.Match[str], name: Name | None) -> bool:
    """Whether a number is no id but a part of the title: "RFC 7807 problem details"."""
    if found["gap"].strip() or found["number"].startswith("0") or text[:3].lower() == "adr":
        return False
    return name is None or name.date is not None or int(found["number"]) != int(name.id)


def _unnumbered(text: str, name: Name | None) -> tuple[str, str | None]:
    signs = _SIGNS.match(text)
    if signs:
        rest, number = _unnumbered(text[signs.end() :], name)
        return (rest, number) if number is not None else (text, None)
    bare = re.sub(r"^[\[(]((?:[A-Za-z]+[\s_-]?)?\d+)[\])]\s*[:.–—-]?\s*", r"\1: ", text)
    for form in _NUMBERED:
        found = form.fullmatch(bare)
        if found and not _is_of_the_title(bare, found, name):
            return found["rest"].strip(), found["number"]
    only = _ONLY_NUMBER.fullmatch(bare)
    if only:
        return "", only["number"]
    found = _BARE_NUMBER.fullmatch(bare)
    if found and name is not None and name.date is None and int(found["number"]) == int(name.id):
        return found["rest"].strip(), found["number"]
    kind = _KIND_ONLY.fullmatch(bare)
    return (kind["rest"].strip() if kind else text), None
