"""What every page needs to know of the site, and the links that all of them make."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from mkdocs_decisions.problems import DecisionsError, Problem
from mkdocs_decisions.project import Project
from mkdocs_decisions.reader import well_named
from mkdocs_decisions.record import INVERSE, RELATIONS, Record
from mkdocs_decisions.site.links import Forge, Links, has_scheme
from mkdocs_decisions.site.text import as_html, attribute, badge, code, html_code, inline, link
from mkdocs_decisions.site.timeline import History, read_history
from mkdocs_decisions.symbols.model import NotStatic, Symbol, SymbolError

LABELS = {
    "supersedes": "Supersedes",
    "superseded-by": "Superseded by",
    "amends": "Amends",
    "amended-by": "Amended by",
    "depends-on": "Depends on",
    "needed-by": "Needed by",
    "relates-to": "Relates to",
}
"""Relations of a record as they are shown, in this order; others may declare them too."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the site is to look.

    Attributes:
        folder: Folder of the decisions in the site.
        title: Title of the index.
        address: Address of the site; empty if it is not known.
        rules: Whether there is a page for each rule.
        timeline: Whether there is a page of the status changes.
        feed: Whether there is a feed of the status changes.
        html: Whether tables may be HTML, which is quicker to build and can be styled.
        api: Whether symbols are led to their API entries when all pages are there.
    """

    folder: str = "decisions"
    title: str = "Decisions"
    address: str = ""
    rules: bool = True
    timeline: bool = True
    feed: bool = True
    html: bool = False
    api: bool = False


def _no_page(_: str) -> None:
    return None


def _as_it_is(page: str) -> str:
    return page


@dataclass
class Site:
    """The records of a project as a part of a site.

    Attributes:
        project: The project.
        forge: Where its files are shown.
        options: How the site is to look.
        other_pages: The page of the site for a file of the repository that is no record.
        url: The address of a page, relative to the root of the site.
    """

    project: Project
    forge: Forge = field(default_factory=Forge)
    options: Options = field(default_factory=Options)
    other_pages: Callable[[str], str | None] = _no_page
    url: Callable[[str], str] = _as_it_is
    _problems: list[Problem] = field(default_factory=list)

    @cached_property
    def records(self) -> list[Record]:
        """The records, by their path.

        Raises:
            DecisionsError: One of them can't be read; the code is that of the rule.
        """
        for record in self.project.records:
            if not record.readable:
                first = record.problems[0]
                what = f"{first.path}:{first.line}: {first.message}"
                raise DecisionsError(first.code, what, first.mend)
            self._problems += record.problems
        return self.project.readable

    @cached_property
    def links(self) -> Links:
        """Where links lead."""
        return Links(self.project.tree, self.forge, self.page_of)

    @cached_property
    def history(self) -> History:
        """What git tells of the records."""
        return read_history(self.project)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the records that were shown, in the order of files and lines.

        What is switched off in the configuration, or suppressed in the record, is not among them.
        """
        found = {(each.path, each.line, each.message): each for each in self._problems}
        found |= {(each.path, each.line, each.message): each for each in self.links.problems}
        return [found[key] for key in sorted(found) if not self._is_meant(found[key])]

    def _is_meant(self, problem: Problem) -> bool:
        if self.project.settings.severity.get(problem.code) == "off":
            return True
        return any(
            problem.code in each.codes and each.reason and problem.line in (each.line, each.covers)
            for each in self.project.suppressions.get(problem.path, ())
        )

    def problem(self, problem: Problem) -> None:
        """Note that something is wrong with a record."""
        self._problems.append(problem)

    # -- pages ------------------------------------------------------------------------------------

    @cached_property
    def pages(self) -> dict[str, str]:
        """The page of each record by its path."""
        return {record.path: self.path(_page_name(record)) for record in self.records}

    def path(self, name: str) -> str:
        """The path of one of our pages in the site."""
        return f"{self.options.folder}/{name}" if self.options.folder else name

    @property
    def wide(self) -> str:
        """The head of a page that needs the room in which some themes list its headings."""
        return "---\nhide: [toc]\n---" if self.options.html else ""

    def page_of(self, file: str) -> str | None:
        """The page of a file of the repository, if it has one."""
        folder = self.project.settings.records
        if file in (f"{folder}/README.md", folder):
            return self.path("index.md")
        return self.pages.get(file) or self.other_pages(file)

    def address(self, to: str, page: str) -> str:
        """The address of a page as seen from another one."""
        target = self.url(to)
        way = posixpath.relpath(target or ".", self.url(page).rpartition("/")[0] or ".")
        return f"{way}/" if target.endswith("/") else way

    def box(self, name: str, text: str, page: str, *, found: bool = True) -> str:
        """A part of a page that was made here, in a box of its own where that is wanted.

        Args:
            name: Class of the box.
            text: The part, in Markdown.
            page: The page that it is a part of.
            found: Whether a search is to find its words.
        """
        if not self.options.html or not text:
            return text

        def resolve(to: str) -> str:
            if to.startswith("#") or has_scheme(to):
                return to
            return self.address(
                posixpath.normpath(posixpath.join(posixpath.dirname(page), to)), page
            )

        mark = "" if found else " data-search-exclude"
        return f'<div class="{name}"{mark}>\n{as_html(text, resolve)}\n</div>'

    # -- links ------------------------------------------------------------------------------------

    def title(self, record: Record) -> str:
        """Id and title of a record, marked up."""
        return f"{record.id}. {inline(record.title)}" if record.title else record.id

    def record_link(self, record: Record, *, up: str = "") -> str:
        """A link to the page of a record, from a page of ours."""
        return link(self.title(record), up + PurePosixPath(self.pages[record.path]).name)

    def symbol(self, name: str) -> Symbol | None:
        """A symbol as the packages have it; None if they can't tell or have none."""
        try:
            return self.project.symbols.find(name)
        except SymbolError:
            return None

    def symbol_link(self, name: str) -> str:
        """A symbol, with a link to its API entry or its source."""
        found = self.symbol(name)
        source = self.forge.file(found.path, lines=(found.line, found.end_line)) if found else ""
        if not self.options.api:
            return link(code(name), source)
        kind, href = ("a", f' href="{attribute(source)}"') if source else ("span", "")
        mark = f'class="decisions-symbol" data-symbol="{attribute(name)}"'
        return f"<{kind} {mark}{href}>{html_code(name)}</{kind}>"

    def check_symbols(self, record: Record) -> None:
        """Note the governed symbols of a record that are not there, if it is in force."""
        if not self.project.accepted(record):
            return
        for place, each in enumerate(record.meta.governed):
            try:
                self.project.symbols.find(each.symbol)
            except NotStatic:
                continue
            except SymbolError as error:
                if self.project.settings.packages:
                    what = f"it governs {each.symbol}: {error.message}"
                    mend = "name a symbol that is there"
                    path = ("governs", place)
                    self.problem(record.problem(what, mend, *path, code="ADR502"))

    # -- relations --------------------------------------------------------------------------------

    @cached_property
    def _declared_by_others(self) -> dict[tuple[str, str], list[str]]:
        inverse = {**INVERSE, "depends-on": "needed-by"}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for record in self.records:
            for key, _, other in record.relations():
                found[other, inverse[key]].append(record.id)
        return found

    def relations(self, record: Record) -> dict[str, list[str]]:
        """The ids that a record is related to, by relation, whichever end declares it."""
        found = {}
        for key in LABELS:
            own = record.meta.relation(key) if key in RELATIONS else []
            ids = dict.fromkeys([*own, *self._declared_by_others[record.id, key]])
            if ids:
                found[key] = list(ids)
        return found

    def related(self, record: Record, id_: str) -> str:
        """A link to a related record with its title and status."""
        other = self.project.by_id.get(id_)
        if other is None:
            return inline(id_)
        return f"{self.record_link(other)} {badge(other.status)}"

    def check_relations(self, record: Record) -> None:
        """Note the relations of a record that lead nowhere."""
        for key, place, other in record.relations():
            if other not in self.project.by_id:
                what = f"{key} names {other}, which is no record"
                path = (key, place)
                mend = "name a record that is there"
                self.problem(record.problem(what, mend, *path, code="ADR304"))


def _page_name(record: Record) -> str:
    name = PurePosixPath(record.path).name
    if well_named(name):
        return name
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower().removesuffix(".md")).strip("-")
    return f"{record.id}-{slug}.md"
