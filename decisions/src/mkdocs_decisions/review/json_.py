"""A review for programs, as JSON in ASCII, and the schema that it keeps to."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mkdocs_decisions.output.json_ import closed, note, note_schema
from mkdocs_decisions.review.model import Fact, Kind, Level, Review

VERSION = 1
"""Goes up when a key is taken away or changes its meaning; a new key leaves it."""

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_NUMBER = {"type": "integer", "minimum": 0}
_PLACE = {"type": "integer", "minimum": 1}


def to_json(review: Review) -> str:
    """The review as JSON. See `review_schema`."""
    data = {
        "version": VERSION,
        "base": review.base,
        "head": review.head,
        "facts": [_fact(each) for each in review.facts],
        "notes": [note(each) for each in review.notes],
        "summary": {
            "failed": review.failed,
            "errors": review.count(Level.ERROR),
            "warnings": review.count(Level.WARNING),
            "notes": review.count(Level.NOTE),
            "changed-files": review.changed,
            "files-read": review.read,
            "records": review.records,
            "not-looked-at": len(review.notes),
        },
    }
    return json.dumps(data, indent=2) + "\n"


def _fact(each: Fact) -> dict[str, Any]:
    return {**asdict(each), "kind": each.kind.value, "level": each.level.value}


def review_schema() -> dict[str, Any]:
    """The JSON Schema of a review."""
    decision = closed("Decision", dict.fromkeys(("id", "title", "answer", "path", "status"), _TEXT))
    change = closed(
        "Change of words", {**dict.fromkeys(("kind", "before", "after"), _TEXT), "line": _PLACE}
    )
    fact = closed(
        "Fact",
        {
            "kind": {"enum": [each.value for each in Kind]},
            "level": {"enum": [each.value for each in Level]},
            "path": {**_TEXT, "description": "Relative to the root of the project."},
            "line": _PLACE,
            "what": _TEXT,
            "code": {"type": "string", "pattern": "^(ADR[0-9]{3})?$"},
            "mend": _TEXT,
            "symbol": _TEXT,
            "decisions": {"type": "array", "items": decision},
            "tests": {**_TEXTS, "description": "Those to run."},
            "details": _TEXTS,
            "changes": {"type": "array", "items": change},
            "before": {**_TEXT, "description": "Text of a record before, as Markdown."},
            "after": {**_TEXT, "description": "Text of a record after, as Markdown."},
        },
    )
    counts = ("errors", "warnings", "notes", "changed-files", "files-read", "records")
    summary = {
        "failed": {"type": "boolean"},
        **dict.fromkeys((*counts, "not-looked-at"), _NUMBER),
    }
    properties = {
        "version": {"const": VERSION},
        "base": _TEXT,
        "head": _TEXT,
        "facts": {"type": "array", "items": fact, "description": "The most binding first."},
        "notes": {"type": "array", "items": note_schema()},
        "summary": closed("Summary", summary),
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**schema, **closed("Report of `decisions review`", properties)}
