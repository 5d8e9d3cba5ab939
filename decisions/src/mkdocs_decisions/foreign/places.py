"""Where a document tells what: labelled lines, table cells, sections, badges. Judges nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

from . import vocabulary
from .dates import dates_in
from .document import Block, Line
from .metadata import key_of
from .statements import begins_with_status, is_told_alone
from .words import words_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERED = re.compile(r"^[\W_]*(?:\d+(?:\.\d+)*[.):]?\s+)?[\W_]*")
_SEPARATOR = re.compile(r"\s*(?!:[a-z0-9_+-]+:)(?:\([^)]{0,40}\)\s*)?(?:[:：=|]+|\s[-–—]+\s)\s*")
_BRACKETED = re.compile(r"\s*(?=[(\[][^()\[\]]+[)\]]\s*$)")
_ITEM_OPENING = re.compile(r"^\W*")
_BADGE = re.compile(r"/badge/(?P<path>[^?\s)]+)", re.IGNORECASE)
_FRAME = re.compile(
    r"""(?:!!!|\?\?\?\+?)\s*[\w -]*(?:["“”]([^"“”]*)["“”])?\s* | :::+\s*\w*\s*\[?(.*?)\]?
    | \[!\w+\][+-]?\s*(.*) | \{%.*%\} | \{\{[<%].*[%>]\}\}""",
    re.VERBOSE,
)
_PARENTS = frozenset(
    (
        None,
        "decision",
        "summary",
        "status",
        "adr",
        "decision record",
        "architecture decision record",
    )
)
_RECORD_NUMBER = re.compile(r"^\W*(?:adr|rfc|kep|decision|record)?[\s#-]*\d{1,8}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """A value under a label. `form` is `label`, `table`, `section` or `badge`."""

    label: str
    lines: tuple[Line, ...]
    line: int
    form: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks under it, sub-sections included.

    Its `parent` is the section around it; None at the top and below the title.
    """

    name: str
    heading: Line
    parent: str | None
    blocks: tuple[Block, ...]


@cache
def names(table: str) -> frozenset[str]:
    """The phrases of a vocabulary table in the normal form of labels."""
    return frozenset(key_of(phrase) for phrase in vocabulary.phrases(table))


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    tables = [vocabulary.STATUS_LABELS, vocabulary.TITLE_LABELS, vocabulary.ID_KEYS]
    tables += [vocabulary.NAME_LABELS, vocabulary.BUILT_LABELS]
    tables += [*vocabulary.DATE_LABELS.values(), *vocabulary.RELATION_KEYS.values()]
    return frozenset().union(*(names(table) for table in tables))


@lru_cache(maxsize=1)
def _label_pattern() -> re.Pattern[str]:
    longest_first = sorted(_labels(), key=len, reverse=True)
    either = "|".join(re.escape(label).replace(r"\ ", r"[\s_-]+") for label in longest_first)
    return re.compile(rf"(?:{either})(?!\w)", re.IGNORECASE)


def section_name(heading: str) -> str:
    """The normal form of a heading, without its number, signs and colon."""
    bare = _NUMBERED.sub("", heading)
    return key_of(re.sub(r"[\W_]+$", "", bare))


def labelled(line: Line) -> Field | None:
    """The label and value of "Status: accepted", "**Status** accepted", "| Status | accepted |"."""
    opening = _ITEM_OPENING.match(line.text)
    start = opening.end() if opening else 0
    found = _label_pattern().match(line.text, start)
    if found is None:
        return None
    label = key_of(found[0])
    parted = _SEPARATOR.match(line.text, found.end())
    if parted is None and label in names(vocabulary.STATUS_LABELS):
        parted = _BRACKETED.match(line.text, found.end())
    bold = any(s.start <= start and s.end == found.end() for s in line.marked("strong"))
    if parted is None and not bold and not _dates_only(label, line.part(found.end())):
        return None
    value = line.part(parted.end() if parted else found.end())
    if value.text.endswith("|"):
        value = value.part(0, len(value.text.rstrip("| ")))
    told = (value,) if value.text or value.struck else ()
    return Field(label, told, line.number, "label")


def _dates_only(label: str, value: Line) -> bool:
    """Whether a label without a colon goes on with a date and no more: "Decided on 3 May 2020"."""
    if not any(label in names(table) for table in vocabulary.DATE_LABELS.values()):
        return False
    dated = next(dates_in(value.text), None)
    whole = dated is not None and dated.start == 0 and not value.text[dated.end :].strip(" .")
    return whole and not any(word.tier == "strong" for word in words_in(label))


def fields_of(blocks: list[Block]) -> Iterator[Field]:
    """The labelled values of paragraphs, items, tables and badges, in order."""
    opened: Field | None = None
    alone = False
    for place, block in enumerate(blocks):
        lines = list(_single_fields(block)) if block.kind == "text" else []
        if opened and (not lines or (opened.lines and not alone)):
            yield from _closed(opened)
            opened = None
        if block.kind == "row" and (place == 0 or blocks[place - 1].table != block.table):
            yield from _table_fields([b for b in blocks[place:] if b.table == block.table])
        for line in lines:
            found = labelled(line)
            if opened and _belongs(line, opened, found):
                opened = replace(opened, lines=(*opened.lines, line))
                continue
            yield from _closed(opened)
            opened = found or _bare_label(line)
            alone = opened is not None and not opened.lines
        yield from _badges(block)
    yield from _closed(opened)


def _closed(field: Field | None) -> Iterator[Field]:
    if field is not None and field.lines:
        yield field


def _belongs(line: Line, opened: Field, found: Field | None) -> bool:
    """Whether a line goes on with the value of the label above it."""
    if not opened.lines:
        return found is None or begins_with_status(line)
    more = line.box is not None or begins_with_status(line)
    return found is None and more and opened.label in names(vocabulary.STATUS_LABELS)


def _bare_label(line: Line) -> Field | None:
    """A label that stands alone is over its value as a heading is."""
    bold = any(s.start == 0 and s.end == len(line.text) for s in line.marked("strong"))
    name = section_name(line.text)
    known = name in (_labels() if bold else names(vocabulary.STATUS_LABELS))
    return Field(name, (), line.number, "label") if known else None


def _single_fields(block: Block) -> Iterator[Line]:
    """The lines of a block, cut where another label begins in the same line."""
    for line in _with_definitions(block.lines):
        start = 0
        cuts = [cut.span() for cut in re.finditer(r"[|;·•,]\s*|\s{2,}", line.text)]
        cuts += [(span.start, span.start) for span in line.marked("strong") if span.start]
        for before, after in sorted(cuts):
            found = _label_pattern().match(line.text, after)
            if (
                found
                and before > start
                and re.match(r"\s*[:：]", line.text[found.end() :])
                and labelled(line.part(start, before))
            ):
                yield line.part(start, before)
                start = after
        yield line.part(start)


def _with_definitions(lines: tuple[Line, ...]) -> list[Line]:
    """Lines with ": value" joined to the term above it."""
    joined: list[Line] = []
    for line in lines:
        if joined and line.text.startswith(":"):
            joined[-1] = joined[-1].joined(line)
        else:
            joined.append(line)
    return joined


def _table_fields(rows: list[Block]) -> Iterator[Field]:
    """Values beside their labels, or below them."""
    if _reads_down(rows):
        yield from _column_fields([_cell_name(cell) for cell in rows[0].lines], rows)
        return
    for row in rows:
        starts = [place for place in range(0, len(row.lines), 2) if _is_label(row.lines[place])]
        for start, end in pairwise([*starts, len(row.lines)]):
            value = _joined_cells(row.lines[start + 1 : end])
            if value is not None and (value.text or value.struck):
                yield Field(_cell_name(row.lines[start]), (value,), value.number, "table")


def _joined_cells(cells: tuple[Line, ...]) -> Line | None:
    """The cells of one value, with their bars, so that a choice still reads as one."""
    filled = [cell for cell in cells if cell.text or cell.struck]
    value = filled[0] if filled else None
    for cell in filled[1:]:
        value = value.joined(Line("|", cell.number)).joined(cell) if value else cell
    return value


def _cell_name(cell: Line) -> str:
    return key_of(re.sub(r"^[\W_]+|[\W_]+$", "", cell.text))


def _is_label(cell: Line) -> bool:
    name = _cell_name(cell)
    return name in _labels() and (name.endswith(" by") or not is_told_alone(cell))


def _reads_down(rows: list[Block]) -> bool:
    """Whether the labels are the heads of columns rather than the first cells of rows."""
    header = rows[0].lines
    first = next((place for place, cell in enumerate(header) if _is_label(cell)), None)
    if len(rows) < 2 or first is None:
        return False
    if first + 1 == len(header) or _is_label(header[first + 1]):
        return True
    below = rows[1].lines
    if first >= len(below) or (first == 0 and _is_label(below[0])):
        return False
    return first > 0 or (_is_value(below[first]) and not _is_value(header[first + 1]))


def _is_value(cell: Line) -> bool:
    return is_told_alone(cell) or any(dates_in(cell.text))


def _column_fields(header: list[str], rows: list[Block]) -> Iterator[Field]:
    for place, name in enumerate(header):
        values = [
            row.lines[place].joined(_row_date(header, row)) if len(rows) > 2 else row.lines[place]
            for row in rows[1:]
            if place < len(row.lines) and (row.lines[place].text or row.lines[place].struck)
        ]
        dated = any(cell in names(vocabulary.DATE_LABELS["record"]) for cell in header)
        if len(values) > 1 and name in names(vocabulary.STATUS_LABELS) and not dated:
            continue
        if name in _labels() and values:
            yield Field(name, tuple(value.part(0) for value in values), values[0].number, "table")


def _row_date(header: list[str], row: Block) -> Line:
    """The date of a row in brackets, so that a history of statuses reads as one."""
    if len(row.lines) == len(header):
        for name, cell in zip(header, row.lines, strict=True):
            if name in names(vocabulary.DATE_LABELS["record"]):
                return Line(f"({cell.text})", cell.number)
    return Line("", row.line)


def _badges(block: Block) -> Iterator[Field]:
    """The status of `![status](https://…/badge/status-accepted-green)` images."""
    for line in block.lines:
        for image in line.marked("image"):
            alt = line.text[image.start : image.end]
            label, _, value = alt.partition(":")
            if key_of(label) in names(vocabulary.STATUS_LABELS) and value.strip():
                yield Field("status", (Line(value.strip(), line.number),), line.number, "badge")
            badge = _BADGE.search(image.href)
            if badge:
                parts = unquote(badge["path"]).replace("--", "\0").removesuffix(".svg").split("-")
                if len(parts) >= 2 and key_of(parts[0]) in names(vocabulary.STATUS_LABELS):
                    told = parts[1].replace("_", " ").replace("\0", "-")
                    yield Field("status", (Line(told, line.number),), line.number, "badge")


def _is_bold(block: Block, known: frozenset[str]) -> bool:
    """Whether a line in bold, such as **Context**, stands for the heading of a known section."""
    line = block.whole
    bold = any(span.start == 0 and span.end == len(line.text) for span in line.marked("strong"))
    return bold and section_name(line.text) in known


@lru_cache(maxsize=1)
def record_keys() -> frozenset[str]:
    """The keys that metadata of a record has; "type" and the like are of other things too."""
    tables = [vocabulary.STATUS_LABELS, vocabulary.TITLE_LABELS, *vocabulary.DATE_LABELS.values()]
    return frozenset({"author", "authors", "adr id", "deciders"}).union(*map(names, tables))


def without_frames(block: Block) -> list[Block]:
    """The paragraphs that the marks of admonitions part; the title of a mark is one of them."""
    parts: list[list[Line]] = [[]]
    for line in block.lines:
        frame = _FRAME.fullmatch(line.text)
        if frame is None:
            parts[-1].append(line)
            continue
        title = next((told for told in frame.groups() if told), None)
        start = line.text.index(title) if title else 0
        parts += [[line.part(start, start + len(title))], []] if title else [[]]
    return [replace(block, lines=tuple(part)) for part in parts if part]


def head_of(blocks: list[Block], *, titled: bool = False) -> list[Block]:
    """The blocks before the first section, and those of a section of metadata.

    A document that is `titled` elsewhere may open with a section.
    """
    head: list[Block] = []
    within, around, content, headings = True, True, False, 0
    for block in blocks:
        if block.kind == "heading":
            headings += 1
            name = section_name(block.whole.text)
            title = headings == 1 and name not in names(vocabulary.DECISION_SECTIONS)
            title = title and not (titled and block.level > 1)
            subtitle = not content and _RECORD_NUMBER.match(block.whole.text) is not None
            within = name in names(vocabulary.META_SECTIONS) or (title or subtitle)
            within = within and (headings == 1 or "template" not in name)
            around = within
        elif around and _is_bold(block, names(vocabulary.DECISION_SECTIONS) - _labels()):
            within = False
        elif within or (around and _is_bold(block, names(vocabulary.STATUS_LABELS))):
            within = True
            head.append(block)
            content = content or not all(line.marked("image") for line in block.lines)
    return head


def sections_of(blocks: list[Block]) -> list[Section]:
    """Every section of the document, in order."""
    sections = []
    around: list[tuple[int, str | None]] = []
    for place, block in enumerate(blocks):
        if block.kind == "heading":
            around = [(level, name) for level, name in around if level < block.level]
            parent = around[-1][1] if around else None
            end = place + 1
            while end < len(blocks) and not (
                blocks[end].kind == "heading" and blocks[end].level <= block.level
            ):
                end += 1
            inside = blocks[place + 1 : end]
            if not inside and end < len(blocks) and is_told_alone(blocks[end].whole):
                inside = [blocks[end]]
            name = section_name(block.whole.text)
            sections.append(Section(name, block.whole, parent, tuple(inside)))
            titled = not sections[1:] or _RECORD_NUMBER.match(block.whole.text)
            around.append((block.level, None if titled else name))
    return sections


def status_fields(blocks: list[Block]) -> Iterator[Field]:
    """The status sections: "## Status" with its text, "## Status: accepted"."""
    for section in sections_of(blocks):
        if section.parent not in _PARENTS | names(vocabulary.META_SECTIONS):
            continue
        told = labelled(section.heading.part(len(_leading_number(section.heading.text))))
        if section.name in names(vocabulary.STATUS_LABELS):
            yield Field(section.name, tuple(_own_lines(section)), section.heading.number, "section")
        elif told and told.label in names(vocabulary.STATUS_LABELS):
            lines = (*told.lines, *_own_lines(section))
            yield Field(told.label, lines, section.heading.number, "section")


def _leading_number(heading: str) -> str:
    found = re.match(r"^\W*\d+(?:\.\d+)*[.)]?\s+", heading)
    return found[0] if found else ""


def _own_lines(section: Section) -> Iterator[Line]:
    """The lines of a section up to the first sub-heading that is no status itself."""
    seen = False
    for block in section.blocks:
        if block.kind == "heading":
            if not (is_told_alone(block.whole) or (not seen and any(words_in(block.whole.text)))):
                return
            yield block.whole
        elif block.kind == "text":
            yield from block.lines
        seen = True
