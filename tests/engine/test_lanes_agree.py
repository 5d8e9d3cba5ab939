"""The lanes agree: whatever flow is drawn, sync and async give the same records (ADR-0005)."""

from __future__ import annotations

import logging
from collections import Counter

from hypothesis import given, settings
from strategies import LANES, outcome_of, scenarios
from toolbox import SYNC


@given(scenario=scenarios())
def test_every_lane_gives_the_same_records_or_the_same_error(scenario):
    expected, *others = (
        outcome_of(lane, scenario.executor(max_step_concurrency=concurrency), scenario)
        for lane, concurrency in LANES
    )

    for other in others:
        assert other == expected


@given(scenario=scenarios())
def test_the_log_level_changes_no_record(scenario):
    for lane, _ in LANES[:2]:
        loud, quiet = (
            outcome_of(lane, scenario.executor(), scenario, log_level=level)
            for level in (logging.DEBUG, logging.CRITICAL)
        )
        assert loud == quiet


@given(scenario=scenarios(flaky_tools=False))
def test_a_run_gives_the_same_again(scenario):
    """What the first run compiled is used again, and the first run left nothing in it."""
    for lane, _ in LANES[:2]:
        executor = scenario.executor()
        first, second = (outcome_of(lane, executor, scenario) for _ in range(2))
        assert first == second


def test_scenarios_of_every_kind_are_drawn():
    """Otherwise the tests with drawn scenarios would say less than they seem to."""
    seen: Counter[str] = Counter()

    @settings(max_examples=400, database=None)
    @given(scenario=scenarios())
    def look(scenario):
        ending, result, *_ = outcome_of(SYNC, scenario.executor(), scenario)
        if ending != "result":
            seen[ending] += 1
            return
        log = result["execution_log"]
        seen["success" if result["success"] else log[-1]["error_type"]] += 1
        seen["long success"] += result["success"] and len(log) >= 4
        for record in log:
            seen["branch not taken"] += record["skipped"] and record["error_type"] is None
            seen["error skipped"] += record["skipped"] and record["error_type"] is not None
            seen["fallback"] += record["fallback_used"] and record["success"]
            seen["retry"] += record["retry_count"] > 0 and record["success"]
            seen["sub-flow"] += record["sub_result"] is not None and record["success"]

    look()

    rare = {
        "FlowExecutionError", "SchemaValidationError", "InputMappingError", "ToolNotFoundError",
        "DecisionCallbackError", "PredicateSyntaxError", "OutputMappingError",
        "ContextKeyCollisionError", "FlowStatusError", "UndeclaredDynamicParamsError",
    }  # fmt: skip
    often = {
        "success", "long success", "branch not taken", "error skipped", "fallback", "retry",
        "sub-flow",
    }  # fmt: skip
    assert [kind for kind in rare if not seen[kind]] == [], seen
    assert [kind for kind in often if seen[kind] < 5] == [], seen
