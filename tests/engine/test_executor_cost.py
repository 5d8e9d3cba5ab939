"""The cost report that a profile adds to every result."""

from __future__ import annotations

import pytest
from toolbox import Number, dag, dag_step, double_tool, executor_for, flow, give, raising_tool, step

from chainweaver import CostProfile, ExecutionResult, Flow

PROFILE = CostProfile(
    avg_llm_latency_ms=100.0, avg_tokens_per_call=1000.0, cost_per_token_usd=0.001
)


def report_of(run, flows, tools, name="f", payload=None, **settings):
    executor = executor_for(flows, tools, cost_profile=PROFILE, **settings)
    result = run(executor, name, payload or {})
    return result, result.cost_report


def test_without_a_profile_there_is_no_report(run):
    assert run(executor_for(flow("f")), "f").cost_report is None


@pytest.mark.parametrize(("steps", "avoided"), [(0, 0), (1, 0), (2, 1), (5, 4)])
def test_all_calls_but_one_are_avoided(run, steps, avoided):
    result, report = report_of(
        run, flow("f", *["t"] * steps, on_context_collision="overwrite"), [give("t", a=1)]
    )

    assert (report.steps_executed, report.llm_calls_avoided) == (steps, avoided)
    assert report.latency_saved_ms == pytest.approx(avoided * 100.0)
    assert report.cost_saved_usd == pytest.approx(avoided * 1.0)
    assert report.actual_execution_ms == pytest.approx(result.total_duration_ms)
    assert report.profile == PROFILE


def test_failed_steps_count(run):
    result, report = report_of(run, flow("f", "t", "boom", "t"), [give("t", a=1), raising_tool()])

    assert not result.success
    assert report.steps_executed == 2


@pytest.mark.parametrize("field", ["input_schema_ref", "output_schema_ref"])
def test_records_of_schemas_do_not_count(run, field):
    result, report = report_of(
        run,
        flow(
            "f", "t", "t", on_context_collision="overwrite", **{field: Flow.schema_ref_from(Number)}
        ),
        [give("t", a=1)],
    )

    assert not result.success
    assert report.steps_executed == (0 if field == "input_schema_ref" else 2)


def test_the_tools_of_a_sub_flow_count_and_the_step_itself_does_not(run):
    flows = [
        flow("f", "t", step("middle", sub_flow=True), on_context_collision="overwrite"),
        dag(
            "middle",
            dag_step("a", "u"),
            dag_step("b", "leaf", after=["a"], sub_flow=True),
            on_context_collision="overwrite",
        ),
        flow("leaf", "t", "u", "t", on_context_collision="overwrite"),
    ]

    result, report = report_of(run, flows, [give("t", a=1), give("u", b=1)])

    assert report.steps_executed == 1 + 1 + 3
    middle = result.execution_log[1].sub_result
    assert middle.cost_report.steps_executed == 4


def test_a_failed_sub_flow_counts_what_it_ran(run):
    flows = [flow("f", "t", step("sub", sub_flow=True)), flow("sub", "u", "boom")]

    _, report = report_of(run, flows, [give("t", a=1), give("u", b=1), raising_tool()])

    assert report.steps_executed == 3


def test_a_report_survives_json(run):
    result, report = report_of(run, flow("f", "t", "u"), [give("t", a=1), give("u", b=1)])

    again = ExecutionResult.model_validate_json(result.model_dump_json())

    assert again.cost_report == report
    assert again.cost_report.to_dict()["llm_calls_avoided"] == 1


def test_a_tool_named_like_its_flow_counts_even_when_its_input_is_wrong(run):
    result, report = report_of(
        run, flow("double", "double"), [double_tool()], name="double", payload={"n": "many"}
    )

    assert result.execution_log[0].error_type == "SchemaValidationError"
    assert report.steps_executed == 1
