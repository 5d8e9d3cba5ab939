"""What the options of the decision records cost: small pieces, each built in every way weighed.

`python -m benchmarks.choices SECTION` prints one section as JSON, in microseconds a piece of
work. It measures models of the options, not the engine; ADR-0003, 0005, 0008 and 0009 quote it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from copy import deepcopy
from time import perf_counter, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from benchmarks.timing import Effort, compare, sync_work
from chainweaver._execution.effects import drive
from chainweaver.results import Clock, StepRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

EFFORT = Effort(rounds=21, slice_seconds=0.01)
STEPS = 10


def copies() -> dict[str, Any]:
    """Hand a tool's outputs on (ADR-0003): as they are, behind a proxy, or copied."""

    def section(keys: int) -> dict[str, Any]:
        outputs = {f"key_{index}": {"value": [index]} for index in range(keys)}
        return _measure(
            {
                "same object": lambda: outputs,
                "read-only proxy": lambda: MappingProxyType(outputs),
                "shallow copy": lambda: dict(outputs),
                "deep copy": lambda: deepcopy(outputs),
            },
            base="same object",
        )

    return {f"{keys} keys": section(keys) for keys in (3, 30)}


async def _effect(value: int) -> int:
    return value + 1


async def _steps() -> int:
    value = 0
    for _ in range(STEPS):
        value = await _effect(value)
    return value


def _requests() -> Generator[Callable[[], int], int, int]:
    value = 0
    for _ in range(STEPS):
        value = yield lambda value=value: value + 1  # type: ignore[misc]
    return value


def _serve(run: Generator[Callable[[], int], int, int]) -> int:
    try:
        request = next(run)
        while True:
            request = run.send(request())
    except StopIteration as finished:
        value: int = finished.value
        return value


def lanes() -> dict[str, Any]:
    """Run ten steps without an event loop (ADR-0005), written once as a coroutine."""
    with asyncio.Runner() as runner:
        return _measure(
            {
                "coroutine, one send": lambda: drive(_steps()),
                "generator, a request for each step": lambda: _serve(_requests()),
                "coroutine, a loop that is kept": lambda: runner.run(_steps()),
                "coroutine, asyncio.run": lambda: asyncio.run(_steps()),
            },
            base="coroutine, one send",
        )


class _Value(BaseModel):
    value: int


def validators() -> dict[str, Any]:
    """Validate inputs, validate outputs and dump them (ADR-0008): one step's worth."""
    validate = _Value.__pydantic_validator__.validate_python
    dump = _Value.__pydantic_serializer__.to_python
    payload = {"value": 1}

    def by_methods() -> dict[str, Any]:
        _Value.model_validate(payload)
        return _Value.model_validate(payload).model_dump()

    def bound() -> Any:
        validate(payload)
        return dump(validate(payload))

    return _measure({"bound once": bound, "by the model's methods": by_methods}, base="bound once")


def records() -> dict[str, Any]:
    """Note a step (ADR-0009): as a tuple, or as a record, made in three ways."""
    inputs, outputs = {"value": 1}, {"value": 2}
    clock = Clock(time(), perf_counter())

    def note() -> object:
        return "step", inputs, outputs, perf_counter(), perf_counter()

    def fields() -> dict[str, Any]:
        times = clock.times(perf_counter(), perf_counter())
        return {"step_index": 0, "tool_name": "step", "inputs": inputs, "outputs": outputs, **times}

    return _measure(
        {
            "tuple": note,
            "record, filled": lambda: StepRecord._of_step(**fields()),
            "record, validated": lambda: StepRecord(**fields()),
            "record, constructed": lambda: StepRecord.model_construct(**fields()),
        },
        base="tuple",
    )


SECTIONS = {
    "copies": copies,
    "lanes": lanes,
    "validators": validators,
    "records": records,
}


def _measure(options: Mapping[str, Callable[[], Any]], *, base: str) -> dict[str, Any]:
    timings = compare(
        {name: (sync_work(run), 1) for name, run in options.items()}, EFFORT, base=base
    )
    return {
        name: {"us": round(timing.us, 3), "ratio": round(timing.ratio, 2)}
        for name, timing in timings.items()
    }


if __name__ == "__main__":
    if sys.argv[1:2] not in [[name] for name in SECTIONS]:
        sys.exit(f"usage: python -m benchmarks.choices {{{'|'.join(SECTIONS)}}}")
    print(json.dumps(SECTIONS[sys.argv[1]](), indent=2))
