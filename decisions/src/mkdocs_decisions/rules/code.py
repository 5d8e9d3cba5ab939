"""Records and the code that they are about: ADR5xx. Nothing of the code is imported."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mkdocs_decisions.problems import Edit, Problem
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import Link, Record, Status
from mkdocs_decisions.rules import rule

if TYPE_CHECKING:
    from mkdocs_decisions.marks import Mark
    from mkdocs_decisions.project import Project
    from mkdocs_decisions.symbols import Move, Symbol, SymbolNotFound

_LINE = re.compile(r"^L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?$|^lines?-\d+(?:-\d+)?$|^n?\d+$")
_FORGE = re.compile(
    r"^/[^/]+/[^/]+(?:/[^/]+)*?/(?:-/)?(?:blob|tree|raw|blame|src(?:/(?:commit|branch|tag))?)"
    r"/(?P<ref>[^/]+)/(?P<path>[^?#]+)"
)
_FULL_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT_SHA = re.compile(r"[0-9a-f]{7,39}")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+[\w.-]*")


@dataclass(frozen=True, slots=True)
class Named:
    """A symbol that a record names: where in its front matter, and by which name."""

    record: Record
    path: tuple[str | int, ...]
    name: str

    def problem(self, message: str, mend: str, *fix: Edit) -> Problem:
        """A problem at the place where it is named."""
        return self.record.problem(message, mend, *self.path, fix=fix)


def named_symbols(project: Project) -> Iterator[Named]:
    """Every symbol that a record in force, or one only deprecated, names."""
    for record in project.readable:
        if record.status not in (Status.ACCEPTED, Status.DEPRECATED):
            continue
        for place, each in enumerate(record.meta.governed):
            path = ("governs", place, "symbol")
            yield Named(record, path, each.symbol)
        for place, proof in enumerate(record.meta.proofs):
            for at, mutant in enumerate(proof.breaks_when):
                yield Named(record, ("proofs", place, "breaks-when", at, "in"), mutant.in_)


def _missing(project: Project) -> Iterator[tuple[Named, SymbolNotFound, list[Move]]]:
    """What is named and not there, with where it may have gone. The rest is noted or is there."""
    from mkdocs_decisions.symbols import SymbolError, SymbolNotFound, moved, moved_within

    for named in named_symbols(project):
        try:
            project.symbols.find(named.name)
        except SymbolNotFound as error:
            base = project.base
            moves: list[Move] = []
            if base is not None:
                moves = moved(named.name, base.symbols, project.symbols)
            yield named, error, moves or moved_within(named.name, project.symbols)
        except SymbolError as error:
            line, _ = named.record.place(*named.path)
            project.note(named.record.path, line, f"the symbol {named.name}", error.message)


@rule("ADR502", "symbol-missing")
def symbol_missing(project: Project) -> Iterator[Problem]:
    """A record names a symbol that is not in the code.

    Then nobody is told when what was decided about it changes, and the site links to nothing.
    Looked at are the symbols that an accepted or deprecated record governs, and those that its
    mutants change. A proposed record may name what is still to be written. What may be made at
    run time is not found missing, but noted as not looked at.

    To mend: write the dotted name of what is there now, or name its package in `[tool.decisions]`,
    `packages`.

    Fails:

    ```yaml
    governs: [shop.prices.totals]
    ```

    Passes:

    ```yaml
    governs: [shop.prices.total]
    ```
    """
    for named, error, moves in _missing(project):
        if any(each.exact for each in moves):
            continue
        near = moves[0].name if moves else error.near
        mend = f"did you mean {near}?" if near else "name a symbol of one of the packages"
        if not project.settings.packages:
            mend = "name the packages in pyproject.toml, [tool.decisions] packages"
        elif not near and error.where == project.settings.packages.get(error.missing):
            mend = (
                "name in pyproject.toml, [tool.decisions] packages, the folder that "
                f"{error.missing} lies in, such as src for src/{error.missing}"
            )
        yield named.problem(f"there is no symbol {shown(named.name)}: {error.message}", mend)


@rule("ADR503", "symbol-moved", fixable=True)
def symbol_moved(project: Project) -> Iterator[Problem]:
    """A record names a symbol by a name that it no longer has.

    The code is the same, only elsewhere: what imported the old name imports a new one, or the very
    same body stands under another name. The record should follow it. If the old module imports the
    symbol from the new one, the old name still is one of its names, and nothing is found.

    To mend: write the new name. `--fix` does, where one symbol only can be meant.

    Fails, after `total` went to `shop.sums`:

    ```yaml
    governs: [shop.prices.total]
    ```

    Passes:

    ```yaml
    governs: [shop.sums.total]
    ```
    """
    for named, _, moves in _missing(project):
        exact = [each for each in moves if each.exact]
        if not exact:
            continue
        line, _ = named.record.place(*named.path)
        new = exact[0].name
        fix = (Edit("text", named.record.path, line, old=named.name, new=new),)
        what = f"{named.name} is now {new} ({exact[0].how})"
        mend = f"write {new}" if len(exact) == 1 else f"write one of {_names(exact)}"
        yield named.problem(what, mend, *(fix if len(exact) == 1 else ()))


def _names(moves: list[Move]) -> str:
    return ", ".join(each.name for each in moves)


@rule("ADR504", "link-to-a-line")
def link_to_a_line(project: Project) -> Iterator[Problem]:
    """A link leads to a line of a file.

    A few commits later something else stands there, and nothing notices: most such links in
    published records are wrong. A symbol has a name that can be checked.

    To mend: name the symbol, in `governs` or as code, and link to the file without the line. A
    link that is pinned to a full commit may keep its line.

    Fails:

    ```markdown
    See [the total](../src/shop/prices.py#L9).
    ```

    Passes:

    ```markdown
    See `shop.prices.total` in [prices.py](../src/shop/prices.py).
    ```
    """
    for record in project.readable:
        for link in record.links:
            target = urlsplit(link.target)
            if target.scheme or target.netloc:
                continue
            path, number = _file_and_line(target.path, target.fragment)
            if number:
                offer = _symbol_at(project, record, path, number)
                mend = f"name the symbol {offer}" if offer else "name the symbol instead"
                what = f"the link to {shown(link.target)} leads to a line, which will move"
                yield Problem(record.path, link.line, link.column, what, mend)


def _file_and_line(path: str, fragment: str) -> tuple[str, int]:
    """The file and the line that a link leads to; 0 if it leads to no line."""
    if PurePosixPath(path).suffix in ("", ".md", ".html"):
        return path, 0
    if _LINE.match(fragment):
        return path, int(re.findall(r"\d+", fragment)[0])
    if match := re.fullmatch(r"(.+\.\w+):(\d+)(?:[:-]\d+)?", path):
        return match[1], int(match[2])
    return path, 0


def _symbol_at(project: Project, record: Record, path: str, line: int) -> str:
    from mkdocs_decisions.symbols import SymbolError

    file = posixpath.normpath(posixpath.join(posixpath.dirname(record.path), unquote(path)))
    try:
        symbol = project.symbols.at(file, line)
    except SymbolError:
        return ""
    return symbol.name if symbol else ""


@rule("ADR505", "link-unpinned")
def link_unpinned(project: Project) -> Iterator[Problem]:
    """A link leads to a file on a forge at a branch, or at a shortened commit.

    What stands there changes with every push, and a shortened commit may come to mean another
    one. A record says what was the case on a day.

    To mend: link to the file in this repository by a relative path, or pin the link to the full
    commit or to a version.

    Fails:

    ```markdown
    [prices](https://example.org/shop/shop/blob/main/src/shop/prices.py)
    ```

    Passes:

    ```markdown
    [prices](https://example.org/shop/shop/blob/v1.2.0/src/shop/prices.py)
    ```
    """
    for record in project.readable:
        for link in record.links:
            ref = _forge_ref(link)
            if not ref or _FULL_SHA.fullmatch(ref) or _VERSION.fullmatch(ref):
                continue
            kind = "a shortened commit" if _SHORT_SHA.fullmatch(ref) else "a branch"
            what = f"the link to {shown(link.target)} is pinned to {kind}, {shown(ref)}"
            mend = "use a relative path, or the full commit"
            yield Problem(record.path, link.line, link.column, what, mend)


def _forge_ref(link: Link) -> str:
    try:
        target = urlsplit(link.target)
    except ValueError:
        return ""
    match = _FORGE.match(target.path) if target.scheme in ("http", "https") else None
    return match["ref"] if match else ""


@rule("ADR506", "mark-of-no-record")
def mark_of_no_record(project: Project) -> Iterator[Problem]:
    """A mark in the code names a record that is not there.

    `# ADR-0003` in a comment, or the role `:adr:` in a docstring, tells whoever changes the code
    what was decided about it. One that leads nowhere tells nothing.

    To mend: write the number of the record that was meant, or take the mark away.

    Fails:

    ```python
    # ADR-0099
    LIMIT = 1_000_000
    ```

    Passes:

    ```python
    # ADR-0001
    LIMIT = 1_000_000
    ```
    """
    known = {record.id for record in project.records}
    for mark in project.marks:
        if mark.id not in known:
            what = f"there is no record {mark.id}"
            mend = "write another number, or take the mark away"
            yield Problem(mark.path, mark.line, mark.column, what, mend)


@rule("ADR507", "mark-of-a-record-not-in-force", fixable=True)
def mark_of_a_record_not_in_force(project: Project) -> Iterator[Problem]:
    """A mark in the code names a record that was superseded or rejected.

    Whoever reads the code is sent to a decision that does not hold.

    To mend: name the record that took its place. `--fix` does, where there is one and it is
    accepted.

    Fails, where 0003 supersedes 0002:

    ```python
    # ADR-0002
    baskets = {}
    ```

    Passes:

    ```python
    # ADR-0003
    baskets = {}
    ```
    """
    for mark in project.marks:
        record = project.by_id.get(mark.id)
        if record is None or record.status not in (Status.SUPERSEDED, Status.REJECTED):
            continue
        successor = successor_of(project, record)
        fix: tuple[Edit, ...] = ()
        mend = "take the mark away"
        if successor is not None:
            mend = f"name {successor.label}"
            fix = (Edit("text", mark.path, mark.line, old=mark.id, new=successor.id),)
        what = f"{record.label} is {record.status}"
        yield Problem(mark.path, mark.line, mark.column, what, mend, fix)


def successor_of(project: Project, record: Record) -> Record | None:
    """The accepted record at the end of the chain of successors, if there is exactly one."""
    seen = {record.id}
    while record.status is Status.SUPERSEDED:
        if len(record.meta.superseded_by) != 1:
            return None
        following = project.by_id.get(record.meta.superseded_by[0])
        if following is None or following.id in seen:
            return None
        seen.add(following.id)
        record = following
    return record if record.status is Status.ACCEPTED else None


@rule("ADR508", "governs-nothing")
def governs_nothing(project: Project) -> Iterator[Problem]:
    """An accepted record governs no symbol, and does not say that it is about the way of working.

    Nothing then joins the decision to the code: no reader of the code is led to it, and no pull
    request that breaks it is told so.

    To mend: name in `governs` the symbols that would have to change if the decision changed. If
    there are none, because it is about how people work, write `process: true`.

    Fails:

    ```yaml
    status: accepted
    ```

    Passes:

    ```yaml
    status: accepted
    process: true
    ```
    """
    for record in project.readable:
        meta = record.meta
        if record.status is Status.ACCEPTED and not meta.process and not meta.governs:
            if any(each.code == "ADR107" for each in record.problems):
                continue
            what = "it is accepted and governs nothing"
            mend = "name the symbols in `governs`, or write `process: true`"
            yield record.problem(what, mend, "status")


@rule("ADR510", "mark-and-record-disagree")
def mark_and_record_disagree(project: Project) -> Iterator[Problem]:
    """A mark stands at a symbol that its record does not govern.

    The code says that a decision is about it, and the record does not know. Whoever changes the
    record does not find this place, and a review of this place does not find the record. A mark
    agrees with a record that governs the symbol itself, something within it, or something around
    it.

    To mend: add the symbol to `governs`, or put the mark where it belongs.

    Fails:

    ```python
    # ADR-0001
    class Store: ...
    ```

    Passes, where record 0003 governs `shop.store.Store`:

    ```python
    # ADR-0003
    class Store: ...
    ```
    """
    from mkdocs_decisions.symbols import SymbolError

    governed = {record.id: _governed_names(project, record) for record in project.readable}
    for mark in project.marks:
        record = project.by_id.get(mark.id)
        if record is None or record.status is not Status.ACCEPTED or record.meta.process:
            continue
        try:
            symbol = _marked(project, mark)
        except SymbolError as error:
            project.note(mark.path, mark.line, f"the mark {record.label}", error.message)
            continue
        if symbol is not None and not any(_akin(symbol.name, each) for each in governed[mark.id]):
            others = [f"ADR-{id_}" for id_, names in governed.items() if symbol.name in names]
            what = f"{record.label} does not govern {symbol.name}"
            mend = f"add {symbol.name} to `governs` of {record.label}"
            if others:
                mend += f", or name {' or '.join(others)}, which does"
            yield Problem(mark.path, mark.line, mark.column, what, mend)


def _marked(project: Project, mark: Mark) -> Symbol | None:
    return project.symbols.at(mark.path, mark.symbol_line)


def _governed_names(project: Project, record: Record) -> set[str]:
    """The names of what a record governs, as written and where they are defined."""
    from mkdocs_decisions.symbols import SymbolError

    names = set()
    for each in record.meta.governed:
        names.add(each.symbol)
        try:
            names.add(project.symbols.find(each.symbol).name)
        except SymbolError:
            continue
    return names


def _akin(one: str, other: str) -> bool:
    """Whether two symbols are the same, or one lies within the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
