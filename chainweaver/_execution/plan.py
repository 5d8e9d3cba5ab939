"""Flow + tools -> `Plan`, once.

All that can be known before a run is found out here, so that the run asks nothing twice: the
order and levels of the steps, the bound validators and serialisers of their models, and a
reader for each input mapping. A plan is immutable and holds no run's state. A linear flow is a
DAG with one step a level.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from chainweaver._execution.context import reader_of
from chainweaver._models import validator_of
from chainweaver.flow import DAGFlow, DAGFlowStep, validate_dag_topology
from chainweaver.tools import Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import BaseModel

    from chainweaver._execution.context import Reader
    from chainweaver.flow import Flow, FlowStep

    Check = Callable[[Any], Any]
    DirectCall = tuple[
        "CompiledStep", str, Tool, Reader, Check, Check, Check, dict[str, str] | None
    ]
    """Step, name, tool, input reader, input validator, output validator, output serialiser, output
    mapping."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledStep:
    """A step with all that is known of it before a run.

    Attributes:
        step: The step as declared.
        name: Its display name.
        step_id: Its id in a DAG; None in a linear flow.
        tool: The tool; None for a sub-flow, a capability, or a tool that is not registered.
        input_mapping: Where its inputs come from.
        read: Reads its inputs from the context.
        output_mapping: Context key to output key, or None.
        check_input_contract: Validates resolved inputs, or None.
        check_output_contract: Validates raw outputs, or None.
    """

    step: FlowStep
    name: str
    step_id: str | None
    tool: Tool | None
    input_mapping: dict[str, Any]
    read: Reader
    output_mapping: dict[str, str] | None
    check_input_contract: Check | None
    check_output_contract: Check | None

    @property
    def declared(self) -> DAGFlowStep:
        """The step as declared in a DAG."""
        assert isinstance(self.step, DAGFlowStep)
        return self.step


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Levels in a row that are run in the same way.

    Either one level, or levels of one step each whose tools can all be called directly.

    Attributes:
        levels: The levels, each the steps that see the same context.
        first: The number of the first level.
        direct: How to call each tool with nothing in between; None if a step needs more.
        wide: Whether it is one level of several steps.
    """

    levels: tuple[tuple[CompiledStep, ...], ...]
    first: int
    direct: tuple[DirectCall, ...] | None
    wide: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A flow, ready to run.

    Attributes:
        flow: The flow as registered.
        revision: The registry's revision when it was compiled.
        tools: The tools it was compiled with.
        name: Its name.
        version: Its version.
        stretches: Its steps, levels that are called alike joined: a turn of a loop is saved for
            each.
        step_count: How many there are.
        has_sub_flows: Whether a step is a sub-flow.
        is_dag: Whether outputs are merged by level, under the level's name.
        policy: What happens when an output's key is in the context already.
        dependents: Step id to the ids of the steps that depend on it directly; empty without
            branches.
        check_input: Validates the initial input, or None.
        check_output: Validates the final context as output, or None.
        check_context: Validates the final context as context, or None.
    """

    flow: Flow | DAGFlow
    revision: int
    tools: Mapping[str, Tool]
    name: str
    version: str
    stretches: tuple[Stretch, ...]
    step_count: int
    has_sub_flows: bool
    is_dag: bool
    policy: str
    dependents: dict[str, tuple[str, ...]]
    check_input: Check | None
    check_output: Check | None
    check_context: Check | None

    def is_of(self, flow: Flow | DAGFlow, revision: int, tools: Mapping[str, Tool]) -> bool:
        """Whether this is the plan of `flow` as registered, with these very tools."""
        return (
            revision == self.revision
            and tools is self.tools
            and (flow is self.flow or flow == self.flow)
        )


def compile_plan(
    flow: Flow | DAGFlow,
    revision: int,
    tools: Mapping[str, Tool],
    *,
    awaits: bool,
    decides: bool,
) -> Plan:
    """Compile a flow.

    Args:
        flow: The flow.
        revision: The registry's revision.
        tools: The registered tools, by name.
        awaits: Whether the run can await (the async lane).
        decides: Whether somebody decides at steps with candidates.

    Raises:
        DAGDefinitionError: The steps are no DAG.
        FlowSerializationError: A schema or contract reference does not resolve.
    """
    is_dag = isinstance(flow, DAGFlow)

    def compile_step(step: FlowStep) -> CompiledStep:
        if step.retry is not None:
            step.retry.resolved_retryable_errors()  # a name that does not resolve: before a run
        tool = tools.get(step.tool_name) if step.tool_name and not _is_capability(step) else None
        return CompiledStep(
            step=step,
            name=step.display_name,
            step_id=step.step_id if is_dag and isinstance(step, DAGFlowStep) else None,
            tool=tool,
            input_mapping=dict(step.input_mapping),
            read=reader_of(step.input_mapping),
            output_mapping=None if step.output_mapping is None else dict(step.output_mapping),
            check_input_contract=_check(step.resolved_input_contract),
            check_output_contract=_check(step.resolved_output_contract),
        )

    dependents = _dependents(flow)
    levels = [tuple(map(compile_step, level)) for level in _levels(flow)]
    return Plan(
        flow=flow,
        revision=revision,
        tools=tools,
        name=flow.name,
        version=flow.version,
        stretches=tuple(
            _stretches(levels, awaits=awaits, decides=decides, branches=bool(dependents))
        ),
        step_count=len(flow.steps),
        has_sub_flows=any(step.flow_name is not None for step in flow.steps),
        is_dag=is_dag,
        policy=flow.on_context_collision,
        dependents=dependents,
        check_input=_check(flow.input_schema),
        check_output=_check(flow.output_schema),
        check_context=_check(flow.context_schema),
    )


def _is_capability(step: FlowStep) -> bool:
    return isinstance(step, DAGFlowStep) and step.step_type == "capability"


def _check(model: type[BaseModel] | None) -> Check | None:
    return None if model is None else validator_of(model)


def _levels(flow: Flow | DAGFlow) -> Iterator[list[Any]]:
    """Yield the steps level by level: 0 without dependencies, else 1 + the highest of theirs."""
    if not isinstance(flow, DAGFlow):
        yield from ([step] for step in flow.steps)
        return
    validate_dag_topology(flow)
    steps = {step.step_id: step for step in flow.steps}
    level_of: dict[str, int] = {}
    levels: list[list[DAGFlowStep]] = []
    order = TopologicalSorter({id_: dict.fromkeys(step.depends_on) for id_, step in steps.items()})
    for step_id in order.static_order():
        level = 1 + max((level_of[id_] for id_ in steps[step_id].depends_on), default=-1)
        level_of[step_id] = level
        if level == len(levels):
            levels.append([])
        levels[level].append(steps[step_id])
    yield from levels


def _dependents(flow: Flow | DAGFlow) -> dict[str, tuple[str, ...]]:
    if not isinstance(flow, DAGFlow) or not any(step.branches for step in flow.steps):
        return {}
    return {
        step.step_id: tuple(
            other.step_id for other in flow.steps if step.step_id in other.depends_on
        )
        for step in flow.steps
    }


def _stretches(
    levels: list[tuple[CompiledStep, ...]], *, awaits: bool, decides: bool, branches: bool
) -> Iterator[Stretch]:
    """Join levels of one step each that can be called directly."""
    number = 0
    joined: list[DirectCall] = []
    for number, level in enumerate(levels):
        calls = [_direct_call(step, awaits=awaits, decides=decides) for step in level]
        direct = None if branches or None in calls else tuple(filter(None, calls))
        if direct is not None and len(level) == 1:
            joined += direct
            continue
        if joined:
            yield _joined(levels, number, joined)
            joined = []
        # In the async lane the steps of a level all run to their end, at once if they may.
        yield Stretch((level,), number, None if awaits else direct, wide=len(level) > 1)
    if joined:
        yield _joined(levels, number + 1, joined)


def _joined(levels: list[tuple[CompiledStep, ...]], end: int, calls: list[DirectCall]) -> Stretch:
    first = end - len(calls)
    return Stretch(tuple(levels[first:end]), first, tuple(calls), wide=False)


def _direct_call(compiled: CompiledStep, *, awaits: bool, decides: bool) -> DirectCall | None:
    """Return how to call the step's tool directly, if nothing else is to be done."""
    tool = compiled.tool
    if (
        tool is None
        or tool.is_async is not awaits
        or tool.timeout_seconds is not None
        or tool.max_output_size is not None
        or not _runs_as_built(tool)
        or compiled.check_input_contract
        or compiled.check_output_contract
        or (decides and compiled.step.decision_candidates)
    ):
        return None
    return (
        compiled,
        compiled.name,
        tool,
        compiled.read,
        tool._validate_input,
        tool._validate_output,
        tool._dump_output,
        compiled.output_mapping,
    )


def _runs_as_built(tool: Tool) -> bool:
    """Whether nobody put another `run` in the place of ours."""
    cls = type(tool)
    return (
        cls.run is Tool.run
        and cls.run_async is Tool.run_async
        and vars(tool).keys().isdisjoint(("run", "run_async"))
    )
