"""The steps of a DAG level at the same time: how many, and that nobody can tell afterwards."""

from __future__ import annotations

import asyncio
import threading

import pytest
from toolbox import ASYNC, WAIT, dag, dag_step, executor_for, make_tool, names, static_order

from chainweaver.exceptions import FlowExecutionError


def test_steps_of_a_level_run_together_up_to_the_limit():
    """Two steps wait for each other: they can only end if both run at once."""
    barrier = threading.Barrier(2)

    def meet(_):
        barrier.wait(WAIT)
        return {}

    executor = executor_for(
        dag("d", dag_step("one", "meet"), dag_step("two", "meet")),
        [make_tool("meet", meet)],
        max_step_concurrency=2,
    )

    assert ASYNC(executor, "d").success


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_steps_run_at_once_than_the_limit(limit):
    running, most = 0, 0

    async def work(_):
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(5):
            await asyncio.sleep(0)
        running -= 1
        return {}

    executor = executor_for(
        dag("d", *(dag_step(f"s{i}", "work") for i in range(7))),
        [make_tool("work", work)],
        max_step_concurrency=limit,
    )

    assert ASYNC(executor, "d").success
    assert most == limit


def test_steps_of_different_levels_never_overlap():
    log = []

    def worker(name):
        async def work(_):
            log.append(f"{name} starts")
            await asyncio.sleep(0)
            log.append(f"{name} ends")
            return {name: 1}

        return make_tool(name, work)

    executor = executor_for(
        dag("d", dag_step("a"), dag_step("b"), dag_step("c", after=["a"])),
        [worker(name) for name in "abc"],
        max_step_concurrency=4,
    )

    assert ASYNC(executor, "d").success
    assert log[-2:] == ["c starts", "c ends"]


def test_records_come_in_order_when_steps_end_in_another():
    ended = []
    flow = dag("d", *(dag_step(f"s{i}") for i in range(5)))
    order = static_order(flow)

    def worker(name):
        async def work(_):
            for _ in range(10 * (len(order) - order.index(name))):
                await asyncio.sleep(0)
            ended.append(name)
            return {name: 1}

        return make_tool(name, work)

    executor = executor_for(flow, [worker(name) for name in order], max_step_concurrency=5)

    result = ASYNC(executor, "d")

    assert ended == order[::-1]
    assert names(result) == order
    assert [record.step_index for record in result.execution_log] == list(range(5))
    assert list(result.final_output) == order


def test_the_later_of_two_equal_keys_fails_whichever_ends_first():
    flow = dag("d", dag_step("one"), dag_step("two"))
    order = static_order(flow)

    def worker(name):
        async def work(_):
            for _ in range(20 if name == order[0] else 0):
                await asyncio.sleep(0)
            return {"same": name}

        return make_tool(name, work)

    executor = executor_for(flow, [worker("one"), worker("two")], max_step_concurrency=2)

    result = ASYNC(executor, "d")

    assert names(result) == order
    assert [record.success for record in result.execution_log] == [True, False]
    assert result.execution_log[1].error_type == FlowExecutionError.__name__
