"""A linear run, from its start to its end: order, versions, status, schemas."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, create_model
from toolbox import (
    Counting,
    Doubled,
    Number,
    Text,
    add_tool,
    double_tool,
    executor_for,
    flow,
    give,
    make_tool,
    names,
    raising_tool,
    step,
)

from chainweaver import (
    ContextKeyCollisionError,
    Flow,
    FlowExecutor,
    FlowGovernance,
    FlowNotFoundError,
    FlowRegistry,
    FlowSerializationError,
    FlowStatus,
    FlowStatusError,
    ToolSafetyContract,
)
from chainweaver.contracts import SideEffectLevel
from chainweaver.flow import FlowLifecycle


class BothNumbers(BaseModel):
    n: int
    doubled: int


def test_the_final_output_is_the_whole_context(run):
    executor = executor_for(flow("f", "double"), [double_tool()])

    result = run(executor, "f", {"n": 4, "note": "kept"})

    assert result.success is True
    assert result.flow_name == "f"
    assert result.flow_version == "0.1.0"
    assert result.final_output == {"n": 4, "note": "kept", "doubled": 8}
    assert result.initial_input == {"n": 4, "note": "kept"}


def test_steps_run_in_order_and_each_sees_what_came_before(run):
    executor = executor_for(
        flow("f", "double", step("add", {"x": "n", "y": "doubled"}), step("double", {"n": "sum"})),
        [double_tool(), add_tool()],
    )

    result = run(executor, "f", {"n": 2})

    assert [(record.step_index, record.tool_name) for record in result.execution_log] == [
        (0, "double"),
        (1, "add"),
        (2, "double"),
    ]
    assert [record.inputs for record in result.execution_log] == [
        {"n": 2},
        {"x": 2, "y": 4},
        {"n": 6},
    ]
    assert [record.outputs for record in result.execution_log] == [
        {"doubled": 4},
        {"sum": 6},
        {"doubled": 12},
    ]
    assert result.final_output == {"n": 2, "doubled": 12, "sum": 6}


def test_a_flow_without_steps_succeeds_with_its_input(run):
    executor = executor_for(flow("empty"))

    result = run(executor, "empty", {"a": 1})

    assert (result.success, result.final_output, result.execution_log) == (True, {"a": 1}, [])


def test_the_callers_input_is_neither_kept_nor_changed(run):
    executor = executor_for(flow("f", "double"), [double_tool()])
    payload = {"n": 1}

    result = run(executor, "f", payload)
    assert payload == {"n": 1}

    payload["n"] = 99
    result.final_output["n"] = 77
    assert result.initial_input == {"n": 1}
    assert result.execution_log[0].inputs == {"n": 1}


def test_a_failing_step_is_recorded_and_ends_the_run(run):
    never = Counting()
    executor = executor_for(
        flow("f", "double", "boom", "never"),
        [double_tool(), raising_tool(), make_tool("never", never)],
    )

    result = run(executor, "f", {"n": 1})

    assert (result.success, result.final_output) == (False, None)
    assert names(result) == ["double", "boom"]
    assert result.execution_log[0].success is True
    failed = result.execution_log[-1]
    assert failed.success is False
    assert failed.outputs is None
    assert failed.inputs == {"n": 1, "doubled": 2}
    assert failed.error_type == "FlowExecutionError"
    assert failed.error_code == "CW-E006"
    assert "tool 'boom'" in failed.error_message
    assert "it broke" in failed.error_message
    assert never.calls == 0


def test_an_unregistered_tool_is_a_failed_record(run):
    executor = executor_for(flow("f", "double", "ghost"), [double_tool()])

    result = run(executor, "f", {"n": 1})

    failed = result.execution_log[-1]
    assert (result.success, len(result.execution_log)) == (False, 2)
    assert (failed.step_index, failed.tool_name, failed.inputs) == (1, "ghost", {})
    assert (failed.error_type, failed.error_code) == ("ToolNotFoundError", "CW-E001")
    assert "ghost" in failed.error_message
    assert "not registered" in failed.error_message


def test_unknown_flow(run):
    executor = executor_for(flow("f"))

    with pytest.raises(FlowNotFoundError, match="nowhere") as caught:
        run(executor, "nowhere")
    assert (caught.value.flow_name, caught.value.version) == ("nowhere", None)
    assert "version" not in str(caught.value)

    with pytest.raises(FlowNotFoundError, match=r"9\.9") as caught:
        run(executor, "f", version="9.9")
    assert caught.value.version == "9.9"


def test_the_latest_version_runs_unless_one_is_asked_for(run):
    executor = executor_for(
        [
            flow("f", "old", version="1.9.0"),
            flow("f", "new", version="1.10.0"),
            flow("f", "older", version="0.2.0"),
        ],
        [give("old", by="old"), give("new", by="new"), give("older", by="older")],
    )

    latest = run(executor, "f")
    asked = run(executor, "f", version="0.2.0")

    assert (latest.flow_version, latest.final_output) == ("1.10.0", {"by": "new"})
    assert (asked.flow_version, asked.final_output) == ("0.2.0", {"by": "older"})


@pytest.mark.parametrize("status", [FlowStatus.NEEDS_REVIEW, FlowStatus.DISABLED])
def test_a_flow_that_is_not_active_needs_force(run, status):
    tool = Counting(done=True)
    executor = executor_for(flow("f", "t", status=status), [make_tool("t", tool)])

    with pytest.raises(FlowStatusError, match=status.value) as caught:
        run(executor, "f")
    assert (caught.value.flow_name, caught.value.status) == ("f", status.value)
    assert caught.value.code == "CW-E011"
    assert tool.calls == 0

    assert run(executor, "f", force=True).final_output == {"done": True}


def test_a_status_set_after_a_run_counts_at_the_next(run):
    executor = executor_for(flow("f", "t"), [give("t", a=1)])
    assert run(executor, "f").success

    executor.registry.set_flow_status("f", FlowStatus.DISABLED)

    with pytest.raises(FlowStatusError):
        run(executor, "f")


def test_a_replaced_flow_counts_at_the_next_run(run):
    executor = executor_for(flow("f", "one"), [give("one", a=1), give("two", a=2)])
    assert run(executor, "f").final_output == {"a": 1}

    executor.registry.register_flow(flow("f", "two"), overwrite=True)

    assert run(executor, "f").final_output == {"a": 2}


def test_a_flow_changed_in_place_and_registered_again_counts(run):
    changing = flow("f", "t", on_context_collision="overwrite")
    executor = executor_for(changing, [raising_tool("t"), give("other", a=1)])
    assert not run(executor, "f").success

    changing.steps[0].on_error = "fallback:other"
    executor.registry.register_flow(changing, overwrite=True)
    assert run(executor, "f", {"a": 0}).final_output == {"a": 1}

    changing.on_context_collision = "error"
    executor.registry.register_flow(changing, overwrite=True)
    with pytest.raises(ContextKeyCollisionError):
        run(executor, "f", {"a": 0})


def test_a_newer_version_counts_at_the_next_run(run):
    executor = executor_for(flow("f", "one"), [give("one", a=1), give("two", a=2)])
    assert run(executor, "f").final_output == {"a": 1}

    executor.registry.register_flow(flow("f", "two", version="2.0"))

    assert run(executor, "f").final_output == {"a": 2}


# --- schemas ---


def test_input_that_breaks_the_schema_is_recorded_before_any_step(run):
    tool = Counting()
    executor = executor_for(
        flow("f", "t", input_schema_ref=Flow.schema_ref_from(Number)), [make_tool("t", tool)]
    )

    result = run(executor, "f", {"n": "many"})

    assert (result.success, result.final_output, tool.calls) == (False, None, 0)
    [record] = result.execution_log
    assert (record.step_index, record.tool_name, record.inputs) == (-1, "f", {"n": "many"})
    assert (record.success, record.error_type) == (False, "SchemaValidationError")
    assert record.error_code == "CW-E004"
    assert "flow_input 'f'" in record.error_message


def test_the_input_schema_sees_the_input_only(run):
    """Neither do dynamic parameters fill a gap in the input, nor do they spoil it."""
    executor = executor_for(flow("f", input_schema_ref=Flow.schema_ref_from(Number)))

    assert not run(executor, "f", {}, dynamic_params={"n": 1}).success
    assert run(executor, "f", {"n": 1}, dynamic_params={"n": "bad"}).success


def test_values_a_schema_converts_are_not_written_back(run):
    executor = executor_for(
        flow(
            "f",
            "t",
            input_schema_ref=Flow.schema_ref_from(Number),
            output_schema_ref=Flow.schema_ref_from(Number),
            context_schema_ref=Flow.schema_ref_from(Number),
        ),
        [give("t", a=1)],
    )

    assert run(executor, "f", {"n": "5"}).final_output == {"n": "5", "a": 1}


@pytest.mark.parametrize("kind", ["output", "context"])
def test_a_context_that_breaks_a_closing_schema_fails_the_run(run, kind):
    executor = executor_for(
        flow("f", "double", **{f"{kind}_schema_ref": Flow.schema_ref_from(Text)}), [double_tool()]
    )

    result = run(executor, "f", {"n": 1})

    assert (result.success, result.final_output) == (False, None)
    assert names(result) == ["double", "f"]
    record = result.execution_log[-1]
    assert (record.step_index, record.success) == (1, False)
    assert record.error_type == "SchemaValidationError"
    assert f"flow_{kind} 'f'" in record.error_message


def test_closing_schemas_see_the_whole_context(run):
    ref = Flow.schema_ref_from(BothNumbers)
    executor = executor_for(
        flow("f", "double", output_schema_ref=ref, context_schema_ref=ref), [double_tool()]
    )

    assert run(executor, "f", {}, dynamic_params={"n": 1}).success


def test_closing_schemas_are_not_checked_after_a_failed_step(run):
    executor = executor_for(
        flow("f", "boom", output_schema_ref=Flow.schema_ref_from(Text)), [raising_tool()]
    )

    assert names(run(executor, "f")) == ["boom"]


@pytest.mark.parametrize("field", ["input_schema_ref", "output_schema_ref", "context_schema_ref"])
@pytest.mark.parametrize(
    ("ref", "wrong_name"),
    [("no_such_module_anywhere:Model", "no_such_module_anywhere"), ("toolbox:NoModel", "NoModel")],
)
def test_a_schema_that_cannot_be_found_is_raised(run, field, ref, wrong_name):
    executor = executor_for(flow("f", "t", **{field: ref}), [give("t", a=1)])

    with pytest.raises(FlowSerializationError, match=wrong_name):
        run(executor, "f")


# --- what a run leaves alone ---


def test_declarations_that_a_run_does_not_enforce(run):
    executor = executor_for(
        flow(
            "f",
            "t",
            tool_schema_hashes={"t": "0" * 16, "other": "f" * 16},
            deterministic=False,
            trigger_conditions={"never": True},
            governance=FlowGovernance(lifecycle=FlowLifecycle.ARCHIVED),
            safety=ToolSafetyContract(side_effects=SideEffectLevel.DESTRUCTIVE),
        ),
        [give("t", a=1)],
    )

    assert run(executor, "f").final_output == {"a": 1}


def test_models_of_any_origin_serve_as_tool_schemas(run):
    takes = create_model("Takes", n=(int, ...))
    gives = create_model("Gives", half=(float, ...))
    executor = executor_for(
        flow("f", "halve"), [make_tool("halve", lambda m: {"half": m.n / 2}, takes, gives)]
    )

    assert run(executor, "f", {"n": 5}).final_output == {"n": 5, "half": 2.5}


def test_the_tools_output_is_what_its_schema_keeps_of_it(run):
    executor = executor_for(
        flow("f", "t"),
        [make_tool("t", lambda _: {"doubled": "8", "unknown": 1}, gives=Doubled)],
    )

    result = run(executor, "f")

    assert result.execution_log[0].outputs == {"doubled": 8}
    assert result.final_output == {"doubled": 8}


@pytest.mark.parametrize("returned", [None, 5, "text", [("doubled", 1)]])
def test_a_tool_that_returns_no_mapping_is_a_failed_record(run, returned):
    executor = executor_for(flow("f", "t"), [make_tool("t", lambda _: returned, gives=Doubled)])

    result = run(executor, "f")

    assert (result.success, len(result.execution_log)) == (False, 1)
    assert result.execution_log[0].error_type == "SchemaValidationError"
    assert "tool 't'" in result.execution_log[0].error_message


def test_the_step_limit_of_concurrency_must_be_positive():
    for limit in (0, -1):
        with pytest.raises(ValueError, match="max_step_concurrency"):
            FlowExecutor(FlowRegistry(), max_step_concurrency=limit)


def test_the_registry_may_be_given_by_position_or_by_name():
    registry = FlowRegistry()

    assert FlowExecutor(registry).registry is registry
    assert FlowExecutor(registry=registry).registry is registry


@pytest.mark.parametrize("choice", ["", "run", "SKIP"])
def test_an_unknown_choice_for_unsupported_dry_runs_is_refused(choice):
    tool = Counting()
    executor = executor_for(flow("f", "t"), [make_tool("t", tool)])

    with pytest.raises(ValueError, match="dry_run_unsupported"):
        executor.execute_flow("f", {}, dry_run_unsupported=choice)
    assert tool.calls == 0
