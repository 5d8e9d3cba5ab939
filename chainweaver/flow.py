"""Flows as data: `Flow` and `DAGFlow`.

Their steps are in `steps.py`, their review in `governance.py`; all can be imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from chainweaver._refs import class_ref, resolve_class_ref, resolve_model
from chainweaver.contracts import DeterminismLevel, ToolSafetyContract
from chainweaver.exceptions import DAGDefinitionError, FlowSerializationError
from chainweaver.governance import FlowGovernance, FlowLifecycle
from chainweaver.steps import (
    ConditionalEdge,
    DAGFlowStep,
    FlowStep,
    RetryPolicy,
)

if TYPE_CHECKING:
    Direction = Literal["LR", "RL", "TB", "TD", "BT"]

__all__ = [
    "ConditionalEdge",
    "DAGFlow",
    "DAGFlowStep",
    "DriftInfo",
    "Flow",
    "FlowGovernance",
    "FlowLifecycle",
    "FlowStatus",
    "FlowStep",
    "RetryPolicy",
    "resolve_class_ref",
    "validate_dag_topology",
]


class FlowStatus(StrEnum):
    """Whether a flow may run."""

    ACTIVE = "active"
    NEEDS_REVIEW = "needs_review"
    DISABLED = "disabled"


class _FlowBase(BaseModel):
    """What linear flows and DAG flows have in common."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="constants")

    name: str
    version: str = "0.1.0"
    description: str
    steps: list[Any]
    deterministic: bool = True
    status: FlowStatus = FlowStatus.ACTIVE
    trigger_conditions: dict[str, Any] | None = None
    input_schema_ref: str | None = None
    output_schema_ref: str | None = None
    context_schema_ref: str | None = None
    tool_schema_hashes: dict[str, str] | None = None
    capability_id: str | None = None
    governance: FlowGovernance = Field(default_factory=FlowGovernance)
    safety: ToolSafetyContract | None = None
    on_context_collision: Literal["overwrite", "warn", "error"] = "warn"
    dynamic_params: tuple[str, ...] = ()

    @staticmethod
    def schema_ref_from(cls: type[BaseModel]) -> str:
        """Return the reference of a model, for a schema.

        Args:
            cls: The model.
        """
        return class_ref(cls)

    @property
    def input_schema(self) -> type[BaseModel] | None:
        """The model of `input_schema_ref`; FlowSerializationError if it does not resolve."""
        return resolve_model(self.input_schema_ref)

    @property
    def output_schema(self) -> type[BaseModel] | None:
        """The model of `output_schema_ref`; FlowSerializationError if it does not resolve."""
        return resolve_model(self.output_schema_ref)

    @property
    def context_schema(self) -> type[BaseModel] | None:
        """The model of `context_schema_ref`; FlowSerializationError if it does not resolve."""
        return resolve_model(self.context_schema_ref)

    @property
    def determinism_level(self) -> DeterminismLevel:
        """NONE if declared not deterministic, PARTIAL with branches, else FULL."""
        if not self.deterministic:
            return DeterminismLevel.NONE
        if any(getattr(step, "branches", None) for step in self.steps):
            return DeterminismLevel.PARTIAL
        return DeterminismLevel.FULL

    def to_ascii(self) -> str:
        """Return a drawing of the flow in text."""
        from chainweaver.viz import flow_to_ascii

        return flow_to_ascii(self._self())

    def to_mermaid(self, *, direction: Direction = "LR", show_schemas: bool = False) -> str:
        """Return the flow as a Mermaid graph.

        Args:
            direction: The way the graph flows.
            show_schemas: Kept for compatibility; changes nothing at present.
        """
        from chainweaver.viz import flow_to_mermaid

        return flow_to_mermaid(self._self(), direction=direction, show_schemas=show_schemas)

    def to_dot(self) -> str:
        """Return the flow as a Graphviz digraph."""
        from chainweaver.viz import flow_to_dot

        return flow_to_dot(self._self())

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the flow as JSON.

        Args:
            indent: Spaces a level; None for one line.
        """
        from chainweaver.serialization import flow_to_json

        return flow_to_json(self._self(), indent=indent)

    def to_yaml(self) -> str:
        """Return the flow as YAML.

        Raises:
            FlowSerializationError: pyyaml is not installed.
        """
        from chainweaver.serialization import flow_to_yaml

        return flow_to_yaml(self._self())

    @classmethod
    def from_json(cls, data: str, *, source: str | None = None) -> Self:
        """Read a flow from JSON.

        Args:
            data: The JSON.
            source: Where it is from, for errors.

        Raises:
            FlowSerializationError: It is no JSON, no flow, or a flow of the other kind.
        """
        from chainweaver.serialization import flow_from_json

        return cls._of_this_kind(flow_from_json(data, source=source), source)

    @classmethod
    def from_yaml(cls, data: str, *, source: str | None = None) -> Self:
        """Read a flow from YAML.

        Args:
            data: The YAML.
            source: Where it is from, for errors.

        Raises:
            FlowSerializationError: It is no YAML, no flow, or a flow of the other kind; or
                pyyaml is not installed.
        """
        from chainweaver.serialization import flow_from_yaml

        return cls._of_this_kind(flow_from_yaml(data, source=source), source)

    @classmethod
    def _of_this_kind(cls, flow: Flow | DAGFlow, source: str | None) -> Self:
        if not isinstance(flow, cls):
            raise FlowSerializationError(
                f"expected a {cls.__name__}, the data holds a {type(flow).__name__}",
                source=source,
            )
        return flow

    def _self(self) -> Flow | DAGFlow:
        assert isinstance(self, (Flow, DAGFlow))
        return self


class Flow(_FlowBase):
    """A linear flow: steps that run one after the other.

    Attributes:
        name: Its name.
        version: Its version (PEP 440).
        description: What it does, in a sentence.
        steps: Its steps, in order.
        deterministic: Whether the same input gives the same output. A declaration.
        status: Only an ACTIVE flow runs, unless forced.
        trigger_conditions: When it should be chosen. A declaration.
        input_schema_ref: Model that the initial input must fit, as `module:qualname`.
        output_schema_ref: Model that the final context must fit.
        context_schema_ref: Another model that the final context must fit.
        tool_schema_hashes: Tool name to the schema hash it was recorded against.
        capability_id: The capability that it provides. A declaration.
        governance: Who answers for it.
        safety: What it promises about its effects. A declaration.
        on_context_collision: What happens when a step writes a context key that exists:
            "overwrite" it, "warn" and overwrite it, or end the run with an "error".
        dynamic_params: Names of the run-time parameters it takes. A declaration: the executor
            looks at it only if asked to (ADR-0004).

    Example:
        ```python
        from chainweaver import Flow, FlowStep

        flow = Flow(
            name="greet",
            description="Greets.",
            steps=[FlowStep(tool_name="fetch_name"), FlowStep(tool_name="greet")],
        )
        print(flow.to_ascii())
        #> [fetch_name] → [greet]
        ```
    """

    steps: list[FlowStep]


class DAGFlow(_FlowBase):
    """A flow whose steps form a directed acyclic graph; they run level by level.

    Attributes:
        name: As for `Flow`.
        version: Its version (PEP 440). Required.
        description: As for `Flow`.
        steps: Its steps; `depends_on` gives their order.
        deterministic: As for `Flow`.
        status: As for `Flow`.
        trigger_conditions: As for `Flow`.
        input_schema_ref: As for `Flow`.
        output_schema_ref: As for `Flow`.
        context_schema_ref: As for `Flow`.
        tool_schema_hashes: As for `Flow`.
        capability_id: As for `Flow`.
        governance: As for `Flow`.
        safety: As for `Flow`.
        on_context_collision: As for `Flow`.
        dynamic_params: As for `Flow`.
    """

    version: str
    steps: list[DAGFlowStep]


@dataclass
class DriftInfo:
    """A flow was recorded against another schema of a tool than it has now.

    Attributes:
        flow_name: The flow.
        tool_name: The tool.
        expected_hash: The schema hash that the flow was recorded against.
        actual_hash: The one that the tool has now.
    """

    flow_name: str
    tool_name: str
    expected_hash: str
    actual_hash: str


def validate_dag_topology(flow: DAGFlow) -> None:
    """Check that the steps of a DAG flow form a valid graph.

    Args:
        flow: The flow.

    Raises:
        DAGDefinitionError: A step id is given twice, a dependency is no step, the steps form a
            cycle, or a branch leads to a step that does not depend on the deciding one.
    """
    steps: dict[str, DAGFlowStep] = {}
    for step in flow.steps:
        if step.step_id in steps:
            raise DAGDefinitionError(
                flow.name, "duplicate_step_id", f"step id '{step.step_id}' is given twice"
            )
        steps[step.step_id] = step
    for step in flow.steps:
        for dependency in step.depends_on:
            if dependency not in steps:
                raise DAGDefinitionError(
                    flow.name,
                    "unknown_dependency",
                    f"step '{step.step_id}' depends on '{dependency}', which is no step",
                )
    try:
        TopologicalSorter({id_: step.depends_on for id_, step in steps.items()}).prepare()
    except CycleError as error:
        raise DAGDefinitionError(flow.name, "cycle", " -> ".join(error.args[1])) from None
    for step in flow.steps:
        targets = [edge.target_step_id for edge in step.branches]
        for target in [*targets, *([step.default_next] if step.default_next is not None else [])]:
            if target not in steps or step.step_id not in steps[target].depends_on:
                raise DAGDefinitionError(
                    flow.name,
                    "unknown_branch_target",
                    f"step '{step.step_id}' branches to '{target}', which is no step that "
                    f"depends on it",
                )
