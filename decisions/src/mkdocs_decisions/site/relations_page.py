"""The page of relations: a drawing of which decision builds on or replaces which, and a table."""

from __future__ import annotations

from mkdocs_decisions.record import INVERSE
from mkdocs_decisions.site.model import LABELS, Site
from mkdocs_decisions.site.text import page, table

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
        return page("# Relations", "No record is related to another.")
    intro = "Which decision builds on, changes or takes the place of which."
    shown = table(("Decision", "Relation", "Other decision"), rows)
    return page("# Relations", intro, _drawing(site), site.box("decisions-relations", shown))


def _drawing(site: Site) -> str:
    return ""
