"""The work that is measured, and the loops a careful person writes for it by hand.

Nothing here knows of any library but pydantic: every contestant does these very steps. A step
is what nobody can avoid: validate the input model, call the function, validate the output
model, dump it, merge it into the context. The functions do next to nothing, so that what is
measured is everything around them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, create_model

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Context = dict[str, Any]
    PlainRun = Callable[[], Context]
    PlainAsyncRun = Callable[[], Awaitable[Context]]

STEPS = 10
"""Steps of a run, where nothing else is said."""

CONCURRENT_RUNS = 1_000
"""Runs at the same time, where nothing else is said."""

START: dict[str, Any] = {"value": 1}
"""The initial context of every workload."""


class ContextsDifferError(Exception):
    """A contestant's final context is not that of the hand-written loop."""


def check_same(name: str, context: Any, expected: Any) -> None:
    """Compare final contexts.

    Args:
        name: Who came to `context`.
        context: A final context.
        expected: The hand-written loop's.

    Raises:
        ContextsDifferError: They differ.
    """
    if context != expected:
        raise ContextsDifferError(f"{name} came to {context}, not to {expected}")


class Value(BaseModel):
    """The input of most steps."""

    value: int


@dataclass(frozen=True)
class Step:
    """A step, for whoever runs it.

    Attributes:
        name: Name of the step and of its tool.
        reads: Input field to the context key it is read from.
        input_model: What the function takes.
        fn: The function; a coroutine function in the async workloads.
        output_model: What it returns, as a dict.
        depends_on: Names of the steps before it in a DAG.
        writes: Context key to the output field that is merged there; None for all as they are.
    """

    name: str
    reads: dict[str, str]
    input_model: type[BaseModel]
    fn: Callable[[Any], Any]
    output_model: type[BaseModel]
    depends_on: tuple[str, ...] = ()
    writes: dict[str, str] | None = None


def linear(count: int, *, lane: str = "sync") -> list[Step]:
    """Return steps in a row; each reads the key that the one before wrote, and adds its own.

    Args:
        count: How many.
        lane: "sync"; "async" for coroutine functions that never suspend; "suspends" for ones
            that give way to others once a call, so that runs at the same time interleave.
    """
    steps = []
    source = "value"
    for index in range(count):
        target = f"value_{index}"
        steps.append(_increment(f"step_{index}", source, target, lane=lane))
        source = target
    return steps


def constant(count: int) -> list[Step]:
    """Return one step, `count` times; it reads and replaces one key, so the context is constant.

    Args:
        count: How many.
    """
    return [_increment("increment", "value", "value")] * count


def fan_out(width: int) -> list[Step]:
    """Return a step, and `width` steps that each read what it wrote and add a key of their own.

    All share their models, so that what is measured is the width, not a thousand models.

    Args:
        width: How many steps depend on the first.
    """
    first = _increment("first", "value", "start")
    branch = _increment("branch", "start", "part", depends_on=("first",))
    return [first] + [
        replace(branch, name=f"branch_{index}", writes={f"part_{index}": "part"})
        for index in range(width)
    ]


def fan_out_and_in(width: int) -> list[Step]:
    """Return a step, `width` that depend on it, and a last one that reads and sums theirs.

    Args:
        width: How many steps are between the first and the last.
    """
    parts = [f"part_{index}" for index in range(width)]
    steps = [_increment("first", "value", "start")] + [
        _increment(f"branch_{part}", "start", part, depends_on=("first",)) for part in parts
    ]
    parts_model = create_model("Parts", **dict.fromkeys(parts, (int, ...)))  # type: ignore[call-overload]
    total_model = create_model("Total", total=(int, ...))

    def total(inputs: Any) -> dict[str, Any]:
        return {"total": sum(getattr(inputs, part) for part in parts)}

    branches = tuple(step.name for step in steps[1:])
    last = Step(
        "last", dict(zip(parts, parts, strict=True)), parts_model, total, total_model, branches
    )
    return [*steps, last]


def plain_linear(steps: Sequence[Step]) -> PlainRun:
    """Return the hand-written loop over steps in a row.

    Args:
        steps: The steps; each reads one key.
    """
    table = [_row(step) for step in steps]

    def run() -> Context:
        context = dict(START)
        for source, input_model, fn, output_model in table:
            inputs = input_model.model_validate({"value": context[source]})
            outputs = output_model.model_validate(fn(inputs)).model_dump()
            context.update(outputs)
        return context

    return run


def plain_async(steps: Sequence[Step]) -> PlainAsyncRun:
    """Return the hand-written loop over steps in a row whose functions are awaited.

    Args:
        steps: The steps; each reads one key.
    """
    table = [_row(step) for step in steps]

    async def run() -> Context:
        context = dict(START)
        for source, input_model, fn, output_model in table:
            inputs = input_model.model_validate({"value": context[source]})
            outputs = output_model.model_validate(await fn(inputs)).model_dump()
            context.update(outputs)
        return context

    return run


def plain_fan_out(steps: Sequence[Step]) -> PlainRun:
    """Return the hand-written form of `fan_out`.

    Args:
        steps: The steps. The branches see the context of before them, as in any DAG run.
    """
    first, *branches = map(_row, steps)
    targets = [step.writes for step in steps[1:]]
    table = [(row, key) for row, keys in zip(branches, targets, strict=True) for key in keys or {}]

    def run() -> Context:
        context = dict(START)
        source, input_model, fn, output_model = first
        inputs = input_model.model_validate({"value": context[source]})
        context.update(output_model.model_validate(fn(inputs)).model_dump())
        level: Context = {}
        for (source, input_model, fn, output_model), key in table:
            inputs = input_model.model_validate({"value": context[source]})
            level[key] = output_model.model_validate(fn(inputs)).model_dump()["part"]
        context.update(level)
        return context

    return run


def plain_fan_out_and_in(steps: Sequence[Step]) -> PlainRun:
    """Return the hand-written form of `fan_out_and_in`.

    Args:
        steps: The steps. The branches see the context of before them, as in any DAG run.
    """
    first, *branches = map(_row, steps[:-1])
    last = steps[-1]

    def run() -> Context:
        context = dict(START)
        source, input_model, fn, output_model = first
        inputs = input_model.model_validate({"value": context[source]})
        context.update(output_model.model_validate(fn(inputs)).model_dump())
        level: Context = {}
        for source, input_model, fn, output_model in branches:
            inputs = input_model.model_validate({"value": context[source]})
            level.update(output_model.model_validate(fn(inputs)).model_dump())
        context.update(level)
        inputs = last.input_model.model_validate({key: context[key] for key in last.reads})
        context.update(last.output_model.model_validate(last.fn(inputs)).model_dump())
        return context

    return run


def plain_nested(step: Step, depth: int) -> PlainRun:
    """Return a hand-written function that does the step, then calls itself `depth` times.

    Args:
        step: The step that every call does.
        depth: How many calls are nested in the first.
    """
    _, input_model, fn, output_model = _row(step)

    def level(below: int, given: Context) -> Context:
        context = dict(given)
        inputs = input_model.model_validate({"value": context["value"]})
        context.update(output_model.model_validate(fn(inputs)).model_dump())
        if below:
            context.update(level(below - 1, {"value": context["value"]}))
        return context

    return lambda: level(depth, START)


def _row(step: Step) -> tuple[str, type[BaseModel], Callable[[Any], Any], type[BaseModel]]:
    (source,) = step.reads.values()
    return source, step.input_model, step.fn, step.output_model


def _increment(
    name: str, source: str, target: str, *, lane: str = "sync", depends_on: tuple[str, ...] = ()
) -> Step:
    def increment(inputs: Value) -> dict[str, Any]:
        return {target: inputs.value + 1}

    async def increment_async(inputs: Value) -> dict[str, Any]:
        return {target: inputs.value + 1}

    async def increment_later(inputs: Value) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {target: inputs.value + 1}

    fn = {"sync": increment, "async": increment_async, "suspends": increment_later}[lane]
    output_model = create_model(f"Output_{name}", **{target: (int, ...)})  # type: ignore[call-overload]
    return Step(name, {"value": source}, Value, fn, output_model, depends_on)
