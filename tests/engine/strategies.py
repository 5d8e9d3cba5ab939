"""Hypothesis strategies: draw a whole scenario, flows, tools, input and settings.

A scenario is data. `Scenario.executor` makes an executor for it as often as asked for, each
with tools of its own, so that a tool that counts its calls starts anew. All tools are
deterministic; those that count are used by one step only, once a run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel
from toolbox import ASYNC, SYNC, AnyFlow, Anything, Lane, make_tool, plain

from chainweaver import (
    ChainWeaverError,
    ConditionalEdge,
    DAGFlow,
    DAGFlowStep,
    Flow,
    FlowExecutor,
    FlowRegistry,
    FlowStatus,
    FlowStep,
    RetryPolicy,
    Tool,
)

LANES = [(SYNC, 1), (ASYNC, 1), (ASYNC, 4)]
"""Each way to run a flow: the lane and its `max_step_concurrency`."""

KEYS = ["a", "b", "c", "d", "x", "y"]


class Takes(BaseModel):
    pass


class TakesX(BaseModel):
    x: int


class TakesXY(BaseModel):
    x: int
    y: int


class GivesA(BaseModel):
    a: int


class GivesB(BaseModel):
    b: int


class GivesC(BaseModel):
    c: dict[str, Any]


class GivesAD(BaseModel):
    a: int
    d: str


# --- tools ---


def _picky(given: TakesX) -> dict[str, Any]:
    if given.x % 2:
        raise KeyError(given.x)
    return {"b": given.x // 2}


def _broken(_: BaseModel) -> dict[str, Any]:
    raise ValueError("always broken")


async def _async_increment(given: TakesX) -> dict[str, Any]:
    return {"a": given.x + 1}


def _only_what_came(given: BaseModel) -> dict[str, Any]:
    """Outputs that depend on the inputs, so that no one can know their keys beforehand."""
    return {f"{key}_seen": 1 for key in sorted(given.model_dump()) if key in "xy"}


def _pure_tools() -> list[Tool]:
    return [
        make_tool("increment", lambda m: {"a": m.x + 1}, TakesX, GivesA),
        make_tool("multiply", lambda m: {"b": m.x * m.y}, TakesXY, GivesB),
        make_tool("wrap", lambda m: {"c": {"v": [m.x, m.x + 1]}}, TakesX, GivesC),
        make_tool("two", lambda m: {"a": m.x, "d": f"{m.x}", "more": 0}, TakesX, GivesAD),
        make_tool("async_increment", _async_increment, TakesX, GivesA),
        make_tool("picky", _picky, TakesX, GivesB),
        make_tool("echo", _only_what_came),
        make_tool("nothing", lambda _: {}),
        make_tool("second choice", lambda _: {"a": 5}, gives=GivesA),
        make_tool("third choice", lambda _: {"a": 6}, gives=GivesA),
        make_tool("broken", _broken),
        make_tool("wrong_output", lambda _: {"a": "no number"}, Anything, GivesA),
    ]


OUTPUTS = {"increment": "a", "async_increment": "a", "multiply": "b", "wrap": "c", "two": "d"}
"""An output of each tool that is no trouble by itself."""


class _Flaky:
    """Fails the first calls."""

    def __init__(self, failures: int) -> None:
        self._failures = failures

    def __call__(self, _: BaseModel) -> dict[str, Any]:
        if self._failures:
            self._failures -= 1
            raise KeyError(f"{self._failures} more")
        return {"a": 7}


DECIDERS: dict[str, Callable[[Any], str]] = {
    "first": lambda ctx: ctx.candidates[0],
    "by context": lambda ctx: ctx.candidates[
        (len(ctx.context) + ctx.step_index) % len(ctx.candidates)
    ],
    "outside": lambda ctx: "nobody",
    "raises": lambda ctx: {}["lost"],
}


@dataclass(frozen=True)
class Scenario:
    """A flow to run, and all that a run of it needs."""

    flow: AnyFlow
    sub_flows: list[AnyFlow]
    initial_input: dict[str, Any]
    dynamic_params: dict[str, Any] | None
    strictness: str
    decider: str | None
    flaky: dict[str, int] = field(default_factory=dict)

    def tools(self) -> list[Tool]:
        return [
            *_pure_tools(),
            *(make_tool(name, _Flaky(count), gives=GivesA) for name, count in self.flaky.items()),
        ]

    def executor(
        self, *, change_tool: Callable[[Tool], Tool] | None = None, **settings: Any
    ) -> FlowExecutor:
        registry = FlowRegistry()
        for each in [self.flow, *self.sub_flows]:
            registry.register_flow(each)
        executor = FlowExecutor(
            registry,
            decision_callback=DECIDERS[self.decider] if self.decider else None,
            undeclared_dynamic_params=self.strictness,
            **settings,
        )
        for tool in self.tools():
            executor.register_tool(change_tool(tool) if change_tool else tool)
        return executor


def outcome_of(
    lane: Lane, executor: FlowExecutor, scenario: Scenario, *, log_level: int = logging.CRITICAL
) -> Any:
    """Run the scenario and return all there is to see, as data that can be compared."""
    with _logging_at(log_level):
        try:
            result = lane(
                executor,
                scenario.flow.name,
                scenario.initial_input,
                dynamic_params=scenario.dynamic_params,
            )
        except ChainWeaverError as error:
            partial = getattr(error, "result", None)
            return type(error).__name__, str(error), None if partial is None else plain(partial)
    return "result", plain(result)


@contextmanager
def _logging_at(level: int) -> Iterator[None]:
    """Log at a level, to nobody."""
    logger = logging.getLogger("chainweaver")
    before = logger.level
    logger.setLevel(level)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = True
        logger.setLevel(before)


# --- what is drawn ---

NESTED = {"v": [1, 2], "k/~": "e"}
WILD_SOURCES = ["missing", "n", "/n/v/2", "/n/k~1~0", "/x/deep", "/nowhere/deep", None, [1, 2]]
TRY_AGAIN = RetryPolicy(max_retries=2, backoff_seconds=0.0)
TRY_AGAIN_AFTER_KEY_ERRORS = RetryPolicy(
    max_retries=1, backoff_seconds=0.0, retryable_errors=("builtins:KeyError",)
)


class _Maker:
    """Makes flows. Most of what it makes fits together; now and then something does not."""

    def __init__(self, random: Random, flaky: dict[str, int] | None) -> None:
        self._random = random
        self._flaky = flaky

    def one_in(self, count: int) -> bool:
        return self._random.randrange(count) == 0

    def pick(self, usual: Sequence[Any], rare: Sequence[Any] = (), *, one_in: int = 12) -> Any:
        """Pick one of `usual`, or once in `one_in` times one of `rare`."""
        return self._random.choice(rare if rare and self.one_in(one_in) else usual)

    def flow(self, name: str, count: int, sub_flows: list[str], **fixed: Any) -> AnyFlow:
        """Make a flow of `count` steps, linear or a DAG."""
        schemas = [None, None, "strategies:TakesX"]
        common: dict[str, Any] = {
            "name": name,
            "version": self.pick(["1.0", "2.0"]),
            "description": "",
            "on_context_collision": self.pick(["overwrite", "warn"], ["error"], one_in=6),
            "input_schema_ref": self.pick(schemas, ["strategies:GivesA"], one_in=40),
            "output_schema_ref": self.pick(schemas, ["strategies:GivesA"], one_in=40),
            "context_schema_ref": self.pick(schemas, ["strategies:GivesA"], one_in=40),
            **fixed,
        }
        if self.pick([True, False]):
            steps = [self._step(i, ["x", "y"], sub_flows, own_keys=False) for i in range(count)]
            return Flow(steps=[FlowStep(**step) for step in steps], **common)

        ids = [f"s{i}" for i in range(count)]
        before: list[list[str]] = []
        for i in range(count):
            few = min(i, self.pick([1], [0, 2], one_in=2))
            before.append(self._random.sample(ids[:i], few))
        dag_steps = []
        numbers = {"x", "y"}
        for i, step_id in enumerate(ids):
            reachable = {"x", "y", *(f"o{each[1:]}" for each in before[i])}
            settings = self._step(i, sorted(numbers & reachable), sub_flows, own_keys=True)
            if (settings["output_mapping"] or {}).get(f"o{i}") in ("a", "b", "x"):
                numbers.add(f"o{i}")
            dag_steps.append(
                DAGFlowStep(
                    step_id=step_id,
                    depends_on=before[i],
                    **settings,
                    **self._branches([ids[j] for j in range(count) if step_id in before[j]]),
                )
            )
        self._random.shuffle(dag_steps)
        return DAGFlow(steps=dag_steps, **common)

    def _step(
        self, place: int, numbers: list[str], sub_flows: list[str], *, own_keys: bool
    ) -> dict[str, Any]:
        """Make a step. `numbers` are context keys that should hold numbers by then."""
        settings: dict[str, Any] = {"input_mapping": self._input_mapping(numbers)}
        if sub_flows and self.one_in(4):
            settings["flow_name"] = self.pick(sub_flows)
            output = "x"
        else:
            settings |= self._tool()
            name = settings["tool_name"]
            output = OUTPUTS.get(name, "b" if name == "picky" else "a")
        if settings.get("on_error") in ("skip", "fallback:nothing") and not self.one_in(6):
            settings["output_mapping"] = self.pick([None, None, {}])
        else:
            settings["output_mapping"] = self._output_mapping(place, output, own_keys=own_keys)
        return settings

    def _tool(self) -> dict[str, Any]:
        if self._flaky is not None and self.one_in(6):
            name = f"flaky_{len(self._flaky)}"
            self._flaky[name] = self.pick([1, 2], [3])
        else:
            name = self.pick(
                list(OUTPUTS),
                ["picky", "echo", "nothing", "broken", "wrong_output", "ghost"],
                one_in=6,
            )
        input_contracts = ["strategies:TakesX", "strategies:TakesX", "strategies:GivesA"]
        output_contracts = ["strategies:Takes", "strategies:Takes", "strategies:TakesX"]
        settings = {
            "tool_name": name,
            "input_contract": self.pick([None], input_contracts, one_in=10),
            "output_contract": self.pick([None], output_contracts, one_in=10),
            "decision_candidates": [name, "second choice", "third choice"]
            if self.one_in(5)
            else None,
        }
        if name in OUTPUTS:
            settings["retry"] = self.pick([None, TRY_AGAIN, TRY_AGAIN_AFTER_KEY_ERRORS])
            settings["on_error"] = self.pick(["fail", "fail", "skip", "fallback:increment"])
        else:
            settings["retry"] = self.pick([TRY_AGAIN], [None, TRY_AGAIN_AFTER_KEY_ERRORS], one_in=4)
            settings["on_error"] = self.pick(
                ["skip", "fallback:increment", "fallback:nothing"],
                ["fail", "fallback:broken", "fallback:ghost"],
                one_in=4,
            )
        return settings

    def _input_mapping(self, numbers: list[str]) -> dict[str, Any]:
        if self.one_in(4):
            return {}
        usual = [*numbers, *numbers, 3, "/x", "/y", "/n/v/0", "/n/v/1"]
        return {
            "x": self.pick(usual, WILD_SOURCES, one_in=50),
            "y": self.pick(usual, WILD_SOURCES, one_in=50),
            "n": NESTED,
        }

    def _output_mapping(self, place: int, output: str, *, own_keys: bool) -> dict[str, str] | None:
        if self.one_in(25):
            return self.pick([{}, {"a": "missing"}])
        if own_keys and not self.one_in(10):
            return {f"o{place}": output}
        return {self.pick(KEYS): output} if self.one_in(5) else None

    def _branches(self, dependents: list[str]) -> dict[str, Any]:
        if not dependents or self.one_in(2):
            return {}
        usual = ["True", "False", "x == 2", "x in (0, 1, 2) or y", "not y", "n['v'][0] == 1"]
        edges = [
            ConditionalEdge(
                target_step_id=self.pick(dependents),
                predicate=self.pick(usual, ["missing", "len(x)"]),
            )
            for _ in range(self.pick([1, 2]))
        ]
        return {"branches": edges, "default_next": self.pick([None, *dependents])}


@st.composite
def scenarios(draw: st.DrawFn, *, flaky_tools: bool = True) -> Scenario:
    """Draw a flow of up to six steps, up to two sub-flows, its input and its settings.

    Sizes are drawn one by one, so that a failing scenario shrinks to a small one; all else
    comes from one seed, for variety.

    Args:
        flaky_tools: Whether some tools fail at their first calls only. Without them every run
            on one executor is like the first.
    """
    steps = draw(st.integers(1, 6))
    sub_flow_sizes = draw(st.lists(st.integers(1, 3), max_size=2))
    flaky: dict[str, int] = {}
    random = draw(st.randoms(use_true_random=True))
    maker, sub_maker = _Maker(random, flaky if flaky_tools else None), _Maker(random, None)
    sub_flows: list[AnyFlow] = []
    for name, size in zip(["inner", "middle"], sub_flow_sizes, strict=False):
        status = maker.pick([FlowStatus.ACTIVE], [FlowStatus.DISABLED], one_in=12)
        known = [each.name for each in sub_flows]
        sub_flows.append(sub_maker.flow(name, size, known, status=status))
    root = maker.flow(
        "root",
        steps,
        [each.name for each in sub_flows],
        dynamic_params=maker.pick([("x", "p"), ()]),
    )
    return Scenario(
        flow=root,
        sub_flows=sub_flows,
        initial_input={
            "x": random.randrange(6),
            "y": random.randrange(6),
            "n": maker.pick([NESTED], [3]),
        },
        dynamic_params=maker.pick([None, {"x": 4}, {"p": 1}, {"x": 2, "q": 2}]),
        strictness=maker.pick(["allow", "warn"], ["error"], one_in=12),
        decider=maker.pick([None, "first", "by context"], ["outside", "raises"], one_in=12),
        flaky=flaky,
    )
