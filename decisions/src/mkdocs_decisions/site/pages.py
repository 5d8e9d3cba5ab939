"""All that the records add to a site: pages in Markdown, data and assets, each by its path.

Nothing here knows a generator of sites: `plugin.py` hands these to MkDocs, `export.py` to a folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from mkdocs_decisions.rules import catalogue
from mkdocs_decisions.schema import config_schema, record_schema
from mkdocs_decisions.site.data import SCHEMA_FILE, decisions_json, decisions_schema
from mkdocs_decisions.site.feed import feed
from mkdocs_decisions.site.index_page import index_page
from mkdocs_decisions.site.model import Site
from mkdocs_decisions.site.proofs import proofs_page
from mkdocs_decisions.site.record_page import record_page
from mkdocs_decisions.site.relations_page import relations_page
from mkdocs_decisions.site.rule_pages import rule_page, rules_page
from mkdocs_decisions.site.timeline import timeline_page

STYLE = "decisions.css"
SCRIPT = "decisions.js"


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file of the site.

    Attributes:
        path: Its path in the site's sources.
        text: Its text.
        source: The file of the repository that it is made of; empty if there is none to edit.
    """

    path: str
    text: str
    source: str = ""


def site_files(site: Site, name: str) -> list[SiteFile]:
    """Every file that the records add to a site.

    Args:
        site: The records as a part of a site.
        name: What the site is called.

    Raises:
        DecisionsError: A record can't be read.
    """
    made = [SiteFile(site.path("index.md"), index_page(site), _readme(site))]
    made += [
        SiteFile(site.pages[record.path], record_page(site, record), record.path)
        for record in site.records
    ]
    made += [SiteFile(site.path(path), text) for path, text in _others(site, name).items()]
    return made


def _others(site: Site, name: str) -> dict[str, str]:
    made = {"relations.md": relations_page(site), "proofs.md": proofs_page(site)}
    if site.options.timeline:
        made["timeline.md"] = timeline_page(site)
    if site.options.rules:
        made["rules/index.md"] = rules_page(site)
        made |= {f"rules/{code}.md": rule_page(rule) for code, rule in catalogue().items()}
    made["decisions.json"] = decisions_json(site)
    made[SCHEMA_FILE] = decisions_schema()
    made["record.schema.json"] = _json(record_schema(site.project.settings.tags))
    made["configuration.schema.json"] = _json(config_schema())
    if site.options.feed:
        made["feed.xml"] = feed(site, name)
    assets = files("mkdocs_decisions.site") / "assets"
    for asset in (STYLE, SCRIPT):
        made[asset] = (assets / asset).read_text(encoding="utf-8")
    return made


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _readme(site: Site) -> str:
    path = f"{site.project.settings.records}/README.md"
    return path if site.project.tree.exists(path) else ""
