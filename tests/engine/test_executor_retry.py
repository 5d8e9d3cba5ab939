"""Failing tools: error kinds, retry, skip, fallback, timeouts and size caps."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from toolbox import (
    NO_WAIT,
    WAIT,
    Anything,
    Counting,
    Doubled,
    Number,
    dag,
    dag_step,
    executor_for,
    flow,
    forever,
    give,
    make_tool,
    names,
    raising_tool,
    step,
)

from chainweaver import RetryPolicy
from chainweaver.exceptions import FlowExecutionError, ToolNotFoundError

FAILED = str(FlowExecutionError("t", 0, "failure 1"))


@pytest.fixture(params=["linear", "dag"])
def one_step(request):
    """Make a flow `f` of one step, linear or a DAG: the rules of a step are the same."""

    def make(tool_name: str, mapping: dict[str, Any] | None = None, **settings: Any):
        if request.param == "linear":
            return flow("f", step(tool_name, mapping, **settings))
        return dag("f", dag_step("only", tool_name, mapping, **settings))

    return make


# --- retry ---


def test_without_a_policy_a_tool_is_called_once(run, one_step):
    tool = Counting(fail_first=9)
    executor = executor_for(one_step("t"), [make_tool("t", tool)])

    [record] = run(executor, "f").execution_log

    assert tool.calls == 1
    assert (record.success, record.retry_count) == (False, 0)
    assert record.retry_errors == ["failure 1"]
    assert record.error_message == FAILED


def test_a_call_that_succeeds_leaves_no_retry_marks(run, one_step):
    executor = executor_for(one_step("t", retry=NO_WAIT), [give("t", a=1)])

    [record] = run(executor, "f").execution_log

    assert (record.success, record.retry_count, record.retry_errors) == (True, 0, [])
    assert (record.error_type, record.error_code, record.error_message) == (None, None, None)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_tool_is_called_again_until_it_succeeds(run, one_step, failures):
    tool = Counting(fail_first=failures, a=1)
    executor = executor_for(one_step("t", retry=NO_WAIT), [make_tool("t", tool)])

    result = run(executor, "f")

    [record] = result.execution_log
    assert (result.success, result.final_output) == (True, {"a": 1})
    assert (tool.calls, record.retry_count) == (failures + 1, failures)
    assert record.retry_errors == [f"failure {n}" for n in range(1, failures + 1)]
    assert record.error_type is None


def test_a_tool_is_given_up_after_the_last_retry(run, one_step):
    tool = Counting(fail_first=9)
    executor = executor_for(one_step("t", retry=NO_WAIT), [make_tool("t", tool)])

    [record] = run(executor, "f").execution_log

    assert (tool.calls, record.retry_count, record.success) == (3, 2, False)
    assert record.retry_errors == ["failure 1", "failure 2", "failure 3"]
    assert record.error_type == "FlowExecutionError"
    assert "failure 3" in record.error_message


def test_a_policy_of_no_retries_calls_once(run, one_step):
    tool = Counting(fail_first=9)
    executor = executor_for(one_step("t", retry=RetryPolicy(max_retries=0)), [make_tool("t", tool)])

    [record] = run(executor, "f").execution_log

    assert (tool.calls, record.retry_count) == (1, 0)


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (KeyError("k"), 3),
        (OSError("o"), 3),
        (ConnectionError("a kind of OSError"), 3),
        (ValueError("v"), 1),
        (LookupError("a KeyError's base"), 1),
    ],
)
def test_only_the_named_errors_are_tried_again(run, one_step, error, calls):
    tool = Counting(fail_first=9, error=error)
    policy = RetryPolicy(
        max_retries=2, backoff_seconds=0, retryable_errors=("builtins:KeyError", "builtins:OSError")
    )
    executor = executor_for(one_step("t", retry=policy), [make_tool("t", tool)])

    [record] = run(executor, "f").execution_log

    assert (tool.calls, record.retry_count) == (calls, calls - 1)
    assert record.retry_errors == [str(error)] * calls


def test_an_error_that_is_not_named_ends_the_retries(run, one_step):
    errors = iter([KeyError("first"), ValueError("second"), KeyError("never")])

    def fail(_):
        raise next(errors)

    policy = RetryPolicy(max_retries=5, backoff_seconds=0, retryable_errors=("builtins:KeyError",))
    executor = executor_for(one_step("t", retry=policy), [make_tool("t", fail)])

    [record] = run(executor, "f").execution_log

    assert record.retry_errors == ["'first'", "second"]
    assert record.retry_count == 1


def test_invalid_outputs_are_tried_again(run, one_step):
    answers = iter([{"doubled": "not a number"}, {}, {"doubled": 4}])
    executor = executor_for(
        one_step("t", retry=NO_WAIT), [make_tool("t", lambda _: next(answers), gives=Doubled)]
    )

    result = run(executor, "f")

    assert result.final_output == {"doubled": 4}
    assert result.execution_log[0].retry_count == 2
    assert all("Doubled" in error for error in result.execution_log[0].retry_errors)


def test_invalid_inputs_are_tried_again_too(run, one_step):
    executor = executor_for(
        one_step("t", {"n": "n"}, retry=NO_WAIT), [make_tool("t", dict, Number)]
    )

    [record] = run(executor, "f", {"n": "many"}).execution_log

    assert (record.retry_count, len(record.retry_errors)) == (2, 3)
    assert record.error_type == "SchemaValidationError"


def test_retries_wait_by_the_policy(run, one_step, monkeypatch):
    asked = []

    def no_delay(_, retry):
        asked.append(retry)
        return 0.0

    monkeypatch.setattr(RetryPolicy, "compute_delay", no_delay)
    executor = executor_for(
        one_step("t", retry=RetryPolicy(max_retries=3)), [make_tool("t", Counting(fail_first=9))]
    )

    run(executor, "f")

    assert asked == [1, 2, 3]


def test_each_step_and_each_run_starts_counting_anew(run):
    tool = Counting(fail_first=1, a=1)
    executor = executor_for(
        flow("f", step("t", retry=NO_WAIT), step("t", retry=NO_WAIT)), [make_tool("t", tool)]
    )

    counts = [record.retry_count for record in run(executor, "f").execution_log]
    again = [record.retry_count for record in run(executor, "f").execution_log]

    assert (counts, again) == ([1, 0], [0, 0])


# --- kinds of errors ---


def test_any_exception_becomes_a_flow_execution_error(run, one_step):
    class OwnError(Exception):
        pass

    executor = executor_for(one_step("t"), [raising_tool("t", OwnError("own text"))])

    [record] = run(executor, "f").execution_log

    assert record.error_type == "FlowExecutionError"
    assert record.error_message == str(FlowExecutionError("t", 0, "own text"))
    assert record.retry_errors == ["own text"]


@pytest.mark.parametrize("retry", [None, NO_WAIT])
def test_a_tool_that_raises_stop_iteration_is_a_failed_record(run, one_step, retry):
    """`next()` on an exhausted iterator: no coroutine and no future can pass that on."""
    executor = executor_for(
        one_step("t", retry=retry), [raising_tool("t", StopIteration("no more"))]
    )
    ended = threading.Event()
    results = []

    def work():
        results.append(run(executor, "f"))
        ended.set()

    threading.Thread(target=work, daemon=True).start()

    assert ended.wait(WAIT), "the run never ended"
    [record] = results[0].execution_log
    assert (record.success, record.error_type) == (False, "FlowExecutionError")
    assert record.error_message == str(FlowExecutionError("t", 0, "no more"))
    assert set(record.retry_errors) == {"no more"}


def test_an_output_above_the_size_cap(run, one_step):
    executor = executor_for(
        one_step("t"), [make_tool("t", lambda _: {"a": "x" * 100}, max_output_size=50)]
    )

    [record] = run(executor, "f").execution_log

    assert (record.error_type, record.error_code) == ("ToolOutputSizeError", "CW-E009")
    assert "t" in record.error_message
    assert "50" in record.error_message


def test_a_sync_tool_that_hangs_is_left_behind(run, one_step):
    release = threading.Event()

    def hang(_):
        release.wait(WAIT)
        return {}

    executor = executor_for(
        one_step("t"), [make_tool("t", hang, timeout_seconds=0.05), give("fine", a=1)]
    )
    executor.registry.register_flow(flow("good", "fine"))

    result = run(executor, "f", afterwards=release.set)

    [record] = result.execution_log
    assert (result.success, record.outputs) == (False, None)
    assert (record.error_type, record.error_code) == ("ToolTimeoutError", "CW-E008")
    assert "'t'" in record.error_message
    assert run(executor, "good").final_output == {"a": 1}


def test_an_async_tool_that_hangs_is_cancelled(run, one_step):
    cancelled = []

    async def hang(_):
        try:
            await forever()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    executor = executor_for(one_step("t"), [make_tool("t", hang, timeout_seconds=0.05)])

    [record] = run(executor, "f").execution_log

    assert record.error_type == "ToolTimeoutError"
    assert cancelled == [True]


def test_a_timeout_can_be_tried_again_and_skipped(run, one_step):
    release = threading.Event()
    executor = executor_for(
        one_step(
            "t",
            on_error="skip",
            retry=RetryPolicy(
                max_retries=1,
                backoff_seconds=0,
                retryable_errors=("chainweaver.exceptions:ToolTimeoutError",),
            ),
        ),
        [make_tool("t", lambda _: release.wait(WAIT), timeout_seconds=0.02)],
    )

    result = run(executor, "f", afterwards=release.set)

    [record] = result.execution_log
    assert (result.success, record.skipped, record.retry_count) == (True, True, 1)
    assert record.error_type == "ToolTimeoutError"


def test_a_tool_within_its_timeout_is_left_alone(run, one_step):
    executor = executor_for(one_step("t"), [make_tool("t", lambda _: {"a": 1}, timeout_seconds=60)])

    assert run(executor, "f").final_output == {"a": 1}


# --- on_error: skip ---


def test_a_skipped_step_keeps_its_error(run, one_step):
    executor = executor_for(one_step("t", on_error="skip"), [raising_tool("t")])

    result = run(executor, "f", {"in": 0})

    [record] = result.execution_log
    assert (result.success, result.final_output) == (True, {"in": 0})
    assert (record.success, record.skipped, record.outputs) == (True, True, {})
    assert (record.error_type, record.error_code) == ("FlowExecutionError", "CW-E006")
    assert "it broke" in record.error_message
    assert record.retry_errors == ["it broke"]
    assert (record.fallback_used, record.fallback_tool_name) == (False, None)


def test_a_skip_comes_after_the_retries(run, one_step):
    tool = Counting(fail_first=9)
    executor = executor_for(one_step("t", on_error="skip", retry=NO_WAIT), [make_tool("t", tool)])

    [record] = run(executor, "f").execution_log

    assert (tool.calls, record.retry_count, record.skipped) == (3, 2, True)


def test_invalid_inputs_can_be_skipped(run, one_step):
    executor = executor_for(
        one_step("t", {"n": "n"}, on_error="skip"), [make_tool("t", dict, Number)]
    )

    [record] = run(executor, "f", {"n": "many"}).execution_log

    assert (record.success, record.skipped) == (True, True)
    assert record.error_type == "SchemaValidationError"
    assert record.inputs == {"n": "many"}


def test_the_run_goes_on_after_a_skipped_step(run):
    executor = executor_for(
        flow("f", step("t", on_error="skip"), "u"), [raising_tool("t"), give("u", a=1)]
    )

    result = run(executor, "f")

    assert (names(result), result.final_output) == (["t", "u"], {"a": 1})


# --- on_error: fallback ---


def test_a_fallback_takes_the_steps_place(run, one_step):
    other = Counting(b=2)
    executor = executor_for(
        one_step("t", {"x": "a"}, on_error="fallback:other"),
        [make_tool("t", Counting(fail_first=9)), make_tool("other", other)],
    )

    result = run(executor, "f", {"a": 1})

    [record] = result.execution_log
    assert (result.success, result.final_output) == (True, {"a": 1, "b": 2})
    assert (record.success, record.skipped, record.outputs) == (True, False, {"b": 2})
    assert (record.tool_name, record.inputs) == ("t", {"x": 1})
    assert (record.fallback_used, record.fallback_tool_name) == (True, "other")
    assert (record.error_type, record.error_code, record.error_message) == (None, None, None)
    assert record.retry_errors == ["failure 1", FAILED]
    assert record.retry_count == 0
    assert other.inputs == [{"x": 1}]


def test_a_fallback_comes_after_the_retries_and_is_not_counted(run, one_step):
    other = Counting(b=2)
    executor = executor_for(
        one_step("t", on_error="fallback:other", retry=NO_WAIT),
        [make_tool("t", Counting(fail_first=9)), make_tool("other", other)],
    )

    [record] = run(executor, "f").execution_log

    assert (record.retry_count, other.calls) == (2, 1)
    assert record.retry_errors == [
        "failure 1",
        "failure 2",
        "failure 3",
        str(FlowExecutionError("t", 0, "failure 3")),
    ]


def test_a_fallback_is_not_tried_again(run, one_step):
    other = Counting(fail_first=9)
    executor = executor_for(
        one_step("t", on_error="fallback:other", retry=NO_WAIT),
        [make_tool("t", Counting(fail_first=9)), make_tool("other", other)],
    )

    result = run(executor, "f")

    [record] = result.execution_log
    assert (result.success, other.calls) == (False, 1)
    assert (record.success, record.outputs, record.tool_name) == (False, None, "t")
    assert record.error_type == "FlowExecutionError"
    assert "tool 'other'" in record.error_message
    assert "failure 1" in record.error_message
    assert (record.fallback_used, record.fallback_tool_name) == (True, "other")
    assert record.retry_count == 2
    assert record.retry_errors[-1] == str(FlowExecutionError("t", 0, "failure 3"))
    assert len(record.retry_errors) == 4


def test_a_fallback_that_is_not_registered(run, one_step):
    executor = executor_for(
        one_step("t", on_error="fallback:ghost"), [make_tool("t", Counting(fail_first=9))]
    )

    [record] = run(executor, "f").execution_log

    assert (record.success, record.outputs) == (False, None)
    assert record.error_type == "ToolNotFoundError"
    assert record.error_message == str(ToolNotFoundError("ghost"))
    assert (record.fallback_used, record.fallback_tool_name) == (True, "ghost")
    assert record.retry_errors == ["failure 1", FAILED]


def test_a_fallback_validates_the_inputs_its_own_way(run, one_step):
    executor = executor_for(
        one_step("t", {"n": "n"}, on_error="fallback:strict"),
        [raising_tool("t"), make_tool("strict", dict, Number)],
    )

    [record] = run(executor, "f", {"n": "many"}).execution_log

    assert record.error_type == "SchemaValidationError"
    assert "tool 'strict'" in record.error_message
    assert record.fallback_used is True


def test_a_fallback_is_not_called_without_need(run, one_step):
    other = Counting()
    executor = executor_for(
        one_step("t", on_error="fallback:other"), [give("t", a=1), make_tool("other", other)]
    )

    [record] = run(executor, "f").execution_log

    assert other.calls == 0
    assert (record.fallback_used, record.fallback_tool_name) == (False, None)


def test_a_fallbacks_outputs_go_through_the_output_mapping(run, one_step):
    executor = executor_for(
        one_step("t", on_error="fallback:other", output_mapping={"x": "b"}),
        [raising_tool("t"), give("other", b=2, c=3)],
    )

    result = run(executor, "f")

    assert result.final_output == {"x": 2}
    assert result.execution_log[0].outputs == {"b": 2, "c": 3}


def test_a_missing_tool_is_neither_skipped_nor_replaced(run, one_step):
    for on_error in ("skip", "fallback:other"):
        executor = executor_for(one_step("ghost", on_error=on_error), [give("other", b=2)])

        [record] = run(executor, "f").execution_log

        assert (record.success, record.error_type) == (False, "ToolNotFoundError")
        assert (record.skipped, record.fallback_used) == (False, False)


def test_an_async_tool_fails_and_falls_back_like_any_other(run, one_step):
    async def fail(_):
        raise ValueError("failure 1")

    async def help_out(_):
        return {"b": 2}

    executor = executor_for(
        one_step("t", on_error="fallback:other"),
        [make_tool("t", fail), make_tool("other", help_out, Anything)],
    )

    result = run(executor, "f")

    assert result.final_output == {"b": 2}
    assert result.execution_log[0].retry_errors == ["failure 1", FAILED]
