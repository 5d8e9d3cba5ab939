"""Where code and texts name a record.

A mark ties a record to a symbol: a comment that begins with it, `# ADR-0003: why`, or the role
`:adr:` in a docstring. A citation is any mention at all; it goes stale when a record is renumbered.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass

_MARK = re.compile(r"ADR-(\d{1,4})(?!\w)")
_COMMENT = re.compile(r"#[:!]?\s*ADR-\d{1,4}(?!\w)(?:\s*,\s*ADR-\d{1,4}(?!\w))*")
_ROLE = re.compile(r":adr:`\s*(?P<ids>(?:ADR-)?\d{1,4}(?:\s*,\s*(?:ADR-)?\d{1,4})*)\s*`")
_NUMBER = re.compile(r"\d+")
_CITATION = re.compile(
    r"(?<![\w-])ADR[-\u2010\u2011\u00a0 _](?P<label>\d{1,4})(?![\w]|\.\d)"
    r"|(?<![\w-])ADR(?P<joined>\d{4})(?!\w)"
    r"|(?<![\w.-])(?!\d{4}-\d\d-\d\d)(?P<file>\d{4})-\w[\w.-]*\.md(?!\w)"
    r"|(?<![\w-])(?:adrs?|decisions|records)/(?!\d{4}-\d\d-\d\d)(?P<folder>\d{4})-\w[\w-]*+(?!\.\w)"
    r"|\[`?(?P<link>\d{4})(?=[^\]\n\d][^\]\n]*\]|\])(?=[^\]\n]*\](?:\(|:\s*)<?[^)\s]*(?P=link)-\w)"
    r"|:adr:`(?P<role>[^`\n]*)`",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{0,20}://[^\s<>()\[\]\"'`]+", re.IGNORECASE)
_TO_ADDRESS = re.compile(rf"[^\]\n]*\](?:\(|:\s*)<?{_ADDRESS.pattern}", re.IGNORECASE)
_STRING = re.compile(r"(?i)[rub]{0,2}(?:'|\")")
_LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in code.

    Attributes:
        id: Id of the record, four digits.
        path: The file.
        line: Its line, from 1.
        column: Its column, from 1.
        symbol_line: A line of the definition that it belongs to: the one directly below it, or
            the innermost one around it.
    """

    id: str
    path: str
    line: int
    column: int
    symbol_line: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A mention of a record.

    Attributes:
        id: Id of the record, four digits.
        line: Its line, from 1.
        column: Its column, from 1.
        text: What stands there: `ADR-0003`, `0003-one-store.md`, `0003`.
    """

    id: str
    line: int
    column: int
    text: str


def marks(text: str, path: str) -> list[Mark]:
    """The marks in a Python file, in their order. What can't be read as Python is no obstacle.

    Args:
        text: Its text.
        path: Its path, for the marks.
    """
    if not (_COMMENT.search(text) or _ROLE.search(text)):
        return []
    reader = _Reader(path)
    reached = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            reader.read(token)
            reached = token.end[0]
    except (tokenize.TokenError, SyntaxError):
        reader.settle(None)
        reader.plain(text.split("\n"), reached)
    return sorted(reader.found, key=lambda each: (each.line, each.column))


class _Reader:
    """Reads tokens, and keeps comments in mind until the line below them is known."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Mark] = []
        self._waiting: list[tokenize.TokenInfo] = []
        self._starts = True
        self._before: list[tuple[int, int]] = []

    def read(self, token: tokenize.TokenInfo) -> None:
        if token.type == tokenize.COMMENT:
            self._comment(token)
        elif token.type == tokenize.NL and self._starts and not token.line.strip():
            self.settle(None)
        elif token.type == tokenize.NEWLINE:
            self._starts = True
        elif token.type == tokenize.ENDMARKER:
            self.settle(None)
        elif token.type not in _LAYOUT and self._starts:
            self._statement(token)

    def _comment(self, token: tokenize.TokenInfo) -> None:
        if not _COMMENT.match(token.string):
            return
        if self._starts and not token.line[: token.start[1]].strip():
            self._waiting.append(token)
        else:
            self._add(token, token.start[0])

    def _statement(self, token: tokenize.TokenInfo) -> None:
        """A logical line begins: what waits is above it, or at the end of the block before it."""
        self._starts = False
        place = token.start
        self.settle(place)
        if token.type == tokenize.STRING and _STRING.match(token.string):
            self._docstring(token)
        self._before.append(place)

    def settle(self, below: tuple[int, int] | None) -> None:
        """Add the comments that wait; `below` is where the statement directly below starts."""
        for token in self._waiting:
            line, column = token.start
            if below is not None and below[1] == column:
                self._add(token, below[0])
            else:
                self._add(token, self._header(column, line))
        self._waiting = []

    def _header(self, column: int, line: int) -> int:
        """The line of the statement whose block a column belongs to; its own if there is none."""
        return next((row for row, at in reversed(self._before) if at < column), line)

    def _docstring(self, token: tokenize.TokenInfo) -> None:
        """A string of its own belongs to the block that it opens, or to the attribute above it."""
        line, column = token.start
        owner = self._header(column, line)
        if self._before and self._before[-1][1] == column:
            owner = self._before[-1][0]
        starts = _line_starts(token.string)
        for role in _ROLE.finditer(token.string):
            for number in _NUMBER.finditer(role["ids"]):
                row = bisect_right(starts, role.start()) - 1
                indent = column if row == 0 else 0
                at = role.start() - starts[row] + indent + 1
                self.found.append(Mark(_id(number[0]), self.path, line + row, at, owner))

    def _add(self, token: tokenize.TokenInfo, symbol_line: int) -> None:
        line, column = token.start
        self._marks(token.string, line, column, symbol_line)

    def _marks(self, comment: str, line: int, column: int, symbol_line: int) -> None:
        named = _COMMENT.match(comment)
        for each in _MARK.finditer(named[0] if named else ""):
            at = column + each.start() + 1
            self.found.append(Mark(_id(each[1]), self.path, line, at, symbol_line))

    def plain(self, lines: list[str], reached: int) -> None:
        """Comments of their own from a line on, in a text that is no Python."""
        seen = {each.line for each in self.found}
        for number, line in enumerate(lines, 1):
            comment = line.lstrip()
            if number >= reached and number not in seen and comment.startswith("#"):
                self._marks(comment, number, len(line) - len(comment), number)


def citations(text: str, *, in_addresses: bool = False) -> list[Citation]:
    """The mentions of records in a text of any kind, in their order.

    Found are `ADR-0003`, `ADR 3`, the names of records' files, paths of records in a site, link
    texts such as `[0003](0003-slug.md)` and the role `:adr:`. `ADR502` is the code of a rule.

    Args:
        text: The text.
        in_addresses: Find those within addresses such as https://example.org/adr/0003-slug.md, and
            no others. Such an address may be that of another project, or of what this one was.
    """
    found: list[Citation] = []
    starts = _line_starts(text)
    addresses = [each.span() for each in _ADDRESS.finditer(text)] if "://" in text else []
    for match in _CITATION.finditer(text):
        before = bisect_right(addresses, (match.start(), len(text))) - 1
        inside = before >= 0 and match.start() < addresses[before][1]
        if match["link"]:
            inside = bool(addresses) and _TO_ADDRESS.match(text, match.start()) is not None
        if inside != in_addresses:
            continue
        kind = match.lastgroup or ""
        if kind == "role":
            places = [
                (match.start("role") + each.start(), each[0], each[0])
                for each in _NUMBER.finditer(match["role"])
                if len(each[0]) <= 4
            ]
        elif kind == "link":
            places = [(match.start("link"), match["link"], match["link"])]
        else:
            places = [(match.start(), match[kind], match[0])]
        for start, number, written in places:
            line = bisect_right(starts, start)
            found.append(Citation(_id(number), line, start - starts[line - 1] + 1, written))
    return found


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _id(number: str) -> str:
    return number.zfill(4)
