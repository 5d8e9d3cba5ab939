"""Hypothesis strategies: draw a whole scenario, flows, tools, input and settings.

A scenario is data. `Scenario.executor` makes an executor for it as often as asked for, each
with tools of its own, so that a tool that counts its calls starts anew. All tools are
deterministic; those that count are used by one step only, once a run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel
from toolbox import ASYNC, SYNC, Anything, Lane, make_tool, plain

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

    flow: Flow | DAGFlow
    sub_flows: list[Flow | DAGFlow]
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


def _mostly(usual: list[Any], rare: list[Any], *, one_in: int = 12) -> st.SearchStrategy[Any]:
    """Draw one of `usual`; one of `rare` about once in `one_in` times."""
    repeats = max(1, (one_in - 1) * len(rare) // len(usual))
    return st.sampled_from(usual * repeats + rare)


def _one_in(count: int) -> st.SearchStrategy[bool]:
    return st.sampled_from([False] * (count - 1) + [True])


NESTED = {"v": [1, 2], "k/~": "e"}
pointers = ["/x", "/y", "/n/v/0", "/n/v/1"]
wild_sources = ["missing", "n", "/n/v/2", "/n/k~1~0", "/x/deep", "/nowhere/deep", None, [1, 2]]
tool_names = _mostly(
    ["increment", "multiply", "wrap", "two", "async_increment"],
    ["picky", "echo", "nothing", "broken", "wrong_output", "ghost"],
    one_in=6,
)
retries = st.sampled_from(
    [
        None,
        None,
        RetryPolicy(max_retries=2, backoff_seconds=0.0),
        RetryPolicy(max_retries=1, backoff_seconds=0.0, retryable_errors=("builtins:KeyError",)),
    ]
)
troubled_retries = _mostly([RetryPolicy(max_retries=2, backoff_seconds=0.0)], [None], one_in=6)
on_errors = st.sampled_from(["fail", "fail", "skip", "fallback:increment"])
troubled_on_errors = _mostly(
    ["skip", "skip", "fallback:increment", "fallback:nothing"],
    ["fail", "fallback:broken", "fallback:ghost"],
    one_in=4,
)
policies = st.sampled_from(["overwrite", "overwrite", "overwrite", "warn", "warn", "error"])
fitting = [None, None, "strategies:TakesX"]
schemas = _mostly(fitting, ["strategies:GivesA"], one_in=40)
input_contracts = _mostly(fitting, ["strategies:GivesA"], one_in=30)
output_contracts = _mostly([None, None, "strategies:Takes"], ["strategies:TakesX"], one_in=30)
predicates = _mostly(
    ["True", "False", "x == 2", "x in (0, 1, 2) or y", "not y", "n['v'][0] == 1"],
    ["missing", "len(x)"],
)
statuses = _mostly([FlowStatus.ACTIVE], [FlowStatus.DISABLED], one_in=6)
small = st.integers(0, 5)


@dataclass
class _Drawing:
    """What the steps of a flow are drawn with."""

    draw: st.DrawFn
    sub_flows: list[str]
    flaky: dict[str, int] | None

    def step(self, place: int, numbers: list[str], *, own_keys: bool) -> dict[str, Any]:
        """Draw a step. `numbers` are context keys that should hold numbers by then."""
        draw = self.draw
        settings: dict[str, Any] = {"input_mapping": self._input_mapping(numbers)}
        if self.sub_flows and draw(_one_in(4)):
            settings["flow_name"] = draw(st.sampled_from(self.sub_flows))
            output = "x"
        else:
            name = draw(tool_names)
            if self.flaky is not None and draw(_one_in(6)):
                name = f"flaky_{len(self.flaky)}"
                self.flaky[name] = draw(_mostly([1, 2], [3]))
            output = OUTPUTS.get(name, "b" if name == "picky" else "a")
            settings |= {
                "tool_name": name,
                "retry": draw(retries if name in OUTPUTS else troubled_retries),
                "on_error": draw(on_errors if name in OUTPUTS else troubled_on_errors),
                "input_contract": draw(input_contracts),
                "output_contract": draw(output_contracts),
            }
            if draw(_one_in(5)):
                settings["decision_candidates"] = [name, "second choice", "third choice"]
        gives_nothing = settings.get("on_error") in ("skip", "fallback:nothing")
        if gives_nothing and not draw(_one_in(6)):
            settings["output_mapping"] = draw(st.sampled_from([None, None, {}]))
        else:
            settings["output_mapping"] = self._output_mapping(place, output, own_keys=own_keys)
        return settings

    def _input_mapping(self, numbers: list[str]) -> dict[str, Any]:
        draw = self.draw
        if draw(_one_in(4)):
            return {}
        sources = _mostly([*numbers, 3, *pointers], wild_sources, one_in=30)
        return {"x": draw(sources), "y": draw(sources), "n": NESTED}

    def _output_mapping(self, place: int, output: str, *, own_keys: bool) -> dict[str, str] | None:
        draw = self.draw
        if draw(_one_in(25)):
            return draw(st.sampled_from([{}, {"a": "missing"}]))
        if own_keys and not draw(_one_in(10)):
            return {f"o{place}": output}
        return None if not draw(_one_in(5)) else {draw(st.sampled_from(KEYS)): output}

    def branches(self, dependents: list[str]) -> dict[str, Any]:
        draw = self.draw
        if not dependents or not draw(_one_in(2)):
            return {}
        edges = [
            ConditionalEdge(
                target_step_id=draw(st.sampled_from(dependents)), predicate=draw(predicates)
            )
            for _ in range(draw(st.integers(1, 2)))
        ]
        return {"branches": edges, "default_next": draw(st.sampled_from([None, *dependents]))}


@st.composite
def _flows(
    draw: st.DrawFn,
    name: str,
    *,
    sub_flows: list[str],
    flaky: dict[str, int] | None = None,
    max_steps: int,
    settings: dict[str, Any],
) -> Flow | DAGFlow:
    count = draw(st.sampled_from([1, *range(2, max_steps + 1), *range(2, max_steps + 1)]))
    common = {
        "name": name,
        "version": draw(st.sampled_from(["1.0", "2.0"])),
        "description": "",
        "on_context_collision": draw(policies),
        "input_schema_ref": draw(schemas),
        "output_schema_ref": draw(schemas),
        "context_schema_ref": draw(schemas),
        **settings,
    }
    drawing = _Drawing(draw, sub_flows, flaky)
    if draw(st.booleans()):
        steps = [drawing.step(i, ["x", "y", "x"], own_keys=False) for i in range(count)]
        return Flow(steps=[FlowStep(**step) for step in steps], **common)

    ids = [f"s{i}" for i in range(count)]
    before: list[list[str]] = [[]]
    for i in range(1, count):
        few = draw(_mostly([1], [0, 2], one_in=3))
        earlier = st.sampled_from(ids[:i])
        before.append(draw(st.lists(earlier, unique=True, min_size=min(few, i), max_size=few)))
    dag_steps = []
    for i, step_id in enumerate(ids):
        numbers = ["x", "y", *(f"o{each[1:]}" for each in before[i])]
        dag_steps.append(
            DAGFlowStep(
                step_id=step_id,
                depends_on=before[i],
                **drawing.step(i, numbers, own_keys=True),
                **drawing.branches([ids[j] for j in range(count) if step_id in before[j]]),
            )
        )
    return DAGFlow(steps=draw(st.permutations(dag_steps)), **common)


@st.composite
def scenarios(draw: st.DrawFn, *, flaky_tools: bool = True) -> Scenario:
    """Draw a flow of up to six steps, up to two sub-flows, its input and its settings.

    Without `flaky_tools` every run on one executor is like the first.
    """
    sub_flows: list[Flow | DAGFlow] = []
    for name in draw(st.sampled_from([[], ["inner"], ["inner", "middle"]])):
        known = [each.name for each in sub_flows]
        settings = {"status": draw(statuses)}
        sub_flows.append(draw(_flows(name, sub_flows=known, max_steps=3, settings=settings)))
    flaky: dict[str, int] = {}
    root = draw(
        _flows(
            "root",
            sub_flows=[each.name for each in sub_flows],
            flaky=flaky if flaky_tools else None,
            max_steps=6,
            settings={"dynamic_params": draw(st.sampled_from([("x", "p"), ()]))},
        )
    )
    return Scenario(
        flow=root,
        sub_flows=sub_flows,
        initial_input={"x": draw(small), "y": draw(small), "n": draw(_mostly([NESTED], [3]))},
        dynamic_params=draw(st.sampled_from([None, {"x": 4}, {"p": 1}, {"x": 2, "q": 2}])),
        strictness=draw(_mostly(["allow", "warn"], ["error"], one_in=10)),
        decider=draw(_mostly([None, "first", "by context"], ["outside", "raises"], one_in=6)),
        flaky=flaky,
    )
