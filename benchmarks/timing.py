"""How time is measured: slices of every contestant in turn, medians over the rounds.

A round gives each contestant one slice of the same length, in an order that turns from round to
round, so that a machine that is busy for a while slows all of them. A ratio is the median of
the ratios within a round.

The clock is the CPU time of the process. The work waits for nothing, so on an idle machine that
is the time it takes; on a busy one it leaves out the time that other processes took.

The garbage collector stays on, as it is where flows really run: who makes more objects pays for
their collection. Before every slice it is run once, outside the time taken, so that no one pays
for another's garbage.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from statistics import median, quantiles
from time import process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping

    Timed = Callable[[int], float]
    """Does the work that many times and returns the seconds of CPU time it took."""


@dataclass(frozen=True)
class Effort:
    """How much to measure.

    Attributes:
        rounds: Slices of each contestant.
        slice_seconds: Length of a slice, at least.
    """

    rounds: int
    slice_seconds: float


@dataclass(frozen=True)
class Timing:
    """What a contestant took.

    Attributes:
        us: Median over the rounds, microseconds of CPU time for each unit of work.
        ratio: Median over the rounds of its time to the base's in the same round.
        quartiles: The middle half of those ratios lies between these.
    """

    us: float
    ratio: float
    quartiles: tuple[float, float]

    def figures(self) -> dict[str, Any]:
        """Return the timing as it stands in the results; a unit of work is a step."""
        return {
            "us": round(self.us, 3),
            "ratio": round(self.ratio, 3),
            "quartiles": [round(edge, 3) for edge in self.quartiles],
        }


def sync_work(run: Callable[[], Any]) -> Timed:
    """Return the timed form of a function.

    Args:
        run: Does the work once.
    """

    def timed(times: int) -> float:
        repeat = range(times)
        gc.collect()
        began = process_time()
        for _ in repeat:
            run()
        return process_time() - began

    return timed


def async_work(run: Callable[[], Awaitable[Any]], runner: asyncio.Runner) -> Timed:
    """Return the timed form of a coroutine function; starting the loop is not timed.

    Args:
        run: Does the work once.
        runner: The event loop.
    """

    async def repeatedly(times: int) -> float:
        repeat = range(times)
        gc.collect()
        began = process_time()
        for _ in repeat:
            await run()
        return process_time() - began

    return lambda times: runner.run(repeatedly(times))


def compare(
    contestants: Mapping[str, tuple[Timed, int]], effort: Effort, *, base: str
) -> dict[str, Timing]:
    """Time contestants in interleaved rounds.

    Args:
        contestants: By name, the timed work and how many units of it are done at once.
        effort: How much to measure.
        base: The contestant that the others are set in ratio to.

    Returns:
        The timings, by name.
    """
    times = {name: _calibrate(timed, effort) for name, (timed, _) in contestants.items()}
    slices: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    for _ in range(effort.rounds):
        for name in order:
            timed, units = contestants[name]
            slices[name].append(timed(times[name]) / times[name] / units * 1e6)
        order = order[1:] + order[:1]
    return {name: _timing(taken, slices[base]) for name, taken in slices.items()}


def _calibrate(timed: Timed, effort: Effort) -> int:
    """Return how often the work is done in a slice; also warms up."""
    times = 1
    while (taken := timed(times)) < effort.slice_seconds / 4:
        times *= 2
    return max(1, round(times * effort.slice_seconds / taken))


def _timing(taken: list[float], base: list[float]) -> Timing:
    ratios = [own / other for own, other in zip(taken, base, strict=True)]
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return Timing(median(taken), median(ratios), (low, high))
