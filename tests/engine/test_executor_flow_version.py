"""Each run has its flow's version, and a parent its own again after a sub-flow (ADR-0002)."""

from __future__ import annotations

import pytest
from toolbox import dag, dag_step, executor_for, flow, give, make_tool, raising_tool, step, sub

from chainweaver import ContextKeyCollisionError, OutputMappingError
from chainweaver._execution import scope


def version_spy(executor_of, name="spy", key="seen"):
    """Return a tool that tells which flow and version it runs in."""

    def look(_):
        state = scope.current(executor_of[0])
        return {key: f"{state.flow_name}@{state.flow_version}"}

    return make_tool(name, look)


def test_the_parents_version_is_its_own_after_a_sub_flow(run, parent):
    holder = []
    executor = executor_for(
        [
            parent(
                step("spy", output_mapping={"before": "seen"}),
                sub(mapping={"x": 1}, output_mapping={"inside": "seen"}),
                step("spy", output_mapping={"after": "seen"}),
            ),
            flow("sub", "spy", version="1.0.0"),
        ],
        [version_spy(holder)],
    )
    holder.append(executor)

    result = run(executor, "parent")

    assert result.flow_version == "3.0.0"
    assert result.final_output == {
        "before": "parent@3.0.0",
        "inside": "sub@1.0.0",
        "after": "parent@3.0.0",
    }


def test_the_parents_version_is_its_own_after_a_sub_flow_that_fails(run, parent):
    executor = executor_for([parent(sub()), flow("sub", "boom", version="1.0.0")], [raising_tool()])

    result = run(executor, "parent")

    assert (result.success, result.flow_version) == (False, "3.0.0")
    assert result.execution_log[0].sub_result.flow_version == "1.0.0"


def test_the_parents_version_is_its_own_after_a_sub_flow_that_raises(run, parent):
    executor = executor_for(
        [
            parent(sub(mapping={"b": 0})),
            flow("sub", "t", version="1.0.0", on_context_collision="error"),
        ],
        [give("t", b=1)],
    )

    with pytest.raises(ContextKeyCollisionError) as caught:
        run(executor, "parent")

    assert caught.value.flow_name == "sub"
    assert (caught.value.result.flow_name, caught.value.result.flow_version) == (
        "parent",
        "3.0.0",
    )


def test_every_level_of_three_has_its_version_back(run):
    holder = []
    nested = {"out": "seen", "below": "below"}
    executor = executor_for(
        [
            flow("one", sub("two", {"x": 1}, output_mapping=nested), "spy", version="1.0"),
            flow(
                "two",
                sub("three", {"x": 1}, output_mapping={"below": "seen"}),
                "spy",
                version="2.0",
            ),
            flow("three", "spy", version="3.0"),
        ],
        [version_spy(holder)],
    )
    holder.append(executor)

    result = run(executor, "one")

    assert result.flow_version == "1.0"
    assert result.final_output == {"below": "three@3.0", "out": "two@2.0", "seen": "one@1.0"}
    two = result.execution_log[0].sub_result
    assert two.flow_version == "2.0"
    assert two.execution_log[0].sub_result.flow_version == "3.0"


def test_three_deep_with_an_error_raised_at_the_bottom(run):
    executor = executor_for(
        [
            flow("one", sub("two"), version="1.0"),
            flow("two", sub("three"), version="2.0"),
            flow("three", step("t", output_mapping={"x": "wrong"}), version="3.0"),
        ],
        [give("t", a=1)],
    )

    with pytest.raises(OutputMappingError) as caught:
        run(executor, "one")

    assert (caught.value.result.flow_name, caught.value.result.flow_version) == ("one", "1.0")
    assert scope.current(executor) is None


def test_sub_flows_of_one_level_do_not_mix(run):
    holder = []
    executor = executor_for(
        [
            dag(
                "parent",
                *(
                    dag_step(
                        f"s{i}",
                        f"sub{i}",
                        {"x": i},
                        sub_flow=True,
                        output_mapping={f"out{i}": "seen"},
                    )
                    for i in range(4)
                ),
                dag_step("spy", after=["s0", "s1", "s2", "s3"]),
            ),
            *(flow(f"sub{i}", "spy", version=f"0.{i}") for i in range(4)),
        ],
        [version_spy(holder)],
        max_step_concurrency=4,
    )
    holder.append(executor)

    result = run(executor, "parent")

    assert result.final_output == {
        **{f"out{i}": f"sub{i}@0.{i}" for i in range(4)},
        "seen": "parent@1.0.0",
    }
