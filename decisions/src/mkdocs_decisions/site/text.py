"""Text from outside made fit for a page: what may be markup in it is shown as it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from html import unescape

from mkdocs_decisions.record import Status

LONG = 20
"""Letters from which on code may be broken into two lines."""

_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]*)\](?:\([^()\s]*\)|\[[^\[\]]*\])")
_MARKUP = re.compile(r"[&<>\[\]|*`\\~{}\"]|(?<!\w)_|_(?!\w)|(?<=\W):(?=\w)")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MADE_CODE = re.compile(r"`(?P<code>[^`]+)`")
_MADE_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\(<?(?P<to>[^<>]*?)>?\)(?!\))")
_MADE_STRONG = re.compile(r"^\*\*(?P<text>.*)\*\*$")
_IN_ATTRIBUTE = re.compile(r"[&<>\[\]|`\\\"]")
_IN_CODE = re.compile(r"[&<>\[\]|*`\\~{}\"_:@]")


def plain(text: str) -> str:
    """A text on one line, without control characters."""
    words = " ".join(text.split())
    if words.isprintable():
        return words
    return "".join(each for each in words if unicodedata.category(each) not in ("Cc", "Cf", "Cs"))


def inline(text: str) -> str:
    """A text for a heading, a table or a link: only what stands in backticks is marked up.

    Entities are used for all that could be markup, because every Markdown dialect knows them.
    """
    text = _LINK.sub(lambda match: match["text"], plain(text))
    parts, end = [], 0
    for match in _CODE.finditer(text):
        parts += [_escaped(_MARKUP, text[end : match.start()]), code(match["code"].strip())]
        end = match.end()
    return "".join([*parts, _escaped(_MARKUP, text[end:])])


def code(text: str) -> str:
    """A text as code, in backticks where a table and every dialect bear them."""
    text = plain(" \u23ce ".join(text.strip().split("\n")))
    if text and not re.search(r"[`|\\<>&\[\]]", text):
        return f"`{text}`"
    return html_code(text)


def html_code(text: str) -> str:
    """A text as code in HTML."""
    return f"<code>{_breakable(_escaped(_IN_CODE, plain(text)))}</code>"


def _breakable(code: str) -> str:
    """Code that may go on in the next line behind the parts of a long name."""
    if len(unescape(code)) < LONG:
        return code
    return re.sub(r"(?<=\w\w)(\.|_|&#95;|/|::|&#58;&#58;)(?=[\w&])", r"\1<wbr>", code)


def attribute(text: str) -> str:
    """A text for the value of an attribute in double quotes."""
    return _escaped(_IN_ATTRIBUTE, plain(text))


def link(shown: str, to: str) -> str:
    """A link whose text is marked up already; without a target, the text alone."""
    if not to:
        return shown
    return f"[{shown}](<{to}>)" if re.search(r"[\s()]", to) else f"[{shown}]({to})"


def badge(status: Status | None) -> str:
    """A status as a word in a box."""
    name = status.value if status else "unknown"
    return f'<span class="decisions-status decisions-status--{name}">{name}</span>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are marked up already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def as_html(text: str, resolve: Callable[[str], str]) -> str:
    """Paragraphs and tables that were made by the functions here, as HTML without blank lines.

    A generator has far less to do with it, and it can be given classes. What is read is only what
    these functions write: no mark in a text from outside has come through them.

    Args:
        text: The Markdown.
        resolve: The address of what a link leads to.
    """
    return "\n".join(
        _table_html(block.split("\n"), resolve)
        if block.startswith("| ")
        else f"<p>{_inline_html(block, resolve)}</p>"
        for block in text.strip("\n").split("\n\n")
    )


def _table_html(lines: list[str], resolve: Callable[[str], str]) -> str:
    head, _, *rows = (line[2:-2].split(" | ") for line in lines)
    inside = [_row_html("th", head, resolve), *(_row_html("td", row, resolve) for row in rows)]
    made = f"<thead>{inside[0]}</thead>\n<tbody>\n" + "\n".join(inside[1:]) + "\n</tbody>"
    return table_in_box(f"Table: {', '.join(cell.strip('`') for cell in head)}", made)


def _row_html(tag: str, cells: list[str], resolve: Callable[[str], str]) -> str:
    shown = "".join(f"<{tag}>{_inline_html(cell, resolve)}</{tag}>" for cell in cells)
    return f"<tr>{shown}</tr>"


def _inline_html(text: str, resolve: Callable[[str], str]) -> str:
    text = _MADE_CODE.sub(lambda match: f"<code>{_breakable(match['code'])}</code>", text)
    text = _MADE_LINK.sub(
        lambda match: f'<a href="{attribute(resolve(match["to"]))}">{match["text"]}</a>', text
    )
    return _MADE_STRONG.sub(r"<strong>\g<text></strong>", text)


def table_in_box(label: str, inside: str) -> str:
    """A table in a box to scroll in that the keyboard can reach."""
    return (
        f'<div class="decisions-scroll" role="group" aria-label="{label}" tabindex="0">'
        f'<table class="decisions-table">{inside}</table></div>'
    )


def page(*parts: str) -> str:
    """The parts of a page, with a blank line between them; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _escaped(what: re.Pattern[str], text: str) -> str:
    return what.sub(lambda match: _NAMED.get(match[0]) or f"&#{ord(match[0])};", text)
