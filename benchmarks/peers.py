"""The same workloads in other libraries, through their public APIs only.

Runs in an interpreter of another environment (`peers.txt`), for the published chainweaver can't
be imported beside this one. `measure_with` starts that interpreter; `main` is what runs there,
and prints JSON. Every library does the steps of `workloads.py` and is set in ratio to the
hand-written loop of the same process, after its final context was compared with the loop's.
Graphs are built once, outside the time taken.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import workloads
from benchmarks.timing import Effort, async_work, compare, sync_work
from benchmarks.workloads import CONCURRENT_RUNS, START, STEPS, Step, check_same

HERE = Path(__file__).parent
FULL = Effort(rounds=9, slice_seconds=0.02)
QUICK = Effort(rounds=1, slice_seconds=0.0001)
CONCURRENT = Effort(rounds=3, slice_seconds=0.02)

BOOTSTRAP = """\
import importlib.util, sys
folder = sys.argv[1]
spec = importlib.util.spec_from_file_location(
    "benchmarks", folder + "/__init__.py", submodule_search_locations=[folder]
)
sys.modules["benchmarks"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["benchmarks"])
from benchmarks.peers import main
main(quick=sys.argv[2] == "quick")
"""
"""Makes this package importable there, but not the chainweaver that lies beside it."""

Sync = Callable[[], Any]
Async = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Peer:
    """A library, and how it does each workload.

    Attributes:
        title: Its name.
        distribution: Name of the distribution that it is installed from.
        records: Whether it keeps a record of every step.
        linear: Makes a function that runs steps in a row and returns the final context.
        dag: The same for the steps of a DAG.
        async_linear: The same for steps in a row whose functions are coroutine functions.
    """

    title: str
    distribution: str
    records: bool
    linear: Callable[[list[Step]], Sync]
    dag: Callable[[list[Step]], Sync]
    async_linear: Callable[[list[Step]], Async]


class MissingPeerError(Exception):
    """A library is not there, or is not the one that is meant."""


def measure_with(python: str, *, quick: bool) -> dict[str, Any]:
    """Measure the peers that are installed for another interpreter.

    Args:
        python: The interpreter.
        quick: Measure little, to see that it works.

    Returns:
        By peer, its version and workloads, or why it is missing.

    Raises:
        subprocess.CalledProcessError: The interpreter failed as a whole.
    """
    finished = subprocess.run(
        [python, "-I", "-c", BOOTSTRAP, str(HERE), "quick" if quick else "full"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "HAMILTON_TELEMETRY_ENABLED": "false", "DO_NOT_TRACK": "true"},
    )
    peers: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return peers


def main(*, quick: bool) -> None:
    """Measure every peer in this interpreter and print JSON on the last line."""
    peers = {}
    for peer in PEERS:
        try:
            peers[peer.title] = _measure(peer, quick=quick)
        except MissingPeerError as missing:
            peers[peer.title] = {"missing": str(missing)}
        except Exception as failed:  # noqa: BLE001 - another version may fail in any way
            peers[peer.title] = {"missing": f"{type(failed).__name__}: {failed}"}
    print(json.dumps(peers))


def _measure(peer: Peer, *, quick: bool) -> dict[str, Any]:
    try:
        version = metadata.version(peer.distribution)
    except metadata.PackageNotFoundError:
        raise MissingPeerError(f"{peer.distribution} is not installed") from None
    effort = QUICK if quick else FULL
    runs = 20 if quick else CONCURRENT_RUNS
    return {
        "version": version,
        "records": peer.records,
        "linear": _sync(peer.linear, workloads.plain_linear, workloads.linear(STEPS), effort),
        "dag": _sync(
            peer.dag, workloads.plain_fan_out_and_in, workloads.fan_out_and_in(STEPS - 2), effort
        ),
        "async": _async(peer, "async", None, effort),
        "concurrent": _async(peer, "suspends", runs, QUICK if quick else CONCURRENT),
    }


def _sync(
    make: Callable[[list[Step]], Sync],
    make_plain: Callable[[list[Step]], Sync],
    steps: list[Step],
    effort: Effort,
) -> dict[str, Any]:
    run, plain = make(steps), make_plain(steps)
    check_same("peer", run(), plain())
    contestants = {
        "plain": (sync_work(plain), len(steps)),
        "peer": (sync_work(run), len(steps)),
    }
    return compare(contestants, effort, base="plain")["peer"].figures()


def _async(peer: Peer, lane: str, runs: int | None, effort: Effort) -> dict[str, Any]:
    steps = workloads.linear(STEPS, lane=lane)
    with asyncio.Runner() as runner:

        async def made() -> Async:
            return peer.async_linear(steps)

        def together(one: Async) -> Async:
            async def run() -> list[Any]:
                return await asyncio.gather(*(one() for _ in range(runs or 0)))

            return one if runs is None else run

        run, plain = together(runner.run(made())), together(workloads.plain_async(steps))

        async def check() -> None:
            check_same("peer", await run(), await plain())

        runner.run(check())
        contestants = {
            "plain": (async_work(plain, runner), STEPS * (runs or 1)),
            "peer": (async_work(run, runner), STEPS * (runs or 1)),
        }
        return compare(contestants, effort, base="plain")["peer"].figures()


def _do(step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """Do a step on the values that it reads, by input field."""
    inputs = step.input_model.model_validate(values)
    return step.output_model.model_validate(step.fn(inputs)).model_dump()


async def _do_async(step: Step, values: dict[str, Any]) -> dict[str, Any]:
    inputs = step.input_model.model_validate(values)
    return step.output_model.model_validate(await step.fn(inputs)).model_dump()


def _read(step: Step, context: Any) -> dict[str, Any]:
    return {field: context[key] for field, key in step.reads.items()}


def _key(step: Step) -> str:
    (key,) = step.output_model.model_fields
    return key


def _keys(steps: list[Step]) -> list[str]:
    return [*START, *map(_key, steps)]


# -- chainweaver, as published -------------------------------------------------------------------


def _published() -> Any:
    module = import_module("chainweaver")
    if Path(str(module.__file__)).parent.parent == HERE.parent:
        raise MissingPeerError("the chainweaver of that environment is this one")
    return import_module("benchmarks.flows")


def _published_linear(steps: list[Step]) -> Sync:
    run = _published().linear_run(steps)
    return lambda: run().final_output


def _published_dag(steps: list[Step]) -> Sync:
    run = _published().dag_run(steps)
    return lambda: run().final_output


def _published_async(steps: list[Step]) -> Async:
    run_flow = _published().async_run(steps)

    async def run() -> Any:
        return (await run_flow()).final_output

    return run


# -- Hamilton: functions are nodes, their parameters are the edges -------------------------------


def _hamilton_module(steps: list[Step]) -> Any:
    """Return a module with a function for each key; a parameter is named for the key it reads."""
    functions = []
    for step in steps:
        parameters = ", ".join(f"{key}: int" for key in step.reads.values())
        values = ", ".join(f"{field!r}: {key}" for field, key in step.reads.items())
        names: dict[str, Any] = {"step": step, "do": _do, "do_async": _do_async}
        is_async = asyncio.iscoroutinefunction(step.fn)
        do = "await do_async" if is_async else "do"
        source = (
            f"{'async ' if is_async else ''}def {_key(step)}({parameters}) -> int:\n"
            f"    return ({do}(step, {{{values}}}))[{_key(step)!r}]\n"
        )
        exec(source, names)
        functions.append(names[_key(step)])
    ad_hoc = import_module("hamilton.ad_hoc_utils")
    return ad_hoc.create_temporary_module(*functions)


def _hamilton(steps: list[Step]) -> Sync:
    driver = (
        import_module("hamilton.driver").Builder().with_modules(_hamilton_module(steps)).build()
    )
    wanted = list(map(_key, steps))
    return lambda: {**START, **driver.execute(wanted, inputs=START)}


def _hamilton_async(steps: list[Step]) -> Async:
    builder = import_module("hamilton.async_driver").Builder()
    driver = builder.with_modules(_hamilton_module(steps)).build_without_init()
    wanted = list(map(_key, steps))

    async def run() -> Any:
        return {**START, **await driver.execute(wanted, inputs=START)}

    return run


# -- Burr: actions read and write a state, one after the other -----------------------------------


def _burr_application(steps: list[Step]) -> Any:
    burr = import_module("burr.core")

    def action(step: Step) -> Any:
        declare = burr.action(reads=list(step.reads.values()), writes=[_key(step)])
        if asyncio.iscoroutinefunction(step.fn):

            async def act_async(state: Any) -> Any:
                return state.update(**await _do_async(step, _read(step, state)))

            return declare(act_async)

        def act(state: Any) -> Any:
            return state.update(**_do(step, _read(step, state)))

        return declare(act)

    names = [step.name for step in steps]
    return (
        burr.ApplicationBuilder()
        .with_actions(**{step.name: action(step) for step in steps})
        .with_transitions(*zip(names, names[1:] + names[:1], strict=True))
        .with_state(**START)
        .with_entrypoint(names[0])
        .build()
    )


def _burr(steps: list[Step]) -> Sync:
    application, last = _burr_application(steps), steps[-1].name
    start, keys = application.state, _keys(steps)

    def run() -> Any:
        application.update_state(start)
        _, _, state = application.run(halt_after=[last])
        return {key: state[key] for key in keys}

    return run


def _burr_async(steps: list[Step]) -> Async:
    keys, last = _keys(steps), steps[-1].name
    idle: list[Any] = []  # an application is one run's at a time

    async def run() -> Any:
        application = idle.pop() if idle else _burr_application(steps)
        start = application.state
        _, _, state = await application.arun(halt_after=[last])
        application.update_state(start)
        idle.append(application)
        return {key: state[key] for key in keys}

    return run


# -- pydantic-graph: steps in a graph, with a state of the run -----------------------------------


def _pydantic_graph(steps: list[Step]) -> Any:
    graphs = import_module("pydantic_graph")
    builder = graphs.GraphBuilder(
        state_type=dict, input_type=type(None), output_type=dict, auto_instrument=False
    )

    def node(step: Step) -> Any:
        async def call(context: Any) -> None:
            values = _read(step, context.state)
            if asyncio.iscoroutinefunction(step.fn):
                context.state.update(await _do_async(step, values))
            else:
                context.state.update(_do(step, values))

        return builder.step(call, node_id=step.name)

    async def finish(context: Any) -> Any:
        return context.state

    nodes = {step.name: node(step) for step in steps}
    end = builder.step(finish, node_id="finish")
    first, last = nodes[steps[0].name], nodes[steps[-1].name]
    builder.add(builder.edge_from(builder.start_node).to(first))
    branches = [nodes[name] for name in steps[-1].depends_on]
    if branches:
        join = builder.join(graphs.reduce_null, initial=None)
        builder.add(builder.edge_from(first).to(*branches))
        builder.add(*(builder.edge_from(branch).to(join) for branch in branches))
        builder.add(builder.edge_from(join).to(last))
    else:
        row = list(nodes.values())
        for before, after in pairwise(row):
            builder.add(builder.edge_from(before).to(after))
    builder.add(builder.edge_from(last).to(end), builder.edge_from(end).to(builder.end_node))
    return builder.build()


def _pydantic_graph_sync(steps: list[Step]) -> Sync:
    graph = _pydantic_graph(steps)
    return lambda: graph.run_sync(state=dict(START))


def _pydantic_graph_async(steps: list[Step]) -> Async:
    graph = _pydantic_graph(steps)

    async def run() -> Any:
        return await graph.run(state=dict(START))

    return run


# -- LangGraph: nodes update channels ------------------------------------------------------------


def _langgraph(steps: list[Step]) -> Any:
    graphs = import_module("langgraph.graph")
    state = import_module("typing_extensions").TypedDict(
        "State", dict.fromkeys(_keys(steps), int), total=False
    )
    builder = graphs.StateGraph(state)

    def node(step: Step) -> Any:
        async def call_async(state: Any) -> Any:
            return await _do_async(step, _read(step, state))

        def call(state: Any) -> Any:
            return _do(step, _read(step, state))

        return call_async if asyncio.iscoroutinefunction(step.fn) else call

    for index, step in enumerate(steps):
        builder.add_node(step.name, node(step))
        if step.depends_on:
            builder.add_edge(list(step.depends_on), step.name)
        else:
            builder.add_edge(steps[index - 1].name if index else graphs.START, step.name)
    builder.add_edge(steps[-1].name, graphs.END)
    return builder.compile()


def _langgraph_sync(steps: list[Step]) -> Sync:
    graph, config = _langgraph(steps), {"recursion_limit": 1_000}
    return lambda: graph.invoke(START, config)


def _langgraph_async(steps: list[Step]) -> Async:
    graph, config = _langgraph(steps), {"recursion_limit": 1_000}

    async def run() -> Any:
        return await graph.ainvoke(START, config)

    return run


PEERS = (
    Peer(
        "chainweaver (published)",
        "chainweaver",
        True,
        _published_linear,
        _published_dag,
        _published_async,
    ),
    Peer("Hamilton", "sf-hamilton", False, _hamilton, _hamilton, _hamilton_async),
    Peer("Burr", "burr", False, _burr, _burr, _burr_async),
    Peer(
        "pydantic-graph",
        "pydantic-graph",
        False,
        _pydantic_graph_sync,
        _pydantic_graph_sync,
        _pydantic_graph_async,
    ),
    Peer("LangGraph", "langgraph", False, _langgraph_sync, _langgraph_sync, _langgraph_async),
)
