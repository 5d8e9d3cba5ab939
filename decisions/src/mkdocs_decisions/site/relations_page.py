"""The page of relations: a drawing of which decision builds on or replaces which, and a table."""

from __future__ import annotations

from mkdocs_decisions.drawing import svg
from mkdocs_decisions.graph import Node, graph_of
from mkdocs_decisions.record import INVERSE
from mkdocs_decisions.site.model import LABELS, Site
from mkdocs_decisions.site.text import page, table

HEAD = ("Decision", "Relation", "Other decision")
_SAID_ONCE = ("supersedes", "amends", "depends-on", "relates-to")


def relations_page(site: Site) -> str:
    """The page, in Markdown. The table says all that the drawing shows."""
    rows = [
        (site.record_link(record), LABELS[key].lower(), site.related(record, other))
        for record in site.records
        for key in _SAID_ONCE
        for other in site.relations(record).get(key, ())
        if INVERSE.get(key) != key or record.id <= other
    ]
    if not rows:
        return page("# Relations", "No decision is related to another.")
    own = site.path("relations.md")
    return page(
        site.wide,
        "# Relations",
        "Which decision builds on, changes or takes the place of which. The table below says all "
        "that the drawing shows.",
        _drawing(site, own),
        "## All relations",
        site.box("decisions-relations", table(HEAD, rows), own, found=False),
    )


def _drawing(site: Site, own: str) -> str:
    def address(node: Node) -> str:
        return site.address(site.pages[node.path], own)

    drawn = svg(graph_of(site.records), link=address if site.options.html else None)
    return (
        '<div class="decisions-drawing" role="group" aria-label="Drawing of the relations" '
        f'tabindex="0" data-search-exclude>\n{drawn.strip()}\n</div>'
    )
