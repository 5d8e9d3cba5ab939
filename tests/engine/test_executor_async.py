"""What is special about the async lane; rules that both lanes share are tested in both."""

from __future__ import annotations

import asyncio
import threading

import pytest
from toolbox import (
    ASYNC,
    WAIT,
    Counting,
    Number,
    dag,
    dag_step,
    double_tool,
    executor_for,
    flow,
    forever,
    give,
    make_tool,
    names,
    step,
)

from chainweaver import (
    RetryPolicy,
)


def test_async_tools_are_awaited_on_the_callers_loop():
    seen = []

    async def look(_):
        await asyncio.sleep(0)
        seen.append((asyncio.get_running_loop(), threading.get_ident()))
        return {"a": 1}

    executor = executor_for(flow("f", "t"), [make_tool("t", look)])

    async def main():
        result = await executor.execute_flow_async("f", {})
        assert seen == [(asyncio.get_running_loop(), threading.get_ident())]
        return result

    assert asyncio.run(main()).final_output == {"a": 1}


def test_sync_tools_leave_the_loop_free():
    """The tool waits for what only the loop can do; it must not run on the loop's thread."""
    opened = threading.Event()
    executor = executor_for(
        flow("f", "t"), [make_tool("t", lambda _: {"opened": opened.wait(WAIT)})]
    )

    async def main():
        run = asyncio.create_task(executor.execute_flow_async("f", {}))
        for _ in range(3):
            await asyncio.sleep(0)
        opened.set()
        return await run

    assert asyncio.run(main()).final_output == {"opened": True}


def test_an_object_with_an_async_call_is_awaited():
    class Doubler:
        async def __call__(self, number):
            await asyncio.sleep(0)
            return {"out": number.n * 2}

    executor = executor_for(flow("f", "t"), [make_tool("t", Doubler(), Number)])

    assert ASYNC(executor, "f", {"n": 2}).final_output == {"n": 2, "out": 4}


def test_waiting_for_a_retry_leaves_the_loop_free():
    """The tool succeeds only after another task ran, which needs the loop between the calls."""
    ready = False

    async def fail_until_ready(_):
        if not ready:
            raise ValueError("not yet")
        return {"a": 1}

    policy = RetryPolicy(max_retries=2000, backoff_seconds=0.001, backoff_multiplier=1.0)
    executor = executor_for(flow("f", step("t", retry=policy)), [make_tool("t", fail_until_ready)])

    async def main():
        nonlocal ready
        run = asyncio.create_task(executor.execute_flow_async("f", {}))
        await asyncio.sleep(0.005)
        ready = True
        return await run

    assert asyncio.run(main()).success


def test_what_the_async_lane_once_refused_runs():
    """Sub-flows, decisions and branches in one run."""
    from chainweaver import ConditionalEdge

    executor = executor_for(
        [
            dag(
                "d",
                dag_step(
                    "choose",
                    "one",
                    decision_candidates=["one", "two"],
                    branches=[ConditionalEdge(target_step_id="sub", predicate="by == 'two'")],
                    default_next="other",
                ),
                dag_step(
                    "sub", "inner", after=["choose"], sub_flow=True, output_mapping={"o": "n"}
                ),
                dag_step("other", "one", after=["choose"]),
            ),
            flow("inner", "double"),
        ],
        [give("one", by="one"), give("two", by="two"), double_tool()],
        decision_callback=lambda _: "two",
    )

    result = ASYNC(executor, "d", {"n": 1})

    assert result.final_output == {"n": 1, "by": "two", "o": 1}
    by_name = {record.tool_name: record for record in result.execution_log}
    assert by_name["inner"].sub_result.final_output == {"n": 1, "by": "two", "doubled": 2}
    assert by_name["one"].skipped


def test_an_async_tool_in_the_sync_lane_needs_a_thread_without_a_loop():
    async def quick(_):
        return {"a": 1}

    executor = executor_for(
        [flow("f", "t"), flow("plain", "p")], [make_tool("t", quick), give("p", b=2)]
    )

    async def main():
        return executor.execute_flow("f", {}), executor.execute_flow("plain", {})

    inside, plain = asyncio.run(main())

    assert (inside.success, plain.final_output) == (False, {"b": 2})
    assert inside.execution_log[0].error_type == "FlowExecutionError"
    assert executor.execute_flow("f", {}).final_output == {"a": 1}


@pytest.mark.parametrize("runs", [2, 200])
def test_runs_in_one_loop_keep_apart(runs):
    """Versions mixed, parameters different, every run interleaved with the others."""
    versions = ["1.0", "2.0", "3.0"]

    async def slow(validated):
        for _ in range(3):
            await asyncio.sleep(0)
        return {"got": validated.p}

    executor = executor_for(
        [flow("f", "slow", step("tag", {"value": int(v[0])}), version=v) for v in versions],
        [make_tool("slow", slow), make_tool("tag", lambda m: {"tag": m.value})],
    )

    async def main():
        return await asyncio.gather(
            *(
                executor.execute_flow_async(
                    "f", {"i": i}, version=versions[i % 3], dynamic_params={"p": i}
                )
                for i in range(runs)
            )
        )

    results = asyncio.run(main())

    for i, result in enumerate(results):
        assert result.flow_version == versions[i % 3]
        assert result.final_output == {"i": i, "p": i, "got": i, "tag": i % 3 + 1}
        assert [record.inputs for record in result.execution_log] == [
            {"i": i, "p": i},
            {"value": i % 3 + 1},
        ]
    assert len({result.trace_id for result in results}) == runs


def test_the_order_of_levels_does_not_depend_on_the_concurrency():
    flow_ = dag(
        "d",
        *(dag_step(f"a{i}", output_mapping={}) for i in range(4)),
        *(dag_step(f"b{i}", after=[f"a{i}"], output_mapping={}) for i in range(4)),
    )
    logs = []
    for limit in (1, 2, 8):
        executor = executor_for(
            flow_,
            [give(each.step_id, x=1) for each in flow_.steps],
            max_step_concurrency=limit,
        )
        logs.append(names(ASYNC(executor, "d")))

    assert logs[0] == logs[1] == logs[2]


def test_cancelling_the_task_cancels_the_run():
    started = asyncio.Event()
    cancelled = []

    async def hang(_):
        started.set()
        try:
            await forever()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    never = Counting()
    executor = executor_for(
        [flow("f", step("hang", on_error="skip"), "never"), flow("good", "fine")],
        [make_tool("hang", hang), make_tool("never", never), give("fine", a=1)],
    )

    async def main():
        run = asyncio.create_task(executor.execute_flow_async("f", {}))
        await asyncio.wait_for(started.wait(), WAIT)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        return await executor.execute_flow_async("good", {})

    assert asyncio.run(main()).final_output == {"a": 1}
    assert cancelled == [True]
    assert never.calls == 0


def test_cancelling_the_task_cancels_all_steps_of_a_level():
    running, cancelled = [], []
    all_started = asyncio.Event()

    async def hang(_):
        running.append(1)
        if len(running) == 3:
            all_started.set()
        try:
            await forever()
        except asyncio.CancelledError:
            cancelled.append(1)
            raise

    executor = executor_for(
        dag("d", *(dag_step(f"s{i}", "hang") for i in range(3))),
        [make_tool("hang", hang)],
        max_step_concurrency=3,
    )

    async def main():
        run = asyncio.create_task(executor.execute_flow_async("d", {}))
        await asyncio.wait_for(all_started.wait(), WAIT)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
    assert len(cancelled) == 3
