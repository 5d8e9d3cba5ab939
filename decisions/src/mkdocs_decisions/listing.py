"""What `list`, `show` and `where` tell, as plain data."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mkdocs_decisions import frontmatter
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.reader import normal_id, shown
from mkdocs_decisions.record import RELATIONS, Record, Status

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_decisions.marks import Mark
    from mkdocs_decisions.project import Project
    from mkdocs_decisions.symbols import Symbol

_ID = re.compile(r"\d{4,5}")
_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d{1,7}))?(?::\d+)?")
_NEARNESS = ("itself", "around", "inside")
_ASK = "name a symbol, package.module.name, or a place in its file, src/package/module.py:12"


def find(project: Project, text: str) -> Record:
    """The record that a user names: 3, `0003`, `ADR-0003`, or its file if two have one number.

    Raises:
        DecisionsError: ADR020, there is none, or there are two.
    """
    wanted = normal_id(text.strip().upper())
    found = [
        record
        for record in project.records
        if record.id == wanted or text in (record.path, record.path.rpartition("/")[2])
    ]
    if len(found) > 1:
        paths = " and ".join(shown(record.path) for record in found)
        raise DecisionsError(
            "ADR020",
            f"{wanted} is the number of two records: {paths}",
            "name it by its file, and `decisions renumber` one of them",
        )
    if not found:
        known = [record.id for record in project.records if record.id]
        raise DecisionsError(
            "ADR020", f"there is no record {shown(text)!r}", _nearest(wanted, known)
        )
    return found[0]


def chosen(project: Project, named: Sequence[str] | None, *statuses: Status) -> list[Record]:
    """The records to work on: those that a user names, or all of some statuses.

    What can't be read is noted, because nobody knows its status.

    Raises:
        DecisionsError: ADR020, one that is named is not there; a code of the rules, it can't be
            read.
    """
    if named is None:
        for record in project.records:
            if not record.readable:
                first = record.problems[0]
                project.note(first.path, first.line, "the record", first.message)
        return [each for each in project.readable if each.status in statuses]
    found = {record.path: record for record in (find(project, each) for each in named)}
    for record in found.values():
        if not record.readable:
            first = record.problems[0]
            what = f"{first.path}:{first.line}: {first.message}"
            raise DecisionsError(first.code, what, first.mend)
    return list(found.values())


def _nearest(wanted: str, known: list[str]) -> str:
    if not known:
        return "`decisions new TITLE` begins the first one"
    if _ID.fullmatch(wanted):
        near = min(known, key=lambda id_: (abs(int(id_) - int(wanted)), id_))
        return f"the nearest is {near}; `decisions list` shows them all"
    near_ids = difflib.get_close_matches(wanted, known, 1)
    return f"did you mean {near_ids[0]}?" if near_ids else "`decisions list` shows them all"


def list_records(
    project: Project,
    *,
    status: Status | None = None,
    tag: str | None = None,
    governs: str | None = None,
) -> list[dict[str, Any]]:
    """The records of a project, by their id.

    Args:
        project: The project.
        status: Only records of this status.
        tag: Only records with this tag.
        governs: Only records that govern a symbol with this text in its name.
    """
    rows = [
        summary(record)
        for record in project.records
        if (status is None or record.status is status)
        and (tag is None or tag in record.meta.tags)
        and (governs is None or any(governs in each.symbol for each in record.meta.governed))
    ]
    return sorted(rows, key=lambda row: (row["id"], row["path"]))


def summary(record: Record) -> dict[str, Any]:
    """What a list tells of a record."""
    return {
        "id": record.id,
        "title": record.title,
        "status": record.status.value if record.status else None,
        "date": record.meta.date,
        "source": record.meta.source,
        "answer": record.meta.answer,
        "tags": record.meta.tags,
        "governs": [each.symbol for each in record.meta.governed],
        "relations": {
            key: record.meta.relation(key) for key in RELATIONS if record.meta.relation(key)
        },
        "path": record.path,
        "readable": record.readable,
    }


def show_record(project: Project, record: Record) -> dict[str, Any]:
    """All that there is to show of a record: its summary, its facts in words, and its text."""
    try:
        text = project.text(record.path) if not project.tree.is_link(record.path) else ""
    except OSError:
        text = ""
    parts = frontmatter.split(text)
    return {
        **summary(record),
        "facts": list(_facts(project, record)),
        "text": parts[1] if parts else text,
    }


def _facts(project: Project, record: Record) -> list[tuple[str, str]]:
    meta = record.meta
    facts = [
        ("status", record.status.value if record.status else ""),
        ("date", meta.date or ""),
        ("source", meta.source or ""),
        ("answer", meta.answer or ""),
        ("tags", ", ".join(meta.tags)),
        ("review-by", meta.review_by or ""),
    ]
    for key, _, other in record.relations():
        title = project.by_id[other].title if other in project.by_id else "(there is none)"
        facts.append((key, f"{other} {title}"))
    facts += [
        ("governs", f"{each.symbol} ({each.note})" if each.note else each.symbol)
        for each in meta.governed
    ]
    facts += [("proof", each.test) for each in meta.proofs]
    facts += [("evidence", each.id) for each in meta.evidence]
    facts += [("unreadable", problem.message) for problem in record.problems if not record.readable]
    return [(key, value) for key, value in facts if value]


def list_foreign(folder: Path, status: Status | None = None) -> dict[str, Any]:
    """The records of a folder, whatever their format, and what could not be told or read.

    Args:
        folder: The folder.
        status: Only records of this status.

    Raises:
        DecisionsError: ADR012, there is no such folder.
    """
    from mkdocs_decisions.foreign import read_folder

    if not folder.is_dir():
        raise DecisionsError("ADR012", f"there is no folder {shown(str(folder))}", "name another")
    held = asdict(read_folder(folder))
    if status is not None:
        held["records"] = [each for each in held["records"] if each["status"] == status.value]
    return held


@dataclass(frozen=True, slots=True)
class Governing:
    """A record that governs a symbol, or one around or inside it.

    Attributes:
        record: The record.
        symbol: The name that the record gives.
        how: `itself`, `around` or `inside`: where the governed symbol lies.
        note: What the record says of it.
    """

    record: Record
    symbol: str
    how: str
    note: str | None


def where(project: Project, asked: str) -> dict[str, Any]:
    """The records that govern a symbol, or one around or inside it, and the marks in its code.

    Args:
        project: The project.
        asked: Dotted name of a symbol, a file of a package, or `file:line`, from the root.

    Raises:
        DecisionsError: ADR028, there is no such symbol.
    """
    symbol = _symbol_at(project, asked) or _symbol_called(project, asked)
    held = sorted(
        _governing(project, symbol.name),
        key=lambda each: (_NEARNESS.index(each.how), each.record.id, each.symbol),
    )
    return {
        "symbol": symbol.name,
        "path": symbol.path,
        "line": symbol.line,
        "records": [
            {**summary(each.record), "symbol": each.symbol, "how": each.how, "note": each.note}
            for each in held
        ],
        "marks": [asdict(mark) for mark in project.marks if _belongs(project, mark, symbol)],
    }


def _symbol_at(project: Project, asked: str) -> Symbol | None:
    """The symbol at `file:line`, or the module of a file; None if it names no file."""
    from mkdocs_decisions.symbols import SymbolError

    match = _PLACE.fullmatch(asked)
    path = match["path"] if match else asked
    if not path.endswith(".py") and not project.tree.exists(path):
        return None
    try:
        found = project.symbols.at(path, int(match["line"] or 1) if match else 1)
        if found is not None and match and match["line"] is None:
            found = next(each for each in project.symbols.modules() if each.path == path)
    except (SymbolError, StopIteration) as error:
        raise DecisionsError("ADR028", str(error) or f"{path} is no module", _ASK) from None
    if found is None:
        what = f"there is no symbol of the packages at {shown(asked)}"
        raise DecisionsError("ADR028", what, _ASK)
    return found


def _symbol_called(project: Project, asked: str) -> Symbol:
    from mkdocs_decisions.symbols import SymbolError, SymbolNotFound

    try:
        return project.symbols.find(asked)
    except SymbolNotFound as error:
        mend = f"did you mean {error.near}?" if error.near else _ASK
        raise DecisionsError("ADR028", error.message, mend) from None
    except SymbolError as error:
        raise DecisionsError("ADR028", error.message, _ASK) from None


def _governing(project: Project, name: str) -> Iterator[Governing]:
    for record in project.readable:
        for each in record.meta.governed:
            if how := _how(_real_name(project, each.symbol), name):
                yield Governing(record, each.symbol, how, each.note)


def _real_name(project: Project, name: str) -> str:
    """Where a symbol is defined; the name itself if that can't be told."""
    from mkdocs_decisions.symbols import SymbolError

    try:
        return project.symbols.find(name).name
    except SymbolError:
        return name


def _how(governed: str, name: str) -> str:
    """Where a governed symbol lies, seen from another; empty if it is elsewhere."""
    if governed == name:
        return "itself"
    if name.startswith(f"{governed}."):
        return "around"
    return "inside" if governed.startswith(f"{name}.") else ""


def _belongs(project: Project, mark: Mark, symbol: Symbol) -> bool:
    """Whether a mark stands at a symbol, or at one inside it."""
    from mkdocs_decisions.symbols import SymbolError

    try:
        found = project.symbols.at(mark.path, mark.symbol_line)
    except SymbolError:
        return False
    return found is not None and _how(found.name, symbol.name) in ("itself", "inside")
