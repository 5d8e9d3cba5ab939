"""The JSON Schema of flow files, for editors and checks."""

from __future__ import annotations

from typing import Any

from chainweaver.serialization import FLOW_TYPES, FORMAT_VERSION

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID = "https://chainweaver.github.io/chainweaver/schemas/flow.schema.json"
FILE_MATCH_PATTERNS = ["**/*.flow.json", "**/*.flow.yaml", "**/*.flow.yml"]


def flow_schema_json() -> dict[str, Any]:
    """Return the JSON Schema of what `flow_to_dict` writes; the same each time.

    Example:
        ```python
        from chainweaver import flow_schema_json

        print([choice["$ref"] for choice in flow_schema_json()["oneOf"]])
        #> ['#/$defs/Flow', '#/$defs/DAGFlow']
        ```
    """
    definitions: dict[str, Any] = {}
    for name, model in FLOW_TYPES.items():
        schema = model.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        schema["properties"] |= {
            "type": {
                "type": "string",
                "const": name,
                "description": "Tells a linear flow from a DAG flow.",
            },
            "format_version": {
                "type": "string",
                "default": FORMAT_VERSION,
                "description": "Version of the file format.",
            },
        }
        schema["required"] = [*schema.get("required", []), "type"]
        definitions[name] = schema
    return {
        "$schema": SCHEMA_DIALECT,
        "$id": SCHEMA_ID,
        "title": "ChainWeaver flow",
        "description": "A flow of tools: linear, or a directed acyclic graph.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in FLOW_TYPES],
        "$defs": dict(sorted(definitions.items())),
    }
