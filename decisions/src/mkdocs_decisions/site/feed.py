"""The Atom feed of status changes. Ids and dates hang on the records, never on the build."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mkdocs_decisions.site.text import plain
from mkdocs_decisions.site.timeline import StatusChange

if TYPE_CHECKING:
    from mkdocs_decisions.site.model import Site

MAX_ENTRIES = 100
"""The feed tells of the last changes only; the timeline tells of all."""

_ATOM = "http://www.w3.org/2005/Atom"
_BEGINNING = "1970-01-01T00:00:00Z"


def feed(site: Site, name: str) -> str:
    """The feed as XML.

    Args:
        site: The site.
        name: What the site is called.
    """
    entries = list(zip(_ids(site), site.history.changes, strict=True))
    entries = [each for each in entries if each[1].day][:MAX_ENTRIES]
    root = Element("feed", xmlns=_ATOM)
    _add(root, "id", _tag(site, "feed"))
    _add(root, "title", f"{plain(name)}: {plain(site.options.title)}")
    _add(root, "updated", max((_updated(change) for _, change in entries), default=_BEGINNING))
    _add(_add(root, "author"), "name", plain(name))
    own, index = site.path("feed.xml"), site.url(site.path("index.md"))
    _add(root, "link", rel="self", type="application/atom+xml", href=_address(site, own))
    _add(root, "link", rel="alternate", type="text/html", href=_address(site, index))
    for id_, change in entries:
        _entry(site, root, id_, change)
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _ids(site: Site) -> list[str]:
    """An id for each change: the record, the status, and how often it had come to that before."""
    seen: Counter[str] = Counter()
    ids = []
    for change in reversed(site.history.changes):
        what = f"{change.record.id}/{change.after.value}"
        seen[what] += 1
        ids.append(_tag(site, what if seen[what] == 1 else f"{what}/{seen[what]}"))
    return ids[::-1]


def _tag(site: Site, what: str) -> str:
    """A tag URI (RFC 4151) of the host of the site, or else that of the repository."""
    host = urlsplit(site.options.address or site.forge.address).hostname or "localhost"
    return f"tag:{host},2000:{site.path(what)}"


def _entry(site: Site, root: Element, id_: str, change: StatusChange) -> None:
    record, after = change.record, change.after.value
    entry = _add(root, "entry")
    _add(entry, "id", id_)
    _add(entry, "title", f"{record.label} {after}: {plain(record.title)}")
    _add(entry, "updated", _updated(change))
    href = _address(site, site.url(site.pages[record.path]))
    _add(entry, "link", rel="alternate", type="text/html", href=href)
    _add(entry, "category", term=after)
    before = f"{change.before.value} → " if change.before else ""
    _add(entry, "summary", f"{before}{after}. {plain(record.meta.answer or '')}".strip())


def _add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    made = SubElement(parent, tag, attributes)
    made.text = text or None
    return made


def _updated(change: StatusChange) -> str:
    if change.revision is None:
        return f"{change.day}T00:00:00Z"
    return change.revision.when.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _address(site: Site, path: str) -> str:
    return urljoin(site.options.address.rstrip("/") + "/", path) if site.options.address else path
