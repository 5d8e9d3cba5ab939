"""What a run saves: model calls that need not be made between its steps."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from chainweaver.results import ExecutionResult


class CostProfile(BaseModel):
    """What a model call costs. Frozen.

    Attributes:
        avg_llm_latency_ms: Time a call takes, in milliseconds.
        avg_tokens_per_call: Tokens a call takes.
        cost_per_token_usd: Price of a token, in US dollars.
        provider: Whose price it is.
        model: Which model's.
        price_as_of: The day of the price.
    """

    model_config = ConfigDict(frozen=True)

    avg_llm_latency_ms: float = 300.0
    avg_tokens_per_call: float = 750.0
    cost_per_token_usd: float = 0.00004
    provider: str | None = None
    model: str | None = None
    price_as_of: date | None = None


class CostReport(BaseModel):
    """What a run saved. Frozen.

    Attributes:
        steps_executed: Tool steps in the log, those of sub-flows in place of the composed step.
        llm_calls_avoided: Model calls that were not needed between them.
        latency_saved_ms: The time those would have taken, in milliseconds.
        cost_saved_usd: Their price, in US dollars.
        actual_execution_ms: The time the run took, in milliseconds.
        profile: The costs assumed.
    """

    model_config = ConfigDict(frozen=True)

    steps_executed: int
    llm_calls_avoided: int
    latency_saved_ms: float
    cost_saved_usd: float
    actual_execution_ms: float
    profile: CostProfile

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a dictionary that fits JSON."""
        return self.model_dump(mode="json")


def compute_cost_report(result: ExecutionResult, profile: CostProfile) -> CostReport:
    """Return what a run saved.

    Args:
        result: The run's result.
        profile: The costs assumed.
    """
    steps = _count_tool_steps(result)
    avoided = max(0, steps - 1)
    return CostReport(
        steps_executed=steps,
        llm_calls_avoided=avoided,
        latency_saved_ms=avoided * profile.avg_llm_latency_ms,
        cost_saved_usd=avoided * profile.avg_tokens_per_call * profile.cost_per_token_usd,
        actual_execution_ms=result.total_duration_ms,
        profile=profile,
    )


def _count_tool_steps(result: ExecutionResult) -> int:
    """Count the steps, a sub-flow's own in its place; the flow's schema checks are no steps."""
    return sum(
        _count_tool_steps(record.sub_result) if record.sub_result is not None else 1
        for record in result.execution_log
        if not (
            record.error_type == "SchemaValidationError"
            and record.tool_name == result.flow_name
            and not record.retry_errors  # a tool of that name has tried at least once
        )
    )
