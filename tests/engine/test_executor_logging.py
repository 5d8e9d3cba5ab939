"""What a run says to the log."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from toolbox import (
    NO_WAIT,
    Counting,
    Number,
    dag,
    dag_step,
    double_tool,
    executor_for,
    flow,
    give,
    make_tool,
    raising_tool,
    step,
)

from chainweaver import ConditionalEdge, Flow


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO, logger="chainweaver")
    return caplog


def lines(log, start=""):
    return [
        (record.levelname, record.getMessage())
        for record in log.records
        if record.name.startswith("chainweaver") and record.getMessage().startswith(start)
    ]


def test_a_step_says_when_it_starts_and_ends(run, log):
    run(
        executor_for(
            flow("f", "double", "double", on_context_collision="overwrite"), [double_tool()]
        ),
        "f",
        {"n": 21},
    )

    said = lines(log, "Step ")
    assert [(level, " ".join(message.split()[:3])) for level, message in said] == [
        ("INFO", "Step 0 START"),
        ("INFO", "Step 0 END"),
        ("INFO", "Step 1 START"),
        ("INFO", "Step 1 END"),
    ]
    assert all("double" in message for _, message in said)
    assert "21" in said[0][1]
    assert "42" in said[1][1]


def test_a_flow_says_when_it_starts_and_succeeds(run, log):
    run(executor_for(flow("the_flow")), "the_flow")

    said = [(level, message) for level, message in lines(log) if "the_flow" in message]
    assert [level for level, _ in said] == ["INFO", "INFO"]


def test_a_failing_step_and_the_flow_it_ends_are_errors(run, log):
    run(executor_for(flow("the_flow", "boom"), [raising_tool()]), "the_flow")

    [(level, message)] = lines(log, "Step 0 ERROR")
    assert level == "ERROR"
    assert "boom" in message
    assert "it broke" in message
    assert any(level == "ERROR" and "the_flow" in message for level, message in lines(log))
    assert lines(log, "Step 0 END") == []


def test_a_retried_step_starts_and_ends_once(run, log):
    run(
        executor_for(
            flow("f", step("t", retry=NO_WAIT)), [make_tool("t", Counting(fail_first=2, a=1))]
        ),
        "f",
    )

    assert len(lines(log, "Step 0 START")) == len(lines(log, "Step 0 END")) == 1


@pytest.mark.parametrize("field", ["input_schema_ref", "output_schema_ref", "context_schema_ref"])
def test_a_broken_schema_is_an_error(run, log, field):
    run(executor_for(flow("the_flow", **{field: Flow.schema_ref_from(Number)})), "the_flow")

    assert any(level == "ERROR" and "the_flow" in message for level, message in lines(log))


def test_what_fails_before_the_start_of_a_step_does_not_start_it(run, log):
    run(executor_for(flow("f", step("t", {"x": "missing"})), [give("t", a=1)]), "f")
    run(executor_for(flow("f", "ghost")), "f")

    assert lines(log, "Step 0 START") == []


def test_a_branch_not_taken_says_nothing(run, log):
    run(
        executor_for(
            dag(
                "d",
                dag_step(
                    "choose", branches=[ConditionalEdge(target_step_id="a", predicate="True")]
                ),
                dag_step("a", after=["choose"]),
                dag_step("hidden", after=["choose"]),
            ),
            [give("choose", c=1), give("a", a=1), give("hidden", h=1)],
        ),
        "d",
    )

    starts = Counter(
        name
        for _, message in lines(log, "Step ")
        for name in ("choose", "hidden")
        if f"{name}" in message and "START" in message
    )
    assert starts == {"choose": 1}


def test_a_sub_flow_says_its_steps_too(run, log):
    run(
        executor_for(
            [flow("parent", step("sub", sub_flow=True)), flow("sub", "t")], [give("t", a=1)]
        ),
        "parent",
    )

    starts = [message for _, message in lines(log, "Step ") if "START" in message]
    assert len(starts) == 2
    assert "sub" in starts[0]
    assert "t" in starts[1]


def test_the_log_may_be_off(run, caplog):
    caplog.set_level(logging.CRITICAL, logger="chainweaver")

    result = run(executor_for(flow("f", "double"), [double_tool()]), "f", {"n": 1})

    assert result.success
    assert caplog.records == []


def test_results_do_not_depend_on_the_log_level(run, caplog):
    from toolbox import plain

    executor = executor_for(flow("f", "double", "boom"), [double_tool(), raising_tool()])
    results = []
    for level in (logging.DEBUG, logging.CRITICAL):
        caplog.set_level(level, logger="chainweaver")
        results.append(plain(run(executor, "f", {"n": 1})))

    assert results[0] == results[1]


def test_the_package_logger_is_quiet_by_itself():
    handlers = logging.getLogger("chainweaver").handlers

    assert any(isinstance(handler, logging.NullHandler) for handler in handlers)
