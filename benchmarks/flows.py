"""The workloads as ChainWeaver flows, through its public API only.

The published package has the same API, so `peers.py` measures it with these functions too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.workloads import START
from chainweaver import DAGFlow, DAGFlowStep, Flow, FlowExecutor, FlowRegistry, FlowStep, Tool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from benchmarks.workloads import Step
    from chainweaver import ExecutionResult


def linear_run(steps: Sequence[Step]) -> Callable[[], ExecutionResult]:
    """Return a function that runs the steps in a row, as a flow.

    Args:
        steps: The steps.
    """
    executor = _executor(steps, _flow(steps))
    return lambda: executor.execute_flow("flow", START)


def async_run(steps: Sequence[Step]) -> Callable[[], Awaitable[ExecutionResult]]:
    """Return a function that runs the steps in a row, as a flow in the async lane.

    Args:
        steps: The steps.
    """
    executor = _executor(steps, _flow(steps))
    return lambda: executor.execute_flow_async("flow", START)


def dag_run(steps: Sequence[Step]) -> Callable[[], ExecutionResult]:
    """Return a function that runs the steps as a DAG.

    Args:
        steps: The steps.
    """
    flow = DAGFlow(
        name="flow",
        version="1.0.0",
        description="A workload.",
        steps=[
            DAGFlowStep(
                step_id=step.name,
                tool_name=step.name,
                input_mapping=step.reads,
                output_mapping=step.writes,
                depends_on=list(step.depends_on),
            )
            for step in steps
        ],
    )
    executor = _executor(steps, flow)
    return lambda: executor.execute_flow("flow", START)


def nested_run(step: Step, depth: int) -> Callable[[], ExecutionResult]:
    """Return a function that runs a flow of the step and a sub-flow, nested `depth` times.

    Args:
        step: The step that every flow does first.
        depth: How many sub-flows are nested in the first flow.
    """
    flows = []
    for level in range(depth + 1):
        steps = [FlowStep(tool_name=step.name, input_mapping=step.reads)]
        if level < depth:
            steps.append(FlowStep(flow_name=f"flow_{level + 1}", input_mapping={"value": "value"}))
        flows.append(
            Flow(
                name=f"flow_{level}",
                version="1.0.0",
                description="A workload.",
                steps=steps,
                on_context_collision="overwrite",
            )
        )
    executor = _executor([step], *flows)
    return lambda: executor.execute_flow("flow_0", START)


def _flow(steps: Sequence[Step]) -> Flow:
    return Flow(
        name="flow",
        version="1.0.0",
        description="A workload.",
        steps=[FlowStep(tool_name=step.name, input_mapping=step.reads) for step in steps],
        on_context_collision="overwrite" if steps[0] is steps[-1] else "warn",
    )


def _executor(steps: Sequence[Step], *flows: Any) -> FlowExecutor:
    registry = FlowRegistry()
    for flow in flows:
        registry.register_flow(flow)
    executor = FlowExecutor(registry)
    for step in {step.name: step for step in steps}.values():
        executor.register_tool(
            Tool(
                name=step.name,
                description="A step of a workload.",
                input_schema=step.input_model,
                output_schema=step.output_model,
                fn=step.fn,
            )
        )
    return executor
