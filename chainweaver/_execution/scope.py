"""Run scope: which run is this code inside of?

Everything that is true of one run only lives here, and nowhere else. One module-level
`ContextVar` holds the innermost frame; a frame points to the frame around it. An executor
finds its own runs by walking outwards, so executors nest and interleave freely (ADR-0001).

* Frames are shared between contexts, for a task or a thread copies the context it is started
  in. So a frame is never changed after it was opened, save once: closing empties it. Whoever
  still holds a closed frame finds nothing in it.
* Each run, a sub-flow's too, opens a frame of its own. That alone gives the parent its state
  back; nothing is saved and restored by hand (ADR-0002).
* An executor is held weakly: a frame that lives on keeps no executor alive.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import weakref
    from collections.abc import Mapping

    from chainweaver._execution.run import Run
    from chainweaver.executor import FlowExecutor


class RunState(NamedTuple):
    """What code inside a run may know of it.

    Attributes:
        flow_name: The flow that runs.
        flow_version: Its version.
        trace_id: The run's id, 32 hexadecimal digits.
        dynamic_params: The run's parameters, those inherited included. Read-only.
        dry_run: Whether tools with side effects are only rehearsed.
    """

    flow_name: str
    flow_version: str
    trace_id: str
    dynamic_params: Mapping[str, Any]
    dry_run: bool


class Frame:
    """One run's place in the chain, as a context manager around the run.

    Args:
        owner: The executor of the run, weakly.
        run: The run. None once the frame is closed.
        parent: The frame that was innermost before.
    """

    __slots__ = ("_token", "owner", "parent", "run")

    def __init__(
        self, owner: weakref.ref[FlowExecutor], run: Run | None, parent: Frame | None
    ) -> None:
        self.owner = owner
        self.run = run
        self.parent = parent

    def __enter__(self) -> None:
        self._token: Token[Frame | None] = _innermost.set(self)

    def __exit__(self, *exc_info: object) -> None:
        self.run = None
        # ValueError: closed from another context, where there is nothing to reset (an async
        # run whose coroutine is closed by someone else). The emptied frame harms no one.
        try:  # noqa: SIM105 - `suppress` costs as much as the rest of the frame
            _innermost.reset(self._token)
        except ValueError:
            pass
        del self._token  # it holds the frame before, and that frame the one before it


_innermost: ContextVar[Frame | None] = ContextVar("chainweaver_innermost_frame", default=None)


def innermost() -> Frame | None:
    """Return the innermost frame that is still open in this context."""
    frame = _innermost.get()
    while frame is not None and frame.run is None:
        frame = frame.parent
    return frame


def run_of(owner: weakref.ref[FlowExecutor], frame: Frame | None) -> Run | None:
    """Return the innermost open run of `owner`, at `frame` or around it."""
    while frame is not None:
        if frame.owner is owner and frame.run is not None:
            return frame.run
        frame = frame.parent
    return None


def current(executor: FlowExecutor) -> RunState | None:
    """Return the state of the executor's run that this code is inside of.

    Args:
        executor: The executor whose run is asked for.

    Returns:
        The innermost run's state, or None outside of any run of this executor.
    """
    run = run_of(executor._owner, _innermost.get())
    if run is None:
        return None
    return RunState(
        flow_name=run.plan.name,
        flow_version=run.plan.version,
        trace_id=run.trace_id,
        dynamic_params=MappingProxyType(run.params),
        dry_run=run.dry_run,
    )
