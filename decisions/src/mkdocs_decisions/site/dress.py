"""Last touches to pages that are rendered, or were written by hand. Plain text in and out."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mkdocs_decisions.site.links import map_links

if TYPE_CHECKING:
    from mkdocs_decisions.site.model import Site

_TABLE = re.compile(r"<table>(?P<inside>.*?)</table>", re.DOTALL)
_HEAD = re.compile(r"<th[^>]*>(?P<text>.*?)</th>", re.DOTALL)
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
        return (
            f'<div class="decisions-scroll" role="group" aria-label="{label}" tabindex="0">'
            f'<table class="decisions-table">{match["inside"]}</table></div>'
        )

    return _TABLE.sub(boxed, text)


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
        if to.startswith(("#", "/")) or urlsplit(to).scheme:
            return to
        path, hash_, anchor = to.partition("#")
        file = posixpath.normpath(str(PurePosixPath(source).parent / unquote(path)))
        shown = site.path("index.md") if file == readme else site.pages.get(file)
        if shown is None:
            return to
        return posixpath.relpath(shown, posixpath.dirname(page) or ".") + hash_ + anchor

    return map_links(markdown, changed)


def with_feed(page: str, href: str, title: str) -> str:
    """Name the feed in the head of a page."""
    kind = 'rel="alternate" type="application/atom+xml"'
    named = f'<link {kind} title="{html.escape(title)}" href="{html.escape(href)}">'
    return page.replace("</head>", f"{named}</head>", 1)
