"""Parameters given at run time: how they flow, and the strictness a caller may ask for.

The default is declarative-only: a flow's `dynamic_params` change nothing (ADR-0004).
"""

from __future__ import annotations

import asyncio
import logging

import pytest
from toolbox import (
    ASYNC,
    SYNC,
    Counting,
    dag,
    dag_step,
    double_tool,
    executor_for,
    flow,
    give,
    make_tool,
    plain,
    step,
)

from chainweaver import FlowExecutor, FlowRegistry
from chainweaver.exceptions import UndeclaredDynamicParamsError


def warnings_of(caplog):
    return [
        record
        for record in caplog.records
        if record.name == "chainweaver.executor" and record.levelno == logging.WARNING
    ]


# --- what they do ---


def test_they_join_the_context_but_not_the_input(run):
    executor = executor_for(flow("f", "double"), [double_tool()])

    result = run(executor, "f", {"a": 1}, dynamic_params={"n": 2})

    assert result.final_output == {"a": 1, "n": 2, "doubled": 4}
    assert result.initial_input == {"a": 1}
    assert result.execution_log[0].inputs == {"a": 1, "n": 2}


def test_they_win_over_the_input(run):
    executor = executor_for(flow("f", "double"), [double_tool()])

    result = run(executor, "f", {"n": 1}, dynamic_params={"n": 2})

    assert result.final_output == {"n": 2, "doubled": 4}
    assert result.initial_input == {"n": 1}


def test_they_can_be_mapped_and_pointed_into(run):
    tool = Counting()
    executor = executor_for(
        flow("f", step("t", {"x": "p", "y": "/deep/list/1"})), [make_tool("t", tool)]
    )

    run(executor, "f", {}, dynamic_params={"p": 1, "deep": {"list": [2, 3]}})

    assert tool.inputs == [{"x": 1, "y": 3}]


def test_they_win_over_no_step(run):
    executor = executor_for(
        flow("f", "t", step("double", {"n": "n"}), on_context_collision="overwrite"),
        [give("t", n=5), double_tool()],
    )

    assert run(executor, "f", {}, dynamic_params={"n": 1}).final_output == {"n": 5, "doubled": 10}


def test_one_that_is_missing_fails_the_step_that_maps_it(run):
    executor = executor_for(
        flow("f", "t", step("double", {"n": "p"}), dynamic_params=("p",)),
        [give("t", a=1), double_tool()],
    )

    record = run(executor, "f").execution_log[-1]

    assert (record.step_index, record.error_type) == (1, "InputMappingError")
    assert "p" in record.error_message


def test_the_callers_mapping_is_left_alone(run):
    given = {"n": 1, "deep": {"a": 1}}
    executor = executor_for(flow("f", "double", on_context_collision="overwrite"), [double_tool()])

    result = run(executor, "f", {}, dynamic_params=given)
    result.final_output["n"] = 99

    assert given == {"n": 1, "deep": {"a": 1}}


def test_they_are_gone_at_the_next_run(run):
    executor = executor_for(flow("f"))

    assert run(executor, "f", dynamic_params={"p": 1}).final_output == {"p": 1}
    assert run(executor, "f").final_output == {}


def test_none_and_an_empty_mapping_are_the_same(run):
    executor = executor_for(flow("f"))

    assert run(executor, "f", {"a": 1}, dynamic_params={}).final_output == {"a": 1}
    assert run(executor, "f", {"a": 1}, dynamic_params=None).final_output == {"a": 1}


# --- a run inside a run ---


def nesting_executor(inner_params=None, **settings):
    """Make a flow whose tool runs another flow on the same executor, then a step after it."""
    holder = []

    def nest(_):
        inner = holder[0].execute_flow("inner", {"i": 0}, dynamic_params=inner_params)
        return {"inner": inner.final_output}

    executor = executor_for(
        [
            flow(
                "outer",
                step("nest", {"x": 1}),
                step("later", {"x": 1}, sub_flow=True, output_mapping={"later": "seen"}),
            ),
            flow("inner"),
            flow("later", "look"),
        ],
        [make_tool("nest", nest), make_tool("look", lambda m: {"seen": m.model_dump()})],
        **settings,
    )
    holder.append(executor)
    return executor


def test_a_run_inside_a_run_inherits_them(run):
    result = run(nesting_executor(), "outer", dynamic_params={"p": 1})

    assert result.final_output["inner"] == {"i": 0, "p": 1}


def test_a_run_inside_a_run_merges_its_own_over_them_and_gives_them_back(run):
    executor = nesting_executor({"p": "new", "q": "own"})

    result = run(executor, "outer", dynamic_params={"p": 1, "r": 3})

    assert result.final_output["inner"] == {"i": 0, "p": "new", "r": 3, "q": "own"}
    assert result.final_output["later"] == {"x": 1, "p": 1, "r": 3}
    assert {key: result.final_output[key] for key in "pr"} == {"p": 1, "r": 3}


def test_an_async_run_inside_an_async_run_inherits_them():
    holder = []

    async def nest(_):
        inner = await holder[0].execute_flow_async("inner", {"p": 0}, dynamic_params={"q": 2})
        return {"inner": inner.final_output}

    executor = executor_for([flow("outer", "nest"), flow("inner")], [make_tool("nest", nest)])
    holder.append(executor)

    result = ASYNC(executor, "outer", dynamic_params={"p": 1})

    assert result.final_output == {"p": 1, "inner": {"p": 1, "q": 2}}


# --- declared or not ---


KINDS = {
    "linear": lambda **settings: flow("f", step("t", {"p": "p"}), **settings),
    "dag": lambda **settings: dag("f", dag_step("t", mapping={"p": "p"}), **settings),
}


@pytest.fixture(params=KINDS)
def declaring(request):
    return KINDS[request.param]


@pytest.mark.parametrize("declared", [(), ("p",), ("other",), ("p", "q", "other")])
@pytest.mark.parametrize("given", [None, {"p": 1}, {"p": 1, "q": 2}])
def test_by_default_a_declaration_changes_nothing(run, declaring, declared, given, caplog):
    def result_of(**settings):
        executor = executor_for(declaring(**settings), [make_tool("t", lambda m: {"got": m.p})])
        return plain(run(executor, "f", {"a": 1}, dynamic_params=given))

    assert result_of(dynamic_params=declared) == result_of()
    assert warnings_of(caplog) == []


def test_error_lets_no_step_run(run, declaring):
    tool = Counting()
    executor = executor_for(
        declaring(dynamic_params=("p", "unused")),
        [make_tool("t", tool)],
        undeclared_dynamic_params="error",
    )

    with pytest.raises(UndeclaredDynamicParamsError, match="'q'") as caught:
        run(executor, "f", {"a": 1}, dynamic_params={"p": 1, "r": 2, "q": 3})

    error = caught.value
    assert error.code == "CW-E042"
    assert error.flow_name == "f"
    assert sorted(error.undeclared) == ["q", "r"]
    assert sorted(error.declared) == ["p", "unused"]
    assert "'f'" in str(error)
    assert "'r'" in str(error)
    assert tool.calls == 0


@pytest.mark.parametrize("given", [None, {}, {"p": 1}])
def test_error_lets_declared_ones_pass(run, given):
    executor = executor_for(flow("f", dynamic_params=("p", "q")), undeclared_dynamic_params="error")

    assert run(executor, "f", {"a": 1}, dynamic_params=given).final_output == {
        "a": 1,
        **(given or {}),
    }


def test_error_says_nothing_of_the_input(run):
    executor = executor_for(flow("f"), undeclared_dynamic_params="error")

    assert run(executor, "f", {"anything": 1}).success


def test_error_comes_before_the_input_schema(run):
    executor = executor_for(
        flow("f", input_schema_ref="toolbox:Number"), undeclared_dynamic_params="error"
    )

    with pytest.raises(UndeclaredDynamicParamsError):
        run(executor, "f", {"n": "many"}, dynamic_params={"p": 1})


def test_warn_warns_once_and_runs(run, declaring, caplog):
    executor = executor_for(
        declaring(dynamic_params=("p",)),
        [make_tool("t", lambda m: {"got": m.p})],
        undeclared_dynamic_params="warn",
    )

    result = run(executor, "f", dynamic_params={"p": 1, "q": 2, "r": 3})

    assert result.final_output == {"p": 1, "q": 2, "r": 3, "got": 1}
    [warning] = warnings_of(caplog)
    assert "'q'" in warning.getMessage()
    assert "'r'" in warning.getMessage()
    assert "'p'" not in warning.getMessage().split("declare")[0]
    assert "f" in warning.getMessage()


def test_warn_is_silent_when_all_are_declared(run, caplog):
    executor = executor_for(flow("f", dynamic_params=("p",)), undeclared_dynamic_params="warn")

    run(executor, "f", dynamic_params={"p": 1})

    assert warnings_of(caplog) == []


@pytest.mark.parametrize("executors", ["allow", "warn", "error"])
@pytest.mark.parametrize("calls", [None, "allow", "warn", "error"])
def test_a_call_may_set_the_strictness(run, executors, calls, caplog):
    executor = executor_for(flow("f"), undeclared_dynamic_params=executors)
    effective = calls or executors

    if effective == "error":
        with pytest.raises(UndeclaredDynamicParamsError):
            run(executor, "f", dynamic_params={"p": 1}, undeclared_dynamic_params=calls)
    else:
        run(executor, "f", dynamic_params={"p": 1}, undeclared_dynamic_params=calls)

    assert len(warnings_of(caplog)) == (effective == "warn")


def test_a_strict_call_leaves_the_executor_as_it_was(run):
    executor = executor_for(flow("f"))

    with pytest.raises(UndeclaredDynamicParamsError):
        run(executor, "f", dynamic_params={"p": 1}, undeclared_dynamic_params="error")

    assert run(executor, "f", dynamic_params={"p": 1}).final_output == {"p": 1}


@pytest.mark.parametrize("choice", ["", "strict", "ERROR", True])
def test_an_unknown_strictness_is_refused(run, choice):
    tool = Counting()
    with pytest.raises(ValueError, match=r"allow.*warn.*error"):
        FlowExecutor(FlowRegistry(), undeclared_dynamic_params=choice)

    executor = executor_for(flow("f", "t"), [make_tool("t", tool)])
    with pytest.raises(ValueError, match=r"allow.*warn.*error"):
        run(executor, "f", undeclared_dynamic_params=choice)
    assert tool.calls == 0


def test_a_sub_flow_inherits_them_without_being_asked(run, caplog):
    executor = executor_for(
        [
            flow("parent", step("sub", sub_flow=True), dynamic_params=("p",)),
            flow("sub", "t"),
        ],
        [give("t", a=1)],
    )

    for strictness in ("error", "warn"):
        result = run(
            executor, "parent", dynamic_params={"p": 1}, undeclared_dynamic_params=strictness
        )
        assert result.execution_log[0].sub_result.final_output == {"p": 1, "a": 1}
    assert [each for each in warnings_of(caplog) if "overwritten" not in each.getMessage()] == []


def test_a_sub_flow_does_not_warn_again(run, caplog):
    executor = executor_for(
        [
            flow("parent", step("sub", sub_flow=True), on_context_collision="overwrite"),
            flow("sub", step("leaf", sub_flow=True), on_context_collision="overwrite"),
            flow("leaf"),
        ],
        undeclared_dynamic_params="warn",
    )

    run(executor, "parent", dynamic_params={"p": 1})

    [warning] = warnings_of(caplog)
    assert "parent" in warning.getMessage()


def test_the_strictness_is_kept_when_tools_are_replaced():
    executor = executor_for(flow("f"), undeclared_dynamic_params="error")

    other = executor.with_replaced_tools([])

    with pytest.raises(UndeclaredDynamicParamsError):
        SYNC(other, "f", dynamic_params={"p": 1})


def test_strict_and_lenient_runs_in_one_loop():
    executor = executor_for(flow("f"))

    async def main():
        return await asyncio.gather(
            *(
                executor.execute_flow_async(
                    "f",
                    {},
                    dynamic_params={"p": i},
                    undeclared_dynamic_params="error" if i % 2 else "allow",
                )
                for i in range(20)
            ),
            return_exceptions=True,
        )

    outcomes = asyncio.run(main())

    assert [isinstance(each, UndeclaredDynamicParamsError) for each in outcomes] == [
        i % 2 == 1 for i in range(20)
    ]
