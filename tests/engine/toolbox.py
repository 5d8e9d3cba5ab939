"""Models, tools and small builders that the executor's tests share. No tests here."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from graphlib import TopologicalSorter
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from chainweaver import (
    DAGFlow,
    DAGFlowStep,
    Flow,
    FlowExecutor,
    FlowRegistry,
    FlowStep,
    RetryPolicy,
    Tool,
)
from chainweaver._execution import scope

AnyFlow = Flow | DAGFlow
WAIT = 5.0
"""Seconds until a rendezvous that never happens fails the test."""

NO_WAIT = RetryPolicy(max_retries=2, backoff_seconds=0.0)


async def forever() -> None:
    """Wait for what never comes; but not for ever, should nobody cancel it."""
    await asyncio.wait_for(asyncio.Event().wait(), WAIT)


class Number(BaseModel):
    n: int


class Doubled(BaseModel):
    doubled: int


class Pair(BaseModel):
    x: int
    y: int


class Sum(BaseModel):
    sum: int


class Text(BaseModel):
    text: str


class Anything(BaseModel):
    """Takes every key there is."""

    model_config = ConfigDict(extra="allow")


class Nothing(BaseModel):
    pass


class Seen(BaseModel):
    seen: dict[str, Any]


class Value(BaseModel):
    value: Any


def make_tool(
    name: str,
    fn: Callable[..., Any],
    takes: type[BaseModel] = Anything,
    gives: type[BaseModel] = Anything,
    **settings: Any,
) -> Tool:
    return Tool(
        name=name,
        description=f"The {name} tool.",
        input_schema=takes,
        output_schema=gives,
        fn=fn,
        **settings,
    )


def double_tool(name: str = "double") -> Tool:
    return make_tool(name, lambda number: {"doubled": number.n * 2}, Number, Doubled)


def add_tool(name: str = "add") -> Tool:
    return make_tool(name, lambda pair: {"sum": pair.x + pair.y}, Pair, Sum)


def give(name: str, **outputs: Any) -> Tool:
    """Return a tool that takes nothing and gives `outputs`, with a schema that names their keys."""
    keys: dict[str, Any] = dict.fromkeys(outputs, (Any, ...))
    return make_tool(name, lambda _: dict(outputs), Nothing, create_model("Gives", **keys))


def raising_tool(name: str = "boom", error: Exception | None = None) -> Tool:
    def fail(_: BaseModel) -> dict[str, Any]:
        raise error if error is not None else ValueError("it broke")

    return make_tool(name, fail)


class Counting:
    """A tool function that counts its calls, keeps its inputs and fails the first ones."""

    def __init__(
        self,
        *,
        fail_first: int = 0,
        error: Exception | None = None,
        **outputs: Any,
    ) -> None:
        self.inputs: list[dict[str, Any]] = []
        self._fail_first = fail_first
        self._error = error
        self._outputs = outputs
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        return len(self.inputs)

    def __call__(self, validated: BaseModel) -> dict[str, Any]:
        with self._lock:
            self.inputs.append(validated.model_dump())
            call = len(self.inputs)
        if call <= self._fail_first:
            raise self._error if self._error is not None else ValueError(f"failure {call}")
        return dict(self._outputs)


def step(
    name: str, mapping: dict[str, Any] | None = None, *, sub_flow: bool = False, **settings: Any
) -> FlowStep:
    target = {"flow_name": name} if sub_flow else {"tool_name": name}
    return FlowStep(**target, input_mapping=mapping or {}, **settings)


def sub(name: str = "sub", mapping: dict[str, Any] | None = None, **settings: Any) -> FlowStep:
    """Return a step that runs a flow."""
    return step(name, mapping, sub_flow=True, **settings)


def dag_step(
    step_id: str,
    name: str | None = None,
    mapping: dict[str, Any] | None = None,
    *,
    after: Iterable[str] = (),
    sub_flow: bool = False,
    **settings: Any,
) -> DAGFlowStep:
    """Return a DAG step; the tool's name is the step's id unless given."""
    target = {"flow_name" if sub_flow else "tool_name": name or step_id}
    return DAGFlowStep(
        step_id=step_id,
        depends_on=list(after),
        input_mapping=mapping or {},
        **target,
        **settings,
    )


def flow(name: str, *steps: FlowStep | str, **settings: Any) -> Flow:
    """Return a linear flow; a step given as text is a tool that gets the whole context."""
    return Flow(
        name=name,
        description=f"The {name} flow.",
        steps=[step(each) if isinstance(each, str) else each for each in steps],
        **settings,
    )


def dag(name: str, *steps: DAGFlowStep, version: str = "1.0.0", **settings: Any) -> DAGFlow:
    return DAGFlow(
        name=name,
        version=version,
        description=f"The {name} flow.",
        steps=list(steps),
        **settings,
    )


def static_order(flow: DAGFlow) -> list[str]:
    """Return the ids of the steps in topological order, as the standard library has it."""
    graph = {each.step_id: dict.fromkeys(each.depends_on) for each in flow.steps}
    return list(TopologicalSorter(graph).static_order())


def executor_for(
    flows: AnyFlow | Iterable[AnyFlow], tools: Iterable[Tool] = (), **settings: Any
) -> FlowExecutor:
    registry = FlowRegistry()
    for each in [flows] if isinstance(flows, AnyFlow) else flows:
        registry.register_flow(each)
    executor = FlowExecutor(registry, **settings)
    for each in tools:
        executor.register_tool(each)
    return executor


class Lane:
    """One of the two ways to run a flow; tests of shared rules run in both."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def __call__(
        self,
        executor: FlowExecutor,
        flow_name: str,
        initial_input: dict[str, Any] | None = None,
        *,
        afterwards: Callable[[], object] | None = None,
        **settings: Any,
    ) -> Any:
        """Run the flow. `afterwards` is called at its end, while an event loop still runs."""
        payload = {} if initial_input is None else initial_input
        if self.name == "sync":
            try:
                return executor.execute_flow(flow_name, payload, **settings)
            finally:
                if afterwards is not None:
                    afterwards()

        async def main() -> Any:
            try:
                return await executor.execute_flow_async(flow_name, payload, **settings)
            finally:
                if afterwards is not None:
                    afterwards()

        return asyncio.run(main())


SYNC = Lane("sync")
ASYNC = Lane("async")


def where(executor):
    """Return flow, version and parameters of the executor's run that this code is inside of."""
    state = scope.current(executor)
    if state is None:
        return None
    return state.flow_name, state.flow_version, dict(state.dynamic_params)


def names(result: Any) -> list[str]:
    return [record.tool_name for record in result.execution_log]


def plain(result: Any) -> dict[str, Any]:
    """Return a result as data, without what differs from run to run (ids and times)."""
    return _without_run_marks(result.model_dump(mode="python"))


RUN_MARKS = {"trace_id", "started_at", "ended_at", "duration_ms", "total_duration_ms"}


def _without_run_marks(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_run_marks(each)
            for key, each in value.items()
            if key not in RUN_MARKS and key != "actual_execution_ms"
        }
    if isinstance(value, list):
        return [_without_run_marks(each) for each in value]
    return value
