"""Flows as steps of flows."""

from __future__ import annotations

import asyncio

import pytest
from toolbox import (
    NO_WAIT,
    Counting,
    add_tool,
    dag,
    dag_step,
    double_tool,
    executor_for,
    flow,
    give,
    make_tool,
    names,
    raising_tool,
    step,
    sub,
)

from chainweaver import (
    CancellationToken,
    ContextKeyCollisionError,
    ExecutionResult,
    FlowCancelledError,
    FlowCompositionError,
    FlowSerializationError,
    FlowStatus,
    FlowStatusError,
    OutputMappingError,
    RetryPolicy,
)


def test_a_sub_flow_is_a_step_with_a_result_of_its_own(run, parent):
    executor = executor_for(
        [
            parent("double", sub(mapping={"n": "doubled"}, output_mapping={"four": "doubled"})),
            flow("sub", "double", version="1.2.0"),
        ],
        [double_tool()],
    )

    result = run(executor, "parent", {"n": 1})

    assert result.final_output == {"n": 1, "doubled": 2, "four": 4}
    record = result.execution_log[1]
    assert (record.step_index, record.tool_name, record.flow_name) == (1, "sub", "sub")
    assert record.inputs == {"n": 2}
    assert record.outputs == {"n": 2, "doubled": 4}
    assert (record.success, record.error_type) == (True, None)
    nested = record.sub_result
    assert isinstance(nested, ExecutionResult)
    assert (nested.flow_name, nested.flow_version, nested.success) == ("sub", "1.2.0", True)
    assert nested.initial_input == {"n": 2}
    assert nested.final_output == {"n": 2, "doubled": 4}
    assert names(nested) == ["double"]
    assert nested.execution_log[0].step_index == 0
    assert nested.trace_id != result.trace_id
    assert result.execution_log[0].flow_name is None
    assert result.execution_log[0].sub_result is None


def test_without_a_mapping_the_sub_flow_gets_and_gives_the_whole_context(run, parent):
    executor = executor_for(
        [parent(sub(), on_context_collision="overwrite"), flow("sub", "t")], [give("t", b=2)]
    )

    result = run(executor, "parent", {"a": 1})

    assert result.execution_log[0].inputs == {"a": 1}
    assert result.final_output == {"a": 1, "b": 2}


def test_a_sub_flows_inputs_can_collide_with_the_parents_context(run, parent):
    executor = executor_for(
        [parent(sub(), on_context_collision="error"), flow("sub", "t")], [give("t", b=2)]
    )

    with pytest.raises(ContextKeyCollisionError) as caught:
        run(executor, "parent", {"a": 1})
    assert caught.value.flow_name == "parent"
    assert caught.value.keys == ["a"]


def test_a_dag_as_a_sub_flow(run, parent):
    executor = executor_for(
        [
            parent(sub(mapping={"n": "n"}, output_mapping={"out": "sum"})),
            dag(
                "sub",
                dag_step("double"),
                dag_step("add", mapping={"x": "n", "y": "doubled"}, after=["double"]),
            ),
        ],
        [double_tool(), add_tool()],
    )

    assert run(executor, "parent", {"n": 1}).final_output == {"n": 1, "out": 3}


def test_the_latest_version_of_a_sub_flow_runs(run, parent):
    executor = executor_for(
        [
            parent(sub()),
            flow("sub", "old", version="1.0"),
            flow("sub", "new", version="2.0"),
        ],
        [give("old", by="old"), give("new", by="new")],
    )
    first = run(executor, "parent")
    executor.registry.register_flow(flow("sub", "old", version="3.0"))
    second = run(executor, "parent")

    assert first.final_output == {"by": "new"}
    assert second.final_output == {"by": "old"}


# --- failures ---


def test_a_sub_flow_that_fails_fails_the_step(run, parent):
    never = Counting()
    executor = executor_for(
        [parent("t", sub(), "never"), flow("sub", "t", "boom")],
        [give("t", a=1), raising_tool(), make_tool("never", never)],
    )

    result = run(executor, "parent")

    assert (result.success, result.final_output, never.calls) == (False, None, 0)
    record = result.execution_log[-1]
    assert (record.tool_name, record.flow_name, record.success) == ("sub", "sub", False)
    assert (record.error_type, record.error_code) == ("FlowExecutionError", "CW-E006")
    assert "sub" in record.error_message
    assert record.outputs is None
    assert (record.sub_result.success, names(record.sub_result)) == (False, ["t", "boom"])


@pytest.mark.parametrize("on_error", ["skip", "fallback:other"])
def test_retry_and_on_error_do_not_apply_to_a_sub_flow(run, parent, on_error):
    tool, other = Counting(fail_first=9), Counting()
    executor = executor_for(
        [parent(sub(on_error=on_error, retry=NO_WAIT)), flow("sub", "t")],
        [make_tool("t", tool), make_tool("other", other)],
    )

    result = run(executor, "parent")

    assert (result.success, tool.calls, other.calls) == (False, 1, 0)
    record = result.execution_log[0]
    assert (record.skipped, record.fallback_used, record.retry_count) == (False, False, 0)


def test_inputs_of_a_sub_flow_that_cannot_be_resolved(run, parent):
    tool = Counting()
    executor = executor_for(
        [parent(sub(mapping={"x": "missing"})), flow("sub", "t")], [make_tool("t", tool)]
    )

    [record] = run(executor, "parent").execution_log

    assert (record.tool_name, record.inputs, record.success) == ("sub", {}, False)
    assert record.error_type == "InputMappingError"
    assert "missing" in record.error_message
    assert tool.calls == 0


def test_a_sub_flows_input_schema_is_checked(run, parent):
    from toolbox import Number

    from chainweaver import Flow

    executor = executor_for(
        [
            parent(sub(mapping={"n": "n"})),
            flow("sub", input_schema_ref=Flow.schema_ref_from(Number)),
        ]
    )

    result = run(executor, "parent", {"n": "many"})

    assert result.execution_log[0].error_type == "FlowExecutionError"
    [inner] = result.execution_log[0].sub_result.execution_log
    assert (inner.step_index, inner.error_type) == (-1, "SchemaValidationError")


@pytest.mark.parametrize("force", [False, True])
def test_a_sub_flow_that_is_not_active_is_raised_even_with_force(run, parent, force):
    executor = executor_for(
        [parent("t", sub()), flow("sub", "t", status=FlowStatus.DISABLED)], [give("t", a=1)]
    )

    with pytest.raises(FlowStatusError) as caught:
        run(executor, "parent", force=force)

    error = caught.value
    assert (error.flow_name, error.status) == ("sub", "disabled")
    assert isinstance(error.result, ExecutionResult)
    assert (error.result.flow_name, error.result.flow_version) == ("parent", "3.0.0")
    assert error.result.success is False
    assert error.result.execution_log[0].tool_name == "t"


def test_an_error_raised_inside_a_sub_flow_comes_out_of_the_parent(run, parent):
    executor = executor_for(
        [parent("t", sub()), flow("sub", step("u", output_mapping={"x": "wrong"}))],
        [give("t", a=1), give("u", b=1)],
    )

    with pytest.raises(OutputMappingError) as caught:
        run(executor, "parent")

    assert caught.value.tool_name == "u"
    partial = caught.value.result
    assert (partial.flow_name, partial.flow_version) == ("parent", "3.0.0")
    assert (partial.success, partial.final_output) == (False, None)
    assert partial.execution_log[0].tool_name == "t"


def test_an_unresolvable_schema_inside_a_sub_flow_comes_out_of_the_parent(run, parent):
    executor = executor_for(
        [parent("t", sub()), flow("sub", output_schema_ref="toolbox:NoSuchModel")],
        [give("t", a=1)],
    )

    with pytest.raises(FlowSerializationError, match="NoSuchModel"):
        run(executor, "parent")


# --- checks before the run ---


def test_a_flow_that_contains_itself(run, parent):
    tool = Counting()
    executor = executor_for([parent("t", sub("parent"))], [make_tool("t", tool)])

    with pytest.raises(FlowCompositionError, match="parent") as caught:
        run(executor, "parent")

    assert (caught.value.flow_name, caught.value.reason) == ("parent", "cycle")
    assert caught.value.code == "CW-E015"
    assert tool.calls == 0


def test_flows_that_contain_each_other(run, parent):
    tool = Counting()
    executor = executor_for(
        [
            parent("t", sub("middle")),
            flow("middle", sub("last")),
            dag("last", dag_step("back", "middle", sub_flow=True)),
        ],
        [make_tool("t", tool)],
    )

    with pytest.raises(FlowCompositionError, match="middle") as caught:
        run(executor, "parent")

    assert (caught.value.flow_name, caught.value.reason) == ("parent", "cycle")
    assert tool.calls == 0


def test_a_sub_flow_that_is_not_registered(run, parent):
    tool = Counting()
    executor = executor_for(
        [parent("t", sub("middle")), flow("middle", sub("ghost"))], [make_tool("t", tool)]
    )

    with pytest.raises(FlowCompositionError, match="ghost") as caught:
        run(executor, "parent")

    assert (caught.value.flow_name, caught.value.reason) == ("parent", "unknown_flow")
    assert tool.calls == 0


def chain(levels):
    """Return a root flow `f0` and `levels` flows nested below it."""
    return [
        *(flow(f"f{i}", sub(f"f{i + 1}")) for i in range(levels)),
        flow(f"f{levels}", "t"),
    ]


def test_ten_levels_below_the_root_are_allowed(run):
    executor = executor_for(chain(10), [give("t", a=1)])

    assert run(executor, "f0").final_output == {"a": 1}


def test_eleven_levels_below_the_root_are_too_many(run):
    tool = Counting()
    executor = executor_for(chain(11), [make_tool("t", tool)])

    with pytest.raises(FlowCompositionError) as caught:
        run(executor, "f0")

    assert (caught.value.flow_name, caught.value.reason) == ("f0", "max_depth_exceeded")
    assert tool.calls == 0
    assert run(executor, "f1").success


@pytest.mark.parametrize("limit", [1, 3])
def test_the_depth_limit_can_be_set(run, limit):
    executor = executor_for(chain(limit + 1), [give("t", a=1)], max_composition_depth=limit)

    assert run(executor, "f1").success
    with pytest.raises(FlowCompositionError, match=str(limit)):
        run(executor, "f0")


def test_a_sub_flow_counts_at_its_deepest_place(run):
    """It is met first near the root, and again further down, where its own are too deep."""
    executor = executor_for(
        [
            flow("root", sub("pair"), sub("long")),
            flow("long", sub("longer")),
            flow("longer", sub("pair")),
            flow("pair", sub("leaf")),
            flow("leaf", "t"),
        ],
        [give("t", a=1)],
        max_composition_depth=3,
    )

    with pytest.raises(FlowCompositionError) as caught:
        run(executor, "root")

    assert (caught.value.flow_name, caught.value.reason) == ("root", "max_depth_exceeded")
    assert run(executor, "long").success


def test_the_same_sub_flow_twice_is_no_cycle(run, parent):
    executor = executor_for(
        [
            parent(
                sub("left", {"n": "n"}, output_mapping={"l": "out"}),
                sub("right", {"n": "l"}, output_mapping={"r": "out"}),
                sub("leaf", {"n": "r"}, output_mapping={"out": "doubled"}),
            ),
            flow("left", sub("leaf", output_mapping={"out": "doubled"})),
            flow("right", sub("leaf", output_mapping={"out": "doubled"})),
            flow("leaf", "double"),
        ],
        [double_tool()],
    )

    assert run(executor, "parent", {"n": 1}).final_output == {"n": 1, "l": 2, "r": 4, "out": 8}


def test_a_cycle_closed_after_a_good_run_is_found_at_the_next(run):
    executor = executor_for([flow("f", sub("g")), flow("g", "t")], [give("t", a=1)])
    assert run(executor, "f").success

    executor.registry.register_flow(flow("g", sub("f"), version="2.0"))

    with pytest.raises(FlowCompositionError) as caught:
        run(executor, "f")
    assert caught.value.reason == "cycle"


# --- dynamic parameters, cancellation, cost ---


def test_dynamic_parameters_are_merged_over_a_sub_flows_input_again(run, parent):
    executor = executor_for(
        [
            parent(sub(mapping={"n": "seven"}, output_mapping={"out": "doubled"})),
            flow("sub", "double"),
        ],
        [double_tool()],
    )

    result = run(executor, "parent", {"seven": 7}, dynamic_params={"n": 100})

    record = result.execution_log[0]
    assert record.inputs == {"n": 7}
    assert record.sub_result.initial_input == {"n": 7}
    assert record.sub_result.final_output == {"n": 100, "doubled": 200}
    assert result.final_output == {"seven": 7, "n": 100, "out": 200}


def test_a_token_set_inside_a_sub_flow_cancels_the_parent(run, parent):
    token = CancellationToken()

    def cancel(_):
        token.cancel()
        return {"a": 1}

    never = Counting()
    executor = executor_for(
        [parent("t", sub(), "never"), flow("sub", "cancel", "never")],
        [give("t", x=1), make_tool("cancel", cancel), make_tool("never", never)],
    )

    with pytest.raises(FlowCancelledError, match="cancellation") as caught:
        run(executor, "parent", cancel_token=token)

    error = caught.value
    assert (error.flow_name, error.step_index) == ("parent", 1)
    assert (error.token_cancelled, error.deadline_exceeded) == (True, False)
    assert never.calls == 0
    result = error.result
    assert (result.flow_name, result.flow_version, result.success) == ("parent", "3.0.0", False)
    assert result.final_output is None
    assert names(result) == ["t", "sub"]
    record = result.execution_log[-1]
    assert (record.flow_name, record.success, record.inputs) == ("sub", False, {})
    assert (record.error_type, record.error_code) == ("FlowCancelledError", "CW-E012")
    assert (record.sub_result.success, names(record.sub_result)) == (False, ["cancel"])


def test_a_retry_policy_that_waits_does_not_apply_to_a_sub_flow(run, parent, monkeypatch):
    monkeypatch.setattr(RetryPolicy, "compute_delay", lambda *_: pytest.fail("it waited"))
    executor = executor_for(
        [parent(sub(retry=RetryPolicy(max_retries=1))), flow("sub", "boom")], [raising_tool()]
    )

    assert not run(executor, "parent").success


def test_async_tools_inside_a_sub_flow_are_awaited_on_the_same_loop(parent):
    loops = []

    async def look(_):
        loops.append(asyncio.get_running_loop())
        return {"a": 1}

    executor = executor_for([parent(sub()), flow("sub", "t")], [make_tool("t", look)])

    async def main():
        result = await executor.execute_flow_async("parent", {})
        assert loops == [asyncio.get_running_loop()]
        return result

    assert asyncio.run(main()).final_output == {"a": 1}
