"""Text to blocks of plain lines with their numbers. What a block means is not decided here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST_LINE = 1_000
"""Characters of a line that may tell a status."""
_KEPT_OF_A_LINE = LONGEST_LINE + 200

_STRIKING_TAG = re.compile(r"</?(?:del|s|strike)\b[^>]*>", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br\b[^>]*>", re.IGNORECASE)
_BOX = re.compile(r"^\s*(?:\[(?P<box>[ xX✓✔✅])\]|(?P<sign>[☐☑☒🔲🔳]))\s+")
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MDX_COMMENT = re.compile(r"\{/\*.*?\*/\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """A marked stretch of a line: `kind` is `strong`, `link` or `image`."""

    start: int
    end: int
    kind: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as a reader sees it. Comments and struck words are not part of it."""

    text: str
    number: int
    spans: tuple[Span, ...] = ()
    struck: str = ""

    def part(self, start: int, end: int | None = None) -> Line:
        """The line between two offsets, trimmed."""
        end = len(self.text) if end is None else end
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
        end -= len(self.text[start:end]) - len(self.text[start:end].rstrip())
        kept = tuple(
            replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
            for span in self.spans
            if (span.start < end and span.end > start) or start == end == span.start == span.end
        )
        return replace(self, text=self.text[start:end], spans=kept)

    def joined(self, other: Line) -> Line:
        """This line with another one written after it."""
        shift = len(self.text) + 1
        moved = tuple(
            replace(span, start=span.start + shift, end=span.end + shift) for span in other.spans
        )
        struck = f"{self.struck} {other.struck}".strip()
        return Line(f"{self.text} {other.text}", self.number, self.spans + moved, struck)

    def marked(self, kind: str) -> list[Span]:
        """The spans of a kind."""
        return [span for span in self.spans if span.kind == kind]

    @property
    def box(self) -> bool | None:
        """Whether a check box at the start is ticked; None without one."""
        found = _BOX.match(self.text)
        if found is None:
            return None
        return found["box"] != " " if found["box"] else found["sign"] in "☑☒"

    def without_box(self) -> Line:
        """The line after its check box."""
        found = _BOX.match(self.text)
        return self.part(found.end()) if found else self


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or item (`text`), a table row (`row`) or a fence (`code`)."""

    kind: str
    lines: tuple[Line, ...]
    level: int = 0
    table: int = 0

    @property
    def line(self) -> int:
        """The number of the first line."""
        return self.lines[0].number if self.lines else 0

    @property
    def whole(self) -> Line:
        """All lines as one."""
        whole = self.lines[0] if self.lines else Line("", 0)
        for line in self.lines[1:]:
            whole = whole.joined(line)
        return whole


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def blocks_of(body: str) -> list[Block]:
    """The blocks of a Markdown text, in order; lists and quotes are flattened."""
    body = _MDX_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), body)
    blocks: list[Block] = []
    heading: Token | None = None
    row: list[Line] | None = None
    body_lines = body.split("\n")
    source = ""
    tables = 0
    for token in _markdown().parse(body):
        first = token.map[0] + 1 if token.map else 0
        match token.type:
            case "heading_open":
                heading = token
            case "heading_close":
                heading = None
            case "table_open":
                tables += 1
            case "tr_open":
                row = []
                source = body_lines[first - 1] if first else ""
            case "tr_close":
                blocks.append(Block("row", _with_spilt_cells(row or [], source), table=tables))
                row = None
            case "inline":
                lines = tuple(_lines(token.children or [], first))
                if row is not None:
                    row.append(Block("cell", lines).whole if lines else Line("", first))
                elif heading is None:
                    blocks.append(Block("text", lines))
                else:
                    blocks.append(_heading(heading, lines))
            case "html_block":
                tables += 1
                blocks.extend(_html_blocks(token.content, first, tables))
            case "code_block":
                blocks.append(Block("text", tuple(_plain_lines(token.content, first))))
            case "fence":
                blocks.append(Block("code", tuple(_plain_lines(token.content, first + 1))))
            case _:
                pass
    return [_cut(block) for block in blocks if block.lines]


def _cut(block: Block) -> Block:
    if all(len(line.text) <= _KEPT_OF_A_LINE for line in block.lines):
        return block
    return replace(block, lines=tuple(line.part(0, _KEPT_OF_A_LINE) for line in block.lines))


def _with_spilt_cells(row: list[Line], source: str) -> tuple[Line, ...]:
    """A row with the cells that Markdown drops, for want of a column, added to the last one."""
    written = re.split(r"(?<!\\)\|", source.strip().removeprefix("|").removesuffix("|"))
    if not row or len(written) <= len(row):
        return tuple(row)
    spilt = " | ".join(cell.strip() for cell in written[len(row) :])
    last = row[-1].joined(Line(f"| {spilt}", row[-1].number)) if spilt.strip(" |") else row[-1]
    return (*row[:-1], last)


def _heading(token: Token, lines: tuple[Line, ...]) -> Block:
    """A heading; "Status: accepted" over a rule is a paragraph that the rule underlines."""
    underlined = token.markup in ("-", "=")
    if underlined and (len(lines) > 1 or (token.markup == "-" and ":" in lines[0].text)):
        return Block("text", lines)
    return Block("heading", lines, level=int(token.tag[1]))


def _plain_lines(text: str, first: int) -> Iterator[Line]:
    for offset, line in enumerate(text.splitlines()):
        if line.strip():
            yield Line(line.strip(), first + offset)


class _LineBuilder:
    """Collects the pieces of inline text into lines with spans."""

    def __init__(self, first: int) -> None:
        self._number = first
        self._text = ""
        self._spans: list[Span] = []
        self._open: list[tuple[str, int, str]] = []
        self._struck: list[str] = []
        self.striking = 0

    def add(self, text: str) -> None:
        if self.striking > 0:
            self._struck.append(text)
        else:
            self._text += text

    def image(self, alt: str, src: str) -> None:
        start = len(self._text)
        self.add(alt)
        self._spans.append(Span(start, len(self._text), "image", src))

    def open(self, kind: str, href: str = "") -> None:
        self._open.append((kind, len(self._text), href))

    def close(self, kind: str) -> None:
        for place in reversed(range(len(self._open))):
            if self._open[place][0] == kind:
                _, start, href = self._open.pop(place)
                self._spans.append(Span(start, len(self._text), kind, href))
                return

    def end_line(self, numbers: int) -> Iterator[Line]:
        for kind, start, href in self._open:
            self._spans.append(Span(start, len(self._text), kind, href))
        line = Line(self._text, self._number, tuple(self._spans), " ".join(self._struck))
        self._open = [(kind, 0, href) for kind, _, href in self._open]
        self._text, self._spans, self._struck = "", [], []
        self._number += numbers
        line = line.part(0)
        if line.text or line.struck or line.spans:
            yield line

    def skip(self, numbers: int) -> None:
        self._number += numbers


def _lines(tokens: Iterable[Token], first: int) -> Iterator[Line]:
    builder = _LineBuilder(first)
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield from builder.end_line(1)
            case "strong_open" | "strong_close":
                (builder.open if token.nesting == 1 else builder.close)("strong")
            case "link_open":
                builder.open("link", str(token.attrGet("href") or ""))
            case "link_close":
                builder.close("link")
            case "s_open" | "s_close":
                builder.striking += token.nesting
            case "image":
                builder.image(token.content, str(token.attrGet("src") or ""))
            case "html_inline" if _BREAK_TAG.fullmatch(token.content):
                yield from builder.end_line(0)
            case "html_inline":
                if _STRIKING_TAG.fullmatch(token.content):
                    builder.striking += -1 if token.content.startswith("</") else 1
                builder.skip(token.content.count("\n"))
            case "text" | "code_inline":
                builder.add(token.content)
            case _:
                pass
    yield from builder.end_line(0)


class _Html(HTMLParser):
    """Reads the text and the table rows out of raw HTML."""

    _BLOCKS = frozenset(("p", "div", "li", "dt", "dd", "br", "table", "summary", "details"))

    def __init__(self, first: int, table: int) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._first, self._table = first, table
        self._text = ""
        self._line = first
        self._row: list[Line] | None = None
        self._hidden = 0

    def _flush(self, heading: int = 0) -> None:
        text = " ".join(self._text.split())
        self._text = ""
        if self._row is not None or not text:
            return
        kind = "heading" if heading else "text"
        self.blocks.append(Block(kind, (Line(text, self._line),), level=heading))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("del", "s", "strike", "script", "style"):
            self._hidden += 1
        elif tag == "tr":
            self._flush()
            self._row = []
        elif tag in ("td", "th"):
            self._text = ""
        elif tag in self._BLOCKS or re.fullmatch("h[1-6]", tag):
            self._flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("del", "s", "strike", "script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("td", "th") and self._row is not None:
            self._row.append(Line(" ".join(self._text.split()), self._line))
            self._text = ""
        elif tag == "tr" and self._row is not None:
            self.blocks.append(Block("row", tuple(self._row), table=self._table))
            self._row = None
        elif re.fullmatch("h[1-6]", tag):
            self._flush(int(tag[1]))
        elif tag in self._BLOCKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            if not self._text.strip():
                leading = len(data) - len(data.lstrip())
                self._line = self._first + self.getpos()[0] - 1 + data.count("\n", 0, leading)
            self._text += data

    def finish(self) -> list[Block]:
        self.close()
        self._row = None
        self._flush()
        return self.blocks


def _html_blocks(html: str, first: int, table: int) -> list[Block]:
    reader = _Html(first, table)
    reader.feed(_HTML_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), html))
    return reader.finish()
