"""The steps of flows as data, their retry policies and branches."""

from __future__ import annotations

import random
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from chainweaver._refs import class_ref, resolve_class_ref, resolve_model

_FALLBACK = "fallback:"


class RetryPolicy(BaseModel):
    """How often and when a failed call is tried again. Frozen.

    Attributes:
        max_retries: Calls beyond the first.
        backoff_seconds: Wait before the first retry, in seconds.
        backoff_multiplier: Factor from each wait to the next.
        jitter: Whether each wait is multiplied by a random factor in [0.5, 1.5).
        retryable_errors: The exception classes that are worth a retry, as `module:qualname`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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
        if n < 1 or self.backoff_seconds == 0:
            return 0.0
        delay = self.backoff_seconds * self.backoff_multiplier ** (n - 1)
        return delay * random.uniform(0.5, 1.5) if self.jitter else delay  # noqa: S311


class ConditionalEdge(BaseModel):
    """A branch: the step to go on with if the predicate holds. Frozen.

    Attributes:
        target_step_id: The step; it must depend on the deciding step.
        predicate: See `evaluate_predicate`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="constants")

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
        return class_ref(cls)

    @property
    def resolved_input_contract(self) -> type[BaseModel] | None:
        """The model of `input_contract`; raises FlowSerializationError if it does not resolve."""
        return resolve_model(self.input_contract)

    @property
    def resolved_output_contract(self) -> type[BaseModel] | None:
        """The model of `output_contract`; raises FlowSerializationError if it does not resolve."""
        return resolve_model(self.output_contract)


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
