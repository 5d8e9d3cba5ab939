"""Relations to other records: from the words of a status, from labels, from lists of links."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from . import vocabulary
from .judging import unwrapped
from .model import Relation
from .places import labelled, names, sections_of
from .statements import unreal
from .words import normal, pattern_of, placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .document import Block, Line
    from .metadata import Entry
    from .places import Field

_ID = (
    r"(?:[\w./-]+\.md\b|\d{8}-[\w-]+"
    r"|(?:adr|rfc|kep|mdr|dr|(?-i:[A-Z]{2,8})[-_])[\s_-]?\#?\s?\d{1,8}(?![\w%])"
    r"|\#?\d{1,8}(?=\s*(?:$|[^\w\s.%-]|\.(?:\s|$)|and\b|und\b|et\b|y\b|on\b)))"
)
_TARGETS = re.compile(
    rf"[\s:：]*(?:(?:the|decisions?|records?|adrs|rfcs|adr:|ids?|in|number|no\.)[\s#:：-]*)*\[*"
    rf"(?P<id>{_ID})\]*",
    re.IGNORECASE,
)
_MORE_TARGETS = re.compile(
    rf"\s*(?:,|&|and|und|et|y|/)\s*(?:and\s+)?\[*(?P<id>{_ID})\]*", re.IGNORECASE
)
_RECORD_FILE = re.compile(
    r"\.(?:md|mdx|markdown)$|(?:^|/)\d{3,8}[-_/]|\badr[-_]?\d+", re.IGNORECASE
)
_RECORD_ID = re.compile(
    r"^\W*(?:(?:adr|rfc|kep|dr|mdr)[\s_-]?#?\d{1,6}|\d{4}\d{0,4})\b", re.IGNORECASE
)
_MONTH = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s_-]|(?:19|20)\d\d-\d\d?$", re.I
)
_DATED_PASSIVE = r"(?:superseded|superceded|replaced)\b[\W\d]*(?:on\b)?[\W\d]*by"
_NO_RECORD = re.compile(
    r"(?:prs?|issues?|pull|gh|v|version|section|option|part|phase|release|step|table|figure)\b[\s_#-]*\d"
    r"|.*/(?:issues|pull|pulls|merge_requests|commit|discussions)/",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"x{2,}|n{3,}|[-_]example|/example\.md|placeholder|<|\{", re.IGNORECASE)
_PARTLY = {"superseded-by": "amended-by", "supersedes": "amends"}
_PARTIAL = re.compile(r"\b(?:partial(?:ly)?|partly|in\s+part|parts?|sections?|some|mostly)\b", re.I)


@lru_cache(maxsize=1)
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = {
        phrase: kind
        for kind, table in vocabulary.RELATION_PHRASES.items()
        for phrase in vocabulary.phrases(table)
    }
    either = pattern_of(list(kinds))
    return re.compile(rf"(?<!\w)(?:{either}|{_DATED_PASSIVE})(?!\w)", re.IGNORECASE), kinds


def from_lines(lines: Sequence[Line]) -> Iterator[Relation]:
    """The relations that phrases such as "superseded by" tell."""
    pattern, kinds = _phrases()
    for line in unwrapped(lines):
        if line.box is False or placeholder(line.text):
            continue
        text = _without_link_texts(line)
        found = list(pattern.finditer(text))
        for place, phrase in enumerate(found):
            end = found[place + 1].start() if place + 1 < len(found) else len(text)
            kind = kinds.get(normal(phrase[0]), "superseded-by")
            if unreal(text, phrase.start()):
                continue
            before = text[max(0, phrase.start() - 30) : phrase.start()]
            if kind in _PARTLY and _PARTIAL.search(before.rsplit(".", 1)[-1]):
                kind = _PARTLY[kind]
            if phrase[0].lower() == "see" and not re.match(r"\W*$", before):
                continue
            for target in _targets(line, text, phrase.end(), end):
                yield Relation(kind, target, line.number)


def from_field(field: Field) -> Iterator[Relation]:
    """The relations of a label such as "Supersedes: 3, 4"."""
    kind = _kind_of(field.label)
    if kind is not None:
        for line in field.lines:
            text = _without_link_texts(line)
            for target in _targets(line, text, 0, len(text)):
                yield Relation(kind, target, line.number)


def from_entry(entry: Entry) -> Iterator[Relation]:
    """The relations of a key of the front matter."""
    from .document import blocks_of

    kind = next((k for key in entry.path if (k := _kind_of(key)) is not None), None)
    if kind is None or not entry.text.strip() or _EMPTY.search(entry.text):
        return
    if re.fullmatch(rf"\s*{_ID}\s*", entry.text):
        yield Relation(kind, entry.text.strip(), entry.line)
        return
    for block in blocks_of(entry.text):
        for line in block.lines:
            for target in _targets(line, _without_link_texts(line), 0, None):
                yield Relation(kind, target, entry.line)


def from_sections(blocks: list[Block]) -> Iterator[Relation]:
    """The relations that lists of links tell, by a phrase or by standing there."""
    plain = names(vocabulary.LINK_SECTIONS)
    phrased = names(vocabulary.PHRASE_SECTIONS)
    for section in sections_of(blocks):
        if section.name not in plain | phrased:
            continue
        for block in section.blocks:
            if block.kind != "text":
                continue
            for line in block.lines:
                told = [one for one in from_lines([line]) if _is_record(one.target)]
                yield from told
                if not told and section.name in plain and labelled(line) is None:
                    yield from _linked_records(line)


def _linked_records(line: Line) -> Iterator[Relation]:
    for span in line.marked("link"):
        told = line.text[span.start : span.end]
        href = _address(span.href)
        outside = re.match(r"[a-z]+:", href, re.IGNORECASE)
        if (not outside and _RECORD_FILE.search(href)) or _RECORD_ID.match(told):
            yield Relation("relates-to", _target_of(told, span.href), line.number)


def _is_record(target: str) -> bool:
    return bool(_RECORD_FILE.search(target) or _RECORD_ID.match(target))


def _kind_of(label: str) -> str | None:
    for kind, table in vocabulary.RELATION_KEYS.items():
        if label in names(table):
            return kind
    return None


def _without_link_texts(line: Line) -> str:
    text = line.text
    for span in line.marked("link"):
        text = text[: span.start] + "\ufffc" * (span.end - span.start) + text[span.end :]
    return text


def _targets(line: Line, text: str, start: int, end: int | None) -> Iterator[str]:
    end = len(text) if end is None else end
    links = [span for span in line.marked("link") if start <= span.start < end]
    if links:
        for span in links:
            target = _target_of(line.text[span.start : span.end], span.href)
            if target and not _EMPTY.search(target) and not _NO_RECORD.match(span.href):
                yield target
        return
    found = _TARGETS.match(text, start, end)
    while found:
        told = found["id"]
        if not any(wrong.match(told) for wrong in (_NO_RECORD, _MONTH)) and not _EMPTY.search(told):
            yield told.strip("# ")
        found = _MORE_TARGETS.match(text, found.end(), end)


def _address(href: str) -> str:
    return unquote(href.split("#", 1)[0].split("?", 1)[0])


def _target_of(told: str, href: str) -> str:
    """The file name of a linked record, or the id in the text of a link that leads elsewhere."""
    address = _address(href).removeprefix("./")
    if re.match(r"[a-z]+:", address, re.IGNORECASE):
        if _RECORD_FILE.search(address):
            return address.rstrip("/").rsplit("/", 1)[-1]
        own = re.match(rf"\W*(?P<id>{_ID})", told)
        return own["id"] if own else address
    return address or told.strip()
