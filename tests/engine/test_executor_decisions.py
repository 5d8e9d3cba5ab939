"""Steps whose tool is chosen at run time."""

from __future__ import annotations

import pytest
from toolbox import Counting, dag, dag_step, executor_for, flow, give, make_tool, names, step

from chainweaver import BaseDecisionCallback, DecisionContext

CANDIDATES = ["one", "two", "ghost"]
TOOLS = [give("one", by="one"), give("two", by="two"), give("three", by="three")]


def choice(**settings):
    return flow("f", step("one", decision_candidates=CANDIDATES, **settings))


def test_the_chosen_tool_runs_and_is_recorded(run):
    executor = executor_for(choice(), TOOLS, decision_callback=lambda _: "two")

    result = run(executor, "f", {"in": 0})

    assert result.final_output == {"in": 0, "by": "two"}
    assert names(result) == ["two"]
    assert result.execution_log[0].inputs == {"in": 0}


def test_without_a_callback_the_steps_own_tool_runs(run):
    executor = executor_for(choice(), TOOLS)

    assert run(executor, "f").final_output == {"by": "one"}


def test_without_candidates_nobody_is_asked(run):
    executor = executor_for(
        flow("f", "one"), TOOLS, decision_callback=lambda _: pytest.fail("it was asked")
    )

    assert run(executor, "f").final_output == {"by": "one"}


def test_an_object_may_decide(run):
    class Last(BaseDecisionCallback):
        def decide(self, ctx: DecisionContext) -> str:
            return ctx.candidates[1]

    executor = executor_for(choice(), TOOLS, decision_callback=Last())

    assert names(run(executor, "f")) == ["two"]


def test_what_cannot_decide_is_refused():
    with pytest.raises(TypeError):
        executor_for(choice(), TOOLS, decision_callback=5)


def test_the_callback_sees_the_step_and_the_context(run):
    asked = []

    def decide(ctx):
        asked.append(ctx)
        return "one"

    executor = executor_for(
        flow("f", "three", step("one", {"x": "by"}, decision_candidates=CANDIDATES)),
        TOOLS,
        decision_callback=decide,
    )

    result = run(executor, "f", {"in": 0}, dynamic_params={"p": 1})

    [ctx] = asked
    assert isinstance(ctx, DecisionContext)
    assert (ctx.flow_name, ctx.step_index, ctx.step_id) == ("f", 1, None)
    assert ctx.trace_id == result.trace_id
    assert (ctx.default_tool_name, ctx.candidates) == ("one", CANDIDATES)
    assert ctx.context == {"in": 0, "p": 1, "by": "three"}


def test_the_callback_sees_the_dag_steps_id(run):
    asked = []

    def decide(ctx):
        asked.append((ctx.step_index, ctx.step_id, ctx.context))
        return "two"

    executor = executor_for(
        dag(
            "d",
            dag_step("first", "three"),
            dag_step("second", "one", after=["first"], decision_candidates=CANDIDATES),
        ),
        TOOLS,
        decision_callback=decide,
    )

    result = run(executor, "d")

    assert asked == [(1, "second", {"by": "three"})]
    assert result.final_output == {"by": "two"}


def test_the_callback_cannot_change_the_run(run):
    def decide(ctx):
        ctx.context["by"] = "the callback"
        ctx.candidates.append("three")
        return "three"

    executor = executor_for(choice(), TOOLS, decision_callback=decide)

    first = run(executor, "f", {"by": "the caller"})
    second = run(executor, "f", {"by": "the caller"})

    for result in (first, second):
        [record] = result.execution_log
        assert (record.success, record.error_type) == (False, "DecisionCallbackError")


def test_what_the_callback_does_to_its_context_stays_there(run):
    def decide(ctx):
        ctx.context.clear()
        return "two"

    executor = executor_for(choice(), TOOLS, decision_callback=decide)

    assert run(executor, "f", {"in": 0}).final_output == {"in": 0, "by": "two"}


def test_a_callback_that_raises(run):
    def decide(_):
        raise KeyError("lost")

    tool = Counting()
    executor = executor_for(
        choice(on_error="skip"), [make_tool("one", tool)], decision_callback=decide
    )

    result = run(executor, "f", {"in": 0})

    [record] = result.execution_log
    assert (result.success, tool.calls) == (False, 0)
    assert (record.tool_name, record.inputs, record.outputs) == ("one", {}, None)
    assert (record.error_type, record.error_code) == ("DecisionCallbackError", "CW-E031")
    assert "KeyError" in record.error_message
    assert "lost" in record.error_message
    assert record.skipped is False


@pytest.mark.parametrize("chosen", ["three", "", None, 1])
def test_a_choice_outside_the_candidates(run, chosen):
    executor = executor_for(
        choice(on_error="fallback:two"), TOOLS, decision_callback=lambda _: chosen
    )

    [record] = run(executor, "f").execution_log

    assert (record.success, record.tool_name, record.inputs) == (False, "one", {})
    assert record.error_type == "DecisionCallbackError"
    assert str(chosen) in record.error_message
    assert "decision_candidates" in record.error_message
    assert record.fallback_used is False


def test_a_chosen_tool_that_is_not_registered(run):
    executor = executor_for(choice(), TOOLS, decision_callback=lambda _: "ghost")

    [record] = run(executor, "f").execution_log

    assert (record.success, record.tool_name, record.inputs) == (False, "ghost", {})
    assert record.error_type == "ToolNotFoundError"
    assert "ghost" in record.error_message


def test_the_steps_own_tool_need_not_be_registered_if_another_is_chosen(run):
    executor = executor_for(choice(), [TOOLS[1]], decision_callback=lambda _: "two")

    assert run(executor, "f").final_output == {"by": "two"}


def test_on_error_covers_the_chosen_tool(run):
    executor = executor_for(
        choice(on_error="fallback:three"),
        [TOOLS[0], TOOLS[2], make_tool("two", Counting(fail_first=9))],
        decision_callback=lambda _: "two",
    )

    [record] = run(executor, "f").execution_log

    assert (record.success, record.tool_name, record.outputs) == (True, "two", {"by": "three"})
    assert record.fallback_tool_name == "three"


def test_each_step_is_asked_for_once(run):
    asked = []

    def decide(ctx):
        asked.append(ctx.step_index)
        return ctx.candidates[len(asked) % 2]

    executor = executor_for(
        flow(
            "f",
            step("one", decision_candidates=CANDIDATES),
            "three",
            step("one", decision_candidates=CANDIDATES),
        ),
        TOOLS,
        decision_callback=decide,
    )

    result = run(executor, "f")

    assert asked == [0, 2]
    assert names(result) == ["two", "three", "one"]


def test_a_sub_flow_asks_the_same_callback(run):
    asked = []

    def decide(ctx):
        asked.append((ctx.flow_name, ctx.trace_id))
        return "two"

    executor = executor_for(
        [flow("parent", step("f", sub_flow=True)), choice()], TOOLS, decision_callback=decide
    )

    result = run(executor, "parent")

    assert result.final_output == {"by": "two"}
    assert asked == [("f", result.execution_log[0].sub_result.trace_id)]
