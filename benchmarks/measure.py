"""What is measured in this process, and what comes of it: the sections of the results.

Each function measures one section and returns it as it stands in `results.json`. Before
anything is timed, every contestant's final context is compared with the hand-written loop's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from benchmarks import flows, workloads
from benchmarks.timing import async_work, compare, sync_work
from benchmarks.workloads import STEPS, check_same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.timing import Effort, Timed

LINEAR_SIZES = (10, 100, 1_000, 10_000)
DAG_WIDTHS = (1, 10, 100, 1_000)
NESTING_DEPTHS = (1, 2, 3, 5, 7, 9)


def linear(effort: Effort) -> dict[str, Any]:
    """Measure steps in a row, and the same with every run's log read afterwards."""
    steps = workloads.linear(STEPS)
    plain, run = workloads.plain_linear(steps), flows.linear_run(steps)
    check_same("linear", run().final_output, plain())
    read = sync_work(lambda: len(run().execution_log))
    contestants = {
        "plain": (sync_work(plain), STEPS),
        "chainweaver": (sync_work(run), STEPS),
        "log_read": (read, STEPS),
    }
    return _section(STEPS, effort, contestants)


def dag(effort: Effort) -> dict[str, Any]:
    """Measure a DAG of one step, eight that depend on it, and one that reads all eight."""
    steps = workloads.fan_out_and_in(STEPS - 2)
    plain, run = workloads.plain_fan_out_and_in(steps), flows.dag_run(steps)
    check_same("dag", run().final_output, plain())
    contestants = {"plain": (sync_work(plain), STEPS), "chainweaver": (sync_work(run), STEPS)}
    return _section(STEPS, effort, contestants)


def async_linear(effort: Effort) -> dict[str, Any]:
    """Measure steps in a row whose functions are coroutine functions that never suspend."""
    steps = workloads.linear(STEPS, lane="async")
    plain, run = workloads.plain_async(steps), flows.async_run(steps)
    with asyncio.Runner() as runner:

        async def check() -> None:
            check_same("async", (await run()).final_output, await plain())

        runner.run(check())
        contestants = {
            "plain": (async_work(plain, runner), STEPS),
            "chainweaver": (async_work(run, runner), STEPS),
        }
        return _section(STEPS, effort, contestants)


def concurrent(effort: Effort, *, runs: int) -> dict[str, Any]:
    """Measure runs at the same time on one event loop, interleaved at every step."""
    steps = workloads.linear(STEPS, lane="suspends")
    plain_one, run_one = workloads.plain_async(steps), flows.async_run(steps)

    async def plain() -> list[dict[str, Any]]:
        return await asyncio.gather(*(plain_one() for _ in range(runs)))

    async def run() -> list[Any]:
        return await asyncio.gather(*(run_one() for _ in range(runs)))

    with asyncio.Runner() as runner:

        async def check() -> None:
            check_same("concurrent", [each.final_output for each in await run()], await plain())

        runner.run(check())
        contestants = {
            "plain": (async_work(plain, runner), STEPS * runs),
            "chainweaver": (async_work(run, runner), STEPS * runs),
        }
        section = _section(STEPS, effort, contestants)
    return {**section, "runs": runs}


def scaling_linear(effort: Effort, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Measure flows of ever more steps over a context of constant size."""

    def pair(size: int) -> tuple[Callable[[], Any], Callable[[], Any], int]:
        steps = workloads.constant(size)
        return workloads.plain_linear(steps), flows.linear_run(steps), size

    return _scaling(effort, {size: pair(size) for size in sizes})


def scaling_dag(effort: Effort, widths: Sequence[int]) -> list[dict[str, Any]]:
    """Measure DAGs of one step and ever more steps that depend on it."""

    def pair(width: int) -> tuple[Callable[[], Any], Callable[[], Any], int]:
        steps = workloads.fan_out(width)
        return workloads.plain_fan_out(steps), flows.dag_run(steps), len(steps)

    return _scaling(effort, {width: pair(width) for width in widths})


def scaling_nesting(effort: Effort, depths: Sequence[int]) -> list[dict[str, Any]]:
    """Measure flows of a step and a sub-flow, nested ever deeper; a unit is one sub-flow."""

    def pair(depth: int) -> tuple[Callable[[], Any], Callable[[], Any], int]:
        (step,) = workloads.constant(1)
        return workloads.plain_nested(step, depth), flows.nested_run(step, depth), depth

    return _scaling(effort, {depth: pair(depth) for depth in depths})


def _scaling(
    effort: Effort, pairs: Mapping[int, tuple[Callable[[], Any], Callable[[], Any], int]]
) -> list[dict[str, Any]]:
    contestants: dict[str, tuple[Timed, int]] = {}
    for size, (plain, run, units) in pairs.items():
        check_same(f"size {size}", run().final_output, plain())
        contestants[f"plain {size}"] = sync_work(plain), units
        contestants[f"chainweaver {size}"] = sync_work(run), units
    smallest = min(pairs)
    timings = compare(contestants, effort, base=f"chainweaver {smallest}")
    return [
        {
            "size": size,
            "plain_us": round(timings[f"plain {size}"].us, 3),
            "chainweaver_us": round(timings[f"chainweaver {size}"].us, 3),
            "to_smallest": round(timings[f"chainweaver {size}"].ratio, 3),
        }
        for size in pairs
    ]


def _section(
    steps: int, effort: Effort, contestants: Mapping[str, tuple[Timed, int]]
) -> dict[str, Any]:
    timings = compare(contestants, effort, base="plain")
    return {
        "steps": steps,
        "rounds": effort.rounds,
        "plain_us": round(timings.pop("plain").us, 3),
        **{name: timing.figures() for name, timing in timings.items()},
    }
