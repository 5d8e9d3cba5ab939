"""The JSON Schema of flow files: complete, deterministic, and true of what is written."""

from __future__ import annotations

import json
from fnmatch import fnmatch

import pytest
from toolbox import dag, dag_step, flow, step

from chainweaver.contracts import ToolSafetyContract
from chainweaver.flow import ConditionalEdge, RetryPolicy
from chainweaver.schemas import (
    FILE_MATCH_PATTERNS,
    SCHEMA_DIALECT,
    SCHEMA_ID,
    flow_schema_json,
)
from chainweaver.serialization import flow_to_dict

LINEAR = flow("f", step("t", retry=RetryPolicy()), safety=ToolSafetyContract())
GRAPH = dag(
    "f",
    dag_step("a", branches=[ConditionalEdge(target_step_id="b", predicate="True")]),
    dag_step("b", after=["a"]),
)


@pytest.fixture(scope="module")
def schema():
    return flow_schema_json()


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_schema_names_itself(schema):
    assert list(schema)[:2] == ["$schema", "$id"]
    assert schema["$schema"] == SCHEMA_DIALECT == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == SCHEMA_ID
    assert SCHEMA_ID.startswith("https://")
    assert set(schema) == {"$schema", "$id", "title", "description", "oneOf", "$defs"}


def test_it_is_the_same_each_time_and_nobody_elses(schema):
    other = flow_schema_json()
    assert json.dumps(other) == json.dumps(schema)

    other["$defs"].clear()
    assert flow_schema_json() == schema


def test_a_flow_is_one_of_two_kinds(schema):
    assert schema["oneOf"] == [{"$ref": "#/$defs/Flow"}, {"$ref": "#/$defs/DAGFlow"}]


def test_every_reference_leads_somewhere(schema):
    found = set(references(schema))

    assert {"#/$defs/FlowStep", "#/$defs/DAGFlowStep", "#/$defs/RetryPolicy"} <= found
    assert all(ref.removeprefix("#/$defs/") in schema["$defs"] for ref in found)


@pytest.mark.parametrize("f", [LINEAR, GRAPH], ids=["Flow", "DAGFlow"])
def test_a_kind_says_which_it_is(schema, f):
    kind = schema["$defs"][type(f).__name__]
    described = kind["properties"]["type"]

    assert set(described) == {"type", "const", "description"}
    assert (described["type"], described["const"]) == ("string", type(f).__name__)
    assert "type" in kind["required"]
    assert kind["properties"]["format_version"]["type"] == "string"
    assert set(kind["required"]) <= set(flow_to_dict(f))


@pytest.mark.parametrize("f", [LINEAR, GRAPH], ids=["Flow", "DAGFlow"])
def test_every_key_that_is_written_is_a_property(schema, f):
    def check(value, node):
        for choice in [node, *node.get("anyOf", [])]:
            name = choice.get("$ref", "").removeprefix("#/$defs/")
            if isinstance(value, dict) and name:
                properties = schema["$defs"][name].get("properties", {})
                assert set(value) <= set(properties), name
                for key, each in value.items():
                    check(each, properties[key])
            if isinstance(value, list) and isinstance(choice.get("items"), dict):
                for each in value:
                    check(each, choice["items"])

    check(flow_to_dict(f), {"$ref": f"#/$defs/{type(f).__name__}"})


def test_the_patterns_match_flow_files_and_no_others():
    for name in ["a/b/x.flow.json", "a/x.flow.yaml", "./x.flow.yml"]:
        assert any(fnmatch(name, pattern) for pattern in FILE_MATCH_PATTERNS)
    assert not any(fnmatch("a/package.json", pattern) for pattern in FILE_MATCH_PATTERNS)
