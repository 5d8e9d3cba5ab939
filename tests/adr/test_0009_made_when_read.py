"""ADR-0009: records are made when somebody looks, and then by every way there is to look."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from chainweaver import (
    ExecutionResult,
    Flow,
    FlowExecutor,
    FlowRegistry,
    FlowStep,
    StepRecord,
    Tool,
)


class Value(BaseModel):
    value: int


def run() -> ExecutionResult:
    registry = FlowRegistry()
    steps = [FlowStep(tool_name="add")] * 3
    registry.register_flow(
        Flow(name="f", description="Three.", steps=steps, on_context_collision="overwrite")
    )
    executor = FlowExecutor(registry)
    executor.register_tool(
        Tool(
            name="add",
            description="Adds one.",
            input_schema=Value,
            output_schema=Value,
            fn=lambda given: {"value": given.value + 1},
        )
    )
    return executor.execute_flow("f", {"value": 0})


def test_a_run_makes_no_record_of_a_plain_step():
    result = run()

    assert (result.success, result.final_output, result.flow_name) == (True, {"value": 3}, "f")
    assert "execution_log" not in vars(result)

    assert len(result.execution_log) == 3
    assert vars(result)["execution_log"] is result.execution_log


def whole(result: ExecutionResult) -> list[StepRecord]:
    return result.execution_log


def of_data(data: dict[str, Any]) -> list[StepRecord]:
    return [StepRecord.model_validate(each) for each in data.get("execution_log", ())]


WAYS: dict[str, Callable[[ExecutionResult], list[StepRecord]]] = {
    "attribute": whole,
    "dump": lambda result: of_data(result.model_dump()),
    "json": lambda result: of_data(json.loads(result.model_dump_json())),
    "adapter": lambda result: of_data(TypeAdapter(ExecutionResult).dump_python(result)),
    "iteration": lambda result: dict(result).get("execution_log", []),
    "copy": lambda result: whole(copy.copy(result)),
    "deep copy": lambda result: whole(copy.deepcopy(result)),
    "model_copy": lambda result: whole(result.model_copy()),
    "pickle": lambda result: whole(pickle.loads(pickle.dumps(result))),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_looking_finds_every_record(way):
    log = WAYS[way](run())

    assert [record.outputs for record in log] == [{"value": 1}, {"value": 2}, {"value": 3}]


def test_the_repr_shows_the_records():
    assert repr(run()).count("StepRecord(") == 3
