"""What a run may ask of the world, for the sync and for the async lane.

The run (`run.py`, `step.py`) is one coroutine and knows no event loop. It awaits these few
things only. `SYNC` never suspends, so `drive` finishes a run with a single `send` (ADR-0005).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from chainweaver.results import StepRecord
    from chainweaver.tools import Tool

    Start = Callable[[int], Coroutine[Any, Any, StepRecord]]
    """Runs a level's step, by its place in the level."""
    Settle = Callable[[int, StepRecord], bool]
    """Takes in the record of the step at a place; False ends the level."""

T = TypeVar("T")


class Effects(Protocol):
    """What a run may await.

    Attributes:
        awaits: Whether these effects may suspend (the async lane).
    """

    awaits: bool

    async def call(self, tool: Tool, inputs: dict[str, Any]) -> dict[str, Any]:
        """Call a tool."""

    async def rehearse(self, tool: Tool, inputs: dict[str, Any]) -> dict[str, Any]:
        """Call a tool's rehearsal, for a dry run."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    async def level(self, width: int, start: Start, settle: Settle, *, concurrency: int) -> bool:
        """Run the steps of a level and settle their records in order.

        Returns:
            Whether all were settled with True. None is settled after one that was not.
        """


class SyncEffects:
    """The sync lane: everything happens here and now, one step at a time."""

    awaits = False

    async def call(self, tool: Tool, inputs: dict[str, Any]) -> dict[str, Any]:
        """Call a tool, an async one in an event loop of its own."""
        return tool.run(inputs)

    async def rehearse(self, tool: Tool, inputs: dict[str, Any]) -> dict[str, Any]:
        """Call a tool's rehearsal."""
        return tool.run_dry(inputs)

    async def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)

    async def level(self, width: int, start: Start, settle: Settle, *, concurrency: int) -> bool:
        """Run one step after the other; the first that is not settled ends the level."""
        for place in range(width):
            if not settle(place, await start(place)):
                return False
        return True


class AsyncEffects:
    """The async lane: on the running event loop."""

    awaits = True

    async def call(self, tool: Tool, inputs: dict[str, Any]) -> dict[str, Any]:
        """Call a tool, a sync one in a thread."""
        return await tool.run_async(inputs)

    async def rehearse(self, tool: Tool, inputs: dict[str, Any]) -> dict[str, Any]:
        """Call a tool's rehearsal in a thread."""
        import asyncio

        return await asyncio.to_thread(tool.run_dry, inputs)

    async def sleep(self, seconds: float) -> None:
        """Let others run meanwhile."""
        import asyncio

        await asyncio.sleep(seconds)

    async def level(self, width: int, start: Start, settle: Settle, *, concurrency: int) -> bool:
        """Run all steps to their end, up to `concurrency` at once, then settle them."""
        if width == 1:
            return settle(0, await start(0))

        import asyncio

        semaphore = asyncio.Semaphore(concurrency)

        async def run(place: int) -> StepRecord:
            async with semaphore:
                return await start(place)

        outcomes = await asyncio.gather(*map(run, range(width)), return_exceptions=True)
        for place, outcome in enumerate(outcomes):
            if isinstance(outcome, BaseException):
                raise outcome
            if not settle(place, outcome):
                return False
        return True


SYNC = SyncEffects()
ASYNC = AsyncEffects()


def drive(run: Coroutine[Any, Any, T]) -> T:
    """Finish a run whose effects never suspend."""
    try:
        run.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    run.close()
    raise RuntimeError("A run in the sync lane suspended: one of its effects awaited a loop.")
