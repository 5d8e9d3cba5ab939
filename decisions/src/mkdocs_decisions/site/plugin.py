"""The MkDocs plugin `decisions`: hands what the plain functions beside it make to MkDocs.

The only file that knows MkDocs and its plugins autorefs and mkdocstrings. It writes no page.
"""

from __future__ import annotations

import logging
import os
import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel

from mkdocs_decisions.problems import DecisionsError, Problem
from mkdocs_decisions.project import open_project
from mkdocs_decisions.record import Record
from mkdocs_decisions.settings import FILE
from mkdocs_decisions.site import dress
from mkdocs_decisions.site.links import Forge
from mkdocs_decisions.site.model import Options, Site
from mkdocs_decisions.site.pages import STYLE, SiteFile, site_files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.pages import Page

EXTENSION = "mkdocs_decisions.site.griffe_extension:DecisionsExtension"

_LOG = logging.getLogger("mkdocs.plugins.decisions")
_FOLDER = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")
_BRANCH = re.compile(r"^/?(?:-/)?(?:edit|blob|src|tree|raw)/(?:branch/)?(?P<branch>[^/]+)/")


class DecisionsConfig(Config):  # type: ignore[no-untyped-call]
    """The options of the plugin."""

    root = config_options.Type(str, default="")
    """Root of the project, relative to the folder of mkdocs.yml; that folder if it is not given."""
    folder = config_options.Type(str, default="decisions")
    """Folder of the pages in the site."""
    title = config_options.Type(str, default="Decisions")
    """Title of the index and of the section in the navigation."""
    rules = config_options.Type(bool, default=True)
    """Whether there is a page for each rule."""
    timeline = config_options.Type(bool, default=True)
    """Whether there is a page of the status changes."""
    feed = config_options.Type(bool, default=True)
    """Whether there is an Atom feed of the status changes."""
    max_in_nav = config_options.Type(int, default=30)
    """Number of records up to which they stand in the navigation."""


class DecisionsPlugin(BasePlugin[DecisionsConfig]):  # type: ignore[no-untyped-call]
    """Adds the records of a project to its site."""

    site: Site
    _ours: dict[str, Record | None]
    _boxes: dict[str, list[str]]

    @event_priority(100)  # before mkdocstrings makes its handlers
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check the options, and tell Markdown and mkdocstrings what the pages need."""
        if not _FOLDER.fullmatch(self.config.folder):
            raise PluginError(
                f"decisions: the option 'folder' is {self.config.folder!r}; name a folder"
            )
        if self.config.max_in_nav < 0:
            raise PluginError(
                "decisions: the option 'max_in_nav' is below 0; give a number of records"
            )
        config.extra_css.append(f"{self.config.folder}/{STYLE}")
        self._tell_mkdocstrings(config)
        return config

    @event_priority(50)  # before what reads the pages of other plugins
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages, the data and the assets."""
        try:
            self.site = self._open(files, config)
            made = site_files(self.site, config.site_name)
        except DecisionsError as error:
            raise PluginError(f"{error.code}: {error.message}; {error.mend}".rstrip("; ")) from None
        self._boxes = {}
        self._warn()
        hidden = len(self.site.records) > self.config.max_in_nav
        self._ours = dict.fromkeys(each.path for each in made)
        self._ours |= {self.site.pages[record.path]: record for record in self.site.records}
        docs = self._docs(config)
        # A record that stands in the folder of the pages is shown once.
        for file in [each for each in files if f"{docs}/{each.src_uri}" in self.site.pages]:
            files.remove(file)
        for each in made:
            is_record = self._ours[each.path] is not None
            aside = hidden if is_record else each.path.startswith(self.site.path("rules/ADR"))
            files.append(self._file(each, config, aside=aside))
        self._navigate(config, [] if hidden else list(self.site.pages.values()))
        self.site.project.cache.save(keep=True)
        return files

    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Lead links to records to their pages; keep what is HTML already away from Markdown."""
        uri = page.file.src_uri
        if uri in self._ours:
            markdown, self._boxes[uri] = dress.take_boxes(markdown)
            return markdown
        if page.file.abs_src_path is None:
            return markdown
        source = f"{self._docs(config)}/{uri}"
        return dress.lead_to_records(self.site, markdown, source=source, page=uri)

    @event_priority(100)  # before others look for tables
    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Give the tables of our pages a box to scroll in, and the records their anchors."""
        if page.file.src_uri not in self._ours:
            return html
        record = self._ours[page.file.src_uri]
        if record is not None and (autorefs := config.plugins.get("autorefs")):
            for name in (record.label, record.label.lower()):
                autorefs.register_anchor(page, name, record.label.lower(), primary=True)
        html = dress.tables_in_boxes(html)
        return dress.put_boxes(html, self._boxes[page.file.src_uri], found=True)

    @event_priority(50)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Put in what a search need not see, and links to API entries: all are known by now."""
        uri = page.file.src_uri
        if uri not in self._ours:
            return output
        output = dress.put_boxes(output, self._boxes.pop(uri), found=False)
        if autorefs := config.plugins.get("autorefs"):
            output = dress.symbols_to_entries(output, partial(_entry, autorefs, page.url))
        if self.config.feed:
            feed = self.site.address(self.site.path("feed.xml"), uri)
            output = dress.with_feed(output, feed, self.config.title)
        return dress.without_blank_lines(output)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Watch what the pages are made of."""
        root, settings = self._root(config), self.site.project.settings
        for path in (settings.records, settings.evidence_folder, settings.receipts_file, FILE):
            if (root / path).exists():
                server.watch(str(root / path))

    # -- helpers ----------------------------------------------------------------------------------

    def _root(self, config: MkDocsConfig) -> Path:
        return (Path(config.config_file_path or ".").parent / self.config.root).resolve()

    def _docs(self, config: MkDocsConfig) -> str:
        """The folder of the pages, as it is from the root of the project."""
        return _relative(config.docs_dir, self._root(config))

    def _open(self, files: Files, config: MkDocsConfig) -> Site:
        project = open_project(self._root(config))
        docs = self._docs(config)
        written = {f"{docs}/{file.src_uri}": file.src_uri for file in files}
        options = Options(
            folder=self.config.folder,
            title=self.config.title,
            address=config.site_url or "",
            rules=self.config.rules,
            timeline=self.config.timeline,
            feed=self.config.feed,
            html=True,
            api="autorefs" in config.plugins,
        )
        address = (config.repo_url or project.settings.repository).rstrip("/")
        branch = _BRANCH.match(config.edit_uri or "")
        forge = Forge(address, branch["branch"] if branch else "main")
        return Site(project, forge, options, written.get, cache(partial(_url, config)))

    def _file(self, each: SiteFile, config: MkDocsConfig, *, aside: bool) -> File:
        level = InclusionLevel.NOT_IN_NAV if aside else InclusionLevel.UNDEFINED
        file = File.generated(config, each.path, content=each.text, inclusion=level)
        if each.source:
            file.edit_uri = _relative(self._root(config) / each.source, Path(config.docs_dir))
        return file

    def _navigate(self, config: MkDocsConfig, records: list[str]) -> None:
        """Add the pages to the section of the navigation that has our title, or make it."""
        if config.nav is None:
            return
        others = ["timeline.md"] * self.config.timeline + ["relations.md", "proofs.md"]
        others += ["rules/index.md"] * self.config.rules
        index = self.site.path("index.md")
        pages = [index, *records, *map(self.site.path, others)]
        for at, entry in enumerate(config.nav):
            if isinstance(entry, dict) and self.config.title in entry:
                held = entry[self.config.title]
                entries = held if isinstance(held, list) else [held]
                known = _named(entries)
                entry[self.config.title] = entries + [each for each in pages if each not in known]
                return
            if entry == index:
                config.nav[at] = {self.config.title: pages}
                return
        config.nav.append({self.config.title: pages})

    def _warn(self) -> None:
        for each in self.site.problems:
            _LOG.warning(_message(each))

    def _tell_mkdocstrings(self, config: MkDocsConfig) -> None:
        mkdocstrings = config.plugins.get("mkdocstrings")
        if mkdocstrings is None:
            return
        options = mkdocstrings.config
        for key in ("handlers", "python", "options"):
            options = _entered(options, key)
        extensions = options["extensions"] = list(options.get("extensions") or ())
        names = [next(iter(each)) if isinstance(each, dict) else each for each in extensions]
        if EXTENSION not in names:
            extensions.append({EXTENSION: {"root": str(self._root(config))}})


def _entry(autorefs: Any, page: str, symbol: str) -> str:
    """The address of a symbol's API entry, as seen from a page; empty if it has none."""
    try:
        return str(autorefs.get_item_url(symbol, from_url=page)[0])
    except KeyError:
        return ""


def _entered(options: Any, key: str) -> Any:
    if options.get(key) is None:
        options[key] = {}
    return options[key]


def _named(entries: list[Any]) -> set[Any]:
    """The pages that a part of the navigation names."""
    found: set[Any] = set()
    for each in entries:
        for value in each.values() if isinstance(each, dict) else (each,):
            found |= _named(value) if isinstance(value, list) else {value}
    return found


def _relative(path: str | Path, start: str | Path) -> str:
    return os.path.relpath(path, start).replace(os.sep, "/")


def _url(config: MkDocsConfig, page: str) -> str:
    if not page.endswith(".md"):
        return page
    return File(page, config.docs_dir, config.site_dir, config.use_directory_urls).url


def _message(problem: Problem) -> str:
    place = f"{problem.path}:{problem.line}"
    code = f"{problem.code} " if problem.code else ""
    return f"{place}: {code}{problem.message}; {problem.mend}"
