"""Cancelling a run between its steps, by a token or a deadline."""

from __future__ import annotations

import time

import pytest
from toolbox import Counting, dag, dag_step, executor_for, flow, give, make_tool, names

from chainweaver import CancellationToken, FlowCancelledError


def test_a_token_set_before_the_run_lets_no_step_run(run):
    tool, token = Counting(), CancellationToken()
    token.cancel()
    executor = executor_for(flow("f", "t"), [make_tool("t", tool)])

    with pytest.raises(FlowCancelledError, match="cancellation") as caught:
        run(executor, "f", {"a": 1}, cancel_token=token)

    error = caught.value
    assert (error.flow_name, error.step_index, tool.calls) == ("f", 0, 0)
    assert (error.token_cancelled, error.deadline_exceeded) == (True, False)
    assert (error.result.success, error.result.final_output) == (False, None)
    assert (error.result.execution_log, error.result.initial_input) == ([], {"a": 1})


def test_a_deadline_that_has_passed_lets_no_step_run(run):
    tool = Counting()
    executor = executor_for(flow("f", "t"), [make_tool("t", tool)])

    with pytest.raises(FlowCancelledError, match="deadline") as caught:
        run(executor, "f", deadline=time.time() - 1)

    assert (caught.value.token_cancelled, caught.value.deadline_exceeded) == (False, True)
    assert tool.calls == 0
    assert run(executor, "f", deadline=time.time() + 3600).success


def test_both_reasons_are_told(run):
    token = CancellationToken()
    token.cancel()
    executor = executor_for(flow("f", "t"), [give("t", a=1)])

    with pytest.raises(FlowCancelledError) as caught:
        run(executor, "f", deadline=0.0, cancel_token=token)

    assert (caught.value.token_cancelled, caught.value.deadline_exceeded) == (True, True)


def cancelling(token):
    def cancel(_):
        token.cancel()
        return {"a": 1}

    return make_tool("cancel", cancel)


def test_a_token_set_by_a_step_stops_before_the_next(run):
    token, never = CancellationToken(), Counting()
    executor = executor_for(
        flow("f", "cancel", "never"), [cancelling(token), make_tool("never", never)]
    )

    with pytest.raises(FlowCancelledError) as caught:
        run(executor, "f", cancel_token=token)

    assert (caught.value.step_index, never.calls) == (1, 0)
    assert names(caught.value.result) == ["cancel"]


def test_a_token_set_during_the_last_step_comes_too_late(run):
    token = CancellationToken()
    executor = executor_for(flow("f", "cancel"), [cancelling(token)])

    assert run(executor, "f", cancel_token=token).final_output == {"a": 1}


def test_a_dag_looks_at_the_token_before_each_level(run):
    token, never = CancellationToken(), Counting()
    executor = executor_for(
        dag(
            "d",
            dag_step("cancel"),
            dag_step("beside"),
            dag_step("never", after=["cancel"]),
        ),
        [cancelling(token), give("beside", b=1), make_tool("never", never)],
    )

    with pytest.raises(FlowCancelledError) as caught:
        run(executor, "d", cancel_token=token)

    assert (caught.value.step_index, never.calls) == (2, 0)
    assert sorted(names(caught.value.result)) == ["beside", "cancel"]


@pytest.mark.parametrize("wide", [False, True])
def test_a_dag_looks_at_the_deadline_before_each_level(run, monkeypatch, wide):
    """The clock is turned on by the first level."""
    now = 1000.0
    monkeypatch.setattr(time, "time", lambda: now)

    def late(_):
        nonlocal now
        now = 2000.0
        return {"a": 1}

    never = Counting()
    executor = executor_for(
        dag(
            "d",
            dag_step("late"),
            *([dag_step("beside")] if wide else []),
            dag_step("never", after=["late"]),
        ),
        [make_tool("late", late), give("beside", b=1), make_tool("never", never)],
    )

    with pytest.raises(FlowCancelledError, match="deadline") as caught:
        run(executor, "d", deadline=1500.0)

    assert (caught.value.step_index, never.calls) == (1 + wide, 0)
    assert len(caught.value.result.execution_log) == 1 + wide


@pytest.mark.parametrize("now", [1500.0, 1499.999])
def test_a_deadline_is_reached_at_its_very_moment(run, monkeypatch, now):
    monkeypatch.setattr(time, "time", lambda: now)
    executor = executor_for(flow("f", "t"), [give("t", a=1)])

    if now < 1500.0:
        assert run(executor, "f", deadline=1500.0).success
    else:
        with pytest.raises(FlowCancelledError):
            run(executor, "f", deadline=1500.0)


def test_a_level_of_several_steps_is_not_begun_after_a_cancellation(run):
    token = CancellationToken()
    executor = executor_for(
        dag(
            "d",
            dag_step("cancel"),
            dag_step("left", after=["cancel"]),
            dag_step("right", after=["cancel"]),
        ),
        [cancelling(token), give("left", x=1), give("right", y=1)],
    )

    with pytest.raises(FlowCancelledError) as caught:
        run(executor, "d", cancel_token=token)

    assert caught.value.step_index == 1
    assert names(caught.value.result) == ["cancel"]
