"""Flows to JSON and YAML and back: nothing is lost, and what is no flow is refused."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from toolbox import dag, dag_step, flow, step

from chainweaver.contracts import SideEffectLevel, StabilityLevel, ToolSafetyContract
from chainweaver.exceptions import FlowSerializationError
from chainweaver.flow import (
    ConditionalEdge,
    DAGFlow,
    DAGFlowStep,
    Flow,
    FlowGovernance,
    FlowLifecycle,
    FlowStatus,
    FlowStep,
    RetryPolicy,
)
from chainweaver.serialization import (
    flow_from_dict,
    flow_from_json,
    flow_from_yaml,
    flow_to_dict,
    flow_to_json,
    flow_to_yaml,
)

LINEAR = flow("f", step("t", {"x": "n"}, decision_candidates=["t", "u"]))
GRAPH = dag("f", dag_step("a"), dag_step("b", after=["a"]))

# --- what is drawn ---

# Whatever a text may hold; YAML has no form for lone surrogates, and no file has.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = texts.filter(bool)
numbers = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
literals = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
maybe_text = st.none() | texts
retries = st.builds(
    RetryPolicy,
    max_retries=st.integers(0, 9),
    backoff_seconds=st.floats(0, 1e6),
    backoff_multiplier=st.floats(1, 1e3),
    jitter=st.booleans(),
    retryable_errors=st.lists(texts.map(lambda text: f"m:{text}"), min_size=1, max_size=2).map(
        tuple
    ),
)
tool_settings = st.fixed_dictionaries(
    {
        "tool_name": names,
        "input_mapping": st.dictionaries(texts, literals, max_size=3),
        "output_mapping": st.none() | st.dictionaries(texts, texts, max_size=2),
        "retry": st.none() | retries,
        "on_error": st.sampled_from(["fail", "skip"]) | names.map(lambda text: f"fallback:{text}"),
        "input_contract": maybe_text,
        "output_contract": maybe_text,
    }
)
sub_flow_settings = st.fixed_dictionaries({"flow_name": names})
decision_settings = st.lists(names, min_size=1, max_size=3, unique=True).map(
    lambda candidates: {"tool_name": candidates[0], "decision_candidates": candidates}
)
step_settings = tool_settings | sub_flow_settings | decision_settings
edges = st.builds(ConditionalEdge, target_step_id=texts, predicate=texts)
graph_settings = st.fixed_dictionaries(
    {"step_id": texts, "depends_on": st.lists(texts, max_size=2)},
    optional={"branches": st.lists(edges, min_size=1, max_size=2), "default_next": maybe_text},
).filter(lambda settings: "branches" in settings or settings.get("default_next") is None)
safeties = st.builds(
    ToolSafetyContract,
    side_effects=st.sampled_from(SideEffectLevel),
    stability=st.sampled_from(StabilityLevel),
    cacheable=st.booleans(),
    requires_approval=st.booleans(),
    approval_reason=maybe_text,
)
governances = st.builds(
    FlowGovernance,
    lifecycle=st.sampled_from(FlowLifecycle),
    owner=maybe_text,
    replaces_tools=st.lists(texts, max_size=2).map(tuple),
    estimated_model_calls_removed=st.integers(0, 9),
    estimated_token_savings=st.none() | st.integers(0, 9),
    reviewed_by=maybe_text,
    review_notes=maybe_text,
)
flow_settings = st.fixed_dictionaries(
    {"name": texts, "version": texts, "description": texts},
    optional={
        "deterministic": st.booleans(),
        "status": st.sampled_from(FlowStatus),
        "trigger_conditions": st.none() | st.dictionaries(texts, literals, max_size=2),
        "input_schema_ref": maybe_text,
        "output_schema_ref": maybe_text,
        "context_schema_ref": maybe_text,
        "tool_schema_hashes": st.none() | st.dictionaries(texts, texts, max_size=2),
        "capability_id": maybe_text,
        "governance": governances,
        "safety": st.none() | safeties,
        "on_context_collision": st.sampled_from(["overwrite", "warn", "error"]),
        "dynamic_params": st.lists(texts, max_size=2).map(tuple),
    },
)
linear_flows = st.builds(
    lambda settings, steps: Flow(steps=[FlowStep(**step) for step in steps], **settings),
    flow_settings,
    st.lists(step_settings, max_size=3),
)
graphs = st.builds(
    lambda settings, steps: DAGFlow(
        steps=[DAGFlowStep(**step, **graph) for step, graph in steps], **settings
    ),
    flow_settings,
    st.lists(st.tuples(step_settings, graph_settings), max_size=3),
)
flows = linear_flows | graphs


@given(flows)
def test_a_flow_comes_back_as_it_went(f):
    for back in (
        flow_from_dict(flow_to_dict(f)),
        flow_from_json(flow_to_json(f)),
        flow_from_yaml(flow_to_yaml(f)),
    ):
        assert type(back) is type(f)
        assert back == f


@given(flows)
def test_a_flow_as_data_fits_json_and_says_what_it_is(f):
    data = flow_to_dict(f)

    assert json.loads(json.dumps(data)) == data
    assert (data["type"], data["format_version"]) == (type(f).__name__, "1")
    assert set(data) == {*type(f).model_fields, "type", "format_version"}


# --- form ---


def test_json_has_its_keys_sorted_and_its_indent():
    text = flow_to_json(LINEAR)

    assert text == json.dumps(flow_to_dict(LINEAR), sort_keys=True, indent=2)
    assert len(flow_to_json(LINEAR, indent=None).splitlines()) == 1
    assert '\n    "capability_id"' in flow_to_json(LINEAR, indent=4)


def test_yaml_is_in_blocks_with_its_keys_sorted():
    lines = flow_to_yaml(LINEAR).splitlines()
    keys = [line.split(":")[0] for line in lines if not line.startswith((" ", "-"))]

    assert keys == sorted(keys)
    assert "- decision_candidates:" in lines
    assert "  - u" in lines


def test_decision_candidates_are_kept():
    assert flow_to_dict(LINEAR)["steps"][0]["decision_candidates"] == ["t", "u"]


def test_the_data_is_left_as_it_was():
    data = flow_to_dict(GRAPH)
    before = json.dumps(data)
    flow_from_dict(data)

    assert json.dumps(data) == before


@pytest.mark.parametrize("version", ["1", "1.7", 1, None])
def test_other_minor_versions_and_none_are_read(version):
    data = {**flow_to_dict(LINEAR), "format_version": version}
    if version is None:
        del data["format_version"]

    assert flow_from_dict(data) == LINEAR


def test_references_are_not_resolved():
    f = flow("f", step("t", input_contract="gone:X"), input_schema_ref="gone:Y")

    assert flow_from_json(flow_to_json(f)) == f


# --- what is refused ---


def without(name):
    return {key: value for key, value in flow_to_dict(LINEAR).items() if key != name}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "mapping"),
        (None, "mapping"),
        ("text", "mapping"),
        (without("type"), "discriminator"),
        ({**flow_to_dict(LINEAR), "type": "Graph"}, "discriminator"),
        ({**flow_to_dict(LINEAR), "type": ["Flow"]}, "discriminator"),
        ({**flow_to_dict(LINEAR), "format_version": "2"}, "format_version"),
        ({**flow_to_dict(LINEAR), "format_version": "10"}, "format_version"),
        ({**flow_to_dict(LINEAR), "format_version": None}, "format_version"),
        (without("name"), "Validation failed.*name"),
        ({**flow_to_dict(LINEAR), "type": "DAGFlow"}, "Validation failed.*step_id"),
        ({**flow_to_dict(LINEAR), "steps": 3}, "Validation failed.*steps"),
    ],
)
def test_data_that_is_no_flow_is_refused(data, problem):
    with pytest.raises(FlowSerializationError) as caught:
        flow_from_dict(data, source="there")

    assert caught.match(f"(?s){problem}")
    assert caught.value.source == "there"
    assert "there" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Invalid JSON"),
        ("{", "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
        ("9" * 5000, "Invalid JSON"),
        ("null", "mapping"),
        ("[]", "mapping"),
        ("{}", "discriminator"),
    ],
    ids=["nothing", "open", "deep", "long number", "null", "list", "object"],
)
def test_json_that_is_no_flow_is_refused(text, problem):
    with pytest.raises(FlowSerializationError, match=problem) as caught:
        flow_from_json(text, source="f.json")

    assert caught.value.source == "f.json"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "Invalid YAML"),
        ("a: b: c", "Invalid YAML"),
        ("\0", "Invalid YAML"),
        ("[1]: 2", "Invalid YAML"),
        ("[" * 1000, "Invalid YAML"),
        ("2001-99-99", "Invalid YAML"),
        ("!!python/object/apply:os.getcwd []", "Invalid YAML"),
        ("", "empty"),
        ("# nothing", "empty"),
        ("null", "empty"),
        ("[]", "mapping"),
        ("a: 1", "discriminator"),
        ("1: 2\ntype: Flow", "Validation failed"),
    ],
)
def test_yaml_that_is_no_flow_is_refused(text, problem):
    with pytest.raises(FlowSerializationError, match=problem) as caught:
        flow_from_yaml(text, source="f.yaml")

    assert caught.value.source == "f.yaml"


@pytest.mark.parametrize("use", [lambda: flow_to_yaml(LINEAR), lambda: flow_from_yaml("a: 1")])
def test_without_pyyaml_only_yaml_is_missing(monkeypatch, use):
    monkeypatch.setitem(sys.modules, "yaml", None)

    with pytest.raises(FlowSerializationError, match="pyyaml"):
        use()
    assert flow_from_json(flow_to_json(LINEAR)) == LINEAR


def test_pyyaml_is_not_imported_before_it_is_needed():
    program = (
        "import sys, chainweaver.serialization, chainweaver.schemas, chainweaver.flow\n"
        "print('yaml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == "False", done.stderr


def test_what_is_written_is_plain_yaml():
    assert yaml.safe_load(flow_to_yaml(GRAPH)) == flow_to_dict(GRAPH)
