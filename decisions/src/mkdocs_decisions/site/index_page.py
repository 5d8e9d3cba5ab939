"""The index of the records: a plain table, which a script can filter."""

from __future__ import annotations

from mkdocs_decisions.record import Record, Status
from mkdocs_decisions.site.model import Site
from mkdocs_decisions.site.text import attribute, badge, inline, link, page, table

HEAD = ("Decision", "Answer", "Status", "Date", "Tags")
"""The columns; the script that filters finds status and tags by them."""


def index_page(site: Site) -> str:
    """The index, in Markdown."""
    intro = (
        "What was decided, in one line each. A record holds the options that were weighed, the "
        "evidence, and the tests that hold the decision."
    )
    if not site.records:
        return page(f"# {inline(site.options.title)}", intro, "There are no records yet.")
    rows = [_row(site, record) for record in site.records]
    return page(
        site.wide,
        f"# {inline(site.options.title)}",
        intro,
        _elsewhere(site),
        _filter(site),
        site.box("decisions-index", table(HEAD, rows), site.path("index.md"), found=False),
        '<script src="decisions.js" defer></script>',
    )


def _row(site: Site, record: Record) -> tuple[str, ...]:
    return (
        site.record_link(record),
        inline(record.meta.answer or ""),
        badge(record.status),
        record.meta.date or "",
        ", ".join(map(inline, record.meta.tags)),
    )


def _elsewhere(site: Site) -> str:
    pages = [link("Relations", "relations.md"), link("Proofs", "proofs.md")]
    if site.options.timeline:
        pages.insert(0, link("Timeline", "timeline.md"))
    if site.options.rules:
        pages.append(link("Rules", "rules/index.md"))
    pages.append(link("JSON", "decisions.json"))
    if site.options.feed:
        pages.append(link("Feed", "feed.xml"))
    return " · ".join(pages)


def _filter(site: Site) -> str:
    """The form that the script shows. It has no use without one, so it is hidden until then."""
    present = {record.status for record in site.records if record.status}
    statuses = [status.value for status in Status if status in present]
    tags = sorted({tag for record in site.records for tag in record.meta.tags})
    return "\n".join(
        [
            '<form class="decisions-filter" role="search" aria-label="Decisions" hidden>',
            '<span class="decisions-field"><label for="decisions-text">Text</label>',
            '<input id="decisions-text" type="search" autocomplete="off"></span>',
            *_select("status", "Status", statuses),
            *(_select("tag", "Tag", tags) if tags else ()),
            '<button type="reset">Show all</button>',
            '<output class="decisions-count" for="decisions-text" aria-live="polite"></output>',
            "</form>",
        ]
    )


def _select(name: str, label: str, values: list[str]) -> list[str]:
    id_ = f"decisions-{name}"
    options = [f'<option value="{attribute(each)}">{attribute(each)}</option>' for each in values]
    return [
        f'<span class="decisions-field"><label for="{id_}">{label}</label>',
        f'<select id="{id_}"><option value="">any</option>{"".join(options)}</select></span>',
    ]
