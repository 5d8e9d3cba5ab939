"""The page of one record: what its front matter says, its text, what holds it, and its past."""

from __future__ import annotations

import re
from collections import defaultdict

from mkdocs_decisions import frontmatter
from mkdocs_decisions.record import Quote, Record
from mkdocs_decisions.site.links import with_fences
from mkdocs_decisions.site.model import LABELS, Site
from mkdocs_decisions.site.proofs import evidence_anchor, evidence_table, proofs_table
from mkdocs_decisions.site.text import attribute, badge, inline, link, page, table
from mkdocs_decisions.site.timeline import history_table

_NO_AMENDMENTS = re.compile(r"\n#+ Amendments\s*\n+\|[^\n]*\n\|[\s:|-]*$")
_MARKER = re.compile(r"[ \t]*<!--=[^>]*?-->")


def record_page(site: Site, record: Record) -> str:
    """The page of a record, in Markdown."""
    site.check_symbols(record)
    site.check_relations(record)
    box = f"decisions-record decisions-record--{record.status or 'unknown'}"
    own = site.pages[record.path]
    return page(
        f"# {site.title(record)}",
        site.box(box, _header(site, record), own),
        _body(site, record),
        _section(site, "Proofs", proofs_table(site, record), own),
        _section(site, "Evidence", evidence_table(site, record), own),
        _section(site, "History", history_table(site, record), own),
    )


def _section(site: Site, title: str, text: str, own: str) -> str:
    box = site.box(f"decisions-{title.lower()}", text, own, found=False)
    return page(f"## {title}", box) if text else ""


def _header(site: Site, record: Record) -> str:
    meta = record.meta
    since = f" since {meta.date}" if record.date else ""
    edit = site.forge.edit(record.path)
    return page(
        f'<span id="{record.label.lower()}"></span>{badge(record.status)}{since}',
        f"**{inline(meta.answer)}**" if meta.answer else "",
        _facts(site, record),
        link("Edit this record", edit) if edit else "",
    )


def _facts(site: Site, record: Record) -> str:
    meta = record.meta
    facts = {
        "Source": [inline(meta.source or "")],
        "Governs": [
            site.symbol_link(each.symbol) + (f": {inline(each.note)}" if each.note else "")
            for each in meta.governed
        ],
    }
    for key, ids in site.relations(record).items():
        facts[LABELS[key]] = [site.related(record, id_) for id_ in ids]
    facts |= {
        "Tags": [", ".join(map(inline, meta.tags))],
        "Decided by": [", ".join(map(inline, meta.decision_makers))],
        "Consulted": [", ".join(map(inline, meta.consulted))],
        "Informed": [", ".join(map(inline, meta.informed))],
        "Review by": [inline(meta.review_by or "")],
    }
    shown = {name: [value for value in values if value] for name, values in facts.items()}
    rows = [(name, "<br>".join(values)) for name, values in shown.items() if values]
    return table(("Key", "Value"), rows) if rows else ""


def _body(site: Site, record: Record) -> str:
    parts = frontmatter.split(site.project.text(record.path))
    lines = (parts[1] if parts else "").split("\n")
    _take_title(lines)
    _mark_figures(lines, record)
    return site.links.rewrite(
        _NO_AMENDMENTS.sub("\n", "\n".join(lines)),
        source=record.path,
        page=site.pages[record.path],
        first_line=record.body_line,
    )


def _take_title(lines: list[str]) -> None:
    """Empty the lines of the first heading of level 1: the page has its own."""
    for at, (line, fenced) in enumerate(with_fences("\n".join(lines))):
        if fenced:
            continue
        if line.startswith("# "):
            lines[at] = ""
            return
        if at and re.fullmatch(r"=+\s*", line) and lines[at - 1].strip():
            lines[at - 1] = lines[at] = ""
            return


def _mark_figures(lines: list[str], record: Record) -> None:
    """Lead each figure that quotes evidence to where that evidence is listed."""
    known = {each.id for each in record.meta.evidence}
    quotes: dict[int, list[Quote]] = defaultdict(list)
    for quote in record.quotes:
        quotes[quote.line - record.body_line].append(quote)
    for at, found in quotes.items():
        line = lines[at]
        for quote in sorted(found, key=lambda each: each.column, reverse=True):
            start = quote.column - 1
            before, after = line[:start], line[start + len(quote.text) :]
            line = (
                before + _figure(quote, known, linked=before.count("[") > before.count("]")) + after
            )
        lines[at] = _MARKER.sub("", line)


def _figure(quote: Quote, known: set[str], *, linked: bool) -> str:
    """A figure; one that stands in the text of a link can't be a link itself."""
    id_ = quote.path.partition("/")[0]
    within = f", within {quote.within:.0%}" if quote.within else ""
    mark = f'class="decisions-figure" title="{attribute(quote.path + within)}"'
    if linked or id_ not in known:
        return f"<span {mark}>{quote.text}</span>"
    return f'<a {mark} href="#{evidence_anchor(id_)}">{quote.text}</a>'
