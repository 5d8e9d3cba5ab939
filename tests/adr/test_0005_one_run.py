"""ADR-0005: the run knows no event loop, and the sync lane never waits for one."""

from __future__ import annotations

import ast
import asyncio
import inspect
from pathlib import Path

import pytest

from chainweaver._execution.effects import drive

EXECUTION = Path(__file__).parents[2] / "chainweaver" / "_execution"
LOOPS = {"asyncio", "threading", "concurrent", "anyio", "trio", "queue", "selectors"}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_only_the_effects_know_an_event_loop():
    knowing = [path.name for path in sorted(EXECUTION.glob("*.py")) if imported(path) & LOOPS]

    assert knowing == ["effects.py"]


def test_a_run_that_does_not_suspend_is_driven_to_its_end():
    async def run() -> int:
        return 3

    assert drive(run()) == 3


def test_what_a_run_raises_comes_out_of_its_driver():
    async def run() -> None:
        raise KeyError("missing")

    with pytest.raises(KeyError, match="missing"):
        drive(run())


def test_a_run_that_suspends_in_the_sync_lane_is_an_error_and_is_closed():
    async def run() -> None:
        await asyncio.sleep(0)

    suspended = run()

    with pytest.raises(RuntimeError, match="suspended"):
        drive(suspended)
    assert inspect.getcoroutinestate(suspended) == inspect.CORO_CLOSED
