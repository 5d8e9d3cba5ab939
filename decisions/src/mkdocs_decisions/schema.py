"""The JSON Schemas of a record's front matter and of the configuration, for editors and tools.

They are made of the classes that records and settings are read into. Then they say what these leave
to the rules: which keys a status needs, how a date or an id is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from mkdocs_decisions.record import KEYS, RELATIONS, FrontMatter, Status
from mkdocs_decisions.settings import SECTIONS, Settings

VERSION = 1
"""Goes up when what was valid no longer is."""
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_WORD = r"[^\s\d.:/\\-][^\s.:/\\-]*"
_SYMBOL = {"pattern": rf"^{_WORD}(\.{_WORD})*$"}
_ID = {"pattern": r"^(ADR-)?\d{1,5}$"}
_FOLDER = {"pattern": r"^(?!/)(?!(.*/)?\.\.(/|$)).*$"}
_NEEDED = ("status", "date", "source")
_LIMITS = {"minimum": 0}


def record_schema(tags: Sequence[str] = ()) -> dict[str, Any]:
    """The schema of the front matter of a record, as JSON.

    Args:
        tags: The vocabulary of tags; any word if it is empty.
    """
    schema = _made(FrontMatter)
    kinds = schema["$defs"]
    kinds["Governs"]["properties"]["symbol"] |= _SYMBOL
    kinds["Proof"]["properties"]["test"]["pattern"] = r"^[^:\s][^:\n]*\.py::"
    kinds["Mutant"]["properties"]["in"] |= _SYMBOL
    kinds["Mutant"]["properties"]["replace"]["minLength"] = 1
    kinds["Evidence"]["properties"]["id"]["pattern"] = r"^[^\s/\\]+$"
    keys = schema["properties"]
    for key in ("date", "review-by"):
        keys[key] = {**_DAY, "description": keys[key]["description"]}
    for key in RELATIONS:
        keys[key]["items"] |= _ID
    for option in keys["governs"]["items"]["anyOf"]:
        if option.get("type") == "string":
            option |= _SYMBOL
    keys["status"] = {"$ref": "#/$defs/Status", "description": keys["status"]["description"]}
    keys["source"] |= {"type": "string", "minLength": 1}
    keys["answer"] |= {"type": "string", "pattern": r"^\s*[^\n]*\s*$"}
    keys["process"] |= {"type": "boolean"}
    for key in ("source", "answer", "process"):
        del keys[key]["anyOf"]
    if tags:
        keys["tags"]["items"]["enum"] = list(tags)
    for key in KEYS:
        if key not in _NEEDED:
            keys[key] = _or_nothing(keys[key])
    return {
        **_head("record", "Front matter of a decision record"),
        **schema,
        "required": list(_NEEDED),
        "allOf": list(_conditions()),
    }


def config_schema() -> dict[str, Any]:
    """The schema of the table `[tool.decisions]` of pyproject.toml, as JSON."""
    schema = _made(Settings)
    keys = schema["properties"]
    usual = asdict(Settings())
    for each in fields(Settings):
        keys[each.name.replace("_", "-")]["default"] = usual[each.name]
    for key in ("records", "evidence", "receipts"):
        keys[key] |= _FOLDER
    keys["packages"]["additionalProperties"] |= _FOLDER
    keys["tests"]["items"] |= _FOLDER
    keys["required-sections"]["items"]["enum"] = list(SECTIONS)
    keys["severity"]["propertyNames"] = {"pattern": r"^ADR\d{3}$"}
    for key in ("review-grace", "max-amendments", "typo-words"):
        keys[key] |= _LIMITS
    return {**_head("config", "[tool.decisions] of pyproject.toml"), **schema}


def _head(name: str, title: str) -> dict[str, Any]:
    return {
        "$schema": _DIALECT,
        "$id": f"urn:mkdocs-decisions:schema:{name}:{VERSION}",
        "title": title,
    }


def _made(kind: type) -> dict[str, Any]:
    """The schema of a class, without the titles that only repeat the names."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(kind).json_schema()
    for each in (schema, *schema.get("$defs", {}).values()):
        each.pop("title", None)
        for key in each.get("properties", {}).values():
            key.pop("title", None)
            if key.get("default", "") is None:
                del key["default"]
    return schema


def _or_nothing(key: dict[str, Any]) -> dict[str, Any]:
    """A key that may be left without a value, which is as if it were not there."""
    description = key.pop("description")
    return {"description": description, "anyOf": [key, {"type": "null"}]}


def _conditions() -> list[dict[str, Any]]:
    """What the status and the keys demand of each other."""
    text, items = {"type": "string", "minLength": 1}, {"type": "array", "minItems": 1}
    decided = [status.value for status in Status if status is not Status.PROPOSED]

    def status_in(*values: str) -> dict[str, Any]:
        return {"properties": {"status": {"enum": list(values)}}, "required": ["status"]}

    def has(key: str, value: dict[str, Any]) -> dict[str, Any]:
        return {"properties": {key: value}, "required": [key]}

    return [
        {
            "$comment": "From the day on which it is decided, a record has an answer.",
            "if": status_in(*decided),
            "then": has("answer", text),
        },
        {
            "$comment": "What is superseded says by what, and what has a successor is superseded.",
            "if": status_in("superseded"),
            "then": has("superseded-by", items),
            "else": {"not": has("superseded-by", items)},
        },
        {
            "$comment": "What is accepted governs symbols, or is about the way of working.",
            "if": status_in("accepted"),
            "then": {"anyOf": [has("governs", items), has("process", {"const": True})]},
        },
        {
            "$comment": "A record about the way of working governs no symbol.",
            "not": {"allOf": [has("governs", items), has("process", {"const": True})]},
        },
        {
            "$comment": "What is out of force is not reviewed any more.",
            "if": status_in("superseded", "rejected"),
            "then": {"not": has("review-by", text)},
        },
    ]
