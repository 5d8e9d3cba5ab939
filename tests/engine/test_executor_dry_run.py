"""Rehearsals: tools with side effects are not really called."""

from __future__ import annotations

import pytest
from toolbox import Counting, dag, dag_step, executor_for, flow, give, make_tool, names, step, sub

from chainweaver import SideEffectLevel, ToolSafetyContract
from chainweaver._execution import scope

HARMFUL = [SideEffectLevel.WRITE, SideEffectLevel.EXTERNAL, SideEffectLevel.DESTRUCTIVE]


def tool_with(level, fn, name="t", *, dry_run_fn=None):
    safety = ToolSafetyContract(side_effects=level, supports_dry_run=dry_run_fn is not None)
    return make_tool(name, fn, safety=safety, dry_run_fn=dry_run_fn)


@pytest.fixture(params=["linear", "dag"])
def one_step(request):
    def make(**settings):
        if request.param == "linear":
            return flow("f", step("t", **settings))
        return dag("f", dag_step("only", "t", **settings))

    return make


@pytest.mark.parametrize("level", [SideEffectLevel.NONE, SideEffectLevel.READ])
def test_a_tool_that_changes_nothing_is_called(run, one_step, level):
    tool = Counting(a=1)
    executor = executor_for(one_step(), [tool_with(level, tool)])

    result = run(executor, "f", dry_run=True)

    assert (result.dry_run, result.final_output, tool.calls) == (True, {"a": 1}, 1)


@pytest.mark.parametrize("level", HARMFUL)
def test_a_tool_with_side_effects_is_rehearsed(run, one_step, level):
    tool, rehearsal = Counting(a="real"), Counting(a="rehearsed")
    executor = executor_for(one_step(), [tool_with(level, tool, dry_run_fn=rehearsal)])

    result = run(executor, "f", {"in": 0}, dry_run=True)

    [record] = result.execution_log
    assert result.final_output == {"in": 0, "a": "rehearsed"}
    assert (record.success, record.skipped, record.outputs) == (True, False, {"a": "rehearsed"})
    assert (tool.calls, rehearsal.inputs) == (0, [{"in": 0}])


@pytest.mark.parametrize("level", HARMFUL)
def test_a_tool_that_cannot_be_rehearsed_is_passed_over(run, one_step, level):
    tool = Counting(a=1)
    executor = executor_for(one_step(), [tool_with(level, tool)])

    result = run(executor, "f", {"in": 0}, dry_run=True)

    [record] = result.execution_log
    assert (result.success, result.final_output, tool.calls) == (True, {"in": 0}, 0)
    assert (record.success, record.skipped, record.outputs) == (True, True, {})
    assert record.error_type is None


@pytest.mark.parametrize("on_error", ["fail", "skip", "fallback:other"])
def test_a_tool_that_cannot_be_rehearsed_can_end_the_run(run, one_step, on_error):
    tool, other = Counting(a=1), Counting()
    executor = executor_for(
        one_step(on_error=on_error),
        [tool_with(SideEffectLevel.WRITE, tool), make_tool("other", other)],
    )

    result = run(executor, "f", dry_run=True, dry_run_unsupported="abort")

    [record] = result.execution_log
    assert (result.success, result.dry_run) == (False, True)
    assert (tool.calls, other.calls) == (0, 0)
    assert (record.success, record.outputs) == (False, None)
    assert record.error_type == "FlowExecutionError"
    assert "'t'" in record.error_message


def test_without_a_dry_run_everything_is_called(run, one_step):
    tool, rehearsal = Counting(a="real"), Counting(a="rehearsed")
    executor = executor_for(
        one_step(), [tool_with(SideEffectLevel.WRITE, tool, dry_run_fn=rehearsal)]
    )

    result = run(executor, "f")

    assert (result.dry_run, result.final_output, rehearsal.calls) == (False, {"a": "real"}, 0)


def test_a_fallback_is_rehearsed_too(run, one_step):
    for unsupported, success in (("skip", True), ("abort", False)):
        other = Counting(a=1)
        executor = executor_for(
            one_step(on_error="fallback:other"),
            [
                make_tool("t", Counting(fail_first=9)),
                tool_with(SideEffectLevel.WRITE, other, "other"),
            ],
        )

        result = run(executor, "f", dry_run=True, dry_run_unsupported=unsupported)

        assert (result.success, other.calls) == (success, 0)
        assert result.execution_log[0].fallback_used is True


def test_a_sub_flow_is_rehearsed_with_its_parent(run):
    tool = Counting(a=1)
    executor = executor_for(
        [flow("parent", "t", sub()), flow("sub", "t")], [tool_with(SideEffectLevel.WRITE, tool)]
    )

    result = run(executor, "parent", dry_run=True)

    assert (result.success, tool.calls) == (True, 0)
    assert result.execution_log[1].sub_result.dry_run is True


def test_a_run_inside_a_rehearsal_is_one_too(run):
    tool = Counting(a=1)

    def nest(_):
        inner = executor.execute_flow("inner", {})
        return {"rehearsed": inner.dry_run, "known": scope.current(executor).dry_run}

    executor = executor_for(
        [flow("outer", "nest"), flow("inner", "t")],
        [make_tool("nest", nest), tool_with(SideEffectLevel.WRITE, tool)],
    )

    assert run(executor, "outer", dry_run=True).final_output == {"rehearsed": True, "known": True}
    assert run(executor, "outer").final_output == {"rehearsed": False, "known": False}
    assert tool.calls == 1


def test_a_rehearsal_changes_nothing_for_the_next_run(run):
    tool = Counting(a=1)
    executor = executor_for(flow("f", "g", "t"), [give("g", b=1), tool_with(HARMFUL[0], tool)])

    rehearsed, real = run(executor, "f", dry_run=True), run(executor, "f")

    assert (rehearsed.final_output, real.final_output) == ({"b": 1}, {"b": 1, "a": 1})
    assert names(rehearsed) == names(real) == ["g", "t"]
