"""The records as one JSON document, and its JSON Schema. Plain data."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from mkdocs_decisions.record import RELATIONS, Record, Status
from mkdocs_decisions.site.model import Site
from mkdocs_decisions.site.proofs import what_was_seen
from mkdocs_decisions.site.text import plain
from mkdocs_decisions.site.timeline import StatusChange

VERSION = 1
"""Version of the document. It grows when a key is removed or changes its meaning."""

SCHEMA_FILE = "decisions.schema.json"

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_ID = {"type": "string", "pattern": r"^\d{4,5}$"}
_STATUS = {"enum": [*Status, None]}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def decisions_json(site: Site) -> str:
    """The records, each as what its front matter says with what is known of it."""
    changes: dict[str, list[StatusChange]] = defaultdict(list)
    for change in site.history.changes:
        changes[change.record.path].append(change)
    records = [_record(site, record, changes[record.path]) for record in site.records]
    document = {"$schema": SCHEMA_FILE, "version": VERSION, "records": records}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def _record(site: Site, record: Record, changes: list[StatusChange]) -> dict[str, Any]:
    meta = record.meta
    return {
        "id": record.id,
        "title": plain(record.title),
        "status": record.status,
        "date": meta.date,
        "source": meta.source,
        "answer": meta.answer,
        "tags": meta.tags,
        "file": record.path,
        "page": site.url(site.pages[record.path]),
        "governs": [{"symbol": each.symbol, "note": each.note} for each in meta.governed],
        "relations": {key: meta.relation(key) for key in RELATIONS if meta.relation(key)},
        "proofs": [
            {
                "test": proof.test,
                "shows": proof.shows,
                "result": what_was_seen(site, record, proof).result,
                "mutants": [
                    {"in": each.in_, "replace": each.replace, "with": each.with_}
                    for each in proof.breaks_when
                ],
            }
            for proof in meta.proofs
        ],
        "evidence": [
            {"id": each.id, "command": each.command, "inputs": each.inputs}
            for each in meta.evidence
        ],
        "changes": [
            {
                "date": each.day,
                "before": each.before,
                "after": each.after,
                "commit": each.revision.sha if each.revision else None,
            }
            for each in changes
        ],
    }


def decisions_schema() -> str:
    """The JSON Schema of the document."""
    nullable = {"type": ["string", "null"]}
    relations = {key: {"type": "array", "items": _ID} for key in RELATIONS}
    record = _object(
        id=_ID,
        title=_TEXT,
        status=_STATUS,
        date=nullable,
        source=nullable,
        answer=nullable,
        tags=_TEXTS,
        file={**_TEXT, "description": "The file, relative to the root of the project."},
        page={**_TEXT, "description": "Its page, relative to the root of the site."},
        governs={"type": "array", "items": _object(symbol=_TEXT, note=nullable)},
        relations={"type": "object", "properties": relations, "additionalProperties": False},
        proofs={
            "type": "array",
            "items": _object(
                test=_TEXT,
                shows=_TEXT,
                result={
                    **_TEXT,
                    "description": "What it was last seen to do on the code as it is.",
                },
                mutants={
                    "type": "array",
                    "items": _object(**{"in": _TEXT, "replace": _TEXT, "with": _TEXT}),
                },
            ),
        },
        evidence={"type": "array", "items": _object(id=_TEXT, command=_TEXT, inputs=_TEXTS)},
        changes={
            "type": "array",
            "items": _object(date=_TEXT, before=_STATUS, after=_STATUS, commit=nullable),
        },
    )
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Decision records of a project",
        **_object(
            **{
                "$schema": _TEXT,
                "version": {"const": VERSION},
                "records": {"type": "array", "items": record},
            }
        ),
    }
    return json.dumps(schema, indent=1) + "\n"
