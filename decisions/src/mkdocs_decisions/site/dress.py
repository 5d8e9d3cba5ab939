"""Last touches to pages that are rendered, or were written by hand. Plain text in and out."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mkdocs_decisions.site.links import has_scheme, map_links
from mkdocs_decisions.site.text import table_in_box

if TYPE_CHECKING:
    from mkdocs_decisions.site.model import Site

_WORD = "decisions-box-"
_BOX = re.compile(
    r'^<div class="decisions-[^"\n]*"[^>\n]*>\n.*?\n</div>$', re.DOTALL | re.MULTILINE
)
_NOT_FOUND = re.compile(r"<div [^>]*data-search-exclude[^>]*>")
_PLACE = re.compile(rf"<(?:p>|!--){_WORD}(?P<number>\d+)(?:</p|--)>")
_TABLE = re.compile(r"<table>(?P<inside>.*?)</table>", re.DOTALL)
_HEAD = re.compile(r"<th[^>]*>(?P<text>.*?)</th>", re.DOTALL)
_KEPT = re.compile(r"(<pre\b.*?</pre>|<textarea\b.*?</textarea>|<script\b.*?</script>)", re.DOTALL)
_BLANK = re.compile(r"\n(?:[ \t]*\n)+")
_TAG = re.compile(r"<[^>]+>")
_SYMBOL = re.compile(
    r'<(?P<tag>a|span) class="decisions-symbol" data-symbol="(?P<name>[^"]*)"[^>]*>'
    r"(?P<inside>.*?)</(?P=tag)>"
)


def tables_in_boxes(text: str) -> str:
    """Give every table a box to scroll in that the keyboard can reach, named by its columns."""

    def boxed(match: re.Match[str]) -> str:
        heads = [_TAG.sub("", head).strip() for head in _HEAD.findall(match["inside"])]
        label = f"Table: {', '.join(heads)}" if any(heads) else "Table"
        return table_in_box(label.replace('"', "&quot;"), match["inside"])

    return _TABLE.sub(boxed, text)


def take_boxes(markdown: str) -> tuple[str, list[str]]:
    """Take the parts that are HTML out of a page of ours: Markdown is slow to pass over them.

    Returns:
        The page with a word in the place of each part, and the parts.
    """
    boxes: list[str] = []

    def taken(match: re.Match[str]) -> str:
        boxes.append(match[0])
        return f"{_WORD}{len(boxes) - 1}"

    return _BOX.sub(taken, markdown), boxes


def put_boxes(text: str, boxes: list[str], *, found: bool) -> str:
    """Put the parts back that were taken out of a page, now that it is rendered.

    Args:
        text: The page.
        boxes: What was taken out.
        found: Put back what a search is to find; if not, the rest, when the search has been there.
    """

    def put(match: re.Match[str]) -> str:
        box = boxes[int(match["number"])]
        later = found and _NOT_FOUND.match(box)
        return f"<!--{_WORD}{match['number']}-->" if later else box

    return _PLACE.sub(put, text)


def symbols_to_entries(text: str, entry: Callable[[str], str]) -> str:
    """Lead symbols to their API entries; one without an entry keeps the link to its source.

    Args:
        text: A rendered page.
        entry: The address of a symbol's entry as seen from the page; empty if it has none.
    """

    def led(match: re.Match[str]) -> str:
        if to := entry(html.unescape(match["name"])):
            return f'<a class="decisions-symbol" href="{html.escape(to)}">{match["inside"]}</a>'
        return match[0].replace(f' data-symbol="{match["name"]}"', "", 1)

    return _SYMBOL.sub(led, text)


def lead_to_records(site: Site, markdown: str, *, source: str, page: str) -> str:
    """Lead the links of a text to records to the records' pages; all others stay.

    Args:
        site: The site.
        markdown: A text written by hand.
        source: The file that it stands in.
        page: The page that shows it.
    """
    readme = f"{site.project.settings.records}/README.md"

    def changed(to: str, line: int) -> str:
        if to.startswith(("#", "/")) or has_scheme(to):
            return to
        path, hash_, anchor = to.partition("#")
        file = posixpath.normpath(str(PurePosixPath(source).parent / unquote(path)))
        shown = site.path("index.md") if file == readme else site.pages.get(file)
        if shown is None:
            return to
        return posixpath.relpath(shown, posixpath.dirname(page) or ".") + hash_ + anchor

    return map_links(markdown, changed)


def without_blank_lines(page: str) -> str:
    """Take out the blank lines that templates leave: a tenth of the bytes of a thousand pages."""
    parts = _KEPT.split(page)
    return "".join(part if at % 2 else _BLANK.sub("\n", part) for at, part in enumerate(parts))


def with_feed(page: str, href: str, title: str) -> str:
    """Name the feed in the head of a page."""
    # A link that is "alternate" and nothing else is the site in another language to Material.
    kind = 'rel="alternate feed" type="application/atom+xml"'
    named = f'<link {kind} title="{html.escape(title)}" href="{html.escape(href)}">'
    return page.replace("</head>", f"{named}</head>", 1)
