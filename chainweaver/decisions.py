"""Decisions: at a step with candidates, a callback chooses the tool that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable

from pydantic import BaseModel, ConfigDict


class DecisionContext(BaseModel):
    """What a decision is made on. Frozen.

    Attributes:
        trace_id: The run.
        flow_name: The flow.
        step_index: The step's index.
        step_id: The step's id in a DAG; None in a linear flow.
        default_tool_name: The tool that runs without a callback.
        candidates: The tools to choose from.
        context: A copy of the run's context.
    """

    model_config = ConfigDict(frozen=True)

    trace_id: str
    flow_name: str
    step_index: int
    step_id: str | None
    default_tool_name: str
    candidates: list[str]
    context: dict[str, Any]


@runtime_checkable
class DecisionCallback(Protocol):
    """Chooses a tool."""

    def decide(self, ctx: DecisionContext) -> str:
        """Return one of `ctx.candidates`.

        Args:
            ctx: What is known.
        """
        ...


class BaseDecisionCallback:
    """A base for decision callbacks."""

    def decide(self, ctx: DecisionContext) -> str:
        """Return one of `ctx.candidates`.

        Args:
            ctx: What is known.

        Raises:
            NotImplementedError: The subclass does not decide.
        """
        raise NotImplementedError(f"{type(self).__name__} must define decide(ctx)")


DecisionCallable = Callable[[DecisionContext], str]
"""A decision callback as a plain function."""


class _FunctionCallback(BaseDecisionCallback):
    def __init__(self, fn: DecisionCallable) -> None:
        self._fn = fn

    def decide(self, ctx: DecisionContext) -> str:
        return self._fn(ctx)


def coerce_decision_callback(
    callback: DecisionCallback | DecisionCallable | None,
) -> DecisionCallback | None:
    """Return a callback object for an object with `decide`, a function, or None.

    Args:
        callback: Any of these.

    Raises:
        TypeError: It is none of these.

    Example:
        ```python
        from chainweaver import coerce_decision_callback

        callback = coerce_decision_callback(lambda ctx: ctx.candidates[-1])
        print(hasattr(callback, "decide"))
        #> True
        ```
    """
    if callback is None:
        return None
    if callable(getattr(callback, "decide", None)):
        return cast("DecisionCallback", callback)
    if callable(callback):
        return _FunctionCallback(callback)
    raise TypeError(
        f"decision_callback must have a decide(ctx) method or be callable, not {callback!r}"
    )
