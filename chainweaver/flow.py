"""Flows as data: `Flow`, `DAGFlow`, their steps, and what belongs to them."""

from __future__ import annotations

import importlib
import random
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from chainweaver.contracts import DeterminismLevel, ToolSafetyContract
from chainweaver.exceptions import DAGDefinitionError, FlowSerializationError

if TYPE_CHECKING:
    Direction = Literal["LR", "RL", "TB", "TD", "BT"]

_FALLBACK = "fallback:"


def resolve_class_ref(ref: str, *, expected_base: type | None = None) -> type:
    """Return the class that a reference names.

    Args:
        ref: `module:qualname`; nested classes as `module:Outer.Inner`.
        expected_base: A class that it must be, or derive from.

    Raises:
        FlowSerializationError: The reference is malformed, or leads to no such class.

    Example:
        ```python
        from chainweaver.flow import resolve_class_ref

        print(resolve_class_ref("collections:OrderedDict"))
        #> <class 'collections.OrderedDict'>
        ```
    """
    module_name, colon, qualname = ref.partition(":")
    if not (module_name and colon and qualname):
        raise FlowSerializationError(f"Reference '{ref}' is not in 'module:qualname' form")
    try:
        value: Any = importlib.import_module(module_name)
    except Exception as error:
        raise FlowSerializationError(
            f"Cannot import module '{module_name}' of reference '{ref}': {error}"
        ) from error
    for name in qualname.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            raise FlowSerializationError(
                f"'{qualname}' not found in module '{module_name}' (reference '{ref}')"
            ) from None
    if not isinstance(value, type):
        raise FlowSerializationError(f"Reference '{ref}': expected a class, got {value!r}")
    if expected_base is not None and not issubclass(value, expected_base):
        raise FlowSerializationError(
            f"Reference '{ref}': {value.__name__} is not a subclass of {expected_base.__name__}"
        )
    return value


def _class_ref(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def _resolve_model(ref: str | None) -> type[BaseModel] | None:
    return None if ref is None else resolve_class_ref(ref, expected_base=BaseModel)


class FlowStatus(StrEnum):
    """Whether a flow may run."""

    ACTIVE = "active"
    NEEDS_REVIEW = "needs_review"
    DISABLED = "disabled"


class FlowLifecycle(StrEnum):
    """How far a flow has come in review. It never influences a run."""

    OBSERVED = "observed"
    SUGGESTED = "suggested"
    DRAFT = "draft"
    REVIEWED = "reviewed"
    ACTIVE = "active"
    IGNORED = "ignored"
    ARCHIVED = "archived"


_TRANSITIONS: dict[FlowLifecycle, tuple[FlowLifecycle, ...]] = {
    FlowLifecycle.OBSERVED: (FlowLifecycle.SUGGESTED, FlowLifecycle.IGNORED),
    FlowLifecycle.SUGGESTED: (FlowLifecycle.DRAFT, FlowLifecycle.IGNORED),
    FlowLifecycle.DRAFT: (FlowLifecycle.REVIEWED, FlowLifecycle.IGNORED),
    FlowLifecycle.REVIEWED: (
        FlowLifecycle.DRAFT,
        FlowLifecycle.ACTIVE,
        FlowLifecycle.ARCHIVED,
    ),
    FlowLifecycle.ACTIVE: (FlowLifecycle.ARCHIVED,),
    FlowLifecycle.IGNORED: (FlowLifecycle.SUGGESTED,),
    FlowLifecycle.ARCHIVED: (FlowLifecycle.REVIEWED,),
}


class FlowGovernance(BaseModel):
    """Who answers for a flow, and how far it has come. Frozen.

    Attributes:
        lifecycle: Where it stands.
        owner: Who answers for it.
        replaces_tools: Tools whose separate use it replaces.
        estimated_model_calls_removed: Model calls a run saves.
        estimated_token_savings: Tokens a run saves.
        reviewed_by: Who reviewed it.
        review_notes: What they found.
    """

    model_config = ConfigDict(frozen=True)

    lifecycle: FlowLifecycle = FlowLifecycle.ACTIVE
    owner: str | None = None
    replaces_tools: tuple[str, ...] = ()
    estimated_model_calls_removed: int = Field(default=0, ge=0)
    estimated_token_savings: int | None = Field(default=None, ge=0)
    reviewed_by: str | None = None
    review_notes: str | None = None

    def transition_to(
        self,
        target: FlowLifecycle,
        *,
        reviewed_by: str | None = None,
        review_notes: str | None = None,
    ) -> FlowGovernance:
        """Return a copy at another point of the life cycle.

        Args:
            target: Where it shall stand.
            reviewed_by: Who reviewed it; None leaves the name there is.
            review_notes: What they found; None leaves the text there is.

        Raises:
            ValueError: There is no way from here to there.
        """
        target = FlowLifecycle(target)
        allowed = _TRANSITIONS[self.lifecycle]
        if target not in allowed:
            raise ValueError(
                f"cannot transition from '{self.lifecycle.value}' to '{target.value}'; "
                f"allowed: {', '.join(allowed)}"
            )
        changes = {"reviewed_by": reviewed_by, "review_notes": review_notes}
        given = {name: text for name, text in changes.items() if text is not None}
        return self.model_copy(update={"lifecycle": target, **given})


class RetryPolicy(BaseModel):
    """How often and when a failed call is tried again. Frozen.

    Attributes:
        max_retries: Calls beyond the first.
        backoff_seconds: Wait before the first retry, in seconds.
        backoff_multiplier: Factor from each wait to the next.
        jitter: Whether each wait is multiplied by a random factor in [0.5, 1.5).
        retryable_errors: The exception classes that are worth a retry, as `module:qualname`.
    """

    model_config = ConfigDict(frozen=True)

    max_retries: int = Field(default=3, ge=0)
    backoff_seconds: float = Field(default=1.0, ge=0)
    backoff_multiplier: float = Field(default=2.0, ge=1)
    jitter: bool = False
    retryable_errors: tuple[str, ...] = ("builtins:Exception",)

    @field_validator("retryable_errors")
    @classmethod
    def _check_refs(cls, refs: tuple[str, ...]) -> tuple[str, ...]:
        if not refs:
            raise ValueError("retryable_errors must name at least one exception class")
        for ref in refs:
            if ":" not in ref:
                raise ValueError(f"retryable error '{ref}' is not in 'module:qualname' form")
        return refs

    def resolved_retryable_errors(self) -> tuple[type[BaseException], ...]:
        """Return the exception classes.

        Raises:
            FlowSerializationError: A reference leads to no exception class.
        """
        return tuple(
            resolve_class_ref(ref, expected_base=BaseException) for ref in self.retryable_errors
        )

    def compute_delay(self, n: int) -> float:
        """Return the wait before the n-th retry, in seconds.

        Args:
            n: From 1; 0.0 is returned below.

        Example:
            ```python
            from chainweaver import RetryPolicy

            print([RetryPolicy(backoff_seconds=0.5).compute_delay(n) for n in (0, 1, 2, 3)])
            #> [0.0, 0.5, 1.0, 2.0]
            ```
        """
        if n < 1:
            return 0.0
        delay = self.backoff_seconds * self.backoff_multiplier ** (n - 1)
        return delay * random.uniform(0.5, 1.5) if self.jitter else delay  # noqa: S311


class ConditionalEdge(BaseModel):
    """A branch: the step to go on with if the predicate holds. Frozen.

    Attributes:
        target_step_id: The step; it must depend on the deciding step.
        predicate: See `evaluate_predicate`.
    """

    model_config = ConfigDict(frozen=True)

    target_step_id: str
    predicate: str


class FlowStep(BaseModel):
    """A step of a flow: a tool, or another flow.

    Attributes:
        tool_name: The tool. Exactly one of this and `flow_name` is given.
        flow_name: The sub-flow.
        input_mapping: Input key to source. A string is a context key, or with a leading `/` a
            JSON pointer into the context; anything else is a literal. Empty: the whole context.
        output_mapping: Context key to output key; None for all outputs as they are.
        retry: When a failed call is tried again.
        on_error: What happens when it has failed for good: "fail" ends the run, "skip" goes on
            without outputs, "fallback:<tool>" calls another tool.
        decision_candidates: Tools that the executor's decision callback chooses from;
            `tool_name` is one of them and the default.
        input_contract: Model that the resolved inputs must fit, as `module:qualname`.
        output_contract: Model that the raw outputs must fit, as `module:qualname`.
    """

    tool_name: str | None = None
    flow_name: str | None = None
    input_mapping: dict[str, Any] = Field(default_factory=dict)
    output_mapping: dict[str, str] | None = None
    retry: RetryPolicy | None = None
    on_error: str = "fail"
    decision_candidates: list[str] | None = None
    input_contract: str | None = None
    output_contract: str | None = None

    @field_validator("on_error")
    @classmethod
    def _check_on_error(cls, value: str) -> str:
        if value in ("fail", "skip") or value.removeprefix(_FALLBACK) not in ("", value):
            return value
        raise ValueError(f"on_error must be 'fail', 'skip' or 'fallback:<tool>', not '{value}'")

    @model_validator(mode="after")
    def _check_step(self) -> Self:
        self._check_names()
        candidates = self.decision_candidates
        if candidates is None:
            return self
        if self.flow_name is not None:
            raise ValueError("decision_candidates are only valid for tool steps")
        if not candidates:
            raise ValueError("decision_candidates must name at least one tool")
        if len(set(candidates)) < len(candidates):
            raise ValueError(f"decision_candidates has duplicates: {candidates}")
        if self.tool_name not in candidates:
            raise ValueError(
                f"tool_name '{self.tool_name}' must be a member of decision_candidates"
            )
        return self

    def _check_names(self) -> None:
        if (self.tool_name is None) is (self.flow_name is None):
            raise ValueError("give exactly one of 'tool_name' or 'flow_name'")

    @property
    def display_name(self) -> str:
        """The name of the tool or of the sub-flow."""
        return self.tool_name or self.flow_name or ""

    @staticmethod
    def contract_ref_from(cls: type[BaseModel]) -> str:
        """Return the reference of a model, for a contract.

        Args:
            cls: The model.
        """
        return _class_ref(cls)

    @property
    def resolved_input_contract(self) -> type[BaseModel] | None:
        """The model of `input_contract`; raises FlowSerializationError if it does not resolve."""
        return _resolve_model(self.input_contract)

    @property
    def resolved_output_contract(self) -> type[BaseModel] | None:
        """The model of `output_contract`; raises FlowSerializationError if it does not resolve."""
        return _resolve_model(self.output_contract)


class DAGFlowStep(FlowStep):
    """A step of a DAG flow.

    Attributes:
        step_id: Its id in the flow.
        depends_on: Ids of the steps that run before it.
        step_type: "tool", or "capability" for one that another runtime provides.
        capability_id: The capability.
        branches: Tried in order after the step: the first whose predicate holds chooses the
            step to go on with; the other dependents are skipped.
        default_next: The step to go on with if none holds; None for all dependents.
    """

    step_id: str
    depends_on: list[str] = Field(default_factory=list)
    step_type: Literal["tool", "capability"] = "tool"
    capability_id: str | None = None
    branches: list[ConditionalEdge] = Field(default_factory=list)
    default_next: str | None = None

    @model_validator(mode="after")
    def _check_dag_step(self) -> Self:
        if self.step_type == "tool" and self.capability_id is not None:
            raise ValueError("capability_id must be None for a tool step")
        if self.step_type == "capability" and self.branches:
            raise ValueError("a capability step can't have branches")
        if self.default_next is not None and not self.branches:
            raise ValueError("default_next needs branches")
        return self


class _FlowBase(BaseModel):
    """What linear flows and DAG flows have in common."""

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
        return _class_ref(cls)

    @property
    def input_schema(self) -> type[BaseModel] | None:
        """The model of `input_schema_ref`; raises FlowSerializationError if it has none."""
        return _resolve_model(self.input_schema_ref)

    @property
    def output_schema(self) -> type[BaseModel] | None:
        """The model of `output_schema_ref`; raises FlowSerializationError if it has none."""
        return _resolve_model(self.output_schema_ref)

    @property
    def context_schema(self) -> type[BaseModel] | None:
        """The model of `context_schema_ref`; raises FlowSerializationError if it has none."""
        return _resolve_model(self.context_schema_ref)

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
