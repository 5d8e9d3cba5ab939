"""What `list`, `show` and `where` tell, as plain data."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from mkdocs_decisions import frontmatter
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.reader import normal_id, shown
from mkdocs_decisions.record import RELATIONS, Record, Status

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

_ID = re.compile(r"\d{4,5}")


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
    text = project.text(record.path) if not project.tree.is_link(record.path) else ""
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
