"""Text from outside made fit for a page: what may be markup in it is shown as it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from mkdocs_decisions.record import Status

_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]*)\](?:\([^()\s]*\)|\[[^\[\]]*\])")
_MARKUP = re.compile(r"[&<>\[\]|*`\\~{}\"]|(?<!\w)_|_(?!\w)|(?<=\W):(?=\w)")
_IN_ATTRIBUTE = re.compile(r"[&<>\[\]|`\\\"]")
_IN_CODE = re.compile(r"[&<>\[\]|*`\\~{}\"_:@]")


def plain(text: str) -> str:
    """A text on one line, without control characters."""
    words = " ".join(text.split())
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
    text = plain(text)
    if text and not re.search(r"[`|\\<>&]", text):
        return f"`{text}`"
    return html_code(text)


def html_code(text: str) -> str:
    """A text as code in HTML."""
    return f"<code>{_escaped(_IN_CODE, plain(text))}</code>"


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


def page(*parts: str) -> str:
    """The parts of a page, with a blank line between them; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _escaped(what: re.Pattern[str], text: str) -> str:
    return what.sub(lambda match: f"&#{ord(match[0])};", text)
