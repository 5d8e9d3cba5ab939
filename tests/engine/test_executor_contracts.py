"""Step contracts: models that a step's inputs and outputs must fit."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field, field_validator, model_validator
from toolbox import (
    NO_WAIT,
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

from chainweaver import FlowSerializationError, FlowStep


class Positive(BaseModel):
    n: int = Field(gt=0)


POSITIVE = FlowStep.contract_ref_from(Positive)


@pytest.fixture(params=["linear", "dag"])
def one_step(request):
    def make(tool_name, **settings):
        if request.param == "linear":
            return flow("f", step(tool_name, **settings))
        return dag("f", dag_step("only", tool_name, **settings))

    return make


def test_inputs_and_outputs_that_fit_pass_unchanged(run, one_step):
    executor = executor_for(
        one_step("t", input_contract=POSITIVE, output_contract=POSITIVE, output_mapping={"o": "n"}),
        [give("t", n="7")],
    )

    result = run(executor, "f", {"n": "5"})

    assert result.final_output == {"n": "5", "o": "7"}
    assert result.execution_log[0].inputs == {"n": "5"}


@pytest.mark.parametrize("on_error", ["fail", "skip", "fallback:other"])
def test_inputs_that_break_the_contract_always_fail(run, one_step, on_error):
    tool, other = Counting(), Counting()
    executor = executor_for(
        one_step("t", input_contract=POSITIVE, on_error=on_error, retry=NO_WAIT),
        [make_tool("t", tool), make_tool("other", other)],
    )

    result = run(executor, "f", {"n": -1})

    [record] = result.execution_log
    assert (result.success, tool.calls, other.calls) == (False, 0, 0)
    assert (record.success, record.outputs) == (False, None)
    assert (record.error_type, record.error_code) == ("SchemaValidationError", "CW-E004")
    assert "step_input_contract" in record.error_message
    assert (record.skipped, record.fallback_used, record.retry_count) == (False, False, 0)


@pytest.mark.parametrize("on_error", ["fail", "skip", "fallback:other"])
def test_outputs_that_break_the_contract_always_fail(run, one_step, on_error):
    tool, other = Counting(n=-1), Counting(n=1)
    executor = executor_for(
        one_step("t", output_contract=POSITIVE, on_error=on_error, retry=NO_WAIT),
        [make_tool("t", tool), make_tool("other", other)],
    )

    result = run(executor, "f")

    [record] = result.execution_log
    assert (result.success, tool.calls, other.calls) == (False, 1, 0)
    assert (record.success, record.outputs) == (False, None)
    assert record.error_type == "SchemaValidationError"
    assert "step_output_contract" in record.error_message
    assert (record.skipped, record.fallback_used) == (False, False)


def test_the_output_contract_sees_the_outputs_before_their_mapping(run, one_step):
    executor = executor_for(
        one_step("t", output_contract=POSITIVE, output_mapping={"renamed": "n"}), [give("t", n=1)]
    )

    assert run(executor, "f").final_output == {"renamed": 1}


def test_outputs_of_a_fallback_or_a_skip_are_not_checked(run, one_step):
    for on_error, outputs in (("skip", {}), ("fallback:other", {"n": -1})):
        executor = executor_for(
            one_step("t", output_contract=POSITIVE, on_error=on_error),
            [raising_tool("t"), give("other", n=-1)],
        )

        [record] = run(executor, "f").execution_log

        assert (record.success, record.outputs) == (True, outputs)


@pytest.mark.parametrize("field", ["input_contract", "output_contract"])
def test_a_contract_that_cannot_be_found_is_raised(run, one_step, field):
    executor = executor_for(
        one_step("t", **{field: "test_executor_contracts:NoSuchModel"}), [give("t", n=1)]
    )

    with pytest.raises(FlowSerializationError, match="NoSuchModel"):
        run(executor, "f", {"n": 1})


def test_a_broken_contract_ends_the_run(run):
    never = Counting()
    executor = executor_for(
        flow("f", "t", step("u", output_contract=POSITIVE), "never"),
        [give("t", a=1), give("u", n=0), make_tool("never", never)],
    )

    result = run(executor, "f")

    assert (names(result), never.calls) == (["t", "u"], 0)


class Raising(BaseModel):
    """Its validator fails in a way that pydantic does not turn into a ValidationError."""

    n: int

    @field_validator("n")
    @classmethod
    def fail(cls, value: int) -> int:
        raise KeyError(f"no rule for {value}")


RAISING = FlowStep.contract_ref_from(Raising)


@pytest.mark.parametrize("field", ["input_contract", "output_contract"])
def test_a_contract_that_raises_anything_is_broken(run, one_step, field):
    executor = executor_for(one_step("t", **{field: RAISING}), [give("t", n=1)])

    [record] = run(executor, "f", {"n": 1}).execution_log

    assert (record.success, record.error_type) == (False, "SchemaValidationError")
    assert "no rule for 1" in record.error_message


@pytest.mark.parametrize("field", ["input_schema_ref", "output_schema_ref", "context_schema_ref"])
def test_a_schema_of_the_flow_that_raises_anything_is_broken(run, field):
    executor = executor_for(flow("f", **{field: RAISING}))

    result = run(executor, "f", {"n": 1})

    assert result.success is False
    [record] = result.execution_log
    assert record.error_type == "SchemaValidationError"
    assert "no rule for 1" in record.error_message


def test_a_tools_schema_that_raises_anything_fails_the_step(run, one_step):
    for takes, gives in ((Raising, Positive), (Positive, Raising)):
        executor = executor_for(one_step("t"), [make_tool("t", lambda m: {"n": m.n}, takes, gives)])

        [record] = run(executor, "f", {"n": 1}).execution_log

        assert (record.success, record.outputs) == (False, None)
        assert "no rule for 1" in record.error_message


class Meddling(BaseModel):
    """Its validator writes to what it is given."""

    n: int

    @model_validator(mode="before")
    @classmethod
    def meddle(cls, values: dict[str, Any]) -> dict[str, Any]:
        values["n"] = "-1"
        values["meddled"] = True
        return values


MEDDLING = FlowStep.contract_ref_from(Meddling)


def test_a_contract_cannot_change_values(run, one_step):
    executor = executor_for(
        one_step("t", input_contract=MEDDLING, output_contract=MEDDLING), [give("t", a=1, n=2)]
    )

    result = run(executor, "f", {"n": 1})

    [record] = result.execution_log
    assert (record.inputs, record.outputs) == ({"n": 1}, {"a": 1, "n": 2})
    assert result.final_output == {"n": 2, "a": 1}


def test_a_schema_of_the_flow_cannot_change_values(run):
    executor = executor_for(
        flow(
            "f",
            "t",
            input_schema_ref=MEDDLING,
            output_schema_ref=MEDDLING,
            context_schema_ref=MEDDLING,
        ),
        [give("t", a=1)],
    )

    result = run(executor, "f", {"n": 1})

    assert result.final_output == {"n": 1, "a": 1}
    assert result.initial_input == {"n": 1}
    assert result.execution_log[0].inputs == {"n": 1}


def test_an_input_model_that_writes_to_what_it_is_given_changes_no_record(run):
    class Meddling(BaseModel):
        n: int

        @model_validator(mode="before")
        @classmethod
        def meddle(cls, data):
            data["n"] = -data["n"]
            return data

    tool = make_tool("t", lambda given: {"a": given.n}, takes=Meddling)
    result = run(executor_for(flow("f", "t"), [tool]), "f", {"n": 1})

    assert result.execution_log[0].inputs == {"n": 1}
    assert result.final_output == {"n": 1, "a": -1}
