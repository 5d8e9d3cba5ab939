"""Run scope after the run: what outlives it finds no run, and nothing of it stays alive (ADR-0001).

Everything here is observed from outside: by what strays find when they look, and by what the
garbage collector still knows.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import threading
import weakref

import pytest
from toolbox import (
    ASYNC,
    WAIT,
    Counting,
    executor_for,
    flow,
    forever,
    give,
    make_tool,
    raising_tool,
    step,
    sub,
    where,
)

from chainweaver import ContextKeyCollisionError, FlowExecutor, FlowRegistry
from chainweaver._execution import scope


class Secret:
    """Something that can be looked for after the run."""


def alive(reference):
    gc.collect()
    return reference() is not None


def variables_in(contexts):
    """Return the context variables that contexts keep alive.

    The garbage collector can't be asked: it does not track a variable whose name and default
    can't be part of a cycle.
    """
    return {variable for context in contexts for variable in context}


# --- what outlives a run ---


@pytest.mark.parametrize("ending", ["success", "failure", "error"])
def test_a_stray_task_finds_no_run_and_inherits_nothing(ending):
    """A tool starts a task that outlives the run and then uses the executor by itself."""
    strays = []

    async def stray(release):
        inside = where(executor)
        await asyncio.wait_for(release.wait(), WAIT)
        result = await executor.execute_flow_async("plain", {"own": 1})
        return inside, where(executor), result.final_output

    async def start(validated):
        strays.append(asyncio.create_task(stray(validated.release)))
        await asyncio.sleep(0)
        if ending == "failure":
            raise ValueError
        return {"taken" if ending == "error" else "a": 1}

    executor = executor_for(
        [flow("f", "start", on_context_collision="error"), flow("plain", "look")],
        [
            make_tool("start", start),
            make_tool("look", lambda _: {"look": where(executor)}),
        ],
    )

    async def main():
        release = asyncio.Event()
        try:
            await executor.execute_flow_async(
                "f", {"taken": 0}, dynamic_params={"secret": 1, "release": release}
            )
        except Exception:  # noqa: BLE001 - only the stray task matters here
            assert ending == "error"
        release.set()
        return await strays[0]

    (name, version, params), after, output = asyncio.run(main())

    assert (name, version, params["secret"]) == ("f", "0.1.0", 1)
    assert after is None
    assert output == {"own": 1, "look": ("plain", "0.1.0", {})}


def test_a_task_inside_a_run_inherits_while_the_run_lasts():
    async def start(_):
        task = asyncio.create_task(executor.execute_flow_async("plain", {}))
        return {"inherited": (await task).final_output}

    executor = executor_for([flow("f", "start"), flow("plain")], [make_tool("start", start)])

    result = ASYNC(executor, "f", dynamic_params={"p": 1})

    assert result.final_output == {"p": 1, "inherited": {"p": 1}}


def test_a_stray_thread_with_a_copied_context_inherits_nothing(run):
    release = threading.Event()
    strays, outputs = [], []

    def stray():
        assert release.wait(WAIT)
        outputs.append((where(executor), executor.execute_flow("plain", {"own": 1}).final_output))

    def start(_):
        strays.append(
            threading.Thread(target=contextvars.copy_context().run, args=(stray,), daemon=True)
        )
        strays[0].start()
        return {}

    executor = executor_for([flow("f", "start"), flow("plain")], [make_tool("start", start)])

    run(executor, "f", dynamic_params={"secret": 1})
    release.set()
    strays[0].join(WAIT)

    assert outputs == [(None, {"own": 1})]


def test_a_thread_without_a_copied_context_is_in_no_run(run):
    found = []

    def start(_):
        thread = threading.Thread(target=lambda: found.append(where(executor)))
        thread.start()
        thread.join(WAIT)
        return {}

    executor = executor_for(flow("f", "start"), [make_tool("start", start)])

    run(executor, "f", dynamic_params={"secret": 1})

    assert found == [None]


def test_a_context_kept_from_an_inner_run_does_not_bring_it_back(run):
    """After the inner run has ended, only the outer one may still be found."""
    kept = []

    def nest(_):
        executor.execute_flow("inner", {}, dynamic_params={"inner": 1})
        return {"found": kept[0].run(where, executor)}

    executor = executor_for(
        [flow("outer", "nest"), flow("inner", "keep")],
        [
            make_tool("nest", nest),
            make_tool("keep", lambda _: kept.append(contextvars.copy_context()) or {}),
        ],
    )

    result = run(executor, "outer", dynamic_params={"outer": 1})

    assert result.final_output["found"] in (None, ("outer", "0.1.0", {"outer": 1}))
    assert kept[0].run(where, executor) is None


def test_a_sub_flows_context_does_not_bring_the_sub_flow_back(run):
    kept = []
    executor = executor_for(
        [flow("parent", step("sub", sub_flow=True), "look"), flow("sub", "keep")],
        [
            make_tool("keep", lambda _: kept.append(contextvars.copy_context()) or {}),
            make_tool("look", lambda _: {"found": kept[0].run(where, executor)}),
        ],
    )

    result = run(executor, "parent")

    assert result.final_output["found"] in (None, ("parent", "0.1.0", {}))


def test_a_run_started_in_a_kept_context_is_a_run_of_its_own(run):
    kept = []
    executor = executor_for(
        [flow("f", "keep"), flow("plain", "look", version="7.0")],
        [
            make_tool("keep", lambda _: kept.append(contextvars.copy_context()) or {}),
            make_tool("look", lambda _: {"look": where(executor)}),
        ],
    )
    run(executor, "f", dynamic_params={"secret": 1})

    result = kept[0].run(executor.execute_flow, "plain", {}, dynamic_params={"q": 2})

    assert result.final_output == {"q": 2, "look": ("plain", "7.0", {"q": 2})}
    assert kept[0].run(where, executor) is None


def test_cancelling_a_run_leaves_nothing_behind():
    started = asyncio.Event()
    inner = []

    async def hang(_):
        started.set()
        try:
            await forever()
        finally:
            inner.append(where(executor))

    executor = executor_for([flow("f", "hang"), flow("plain")], [make_tool("hang", hang)])

    async def main():
        context = contextvars.copy_context()
        task = asyncio.create_task(
            executor.execute_flow_async("f", {}, dynamic_params={"secret": 1}), context=context
        )
        await asyncio.wait_for(started.wait(), WAIT)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert context.run(where, executor) is None
        return await executor.execute_flow_async("plain", {}), where(executor)

    result, after = asyncio.run(main())

    assert inner == [("f", "0.1.0", {"secret": 1})]
    assert result.final_output == {}
    assert after is None


def test_cancelling_a_run_inside_a_run_gives_the_place_back():
    async def hang(_):
        await forever()

    async def nest(_):
        try:
            await asyncio.wait_for(
                executor.execute_flow_async("inner", {}, dynamic_params={"q": 2}), 0.01
            )
        except TimeoutError:
            return {"found": where(executor)}
        return {}

    executor = executor_for(
        [flow("outer", "nest"), flow("inner", "hang")],
        [make_tool("nest", nest), make_tool("hang", hang)],
    )

    result = ASYNC(executor, "outer", dynamic_params={"p": 1})

    assert result.final_output == {"p": 1, "found": ("outer", "0.1.0", {"p": 1})}


def test_a_run_closed_from_another_context_leaves_nothing_behind():
    async def hang(_):
        await forever()

    executor = executor_for([flow("f", "hang"), flow("plain")], [make_tool("hang", hang)])

    async def main():
        context = contextvars.copy_context()
        suspended = executor.execute_flow_async("f", {}, dynamic_params={"secret": 1})
        context.run(suspended.send, None)
        assert context.run(where, executor) == ("f", "0.1.0", {"secret": 1})

        suspended.close()

        assert where(executor) is None
        assert context.run(where, executor) is None
        inherited = context.run(executor.execute_flow, "plain", {}).final_output
        return inherited, (await executor.execute_flow_async("plain", {})).final_output

    assert asyncio.run(main()) == ({}, {})


def test_a_run_that_was_never_begun_leaves_nothing_behind():
    tool = Counting()
    executor = executor_for(flow("f", "t"), [make_tool("t", tool)])

    executor.execute_flow_async("f", {}, dynamic_params={"secret": 1}).close()

    assert scope.current(executor) is None
    assert tool.calls == 0


# --- what stays alive ---


def test_ten_thousand_executors_leave_nothing_behind():
    registry = FlowRegistry()
    registry.register_flow(flow("f", "t", on_context_collision="overwrite"))
    tool = give("t", a=1)
    executors = weakref.WeakSet()

    def use_executors(count):
        for i in range(count):
            executor = FlowExecutor(registry)
            executors.add(executor)
            executor.register_tool(tool)
            assert executor.execute_flow("f", {}, dynamic_params={"p": i}).success
        del executor
        gc.collect()
        return sys.getallocatedblocks()

    variables = variables_in([contextvars.copy_context()])
    blocks = use_executors(200)
    more_blocks = use_executors(10_000)

    assert len(executors) == 0
    assert variables_in([contextvars.copy_context()]) == variables
    assert more_blocks - blocks < 1_000, "less than one block for ten executors"


def test_what_a_context_keeps_of_an_executor_is_seen():
    """Otherwise the next test would prove nothing."""
    variable = contextvars.ContextVar("of_one_executor")
    context = contextvars.copy_context()
    context.run(variable.set, 1)

    assert variables_in([context]) - variables_in([contextvars.copy_context()]) == {variable}


def test_contexts_that_live_on_keep_no_executor_and_no_variable_of_one(run):
    def make_and_use():
        kept = []
        executor = executor_for(
            [flow("f", step("sub", sub_flow=True)), flow("sub", "keep")],
            [make_tool("keep", lambda _: kept.append(contextvars.copy_context()) or {})],
        )
        run(executor, "f", dynamic_params={"p": Secret()})
        return kept[0], weakref.ref(executor)

    first, _ = make_and_use()
    contexts, references = zip(*(make_and_use() for _ in range(20)), strict=True)
    gc.collect()

    assert [reference() for reference in references] == [None] * 20
    assert variables_in(contexts) == variables_in([first])


@pytest.mark.parametrize("name", ["good", "failing", "raising", "parent"])
def test_a_run_leaves_its_context_as_it_found_it(name):
    executor = executor_for(
        [
            flow("good", "t"),
            flow("failing", "boom"),
            flow("raising", "t", "t", on_context_collision="error"),
            flow("parent", sub("good"), sub("raising", {"x": 1})),
        ],
        [give("t", a=1), raising_tool()],
    )

    def ending():
        try:
            return executor.execute_flow(name, {}, dynamic_params={"p": 1}).success
        except ContextKeyCollisionError:
            return None

    empty = contextvars.Context()

    assert empty.run(ending) is {"good": True, "failing": False}.get(name)
    assert list(empty) == []


@pytest.mark.parametrize("ending", ["success", "failure", "error"])
def test_a_kept_context_keeps_none_of_the_runs_values(run, ending):
    kept = []

    def keep(_):
        kept.append(contextvars.copy_context())
        if ending == "failure":
            raise ValueError
        return {"taken" if ending == "error" else "fresh": 1}

    executor = executor_for(
        [
            flow("f", step("inner", sub_flow=True), on_context_collision="overwrite"),
            flow("inner", "keep", on_context_collision="error"),
        ],
        [make_tool("keep", keep)],
    )
    param, value = Secret(), Secret()
    param_reference, value_reference = weakref.ref(param), weakref.ref(value)

    def use(param, value):
        try:
            run(executor, "f", {"taken": 0, "value": value}, dynamic_params={"param": param})
        except Exception:  # noqa: BLE001 - only what stays alive matters here
            assert ending == "error"

    use(param, value)
    del param, value

    assert len(kept) == 1
    assert not alive(param_reference)
    assert not alive(value_reference)


def test_a_task_that_lives_on_keeps_none_of_the_runs_values():
    strays = []

    async def stray(release):
        await asyncio.wait_for(release.wait(), WAIT)

    def starting(release):
        async def start(_):
            strays.append(asyncio.create_task(stray(release)))
            return {}

        return start

    async def main():
        release = asyncio.Event()
        executor = executor_for(flow("f", "start"), [make_tool("start", starting(release))])
        secret = Secret()
        reference = weakref.ref(secret)
        await executor.execute_flow_async("f", {}, dynamic_params={"secret": secret})
        del secret
        still = alive(reference)
        assert not strays[0].done()
        release.set()
        await strays[0]
        return still

    assert asyncio.run(main()) is False


def test_a_closed_run_keeps_none_of_its_values():
    async def hang(_):
        await forever()

    executor = executor_for(flow("f", "hang"), [make_tool("hang", hang)])

    async def main():
        context = contextvars.copy_context()
        secret = Secret()
        reference = weakref.ref(secret)
        suspended = executor.execute_flow_async("f", {}, dynamic_params={"secret": secret})
        context.run(suspended.send, None)
        del secret
        assert alive(reference)
        suspended.close()
        del suspended
        return alive(reference), context

    still, _context = asyncio.run(main())
    assert still is False


def test_an_executor_at_rest_keeps_none_of_the_values_of_its_runs(run):
    executor = executor_for(flow("f", "t"), [give("t", a=1)])
    secret = Secret()
    reference = weakref.ref(secret)

    run(executor, "f", {}, dynamic_params={"secret": secret})
    del secret

    assert not alive(reference)


def count_frames():
    gc.collect()
    return sum(type(each) is scope.Frame for each in gc.get_objects())


def test_runs_one_inside_the_last_ones_context_leave_no_chain_behind():
    """Each run begins in a context kept from the one before, of which nothing must be left."""
    kept = contextvars.copy_context()

    def keep(_):
        nonlocal kept
        kept = contextvars.copy_context()
        return {}

    executor = executor_for(flow("f", "keep"), [make_tool("keep", keep)])
    before = count_frames()

    for _ in range(100):
        kept.run(executor.execute_flow, "f", {})

    assert count_frames() - before <= 1
