"""Run scope: what is true of one run is seen by that run only, and is gone after it (ADR-0001).

Everything here is observed from outside: by what tools find when they look, and by results.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from toolbox import (
    WAIT,
    dag,
    dag_step,
    executor_for,
    flow,
    give,
    make_tool,
    raising_tool,
    where,
)

from chainweaver._execution import scope

# --- inside and outside of a run ---


def test_outside_of_a_run_there_is_no_run(run):
    executor = executor_for(flow("f"))

    assert scope.current(executor) is None
    run(executor, "f")
    assert scope.current(executor) is None


def test_a_tool_finds_the_run_it_is_part_of(run):
    found = []
    executor = executor_for(
        flow("f", "look", version="4.2"),
        [make_tool("look", lambda _: found.append(scope.current(executor)) or {})],
    )

    result = run(executor, "f", dynamic_params={"p": 1})

    [state] = found
    assert (state.flow_name, state.flow_version) == ("f", "4.2")
    assert state.trace_id == result.trace_id
    assert dict(state.dynamic_params) == {"p": 1}


def test_an_async_tool_finds_the_run_it_is_part_of(run):
    found = []

    async def look(_):
        await asyncio.sleep(0)
        found.append(where(executor))
        return {}

    executor = executor_for(flow("f", "look"), [make_tool("look", look)])

    run(executor, "f", dynamic_params={"p": 1})

    assert found == [("f", "0.1.0", {"p": 1})]


def test_a_tool_cannot_change_the_runs_parameters(run):
    def meddle(_):
        with pytest.raises(TypeError):
            scope.current(executor).dynamic_params["p"] = "changed"
        given["p"] = "changed"
        return {"inner": executor.execute_flow("inner", {}).final_output}

    given = {"p": 1}
    executor = executor_for([flow("f", "meddle"), flow("inner")], [make_tool("meddle", meddle)])

    result = run(executor, "f", dynamic_params=given)

    assert result.final_output == {"p": 1, "inner": {"p": 1}}


@pytest.mark.parametrize("wide", [False, True])
def test_all_kinds_of_steps_find_the_run(run, wide):
    """Retries, fallbacks, decisions, steps of a wide level: each is inside of the run."""
    found = []

    def look(_):
        found.append(where(executor))
        return {}

    def look_and_fail(_):
        found.append(where(executor))
        raise ValueError

    def decide(ctx):
        found.append(where(executor))
        return ctx.default_tool_name

    executor = executor_for(
        dag(
            "d",
            dag_step("one", "fail", on_error="fallback:look", decision_candidates=["fail"]),
            dag_step("two", "look", after=[] if wide else ["one"]),
        ),
        [make_tool("look", look), make_tool("fail", look_and_fail)],
        decision_callback=decide,
        max_step_concurrency=2,
    )

    assert run(executor, "d", dynamic_params={"p": 1}).success
    assert found == [("d", "1.0.0", {"p": 1})] * 4


def test_a_run_that_fails_leaves_nothing_behind(run):
    executor = executor_for([flow("f", "boom"), flow("good")], [raising_tool()])

    assert not run(executor, "f", dynamic_params={"p": 1}).success

    assert scope.current(executor) is None
    assert run(executor, "good").final_output == {}


def test_a_run_that_raises_leaves_nothing_behind(run):
    executor = executor_for(
        [flow("f", "t", "t", on_context_collision="error"), flow("good")], [give("t", a=1)]
    )

    with pytest.raises(Exception, match="'a'"):
        run(executor, "f", dynamic_params={"p": 1})

    assert scope.current(executor) is None
    assert run(executor, "good").final_output == {}


# --- runs inside of runs ---


def test_a_run_inside_a_run_has_a_place_of_its_own_and_gives_it_back(run):
    found = []

    def nest(_):
        found.append(where(executor))
        executor.execute_flow("inner", {}, dynamic_params={"q": 2})
        found.append(where(executor))
        return {}

    executor = executor_for(
        [flow("outer", "nest", version="1.0"), flow("inner", "look", version="2.0")],
        [
            make_tool("nest", nest),
            make_tool("look", lambda _: found.append(where(executor)) or {}),
        ],
    )

    run(executor, "outer", dynamic_params={"p": 1})

    assert found == [
        ("outer", "1.0", {"p": 1}),
        ("inner", "2.0", {"p": 1, "q": 2}),
        ("outer", "1.0", {"p": 1}),
    ]


def test_a_run_inside_a_run_that_raises_gives_the_place_back(run):
    def nest(_):
        with pytest.raises(Exception, match="'a'"):
            executor.execute_flow("inner", {"a": 0}, dynamic_params={"p": "inner"})
        return {"found": where(executor)}

    executor = executor_for(
        [flow("outer", "nest"), flow("inner", "t", on_context_collision="error")],
        [make_tool("nest", nest), give("t", a=1)],
    )

    result = run(executor, "outer", dynamic_params={"p": 1})

    assert result.final_output["found"] == ("outer", "0.1.0", {"p": 1})


def test_executors_nest_and_each_finds_its_own(run):
    """A runs B, whose tool runs A again: A's inner run inherits from A's outer one, past B."""
    found = {}

    def outer_a(_):
        return {"b": b.execute_flow("b", {}, dynamic_params={"of": "B"}).final_output["a"]}

    def call_a(_):
        found["B"] = where(b)
        found["A inside B"] = where(a)
        return {"a": a.execute_flow("inner", {}, dynamic_params={"more": 2}).final_output}

    a = executor_for(
        [flow("outer", "outer_a"), flow("inner", "look")],
        [
            make_tool("outer_a", outer_a),
            make_tool("look", lambda _: {"seen": [where(a), where(b)]}),
        ],
    )
    b = executor_for(flow("b", "call_a"), [make_tool("call_a", call_a)])

    result = run(a, "outer", dynamic_params={"of": "A"})

    assert found == {
        "B": ("b", "0.1.0", {"of": "B"}),
        "A inside B": ("outer", "0.1.0", {"of": "A"}),
    }
    inner = result.final_output["b"]
    assert inner == {
        "of": "A",
        "more": 2,
        "seen": [("inner", "0.1.0", {"of": "A", "more": 2}), ("b", "0.1.0", {"of": "B"})],
    }
    assert scope.current(a) is None
    assert scope.current(b) is None


def test_another_executor_inherits_nothing(run):
    other = executor_for(flow("f"))
    executor = executor_for(
        flow("outer", "t"),
        [make_tool("t", lambda _: {"got": other.execute_flow("f", {}).final_output})],
    )

    assert run(executor, "outer", dynamic_params={"p": 1}).final_output["got"] == {}


def test_a_twin_with_other_tools_inherits_nothing(run):
    executor = executor_for(
        [flow("outer", "t"), flow("f")],
        [make_tool("t", lambda _: {"got": twin.execute_flow("f", {}).final_output})],
    )
    twin = executor.with_replaced_tools([])

    assert run(executor, "outer", dynamic_params={"p": 1}).final_output["got"] == {}


def test_interleaved_runs_of_two_executors_in_one_context():
    """Driven by hand, step by step, in one context: no task, no copy keeps them apart."""
    found = []

    class Pause:
        def __await__(self):
            yield

    def executor_named(name):
        async def look(_):
            await Pause()
            found.append((name, where(executors[name])))
            return {}

        return executor_for(
            flow(name, "look", "look", on_context_collision="overwrite"), [make_tool("look", look)]
        )

    executors = {name: executor_named(name) for name in "AB"}
    runs = {
        name: executor.execute_flow_async(name, {}, dynamic_params={"of": name})
        for name, executor in executors.items()
    }
    results = {}
    for name in "ABABAB":
        try:
            runs[name].send(None)
        except StopIteration as finished:
            results[name] = finished.value

    assert [name for name, _ in found] == list("ABAB")
    assert found[0][1] == ("A", "0.1.0", {"of": "A"})
    assert found[1][1] == ("B", "0.1.0", {"of": "B"})
    for name, result in results.items():
        assert (result.flow_name, result.final_output) == (name, {"of": name})
    for name, executor in executors.items():
        assert scope.current(executor) is None
        executor.registry.register_flow(flow("plain"))
        assert executor.execute_flow("plain", {}).final_output == {}, name


# --- at the same time ---


def meeting_executor(parties):
    """Make an executor whose runs all wait for each other inside their tool, then look."""
    barrier = threading.Barrier(parties)

    def look(_):
        barrier.wait(WAIT)
        before = where(executor)
        nested = executor.execute_flow("inner", {}).final_output
        barrier.wait(WAIT)
        return {"seen": [before, where(executor)], "nested": nested}

    executor = executor_for(
        [flow("inner"), *(flow("f", "look", version=f"{i}.0") for i in range(3))],
        [make_tool("look", look)],
    )
    return executor


def check_met(results):
    for i, result in enumerate(results):
        here = ("f", f"{i % 3}.0", {"p": i})
        assert result.flow_version == f"{i % 3}.0"
        assert result.final_output == {"p": i, "seen": [here, here], "nested": {"p": i}}


def test_threads_do_not_see_each_others_runs():
    executor = meeting_executor(8)

    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(
                lambda i: executor.execute_flow(
                    "f", {}, version=f"{i % 3}.0", dynamic_params={"p": i}
                ),
                range(8),
            )
        )

    check_met(results)


def test_tasks_do_not_see_each_others_runs():
    executor = meeting_executor(4)

    async def main():
        return await asyncio.gather(
            *(
                executor.execute_flow_async("f", {}, version=f"{i % 3}.0", dynamic_params={"p": i})
                for i in range(4)
            )
        )

    check_met(asyncio.run(main()))


def test_many_tasks_that_take_turns():
    async def look(_):
        seen = []
        for _ in range(3):
            await asyncio.sleep(0)
            seen.append(where(executor))
        nested = await executor.execute_flow_async("inner", {}, dynamic_params={"q": 0})
        seen.append(where(executor))
        return {"seen": seen, "nested": nested.final_output}

    executor = executor_for(
        [flow("inner", "pause"), *(flow("f", "look", version=f"{i}.0") for i in range(3))],
        [make_tool("look", look), make_tool("pause", lambda _: {})],
    )

    async def main():
        return await asyncio.gather(
            *(
                executor.execute_flow_async("f", {}, version=f"{i % 3}.0", dynamic_params={"p": i})
                for i in range(200)
            )
        )

    for i, result in enumerate(asyncio.run(main())):
        here = ("f", f"{i % 3}.0", {"p": i})
        assert result.final_output == {"p": i, "seen": [here] * 4, "nested": {"p": i, "q": 0}}


def test_a_failed_run_does_not_disturb_the_ones_beside_it():
    async def work(validated):
        await asyncio.sleep(0)
        if validated.p % 2:
            raise ValueError
        await asyncio.sleep(0)
        return {"seen": where(executor)}

    executor = executor_for(flow("f", "work"), [make_tool("work", work)])

    async def main():
        return await asyncio.gather(
            *(executor.execute_flow_async("f", {}, dynamic_params={"p": i}) for i in range(20))
        )

    for i, result in enumerate(asyncio.run(main())):
        assert result.success is (i % 2 == 0)
        if result.success:
            assert result.final_output["seen"] == ("f", "0.1.0", {"p": i})
