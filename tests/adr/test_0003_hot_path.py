"""ADR-0003 where it matters most: tools that are called directly, with nothing in between.

The tests with frozen outputs replace a tool's `run`, and a tool whose `run` was replaced is never
called directly. Here nothing is replaced.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, create_model

from chainweaver import (
    DAGFlow,
    DAGFlowStep,
    ExecutionResult,
    Flow,
    FlowExecutor,
    FlowRegistry,
    FlowStep,
    Tool,
)


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


class WrittenTo(AssertionError):
    """Somebody wrote to an output."""


def refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
    raise WrittenTo


class FrozenDict(dict[str, Any]):
    __setitem__ = __delitem__ = __ior__ = refuse
    clear = pop = popitem = setdefault = update = refuse


class Frozen(Anything):
    """Outputs that refuse to be written to, by a door of the model's own."""

    def model_dump(self, **settings: Any) -> dict[str, Any]:
        return FrozenDict(super().model_dump(**settings))


def giving(name: str, output: type[BaseModel], **values: int) -> Tool:
    return Tool(
        name=name,
        description=f"Gives {values}.",
        input_schema=Anything,
        output_schema=output,
        fn=lambda _: dict(values),
    )


def run(flow: Flow | DAGFlow, tools: list[Tool], **initial_input: int) -> ExecutionResult:
    registry = FlowRegistry()
    registry.register_flow(flow)
    executor = FlowExecutor(registry)
    for tool in tools:
        executor.register_tool(tool)
    return executor.execute_flow(flow.name, initial_input)


def test_a_wide_level_is_merged_into_no_tools_outputs():
    tools = [
        giving(name, create_model("Only", **{name: (int, ...)}), **{name: number})
        for number, name in enumerate("abc")
    ]
    flow = DAGFlow(
        name="wide",
        version="1.0.0",
        description="Three steps at once.",
        steps=[DAGFlowStep(step_id=tool.name, tool_name=tool.name) for tool in tools],
    )

    result = run(flow, tools)

    assert result.final_output == {"a": 0, "b": 1, "c": 2}
    assert [record.outputs for record in result.execution_log] == [{"a": 0}, {"b": 1}, {"c": 2}]


@pytest.mark.parametrize("policy", ["overwrite", "warn"])
def test_steps_in_a_row_write_to_no_tools_outputs(policy):
    flow = Flow(
        name="row",
        description="Two steps in a row.",
        steps=[FlowStep(tool_name="one"), FlowStep(tool_name="two")],
        on_context_collision=policy,
    )

    result = run(flow, [giving("one", Frozen, a=1), giving("two", Frozen, a=2, b=3)], a=0)
    result.final_output["later"] = 4

    assert result.final_output == {"a": 2, "b": 3, "later": 4}
    outputs = [record.outputs for record in result.execution_log]
    assert outputs == [{"a": 1}, {"a": 2, "b": 3}]
    assert {type(each) for each in outputs} == {FrozenDict}
