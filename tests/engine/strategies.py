"""Hypothesis strategies: draw a whole scenario, flows, tools, input and settings.

A scenario is data. `Scenario.executor` makes an executor for it as often as asked for, each
with tools of its own, so that a tool that counts its calls starts anew. All tools are
deterministic; those that count are used by one step only, once a run.
"""

from __future__ import annotations

from collections.abc import Callable
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

KEYS = ["a", "b", "c", "x", "y"]


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


class GivesAY(BaseModel):
    a: int
    y: str


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
    """Outputs that depend on the inputs' keys, so that no one can know them beforehand."""
    return {key: "seen" for key in sorted(given.model_dump()) if key in "bc"}


def _pure_tools() -> list[Tool]:
    return [
        make_tool("increment", lambda m: {"a": m.x + 1}, TakesX, GivesA),
        make_tool("multiply", lambda m: {"b": m.x * m.y}, TakesXY, GivesB),
        make_tool("wrap", lambda m: {"c": {"v": [m.x, m.x + 1], "k/~": "e"}}, TakesX, GivesC),
        make_tool("two", lambda m: {"a": m.x, "y": f"{m.x}", "more": 0}, TakesX, GivesAY),
        make_tool("async_increment", _async_increment, TakesX, GivesA),
        make_tool("picky", _picky, TakesX, GivesB),
        make_tool("echo", _only_what_came),
        make_tool("nothing", lambda _: {}),
        make_tool("broken", _broken),
        make_tool("wrong_output", lambda _: {"a": "no number"}, Anything, GivesA),
    ]


TOOL_NAMES = [
    *["increment", "multiply", "wrap", "two", "async_increment"] * 4,
    *["picky", "echo"] * 2,
    *["nothing", "broken", "wrong_output", "ghost"],
]


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


def outcome_of(lane: Lane, executor: FlowExecutor, scenario: Scenario) -> Any:
    """Run the scenario and return all there is to see, as data that can be compared."""
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


# --- what is drawn ---

keys = st.sampled_from(KEYS)
values = st.one_of(
    st.integers(0, 5),
    st.integers(0, 5),
    st.just("text"),
    st.builds(lambda v: {"v": v}, st.lists(st.integers(0, 3), max_size=2)),
)
contexts = st.dictionaries(keys, values, max_size=5)
sources = st.one_of(
    keys,
    keys,
    st.integers(0, 5),
    st.sampled_from(["/a", "/x", "/c/v/0", "/c/v/1", "/c/k~1~0", "/b/v/2", "/nowhere/deep"]),
    st.sampled_from([[1, 2], {"v": [3]}, None, True]),
)
input_mappings = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"x": sources, "y": sources}),
    st.fixed_dictionaries({"x": keys, "y": keys}),
    st.dictionaries(st.sampled_from(["x", "y", "z"]), sources, max_size=3),
)
output_mappings = st.one_of(
    st.none(),
    st.none(),
    st.none(),
    st.just({}),
    st.dictionaries(keys, st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2),
)
retries = st.one_of(
    st.none(),
    st.builds(
        RetryPolicy,
        max_retries=st.integers(0, 2),
        backoff_seconds=st.just(0.0),
        retryable_errors=st.sampled_from(
            [("builtins:Exception",), ("builtins:KeyError",), ("pydantic:ValidationError",)]
        ),
    ),
)
on_errors = st.sampled_from(
    ["fail", "fail", "skip", "fallback:nothing", "fallback:increment", "fallback:broken",
     "fallback:ghost"]
)  # fmt: skip
policies = st.sampled_from(["overwrite", "overwrite", "warn", "error"])
schemas = st.sampled_from([None] * 8 + ["strategies:TakesX", "strategies:GivesA"])
contracts = st.sampled_from([None] * 12 + ["strategies:TakesX", "strategies:GivesA"])
predicates = st.sampled_from(
    ["True", "False", "a == 2", "a in (1, 2, 3) or b", "not x", "c['v'][0] == 1", "y != 'text'",
     "missing", "len(a)"]
)  # fmt: skip
statuses = st.sampled_from([FlowStatus.ACTIVE] * 9 + [FlowStatus.DISABLED])


@st.composite
def _step_settings(draw: st.DrawFn, sub_flows: list[str], flaky: dict[str, int] | None) -> Any:
    """Draw what a step of a linear flow and a step of a DAG have in common."""
    common: dict[str, Any] = {
        "input_mapping": draw(input_mappings),
        "output_mapping": draw(output_mappings),
    }
    if sub_flows and draw(st.integers(0, 3)) == 0:
        return {"flow_name": draw(st.sampled_from(sub_flows)), **common}
    if flaky is not None and draw(st.integers(0, 7)) == 0:
        name = f"flaky_{len(flaky)}"
        flaky[name] = draw(st.integers(1, 3))
    else:
        name = draw(st.sampled_from(TOOL_NAMES))
    candidates = None
    if draw(st.integers(0, 5)) == 0:
        others = draw(st.lists(st.sampled_from(["two", "wrap", "broken"]), unique=True))
        candidates = [name, *(other for other in others if other != name)]
    return {
        "tool_name": name,
        "retry": draw(retries),
        "on_error": draw(on_errors),
        "decision_candidates": candidates,
        "input_contract": draw(contracts),
        "output_contract": draw(contracts),
        **common,
    }


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
    count = draw(st.integers(1, max_steps))
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
    each = [draw(_step_settings(sub_flows, flaky)) for _ in range(count)]
    if draw(st.booleans()):
        return Flow(steps=[FlowStep(**step) for step in each], **common)

    ids = [f"s{i}" for i in range(count)]
    before = [
        draw(st.lists(st.sampled_from(ids[:i]), unique=True, max_size=3)) if i else []
        for i in range(count)
    ]
    steps = []
    for i, step_id in enumerate(ids):
        dependents = [ids[j] for j in range(count) if step_id in before[j]]
        branching: dict[str, Any] = {}
        if dependents and draw(st.integers(0, 2)) == 0:
            targets = st.sampled_from(dependents)
            branching["branches"] = draw(
                st.lists(
                    st.builds(ConditionalEdge, target_step_id=targets, predicate=predicates),
                    min_size=1,
                    max_size=2,
                )
            )
            branching["default_next"] = draw(st.none() | targets)
        steps.append(DAGFlowStep(step_id=step_id, depends_on=before[i], **each[i], **branching))
    return DAGFlow(steps=draw(st.permutations(steps)), **common)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a flow of up to six steps, up to two sub-flows, its input and its settings."""
    sub_flows: list[Flow | DAGFlow] = []
    for name in draw(st.sampled_from([[], ["inner"], ["inner", "middle"]])):
        known = [each.name for each in sub_flows]
        settings = {"status": draw(statuses)}
        sub_flows.append(draw(_flows(name, sub_flows=known, max_steps=3, settings=settings)))
    flaky: dict[str, int] = {}
    dynamic_params = draw(st.none() | st.dictionaries(keys, values, max_size=2))
    root = draw(
        _flows(
            "root",
            sub_flows=[each.name for each in sub_flows],
            flaky=flaky,
            max_steps=6,
            settings={"dynamic_params": tuple(KEYS) if draw(st.booleans()) else ("x",)},
        )
    )
    initial_input = draw(contexts)
    initial_input.setdefault("x", draw(st.integers(0, 5)))
    return Scenario(
        flow=root,
        sub_flows=sub_flows,
        initial_input=initial_input,
        dynamic_params=dynamic_params,
        strictness=draw(st.sampled_from(["allow", "allow", "warn", "error"])),
        decider=draw(st.sampled_from([None, "first", "by context", "outside", "raises"])),
        flaky=flaky,
    )
