"""The body of a record: its Markdown read once, as headings, sections, lists, links and figures.

Lines are those of the file, so that a finding can name them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from mkdocs_decisions import frontmatter
from mkdocs_decisions.cache import sha256
from mkdocs_decisions.record import Amendment, Link, Mention, Quote, Record, Sample

_QUOTE = re.compile(
    r"(?<!\d)(?<!\d,)(?P<text>[-+]?\d+(?:,\d+)*(?:\.\d+)?(?:e[-+]?\d+)?)(?P<unit>[^\d|<]{0,16}?)"
    r"<!--=\s*(?P<path>[^<>~\s](?:[^<>~]*[^<>~\s])?)\s*(?:~(?P<within>\d+(?:\.\d+)?)%\s*)?-->"
)
"""No place is tried twice: a long run of digits or of spaces must not take long to refuse."""
_MENTION = re.compile(r"\bADR(?:[- ](?=\d{1,4}\b)|(?=\d{4}\b))(?P<id>\d+)(?!\.md)", re.IGNORECASE)
_LINK_END = re.compile(r"[`*_~]*(?:>|\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\]\n]*\])?)")
_TITLE = re.compile(r"(?:ADR[- ])?(?P<id>\d{1,5})(?:[.:]| [-\u2013\u2014])\s*(?P<title>.*)")


@dataclass(slots=True)
class Heading:
    """A heading: its level from 1, its text, its line."""

    level: int
    text: str
    line: int


@dataclass(slots=True)
class Item:
    """An item of a list: its text as written, and its line."""

    text: str
    line: int


@dataclass(slots=True)
class Fence:
    """A fenced block: what stands after the fence, its content, the line of the fence."""

    info: str
    content: str
    line: int


@dataclass(slots=True)
class Comment:
    """An HTML comment with its text."""

    text: str
    line: int


@dataclass(slots=True)
class Section:
    """A heading with what stands below it, up to the next heading of its level or above."""

    name: str
    level: int
    line: int
    end: int
    text: str


class Body:
    """What stands below the front matter.

    Args:
        text: The Markdown.
        first_line: Line of the file on which it begins.
    """

    def __init__(self, text: str, first_line: int = 1) -> None:
        self.text = text
        self.first_line = first_line
        self.lines = text.split("\n")

    @cached_property
    def tokens(self) -> list[Any]:
        """The block tokens of markdown-it."""
        return list(_markdown().parse(self.text))

    def _line(self, token: Any) -> int:
        return int(token.map[0]) + self.first_line

    @cached_property
    def headings(self) -> list[Heading]:
        """Every heading, in order."""
        return [
            Heading(int(token.tag[1]), self.tokens[at + 1].content.strip(), self._line(token))
            for at, token in enumerate(self.tokens)
            if token.type == "heading_open"
        ]

    @cached_property
    def title(self) -> Heading | None:
        """The first heading of level 1."""
        return next((each for each in self.headings if each.level == 1), None)

    @cached_property
    def sections(self) -> list[Section]:
        """Every section, also those within others."""
        ends = [len(self.lines) + self.first_line] * len(self.headings)
        opened: list[int] = []
        for at, each in enumerate(self.headings):
            while opened and self.headings[opened[-1]].level >= each.level:
                ends[opened.pop()] = each.line
            opened.append(at)
        found = []
        for each, end in zip(self.headings, ends, strict=True):
            lines = self.lines[each.line - self.first_line + 1 : end - self.first_line]
            found.append(Section(each.text, each.level, each.line, end, "\n".join(lines).strip()))
        return found

    def section(self, name: str) -> Section | None:
        """The first section of a name, whatever its level."""
        return next((each for each in self.sections if each.name == name), None)

    def items(self, section: Section) -> list[Item]:
        """The items at the top of the lists of a section."""
        found = []
        for at, token in enumerate(self.tokens):
            if token.type == "list_item_open" and token.level == 1:
                line = self._line(token)
                if section.line < line < section.end:
                    found.append(Item(" ".join(self._first_text(at).split()), line))
        return found

    def _first_text(self, at: int) -> str:
        """The first paragraph of the item that a token opens; nothing if it is empty."""
        for later in range(at + 1, len(self.tokens)):
            token = self.tokens[later]
            if token.type == "inline" or token.level <= self.tokens[at].level:
                return str(token.content)
        return ""

    def rows(self, section: Section) -> list[list[Item]]:
        """The rows of the first table of a section, its head first."""
        found: list[list[Item]] = []
        line = self.first_line
        for at, token in enumerate(self.tokens):
            line = self._line(token) if token.map else line
            if not section.line < line < section.end:
                continue
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                found.append([])
            elif token.type in ("th_open", "td_open"):
                found[-1].append(Item(self.tokens[at + 1].content.strip(), line))
        return found

    @cached_property
    def options(self) -> list[Item]:
        """The considered options, without the markup around them."""
        section = self.section("Considered Options")
        return [
            Item(plain(each.text), each.line) for each in (self.items(section) if section else [])
        ]

    @cached_property
    def amendments(self) -> list[list[Item]]:
        """The rows of the table of amendments, without its head."""
        section = self.section("Amendments")
        return self.rows(section)[1:] if section else []

    @cached_property
    def fences(self) -> list[Fence]:
        """Every fenced block."""
        return [
            Fence(token.info.strip(), token.content, self._line(token))
            for token in self.tokens
            if token.type == "fence"
        ]

    @cached_property
    def comments(self) -> list[Comment]:
        """Every HTML comment, alone or in a paragraph."""
        found: list[Comment] = []
        for token in self.tokens:
            if token.type == "html_block":
                found += _comments(token.content, self._line(token))
            elif token.type == "inline":
                for each, line in self._inline(token):
                    if each.type == "html_inline":
                        found += _comments(each.content, line)
        return found

    @cached_property
    def links(self) -> list[Link]:
        """Every link and image, with the text of the link."""
        found = []
        for token in self.tokens:
            if token.type != "inline":
                continue
            children = list(self._inline(token))
            for at, (each, line) in enumerate(children):
                if each.type not in ("link_open", "image"):
                    continue
                target = str(each.attrGet("href") or each.attrGet("src") or "")
                text = each.content if each.type == "image" else _text_of_link(children, at)
                found.append(Link(target, text, line, self._column(line, target)))
        return found

    @cached_property
    def mentions(self) -> list[Mention]:
        """Records named in prose, outside of links and code."""
        found = []
        reached: dict[int, int | None] = {}
        for token in self.tokens:
            if token.type != "inline":
                continue
            inside = 0
            for each, line in self._inline(token):
                inside += {"link_open": 1, "link_close": -1}.get(each.type, 0)
                start = self._passed(each, line, reached)
                if each.type == "text" and not inside:
                    for match in _MENTION.finditer(each.content):
                        column = self._column(line, match[0])
                        if start is not None:
                            column = start + match.start() + 1
                        sure = start is not None
                        found.append(Mention(match["id"].zfill(4), match[0], line, column, sure))
        return found

    def _passed(self, part: Any, line: int, reached: dict[int, int | None]) -> int | None:
        """Where a part of a paragraph begins on its line, after what was passed; None if unsure."""
        at = reached.get(line, 0)
        index = line - self.first_line
        if at is None or index >= len(self.lines):
            return None
        start: int | None = at
        if part.content:
            place = self.lines[index].find(part.content, at)
            start, at = (place, place + len(part.content)) if place >= 0 else (None, None)
        if part.type in ("link_close", "image") and at is not None:
            match = _LINK_END.match(self.lines[index], at)
            at = match.end() if match else None
        reached[line] = at
        return start

    @cached_property
    def quotes(self) -> list[Quote]:
        """Figures that are followed by the marker of the evidence that they quote.

        A marker that no figure stands before on its line gives a quote without a text.
        """
        found = []
        markers = Counter(each.line for each in self.comments if each.text.startswith("="))
        for line, count in markers.items():
            source = self.lines[line - self.first_line]
            matches = list(_QUOTE.finditer(source))
            for match in matches:
                within = float(match["within"] or 0) / 100
                found.append(
                    Quote(match["text"], match["path"], within, line, match.start("text") + 1)
                )
            if len(matches) < count:
                found.append(Quote("", "", 0.0, line, source.find("<!--") + 1))
        return found

    def _inline(self, token: Any) -> Iterator[tuple[Any, int]]:
        """The parts of a paragraph, each with its line."""
        line = self._line(token)
        for child in token.children or ():
            yield child, line
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            else:
                line += child.content.count("\n")

    def _column(self, line: int, text: str) -> int:
        at = line - self.first_line
        return self.lines[at].find(text) + 1 if 0 <= at < len(self.lines) and text else 1


def _text_of_link(children: list[tuple[Any, int]], at: int) -> str:
    """What stands between the opening of a link and its end."""
    texts = []
    for place in range(at + 1, len(children)):
        child, _ = children[place]
        if child.type == "link_close":
            break
        texts.append(child.content)
    return "".join(texts)


@lru_cache(maxsize=1)
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _comments(html: str, line: int) -> Iterator[Comment]:
    for match in re.finditer(r"<!--(.*?)-->", html, re.DOTALL):
        yield Comment(match[1].strip(), line + html.count("\n", 0, match.start()))


def plain(text: str) -> str:
    """An item without emphasis, code marks and links around its words."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"(\*\*|__|[*_`])(.+?)\1", r"\2", text).strip()


def split_title(text: str) -> tuple[str, str]:
    """Id and title in a heading such as `0003. Outputs are read-only`; the id may be empty."""
    match = _TITLE.fullmatch(text)
    return (match["id"].zfill(4), match["title"].strip()) if match else ("", text.strip())


@lru_cache(maxsize=2)
def body_of(text: str, first_line: int) -> Body:
    """The body of a text. The last ones are kept: a record is read, then looked at by the rules."""
    return Body(text, first_line)


def read_body(text: str, record: Record) -> Body:
    """The body in the text of a record's file."""
    parts = frontmatter.split(text)
    return body_of(parts[1] if parts else text, record.body_line)


def facts(record: Record, body: Body) -> None:
    """Note in a record what others need to know of its body."""
    record.title = split_title(body.title.text)[1] if body.title else ""
    record.links = body.links
    record.mentions = body.mentions
    record.quotes = body.quotes
    record.samples = [
        Sample(each.line, sha256(each.content)) for each in body.fences if is_sample(each.info)
    ]
    record.amendments = [
        Amendment(row[0].text, " | ".join(each.text for each in row[1:]), row[0].line)
        for row in body.amendments
        if row
    ]


def is_sample(info: str) -> bool:
    """Whether what stands after a fence says that its content is Python to be run."""
    words = info.replace("{", " ").replace("}", " ").split()
    return bool(words) and words[0].lstrip(".") in ("python", "py") and "norun" not in words
