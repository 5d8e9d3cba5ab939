"""A report for programs, as JSON in ASCII, and the schema that it keeps to."""

from __future__ import annotations

import json
from typing import Any

from mkdocs_decisions.problems import Finding, Note, Report, Severity

VERSION = 1
"""Goes up when a key is taken away or changes its meaning; a new key leaves it."""

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 0}
_PLACE = {"type": "integer", "minimum": 1}


def to_json(report: Report) -> str:
    """The report as JSON. See `report_schema`."""
    return json.dumps(plain(report), indent=2) + "\n"


def plain(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "version": VERSION,
        "findings": [finding(each) for each in report.findings],
        "notes": [note(each) for each in report.notes],
        "summary": {
            "failed": report.failed,
            "records": report.records,
            "errors": sum(each.severity is Severity.ERROR for each in report.findings),
            "warnings": sum(each.severity is Severity.WARNING for each in report.findings),
            "fixable": sum(bool(each.problem.fix) for each in report.findings),
            "not-looked-at": len(report.notes),
        },
    }


def finding(each: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    problem = each.problem.to_json()
    return {
        "code": each.code,
        "name": each.name,
        "severity": each.severity.value,
        **{key: problem[key] for key in ("path", "line", "column", "message", "mend")},
        "fix": list(problem["fix"]),
    }


def note(each: Note) -> dict[str, Any]:
    """A note as plain data."""
    return {"path": each.path, "line": each.line, "what": each.what, "why": each.why}


def closed(title: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of an object that has these keys and no others."""
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **more,
    }


def finding_schema() -> dict[str, Any]:
    """The JSON Schema of a finding."""
    edit = closed(
        "Edit",
        {
            "kind": {"enum": ["text", "set", "rename-key", "remove-key", "append", "rename"]},
            **dict.fromkeys(("path", "key", "old", "new"), _TEXT),
            "line": _NUMBER,
        },
    )
    return closed(
        "Finding",
        {
            "code": {"type": "string", "pattern": "^ADR[0-9]{3}$"},
            "name": _TEXT,
            "severity": {"enum": ["error", "warning"]},
            "path": {**_TEXT, "description": "Relative to the root of the project."},
            "line": _PLACE,
            "column": _PLACE,
            "message": _TEXT,
            "mend": {**_TEXT, "description": "How to mend it."},
            "fix": {"type": "array", "items": edit, "description": "What --fix would do."},
        },
    )


def note_schema() -> dict[str, Any]:
    """The JSON Schema of what was not looked at."""
    return closed("Not looked at", {"path": _TEXT, "line": _PLACE, "what": _TEXT, "why": _TEXT})


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    counts = ("records", "errors", "warnings", "fixable", "not-looked-at")
    properties = {
        "version": {"const": VERSION},
        "findings": {"type": "array", "items": finding_schema()},
        "notes": {"type": "array", "items": note_schema()},
        "summary": closed(
            "Summary", {"failed": {"type": "boolean"}, **dict.fromkeys(counts, _NUMBER)}
        ),
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**schema, **closed("Report of `decisions check`", properties)}
