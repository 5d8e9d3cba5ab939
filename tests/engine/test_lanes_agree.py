"""The lanes agree: whatever flow is drawn, sync and async give the same records (ADR-0005)."""

from __future__ import annotations

from collections import Counter

import pytest
import strategies
from hypothesis import find, given, settings
from strategies import LANES, outcome_of, scenarios


@settings(max_examples=200)
@given(scenario=scenarios())
def test_every_lane_gives_the_same_records_or_the_same_error(scenario):
    expected, *others = (
        outcome_of(lane, scenario.executor(max_step_concurrency=concurrency), scenario)
        for lane, concurrency in LANES
    )

    for other in others:
        assert other == expected


@given(scenario=scenarios())
def test_a_run_gives_the_same_again(scenario):
    """Not the second run on an executor only: what the first one compiled is used again."""
    if scenario.flaky:
        return
    for lane, _ in LANES[:2]:
        executor = scenario.executor()
        first, second = (outcome_of(lane, executor, scenario) for _ in range(2))
        assert first == second == outcome_of(lane, scenario.executor(), scenario)


def _kind(scenario):
    lane, concurrency = LANES[0]
    outcome = outcome_of(lane, scenario.executor(max_step_concurrency=concurrency), scenario)
    if outcome[0] != "result":
        return outcome[0]
    return "success" if outcome[1]["success"] else outcome[1]["execution_log"][-1]["error_type"]


@pytest.mark.parametrize(
    "kind",
    [
        "success",
        "FlowExecutionError",
        "SchemaValidationError",
        "InputMappingError",
        "ToolNotFoundError",
        "DecisionCallbackError",
        "PredicateSyntaxError",
        "OutputMappingError",
        "ContextKeyCollisionError",
        "FlowStatusError",
        "UndeclaredDynamicParamsError",
    ],
)
def test_scenarios_of_every_kind_are_drawn(kind):
    """Otherwise the tests above would say less than they seem to."""
    find(
        scenarios(),
        lambda scenario: _kind(scenario) == kind,
        settings=settings(max_examples=3000, derandomize=True),
    )


def test_all_features_come_together():
    seen = Counter()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(scenario=scenarios())
    def look(scenario):
        outcome = outcome_of(*_first_lane(scenario), scenario)
        if outcome[0] != "result":
            return
        for record in outcome[1]["execution_log"]:
            seen["skipped branch"] += record["skipped"] and record["error_type"] is None
            seen["skipped error"] += record["skipped"] and record["error_type"] is not None
            seen["fallback"] += record["fallback_used"] and record["success"]
            seen["retried"] += bool(record["retry_count"]) and record["success"]
            seen["sub-flow"] += record["sub_result"] is not None and record["success"]
        seen["long"] += outcome[1]["success"] and len(outcome[1]["execution_log"]) >= 4

    look()
    assert all(
        seen[feature] >= 3
        for feature in (
            "skipped branch",
            "skipped error",
            "fallback",
            "retried",
            "sub-flow",
            "long",
        )
    ), seen


def _first_lane(scenario):
    lane, concurrency = strategies.LANES[0]
    return lane, scenario.executor(max_step_concurrency=concurrency)
