"""Flows and steps as data: what they refuse, derive and say of themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from toolbox import Number, Text, dag, dag_step, flow, step, sub

from chainweaver.contracts import DeterminismLevel
from chainweaver.exceptions import FlowSerializationError
from chainweaver.flow import (
    ConditionalEdge,
    DAGFlow,
    DAGFlowStep,
    DriftInfo,
    Flow,
    FlowGovernance,
    FlowLifecycle,
    FlowStatus,
    FlowStep,
    RetryPolicy,
    resolve_class_ref,
)


class Outer:
    class Inner(BaseModel):
        n: int


not_a_class = 1


# --- references ---


def test_a_reference_leads_to_its_class():
    assert resolve_class_ref("toolbox:Number") is Number
    assert resolve_class_ref(f"{__name__}:Outer.Inner", expected_base=BaseModel) is Outer.Inner


@pytest.mark.parametrize("ref", ["toolbox", "toolbox.Number", ":Number", "toolbox:", "", ":"])
def test_a_reference_has_a_form(ref):
    with pytest.raises(FlowSerializationError, match="'module:qualname' form"):
        resolve_class_ref(ref)


@pytest.mark.parametrize(
    ("ref", "problem"),
    [
        ("no_such_module_at_all:X", "Cannot import module"),
        ("toolbox.nothing:X", "Cannot import module"),
        ("..:X", "Cannot import module"),
        ("toolbox:NoSuchModel", "not found"),
        (f"{__name__}:Outer.Gone", "not found"),
        ("toolbox:Number:more", "not found"),
        (f"{__name__}:not_a_class", "expected a class"),
        (f"{__name__}:test_a_reference_has_a_form", "expected a class"),
        (f"{__name__}:Outer", "not a subclass"),
    ],
)
def test_a_reference_that_leads_nowhere_says_so(ref, problem):
    with pytest.raises(FlowSerializationError, match=problem) as caught:
        resolve_class_ref(ref, expected_base=BaseModel)

    assert ref in caught.value.detail


def test_a_module_that_raises_when_imported_cannot_be_imported(tmp_path, monkeypatch):
    (tmp_path / "raises_on_import.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(FlowSerializationError, match=r"Cannot import module.*division"):
        resolve_class_ref("raises_on_import:X")


def test_a_class_of_a_function_has_no_reference_that_resolves():
    class Local(BaseModel):
        pass

    with pytest.raises(FlowSerializationError):
        resolve_class_ref(Flow.schema_ref_from(Local))


def test_references_are_made_and_resolved_at_access():
    ref = Flow.schema_ref_from(Outer.Inner)
    f = flow("f", input_schema_ref=ref, output_schema_ref=ref, context_schema_ref="gone:X")
    s = step("t", input_contract=FlowStep.contract_ref_from(Number), output_contract="gone:X")

    assert ref == f"{__name__}:Outer.Inner"
    assert f.input_schema is f.output_schema is Outer.Inner
    assert s.resolved_input_contract is Number
    with pytest.raises(FlowSerializationError):
        _ = f.context_schema
    with pytest.raises(FlowSerializationError):
        _ = s.resolved_output_contract


def test_what_has_no_reference_has_no_model():
    f, s = flow("f"), step("t")

    assert (f.input_schema, f.output_schema, f.context_schema) == (None, None, None)
    assert (s.resolved_input_contract, s.resolved_output_contract) == (None, None)


@pytest.mark.parametrize("kind", ["input", "output", "context"])
def test_a_schema_must_be_a_model(kind):
    f = flow("f", **{f"{kind}_schema_ref": "collections:OrderedDict"})

    with pytest.raises(FlowSerializationError, match="not a subclass"):
        getattr(f, f"{kind}_schema")


# --- governance ---

ALLOWED = {
    "observed": "suggested ignored",
    "suggested": "draft ignored",
    "draft": "reviewed ignored",
    "reviewed": "draft active archived",
    "active": "archived",
    "ignored": "suggested",
    "archived": "reviewed",
}


def test_every_state_has_its_transitions():
    assert set(ALLOWED) == {state.value for state in FlowLifecycle}


@pytest.mark.parametrize("start", FlowLifecycle)
@pytest.mark.parametrize("target", FlowLifecycle)
def test_transitions_are_those_of_the_table(start, target):
    before = FlowGovernance(lifecycle=start, owner="me", review_notes="old")

    if target.value in ALLOWED[start.value].split():
        after = before.transition_to(target)
        assert after == FlowGovernance(lifecycle=target, owner="me", review_notes="old")
        assert before.lifecycle is start
    else:
        with pytest.raises(ValueError, match="cannot transition"):
            before.transition_to(target)


def test_a_transition_may_replace_the_review():
    before = FlowGovernance(lifecycle=FlowLifecycle.DRAFT, reviewed_by="a", review_notes="b")
    after = before.transition_to(FlowLifecycle.REVIEWED, review_notes="c")

    assert (after.reviewed_by, after.review_notes) == ("a", "c")


@pytest.mark.parametrize("field", ["estimated_model_calls_removed", "estimated_token_savings"])
def test_estimates_are_not_negative(field):
    with pytest.raises(ValidationError):
        FlowGovernance(**{field: -1})


@pytest.mark.parametrize(
    ("frozen", "field"),
    [
        (FlowGovernance(), "owner"),
        (RetryPolicy(), "jitter"),
        (ConditionalEdge(target_step_id="a", predicate="True"), "predicate"),
    ],
)
def test_policies_are_frozen(frozen, field):
    with pytest.raises(ValidationError):
        setattr(frozen, field, None)


# --- retry ---


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"max_retries": -1}, "max_retries"),
        ({"backoff_seconds": -0.1}, "backoff_seconds"),
        ({"backoff_multiplier": 0.9}, "backoff_multiplier"),
        ({"retryable_errors": ()}, "at least one"),
        ({"retryable_errors": ("builtins:OSError", "OSError")}, "'module:qualname' form"),
    ],
)
def test_a_retry_policy_that_makes_no_sense_is_refused(settings, problem):
    with pytest.raises(ValidationError, match=problem):
        RetryPolicy(**settings)


def test_retryable_errors_are_resolved():
    policy = RetryPolicy(retryable_errors=("builtins:OSError", "pydantic:ValidationError"))

    assert policy.resolved_retryable_errors() == (OSError, ValidationError)
    assert RetryPolicy().resolved_retryable_errors() == (Exception,)


@pytest.mark.parametrize("ref", ["builtins:NoSuchError", "builtins:int"])
def test_a_retryable_error_must_be_an_exception(ref):
    with pytest.raises(FlowSerializationError):
        RetryPolicy(retryable_errors=(ref,)).resolved_retryable_errors()


policies = st.builds(
    RetryPolicy,
    backoff_seconds=st.floats(0, 1e3),
    backoff_multiplier=st.floats(1, 10),
    jitter=st.just(False),
)


@given(policies, st.integers(1, 50))
def test_delays_grow_by_the_multiplier(policy, n):
    expected = policy.backoff_seconds
    for _ in range(n - 1):
        expected *= policy.backoff_multiplier

    assert policy.compute_delay(n) == pytest.approx(expected)


@given(policies, st.integers(-5, 0))
def test_before_the_first_retry_there_is_no_delay(policy, n):
    assert policy.compute_delay(n) == 0.0


@given(policies, st.integers(1, 20))
def test_jitter_stays_within_half_of_the_delay(policy, n):
    plain = policy.compute_delay(n)
    delays = [policy.model_copy(update={"jitter": True}).compute_delay(n) for _ in range(5)]

    assert all(0.5 * plain <= delay <= 1.5 * plain for delay in delays)
    if plain > 1e-300:
        assert len(set(delays)) > 1


# --- steps ---


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "exactly one of 'tool_name' or 'flow_name'"),
        ({"tool_name": "t", "flow_name": "f"}, "exactly one of 'tool_name' or 'flow_name'"),
        ({"flow_name": "f", "decision_candidates": ["f"]}, "only valid for tool steps"),
        ({"tool_name": "t", "decision_candidates": []}, "at least one"),
        ({"tool_name": "t", "decision_candidates": ["t", "u", "u"]}, "duplicates"),
        (
            {"tool_name": "t", "decision_candidates": ["u"]},
            "must be a member of decision_candidates",
        ),
        ({"tool_name": "t", "on_error": "ignore"}, "on_error"),
        ({"tool_name": "t", "on_error": "fallback"}, "on_error"),
        ({"tool_name": "t", "on_error": "fallback:"}, "on_error"),
        ({"tool_name": "t", "on_error": ""}, "on_error"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(settings, problem):
    for make in (FlowStep, lambda **s: DAGFlowStep(step_id="s", **s)):
        with pytest.raises(ValidationError, match=problem):
            make(**settings)


@pytest.mark.parametrize("on_error", ["fail", "skip", "fallback:t", "fallback:a:b"])
def test_the_ways_to_take_an_error(on_error):
    assert step("t", on_error=on_error).on_error == on_error


def test_a_step_shows_the_name_of_what_it_runs():
    assert (step("t").display_name, sub("f").display_name) == ("t", "f")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"capability_id": "c"}, "capability_id must be None"),
        ({"default_next": "s"}, "default_next"),
        (
            {
                "step_type": "capability",
                "branches": [ConditionalEdge(target_step_id="s", predicate="True")],
            },
            "capability",
        ),
        ({"step_type": "other"}, "step_type"),
    ],
)
def test_a_dag_step_that_makes_no_sense_is_refused(settings, problem):
    with pytest.raises(ValidationError, match=problem):
        DAGFlowStep(step_id="s", tool_name="t", **settings)


def test_a_capability_step_has_its_id():
    s = dag_step("s", "t", step_type="capability", capability_id="c")

    assert (s.step_type, s.capability_id) == ("capability", "c")


# --- flows ---


def test_the_defaults_of_a_flow():
    f = Flow(name="f", description="Does.", steps=[])

    assert (f.version, f.status, f.deterministic) == ("0.1.0", FlowStatus.ACTIVE, True)
    assert (f.on_context_collision, f.dynamic_params) == ("warn", ())
    assert (f.governance, f.safety, f.tool_schema_hashes) == (FlowGovernance(), None, None)


def test_the_version_of_a_dag_is_required():
    with pytest.raises(ValidationError, match="version"):
        DAGFlow(name="f", description="Does.", steps=[])


@pytest.mark.parametrize(
    ("field", "value"), [("status", "gone"), ("on_context_collision", "ignore")]
)
def test_a_flow_that_makes_no_sense_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        flow("f", **{field: value})


def test_a_step_without_an_id_is_no_step_of_a_dag():
    with pytest.raises(ValidationError, match="step_id"):
        DAGFlow(name="f", version="1", description="", steps=[{"tool_name": "t"}])


BRANCHES = [ConditionalEdge(target_step_id="b", predicate="True")]


@pytest.mark.parametrize(
    ("f", "level"),
    [
        (flow("f", "t"), DeterminismLevel.FULL),
        (flow("f", "t", deterministic=False), DeterminismLevel.NONE),
        (dag("f", dag_step("a"), dag_step("b", after=["a"])), DeterminismLevel.FULL),
        (
            dag("f", dag_step("a", branches=BRANCHES), dag_step("b", after=["a"])),
            DeterminismLevel.PARTIAL,
        ),
        (
            dag("f", dag_step("a", branches=BRANCHES), dag_step("b"), deterministic=False),
            DeterminismLevel.NONE,
        ),
    ],
)
def test_how_deterministic_a_flow_is(f, level):
    assert f.determinism_level is level


def test_collections_are_not_shared_between_flows():
    a, b = step("t"), step("t")
    a.input_mapping["x"] = 1

    assert b.input_mapping == {}


def test_a_drift_says_what_was_expected():
    drift = DriftInfo(flow_name="f", tool_name="t", expected_hash="1", actual_hash="2")

    assert (drift.flow_name, drift.tool_name) == ("f", "t")
    assert (drift.expected_hash, drift.actual_hash) == ("1", "2")


# --- out and in again ---

LINEAR = flow("f", "t", sub("g"), input_schema_ref=Flow.schema_ref_from(Text))
GRAPH = dag("f", dag_step("a"), dag_step("b", after=["a"]))


@pytest.mark.parametrize("f", [LINEAR, GRAPH], ids=["Flow", "DAGFlow"])
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_flow_survives_being_written_and_read(f, form):
    text = getattr(f, f"to_{form}")()

    assert getattr(type(f), f"from_{form}")(text) == f


@pytest.mark.parametrize(("f", "other"), [(LINEAR, DAGFlow), (GRAPH, Flow)])
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_flow_of_the_other_kind_is_refused(f, other, form):
    with pytest.raises(FlowSerializationError) as caught:
        getattr(other, f"from_{form}")(getattr(f, f"to_{form}")(), source="there")

    assert "expected a " + other.__name__ in caught.value.detail
    assert "holds a " + type(f).__name__ in caught.value.detail
    assert caught.value.source == "there"


def test_a_flow_draws_itself():
    assert LINEAR.to_ascii() == "[t] → [g]"
    assert LINEAR.to_mermaid(direction="TD").startswith("graph TD\n  S0[t]")
    assert GRAPH.to_mermaid(show_schemas=True) == GRAPH.to_mermaid()
    assert GRAPH.to_dot().startswith("digraph f {\n  S_a")
    assert LINEAR.to_json(indent=None).count("\n") == 0
