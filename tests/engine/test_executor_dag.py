"""DAG runs: levels, order, isolation within a level, failures."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from pydantic import create_model
from toolbox import (
    ASYNC,
    SYNC,
    Counting,
    Text,
    add_tool,
    dag,
    dag_step,
    double_tool,
    executor_for,
    give,
    make_tool,
    names,
    raising_tool,
    static_order,
)

from chainweaver import DAGDefinitionError, Flow, FlowExecutor, FlowRegistry, InMemoryStore


def diamond(**settings):
    return dag(
        "d",
        dag_step("start"),
        dag_step("left", after=["start"]),
        dag_step("right", after=["start"]),
        dag_step("end", after=["left", "right"]),
        **settings,
    )


DIAMOND_TOOLS = [give("start", s=1), give("left", left=2), give("right", right=3), give("end", e=4)]


def test_a_diamond(run):
    executor = executor_for(diamond(), DIAMOND_TOOLS)

    result = run(executor, "d", {"in": 0})

    assert result.success
    assert result.flow_version == "1.0.0"
    assert result.final_output == {"in": 0, "s": 1, "left": 2, "right": 3, "e": 4}
    assert names(result) == static_order(diamond())
    assert [record.step_index for record in result.execution_log] == [0, 1, 2, 3]


def test_an_empty_dag_succeeds(run):
    executor = executor_for(dag("d"))

    result = run(executor, "d", {"a": 1})

    assert (result.success, result.final_output, result.execution_log) == (True, {"a": 1}, [])


def test_a_step_waits_for_the_deepest_of_its_dependencies(run):
    """`late` depends on the first level and on the third, so it runs on the fourth."""
    flow = dag(
        "d",
        dag_step("late", after=["a", "c"]),
        dag_step("c", after=["b"]),
        dag_step("b", after=["a"]),
        dag_step("a"),
        dag_step("alone"),
    )
    seen = Counting()
    executor = executor_for(
        flow,
        [
            give("a", a=1),
            give("b", b=2),
            give("c", c=3),
            make_tool("late", seen),
            give("alone", d=4),
        ],
    )

    result = run(executor, "d")

    order = names(result)
    assert set(order[:2]) == {"a", "alone"}
    assert order[2:] == ["b", "c", "late"]
    assert seen.inputs == [{"a": 1, "b": 2, "c": 3, "d": 4}]


def test_the_order_within_a_level_is_the_topological_sorters(run):
    flow = dag(
        "d",
        *(dag_step(f"leaf{i}", "t", after=[f"root{i % 3}"], output_mapping={}) for i in range(9)),
        *(dag_step(f"root{i}", "t", output_mapping={}) for i in range(3)),
        dag_step("last", "t", after=[f"leaf{i}" for i in range(9)], output_mapping={}),
    )
    step_ids = []

    def note(ctx):
        step_ids.append(ctx.step_id)
        return "t"

    for each in flow.steps:
        each.decision_candidates = ["t"]
    executor = executor_for(flow, [give("t", a=1)], decision_callback=note)

    run(executor, "d")

    order = static_order(flow)
    levels = [
        [each for each in order if each.startswith(prefix)] for prefix in ("root", "leaf", "last")
    ]
    assert step_ids == [each for level in levels for each in level]


ORDER = """
from pydantic import BaseModel
from chainweaver import DAGFlow, DAGFlowStep, FlowExecutor, FlowRegistry, Tool

class Nothing(BaseModel):
    pass

names = [f"step {i}" for i in range(12)]
steps = [DAGFlowStep(step_id="last", tool_name="last", depends_on=names[::-1])]
steps += [DAGFlowStep(step_id=name, tool_name=name) for name in names]
registry = FlowRegistry()
registry.register_flow(DAGFlow(name="d", version="1.0", description="", steps=steps))
executor = FlowExecutor(registry)
for name in [*names, "last"]:
    executor.register_tool(Tool(
        name=name, description="", input_schema=Nothing, output_schema=Nothing, fn=lambda _: {}
    ))
print([record.tool_name for record in executor.execute_flow("d", {}).execution_log])
"""


def test_the_order_is_the_same_in_every_process():
    """Python hashes text anew in every process; no order may hang on that."""
    told = {
        subprocess.run(
            [sys.executable, "-c", ORDER],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3)
    }

    assert len(told) == 1
    assert told.pop().endswith("'last']\n")


def test_the_steps_of_a_level_see_the_context_before_it(run):
    seen = {name: Counting(**{name: True}) for name in ("one", "two", "three")}
    executor = executor_for(
        dag("d", *(dag_step(name) for name in seen)),
        [make_tool(name, tool) for name, tool in seen.items()],
    )

    result = run(executor, "d", {"in": 0})

    assert [tool.inputs for tool in seen.values()] == [[{"in": 0}]] * 3
    assert result.final_output == {"in": 0, "one": True, "two": True, "three": True}


def test_the_steps_of_a_level_that_are_called_directly_see_the_context_before_it(run):
    """Tools with nothing special about them, whose outputs are known beforehand."""
    names = ("one", "two", "three")
    executor = executor_for(
        dag("d", *(dag_step(name) for name in names)),
        [
            make_tool(
                name,
                lambda given, name=name: {name: sorted(given.model_dump())},
                gives=create_model("Gives", **{name: (list, ...)}),
            )
            for name in names
        ],
    )

    result = run(executor, "d", {"in": 0})

    assert [record.inputs for record in result.execution_log] == [{"in": 0}] * 3
    assert result.final_output == {"in": 0, "one": ["in"], "two": ["in"], "three": ["in"]}


def test_a_step_cannot_map_what_its_own_level_gives(run):
    executor = executor_for(
        dag("d", dag_step("one"), dag_step("double", mapping={"n": "n"})),
        [give("one", n=1), double_tool()],
    )

    result = run(executor, "d")

    assert not result.success
    assert result.execution_log[-1].error_type == "InputMappingError"


def test_two_steps_may_use_the_same_tool(run):
    executor = executor_for(
        dag(
            "d",
            dag_step("one", "double", {"n": "a"}, output_mapping={"aa": "doubled"}),
            dag_step("two", "double", {"n": "b"}, output_mapping={"bb": "doubled"}),
            dag_step("add", "add", {"x": "aa", "y": "bb"}, after=["one", "two"]),
        ),
        [double_tool(), add_tool()],
    )

    assert run(executor, "d", {"a": 1, "b": 2}).final_output["sum"] == 6


def test_the_first_failure_stops_the_run(run):
    never = Counting()
    flow = dag(
        "d",
        dag_step("start"),
        *(dag_step(f"s{i}", after=["start"]) for i in range(4)),
        dag_step("never", after=["start", "s0"]),
    )
    order = [each for each in static_order(flow) if each.startswith("s") and each != "start"]
    bad = order[2]
    executor = executor_for(
        flow,
        [
            give("start", a=1),
            *(give(each, **{each: 1}) for each in order if each != bad),
            raising_tool(bad),
            make_tool("never", never),
        ],
    )

    result = run(executor, "d")

    assert (result.success, result.final_output, never.calls) == (False, None, 0)
    assert names(result) == ["start", *order[:3]]
    assert [record.success for record in result.execution_log] == [True, True, True, False]
    assert result.execution_log[-1].step_index == 3


def test_the_first_of_two_failures_is_the_last_record(run):
    flow = dag("d", dag_step("one"), dag_step("two"))
    executor = executor_for(flow, [raising_tool("one"), raising_tool("two")])

    result = run(executor, "d")

    assert names(result) == static_order(flow)[:1]


def test_a_failure_ends_the_run_even_if_no_one_depends_on_it(run):
    later = Counting()
    executor = executor_for(
        dag("d", dag_step("boom"), dag_step("fine"), dag_step("later", after=["fine"])),
        [raising_tool(), give("fine", a=1), make_tool("later", later)],
    )

    assert not run(executor, "d").success
    assert later.calls == 0


@pytest.mark.parametrize("limit", [1, 4])
def test_in_the_async_lane_a_level_runs_to_its_end_before_a_failure_counts(limit):
    flow = dag("d", *(dag_step(f"s{i}") for i in range(4)))
    order = static_order(flow)
    counters = {name: Counting(**{name: 1}) for name in order}
    counters[order[1]] = Counting(fail_first=9)
    tools = [make_tool(name, counter) for name, counter in counters.items()]
    executor = executor_for(flow, tools, max_step_concurrency=limit)

    result = ASYNC(executor, "d")

    assert names(result) == order[:2]
    assert [counters[name].calls for name in order] == [1, 1, 1, 1]


def test_in_the_sync_lane_nothing_runs_after_a_failure():
    flow = dag("d", *(dag_step(f"s{i}") for i in range(4)))
    order = static_order(flow)
    counters = {name: Counting(**{name: 1}) for name in order}
    counters[order[1]] = Counting(fail_first=9)
    executor = executor_for(flow, [make_tool(name, tool) for name, tool in counters.items()])

    result = SYNC(executor, "d")

    assert names(result) == order[:2]
    assert [counters[name].calls for name in order] == [1, 1, 0, 0]


def test_the_sync_lane_runs_one_step_at_a_time():
    threads = []
    executor = executor_for(
        dag("d", *(dag_step(f"s{i}", "t", output_mapping={}) for i in range(5))),
        [make_tool("t", lambda _: threads.append(threading.get_ident()) or {})],
        max_step_concurrency=4,
    )

    SYNC(executor, "d")

    assert threads == [threading.get_ident()] * 5


def test_a_capability_step_is_not_supported(run):
    step = dag_step("cap", "t", step_type="capability", capability_id="c.d")
    executor = executor_for(dag("d", step), [give("t", a=1)])

    [record] = run(executor, "d").execution_log

    assert (record.success, record.outputs) == (False, None)
    assert record.error_type == "FlowExecutionError"
    assert "not supported by FlowExecutor" in record.error_message
    assert "cap" in record.error_message or "c.d" in record.error_message


def test_a_skipped_failure_keeps_its_dependents_alive(run):
    executor = executor_for(
        dag("d", dag_step("boom", on_error="skip"), dag_step("after", after=["boom"])),
        [raising_tool(), give("after", a=1)],
    )

    result = run(executor, "d")

    assert (names(result), result.final_output) == (["boom", "after"], {"a": 1})
    assert result.execution_log[0].error_type == "FlowExecutionError"


def test_schemas_of_a_dag(run):
    number = "toolbox:Number"
    executor = executor_for(
        [
            diamond(input_schema_ref=number),
            dag("out", dag_step("start"), output_schema_ref=Flow.schema_ref_from(Text)),
            dag("context", dag_step("start"), context_schema_ref=Flow.schema_ref_from(Text)),
        ],
        DIAMOND_TOOLS,
    )

    refused = run(executor, "d", {"n": "many"})
    [record] = refused.execution_log
    assert (record.step_index, record.tool_name, record.success) == (-1, "d", False)
    assert "flow_input" in record.error_message
    for name, context in (("out", "flow_output"), ("context", "flow_context")):
        record = run(executor, name).execution_log[-1]
        assert (record.step_index, record.tool_name) == (1, name)
        assert context in record.error_message


def test_dynamic_parameters_reach_every_level(run):
    executor = executor_for(
        dag(
            "d",
            dag_step("one", "double", {"n": "p"}),
            dag_step("two", "add", {"x": "doubled", "y": "p"}, after=["one"]),
        ),
        [double_tool(), add_tool()],
    )

    result = run(executor, "d", {}, dynamic_params={"p": 3})

    assert result.final_output == {"p": 3, "doubled": 6, "sum": 9}


def test_a_dag_of_a_hundred_steps_on_one_level(run):
    executor = executor_for(
        dag("d", *(dag_step(f"s{i}") for i in range(100))),
        [give(f"s{i}", **{f"k{i}": i}) for i in range(100)],
        max_step_concurrency=8,
    )

    result = run(executor, "d")

    assert result.final_output == {f"k{i}": i for i in range(100)}
    assert [record.step_index for record in result.execution_log] == list(range(100))


BROKEN = {
    "duplicate_step_id": dag("d", dag_step("same", "t"), dag_step("same", "t")),
    "unknown_dependency": dag("d", dag_step("one", "t", after=["ghost"])),
    "cycle": dag("d", dag_step("one", "t", after=["two"]), dag_step("two", "t", after=["one"])),
}


@pytest.mark.parametrize("reason", BROKEN)
def test_a_broken_dag_that_came_past_the_registry_is_raised(run, reason):
    tool = Counting()
    store = InMemoryStore()
    store.save_flow(BROKEN[reason])
    executor = FlowExecutor(FlowRegistry(store))
    executor.register_tool(make_tool("t", tool))

    with pytest.raises(DAGDefinitionError) as caught:
        run(executor, "d")

    assert (caught.value.flow_name, caught.value.reason) == ("d", reason)
    assert tool.calls == 0
