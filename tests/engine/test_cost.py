"""Cost profiles and reports by themselves. What an executor makes of them: test_executor_cost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from chainweaver.cost import CostProfile, CostReport, compute_cost_report
from chainweaver.results import ExecutionResult, StepRecord

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def record(name="t", **settings):
    return StepRecord(
        step_index=0,
        tool_name=name,
        inputs={},
        started_at=NOW,
        ended_at=NOW,
        duration_ms=1.0,
        **settings,
    )


def result(*log, name="f"):
    return ExecutionResult(
        flow_name=name,
        flow_version="1",
        success=True,
        final_output={},
        execution_log=list(log),
        trace_id="0" * 32,
        started_at=NOW,
        ended_at=NOW,
        total_duration_ms=12.5,
    )


def test_the_defaults_of_a_profile():
    profile = CostProfile()

    assert profile.model_dump() == {
        "avg_llm_latency_ms": 300.0,
        "avg_tokens_per_call": 750.0,
        "cost_per_token_usd": 0.00004,
        "provider": None,
        "model": None,
        "price_as_of": None,
    }
    with pytest.raises(ValidationError):
        profile.provider = "p"


@pytest.mark.parametrize(("steps", "avoided"), [(0, 0), (1, 0), (2, 1), (7, 6)])
def test_all_calls_but_one_are_avoided(steps, avoided):
    report = compute_cost_report(result(*[record()] * steps), CostProfile())

    assert (report.steps_executed, report.llm_calls_avoided) == (steps, avoided)
    assert report.latency_saved_ms == pytest.approx(avoided * 300.0)
    assert report.cost_saved_usd == pytest.approx(avoided * 0.03)
    assert report.actual_execution_ms == 12.5


def test_checks_of_the_flows_schemas_are_no_steps():
    check = record("f", error_type="SchemaValidationError", success=False)
    own = record("t", error_type="SchemaValidationError", success=False)

    assert compute_cost_report(result(check), CostProfile()).steps_executed == 0
    assert compute_cost_report(result(own), CostProfile()).steps_executed == 1


def test_a_sub_flow_counts_as_its_steps():
    inner = record("inner", flow_name="inner", sub_result=result(*[record()] * 3, name="inner"))
    middle = record("mid", flow_name="mid", sub_result=result(inner, record(), name="mid"))

    assert compute_cost_report(result(record(), middle), CostProfile()).steps_executed == 5


def test_a_report_is_frozen_and_fits_json():
    profile = CostProfile(provider="p", model="m", price_as_of=date(2026, 1, 31))
    report = compute_cost_report(result(record()), profile)
    data = json.loads(json.dumps(report.to_dict()))

    assert data["profile"]["price_as_of"] == "2026-01-31"
    assert data["steps_executed"] == 1
    assert CostReport.model_validate(data) == report
    with pytest.raises(ValidationError):
        report.steps_executed = 2
