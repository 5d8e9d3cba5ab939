"""What a step's outputs do to the context: output mappings and key collisions."""

from __future__ import annotations

import logging

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field, model_serializer
from toolbox import (
    Counting,
    dag,
    dag_step,
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
    ExecutionResult,
    OutputMappingError,
)


def overwrite_warnings(caplog):
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "chainweaver.executor"
        and record.levelno == logging.WARNING
        and "overwritten" in record.getMessage()
    ]


# --- output mapping ---


def test_an_output_mapping_merges_exactly_its_keys(run):
    executor = executor_for(
        flow("f", step("t", output_mapping={"first": "a", "again": "a"})),
        [give("t", a=1, b=2)],
    )

    result = run(executor, "f", {"in": 0})

    assert result.final_output == {"in": 0, "first": 1, "again": 1}
    assert result.execution_log[0].outputs == {"a": 1, "b": 2}


def test_an_empty_output_mapping_merges_nothing(run):
    executor = executor_for(flow("f", step("t", output_mapping={})), [give("t", a=1)])

    result = run(executor, "f")

    assert result.final_output == {}
    assert result.execution_log[0].outputs == {"a": 1}


def test_without_an_output_mapping_all_keys_are_merged(run):
    executor = executor_for(flow("f", "t"), [give("t", a=1, b=None)])

    assert run(executor, "f").final_output == {"a": 1, "b": None}


def test_a_missing_output_key_is_raised_with_the_run_so_far(run):
    later = Counting()
    executor = executor_for(
        flow("f", "fine", step("t", output_mapping={"x": "a", "y": "wrong"}), "later"),
        [give("fine", ok=1), give("t", a=1, b=2), make_tool("later", later)],
    )

    with pytest.raises(OutputMappingError, match="wrong") as caught:
        run(executor, "f", {"in": 0})

    error = caught.value
    assert (error.tool_name, error.step_index, error.output_key) == ("t", 1, "wrong")
    assert sorted(error.available) == ["a", "b"]
    assert later.calls == 0
    assert isinstance(error.result, ExecutionResult)
    assert (error.result.success, error.result.final_output) == (False, None)
    assert (error.result.flow_name, error.result.initial_input) == ("f", {"in": 0})
    assert names(error.result) == ["fine", "t"]


def test_a_missing_output_key_in_a_dag(run):
    executor = executor_for(
        dag("d", dag_step("first", "t", output_mapping={"x": "wrong"})), [give("t", a=1)]
    )

    with pytest.raises(OutputMappingError) as caught:
        run(executor, "d")

    error = caught.value
    assert (error.tool_name, error.output_key, error.available) == ("t", "wrong", ["a"])
    assert error.result.success is False
    assert error.result.flow_version == "1.0.0"


def test_a_skipped_step_merges_nothing(run):
    executor = executor_for(flow("f", step("boom", on_error="skip")), [raising_tool()])

    assert run(executor, "f", {"in": 0}).final_output == {"in": 0}


def test_a_skipped_step_with_an_output_mapping_has_nothing_to_map(run):
    executor = executor_for(
        flow("f", step("boom", on_error="skip", output_mapping={"x": "a"})), [raising_tool()]
    )

    with pytest.raises(OutputMappingError) as caught:
        run(executor, "f")

    assert (caught.value.output_key, caught.value.available) == ("a", [])
    [record] = caught.value.result.execution_log
    assert (record.success, record.skipped) == (True, True)


def test_a_skipped_step_with_an_empty_output_mapping_is_fine(run):
    executor = executor_for(
        flow("f", step("boom", on_error="skip", output_mapping={})), [raising_tool()]
    )

    assert run(executor, "f").success


# --- collisions ---


def test_overwriting_is_warned_of_unless_told_otherwise(run, caplog):
    executor = executor_for(flow("f", "t"), [give("t", a=1, b=2, c=3)])

    with caplog.at_level(logging.DEBUG):
        result = run(executor, "f", {"a": 0, "b": 0})

    assert result.final_output == {"a": 1, "b": 2, "c": 3}
    warnings = overwrite_warnings(caplog)
    assert len(warnings) == 2
    assert "'a'" in warnings[0]
    assert "'b'" in warnings[1]


def test_policy_warn_warns_once_a_key_and_step(run, caplog):
    executor = executor_for(
        flow("f", "t", "u", "u", on_context_collision="warn"), [give("t", a=1), give("u", a=2)]
    )

    result = run(executor, "f")

    assert result.final_output == {"a": 2}
    assert len(overwrite_warnings(caplog)) == 2


def test_new_keys_after_an_overwritten_one_are_not_warned_of(run, caplog):
    executor = executor_for(
        flow("f", "t", "u", "v"), [give("t", a=1, b=1), give("u", c=1), give("v", c=2, d=2)]
    )

    result = run(executor, "f", {"a": 0})

    assert result.final_output == {"a": 1, "b": 1, "c": 2, "d": 2}
    warned = overwrite_warnings(caplog)
    assert len(warned) == 2
    assert "'a'" in warned[0]
    assert "'c'" in warned[1]


def test_policy_overwrite_replaces_in_silence(run, caplog):
    executor = executor_for(flow("f", "t", on_context_collision="overwrite"), [give("t", a=1)])

    with caplog.at_level(logging.INFO):
        result = run(executor, "f", {"a": 0})

    assert result.final_output == {"a": 1}
    assert overwrite_warnings(caplog) == []


def test_policy_error_raises_with_the_run_so_far(run, caplog):
    later = Counting()
    executor = executor_for(
        flow("f", "fine", "t", "later", on_context_collision="error"),
        [give("fine", ok=1), give("t", a=1, b=2, new=3), make_tool("later", later)],
    )

    with pytest.raises(ContextKeyCollisionError) as caught:
        run(executor, "f", {"b": 0, "a": 0})

    error = caught.value
    assert (error.flow_name, error.step_index, error.step_name) == ("f", 1, "t")
    assert sorted(error.keys) == ["a", "b"]
    assert error.code == "CW-E013"
    assert "'a'" in str(error)
    assert later.calls == 0
    assert isinstance(error.result, ExecutionResult)
    assert (error.result.success, error.result.final_output) == (False, None)
    assert names(error.result) == ["fine", "t"]
    assert overwrite_warnings(caplog) == []


def test_policy_error_lets_new_keys_pass(run):
    executor = executor_for(
        flow("f", "t", "u", on_context_collision="error"), [give("t", a=1), give("u", b=2)]
    )

    assert run(executor, "f", {"in": 0}).final_output == {"in": 0, "a": 1, "b": 2}


@pytest.mark.parametrize("where", ["input", "dynamic_params", "earlier step"])
def test_every_key_in_the_context_can_collide(run, where):
    executor = executor_for(
        flow(
            "f",
            *(["t"] if where == "earlier step" else []),
            step("u", output_mapping={"taken": "a"}),
            on_context_collision="error",
        ),
        [give("t", taken=1), give("u", a=2)],
    )

    with pytest.raises(ContextKeyCollisionError) as caught:
        run(
            executor,
            "f",
            {"taken": 0} if where == "input" else {},
            dynamic_params={"taken": 0} if where == "dynamic_params" else None,
        )
    assert caught.value.keys == ["taken"]


def test_an_output_mapping_can_avoid_a_collision(run):
    executor = executor_for(
        flow("f", step("t", output_mapping={"fresh": "a"}), on_context_collision="error"),
        [give("t", a=1)],
    )

    assert run(executor, "f", {"a": 0}).final_output == {"a": 0, "fresh": 1}


def test_a_tool_that_gives_a_key_now_and_then_collides_when_it_does(run):
    """Outputs are not always known beforehand: a schema may allow any key."""
    executor = executor_for(
        flow("f", "t", on_context_collision="error"),
        [make_tool("t", lambda m: {"a": 1} if m.collide else {"b": 1})],
    )

    assert run(executor, "f", {"a": 0, "collide": False}).success
    with pytest.raises(ContextKeyCollisionError):
        run(executor, "f", {"a": 0, "collide": True})


class Computed(BaseModel):
    @computed_field
    @property
    def taken(self) -> int:
        return 1


class Aliased(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    n: int = Field(1, serialization_alias="taken")


class Serialised(BaseModel):
    @model_serializer
    def dump(self) -> dict[str, int]:
        return {"taken": 1}


class Dumped(BaseModel):
    def model_dump(self, **_):
        return {"taken": 1}


@pytest.mark.parametrize("gives", [Computed, Aliased, Serialised, Dumped])
def test_keys_that_a_model_makes_up_collide_too(run, gives):
    executor = executor_for(
        [
            flow("f", "t", on_context_collision="error"),
            dag("d", dag_step("t"), dag_step("same", "t")),
        ],
        [make_tool("t", lambda _: {}, gives=gives)],
    )

    assert run(executor, "f", {"free": 0}).final_output == {"free": 0, "taken": 1}
    with pytest.raises(ContextKeyCollisionError) as caught:
        run(executor, "f", {"taken": 0})
    assert caught.value.keys == ["taken"]
    assert run(executor, "d").execution_log[-1].error_type == "FlowExecutionError"


def test_the_keys_of_a_collision_error_are_its_own(run):
    executor = executor_for(flow("f", "t", on_context_collision="error"), [give("t", a=1)])

    with pytest.raises(ContextKeyCollisionError) as caught:
        run(executor, "f", {"a": 0})
    caught.value.keys.append("mine")

    with pytest.raises(ContextKeyCollisionError) as caught_again:
        run(executor, "f", {"a": 0})
    assert caught_again.value.keys == ["a"]


# --- collisions in a DAG ---


def test_a_dag_level_collides_as_a_level(run):
    executor = executor_for(
        dag(
            "d",
            dag_step("root"),
            dag_step("left", after=["root"]),
            dag_step("right", after=["root"]),
            on_context_collision="error",
        ),
        [give("root", a=1), give("left", b=2), give("right", a=3)],
    )

    with pytest.raises(ContextKeyCollisionError) as caught:
        run(executor, "d")

    error = caught.value
    assert (error.step_index, error.step_name, error.keys) == (1, "DAG level 1", ["a"])
    assert error.flow_name == "d"
    assert sorted(names(error.result)) == ["left", "right", "root"]


def test_a_dag_level_warns_once_a_key(run, caplog):
    executor = executor_for(
        dag("d", dag_step("one"), dag_step("two")), [give("one", a=1), give("two", b=2)]
    )

    result = run(executor, "d", {"a": 0, "b": 0, "c": 0})

    assert result.final_output == {"a": 1, "b": 2, "c": 0}
    assert len(overwrite_warnings(caplog)) == 2


@pytest.mark.parametrize("policy", ["overwrite", "warn", "error"])
def test_two_steps_of_a_level_that_give_the_same_key_always_fail(run, policy):
    never = Counting()
    executor = executor_for(
        dag(
            "d",
            dag_step("one"),
            dag_step("two"),
            dag_step("never", after=["one", "two"]),
            on_context_collision=policy,
        ),
        [give("one", a=1), give("two", a=2), make_tool("never", never)],
    )

    result = run(executor, "d")

    assert result.success is False
    first, later = result.execution_log
    assert (first.success, first.outputs is not None) == (True, True)
    assert (later.success, later.outputs) == (False, None)
    assert (later.error_type, later.error_code) == ("FlowExecutionError", "CW-E006")
    assert "a" in later.error_message
    assert never.calls == 0


def test_the_same_key_counts_after_mapping(run):
    executor = executor_for(
        dag(
            "d",
            dag_step("one", output_mapping={"left": "a"}),
            dag_step("two", output_mapping={"right": "a"}),
        ),
        [give("one", a=1), give("two", a=2)],
    )

    assert run(executor, "d").final_output == {"left": 1, "right": 2}


def test_the_same_key_on_different_levels_goes_by_the_policy(run):
    executor = executor_for(
        dag(
            "d",
            dag_step("one"),
            dag_step("two", after=["one"]),
            on_context_collision="overwrite",
        ),
        [give("one", a=1), give("two", a=2)],
    )

    assert run(executor, "d").final_output == {"a": 2}
