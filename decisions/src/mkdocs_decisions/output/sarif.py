"""A report as SARIF 2.1.0, the format that code scanning services read."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any
from urllib.parse import quote

from mkdocs_decisions import __version__
from mkdocs_decisions.cache import sha256
from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.problems import Edit, Finding, Note, Report
from mkdocs_decisions.rules import Rule, catalogue
from mkdocs_decisions.tree import Tree

SITE = "https://chainweaver.github.io/chainweaver/decisions"
"""Where the rules are explained."""
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "ROOT"
_NOT_LOOKED_AT = "ADR707"


def sarif(report: Report, tree: Tree | None = None, prefix: str = "") -> str:
    """The report as SARIF.

    Args:
        report: What was found.
        tree: The files that the findings are about; without them no fix is written.
        prefix: Path of the project in its repository.
    """
    rules = catalogue()
    places = {code: place for place, code in enumerate(rules)}
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "decisions",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": f"{SITE}/",
                "rules": [_rule(each) for each in rules.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": int(report.failed),
                "toolExecutionNotifications": [
                    _notification(note, places, prefix) for note in report.notes
                ],
            }
        ],
        "results": [_result(each, places, seen, tree, prefix) for each in report.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(each: Rule) -> dict[str, Any]:
    return {
        "id": each.code,
        "name": "".join(part.capitalize() for part in each.name.split("-")),
        "shortDescription": {"text": each.summary},
        "fullDescription": {"text": each.text.partition("\n\nFails")[0]},
        "help": {"text": each.text, "markdown": each.text},
        "helpUri": f"{SITE}/rules/{each.code}/",
        "defaultConfiguration": {"level": each.severity.value},
        "properties": {"tags": [each.family.lower()]},
    }


def _result(
    each: Finding, places: dict[str, int], seen: Counter[str], tree: Tree | None, prefix: str
) -> dict[str, Any]:
    found = each.problem
    mend = f" To mend: {message(found.mend)}." if found.mend else ""
    result: dict[str, Any] = {
        "ruleId": each.code,
        "level": each.severity.value,
        "message": {"text": f"{message(found.message)}.{mend}"},
        "locations": [_location(found.path, found.line, found.column, prefix)],
        "partialFingerprints": {"decisions/v1": _fingerprint(each, seen)},
    }
    if each.code in places:
        result["ruleIndex"] = places[each.code]
    changes = _changes(found.fix, tree, prefix) if tree is not None else []
    if changes:
        result["fixes"] = [
            {"description": {"text": message(found.mend)}, "artifactChanges": changes}
        ]
    return result


def message(text: str) -> str:
    """A text in which nothing is a link: SARIF has links in square brackets."""
    escaped = visible(text).replace("\\", "\\\\")
    return escaped.replace("[", "\\[").replace("]", "\\]").rstrip(".")


def _fingerprint(each: Finding, seen: Counter[str]) -> str:
    """What a finding is known by when its line has moved."""
    known = "\0".join((each.code, each.problem.path, each.problem.message))
    digest = sha256(known.encode("utf-8", "surrogatepass"))
    seen[digest] += 1
    return f"{digest[:32]}:{seen[digest]}"


def _location(path: str, line: int, column: int, prefix: str) -> dict[str, Any]:
    region = {"startLine": line, "startColumn": column}
    return {"physicalLocation": {"artifactLocation": _artifact(path, prefix), "region": region}}


def _artifact(path: str, prefix: str) -> dict[str, Any]:
    return {"uri": quote(os.fsencode(f"{prefix}{path}")), "uriBaseId": _ROOT}


def _notification(note: Note, places: dict[str, int], prefix: str) -> dict[str, Any]:
    descriptor: dict[str, Any] = {"id": _NOT_LOOKED_AT}
    if _NOT_LOOKED_AT in places:
        descriptor["index"] = places[_NOT_LOOKED_AT]
    return {
        "level": "note",
        "descriptor": descriptor,
        "message": {"text": f"Not looked at: {message(note.what)}: {message(note.why)}."},
        "locations": [_location(note.path, note.line, 1, prefix)],
    }


def _changes(fix: tuple[Edit, ...], tree: Tree, prefix: str) -> list[dict[str, Any]]:
    """The edits of a fix as replacements of text; none if one of them is no such thing."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix:
        replacements = _replacements(edit, tree)
        if not replacements:
            return []
        changes.setdefault(edit.path, []).extend(replacements)
    return [
        {"artifactLocation": _artifact(path, prefix), "replacements": replacements}
        for path, replacements in changes.items()
    ]


def _replacements(edit: Edit, tree: Tree) -> list[dict[str, Any]]:
    if edit.kind != "text" or not edit.old or "\n" in edit.old:
        return []
    try:
        lines = tree.read(edit.path).decode("utf-8").split("\n")
    except (OSError, ValueError):
        return []
    numbers = [edit.line] if edit.line else range(1, len(lines) + 1)
    found = []
    for number in numbers:
        line = lines[number - 1] if number <= len(lines) else ""
        start = line.find(edit.old)
        while start >= 0:
            region = {
                "startLine": number,
                "startColumn": start + 1,
                "endColumn": start + len(edit.old) + 1,
            }
            found.append({"deletedRegion": region, "insertedContent": {"text": edit.new}})
            start = line.find(edit.old, start + len(edit.old))
    return found if not edit.line or len(found) == 1 else []
