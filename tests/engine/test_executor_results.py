"""Results and records: what they hold, and that they survive copies and JSON."""

from __future__ import annotations

import copy
import pickle
import random
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from toolbox import (
    ASYNC,
    NO_WAIT,
    SYNC,
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

from chainweaver import ExecutionResult, Flow, StepRecord

NOW = datetime.now(UTC)


def eventful_executor():
    """Make flows whose records show every kind of outcome."""
    return executor_for(
        [
            flow(
                "parent",
                "double",
                step("sub", {"n": "doubled"}, sub_flow=True, output_mapping={"four": "doubled"}),
                step("boom", on_error="skip"),
                step("boom", on_error="fallback:fine", retry=NO_WAIT),
                step("flaky", retry=NO_WAIT),
                step("sub", {"n": "text"}, sub_flow=True),
            ),
            flow("sub", "double"),
            flow("refuses", input_schema_ref=Flow.schema_ref_from(Number)),
            dag("d", dag_step("double"), dag_step("boom", after=["double"])),
        ],
        [
            double_tool(),
            raising_tool(),
            give("fine", nested={"list": [1, 2.5, None, {"deep": "ü"}]}),
            make_tool("flaky", Counting(fail_first=1, flaky=True)),
        ],
    )


INPUTS = {"parent": {"n": 1, "text": "no number"}, "refuses": {"n": []}, "d": {"n": 3}}


@pytest.fixture(params=INPUTS)
def result(request, run):
    return run(eventful_executor(), request.param, INPUTS[request.param])


def test_a_result_survives_json(result):
    again = ExecutionResult.model_validate_json(result.model_dump_json())

    assert again == result
    assert again.model_dump() == result.model_dump()
    assert again.model_dump_json() == result.model_dump_json()


def test_a_result_survives_python_data(result):
    assert ExecutionResult.model_validate(result.model_dump()) == result
    assert ExecutionResult.model_validate(result.model_dump(mode="json")) == result


def test_a_result_survives_copies(result):
    for again in (
        copy.copy(result),
        copy.deepcopy(result),
        result.model_copy(),
        result.model_copy(deep=True),
        pickle.loads(pickle.dumps(result)),
    ):
        assert again == result
        assert again.model_dump() == result.model_dump()


def test_a_copy_made_before_the_log_was_read_has_it_too(run):
    result = run(eventful_executor(), "d", {"n": 3})

    again = pickle.loads(pickle.dumps(result))
    copied = copy.deepcopy(result)
    updated = result.model_copy(update={"dry_run": True})

    assert len(again.execution_log) == len(copied.execution_log) == 2
    assert updated.execution_log == result.execution_log
    assert (updated.dry_run, result.dry_run) == (True, False)


def test_the_log_is_a_list_of_records(result):
    assert isinstance(result, ExecutionResult)
    assert type(result.execution_log) is list
    assert result.execution_log
    assert all(type(record) is StepRecord for record in result.execution_log)
    assert result.execution_log is result.execution_log


def test_a_change_to_the_log_stays(run):
    result = run(eventful_executor(), "d", {"n": 3})

    del result.execution_log[-1]

    assert len(result.execution_log) == 1
    assert len(result.model_dump()["execution_log"]) == 1
    assert len(ExecutionResult.model_validate_json(result.model_dump_json()).execution_log) == 1


def test_results_differ_when_their_runs_did(run):
    executor = eventful_executor()

    assert run(executor, "d", {"n": 3}) != run(executor, "d", {"n": 3})


def test_the_repr_names_the_flow(result):
    assert result.flow_name in repr(result)


def test_the_fields_of_a_result():
    assert list(ExecutionResult.model_fields) == [
        "trace_schema_version",
        "flow_name",
        "flow_version",
        "success",
        "final_output",
        "execution_log",
        "trace_id",
        "started_at",
        "ended_at",
        "total_duration_ms",
        "cost_report",
        "initial_input",
        "dry_run",
    ]


def test_the_fields_of_a_record():
    assert list(StepRecord.model_fields) == [
        "step_index",
        "tool_name",
        "inputs",
        "outputs",
        "error_type",
        "error_code",
        "error_message",
        "success",
        "started_at",
        "ended_at",
        "duration_ms",
        "retry_count",
        "retry_errors",
        "skipped",
        "cached",
        "fallback_used",
        "fallback_tool_name",
        "flow_name",
        "sub_result",
        "approval",
    ]


def test_a_plain_record():
    executor = executor_for(flow("f", "double"), [double_tool()])

    for lane in (SYNC, ASYNC):
        [record] = lane(executor, "f", {"n": 1}).execution_log
        assert record.model_dump(exclude={"started_at", "ended_at", "duration_ms"}) == {
            "step_index": 0,
            "tool_name": "double",
            "inputs": {"n": 1},
            "outputs": {"doubled": 2},
            "error_type": None,
            "error_code": None,
            "error_message": None,
            "success": True,
            "retry_count": 0,
            "retry_errors": [],
            "skipped": False,
            "cached": False,
            "fallback_used": False,
            "fallback_tool_name": None,
            "flow_name": None,
            "sub_result": None,
            "approval": None,
        }


def test_the_marks_of_a_run(result):
    assert result.trace_schema_version == "1.1"
    assert re.fullmatch("[0-9a-f]{32}", result.trace_id)
    assert (result.dry_run, result.cost_report) == (False, None)


def test_every_run_has_a_trace_id_of_its_own(run):
    executor = executor_for(flow("f"))

    assert len({run(executor, "f").trace_id for _ in range(20)}) == 20


def test_a_trace_id_is_a_random_uuid(run):
    executor = executor_for(flow("f"))

    random.seed(1)
    first = run(executor, "f").trace_id
    random.seed(1)
    second = run(executor, "f").trace_id

    assert first != second
    for trace_id in (first, second):
        assert uuid.UUID(trace_id).version == 4
        assert uuid.UUID(trace_id).variant == uuid.RFC_4122


FORK = """
import os
from chainweaver import Flow, FlowExecutor, FlowRegistry

registry = FlowRegistry()
registry.register_flow(Flow(name="f", description="", steps=[]))
executor = FlowExecutor(registry)
executor.execute_flow("f", {})
child = os.fork()
os.write(1, executor.execute_flow("f", {}).trace_id.encode() + b"\\n")
if child:
    os.waitpid(child, 0)
else:
    os._exit(0)
"""


def test_a_forked_process_does_not_repeat_trace_ids():
    told = subprocess.run(
        [sys.executable, "-c", FORK], capture_output=True, text=True, check=True
    ).stdout.split()

    assert len(told) == 2
    assert told[0] != told[1]


def test_times_are_utc_and_in_order(result):
    before = result.started_at
    for record in result.execution_log:
        assert record.started_at.tzinfo is UTC
        assert record.started_at.utcoffset() == timedelta(0)
        assert before <= record.started_at <= record.ended_at
        assert record.duration_ms >= 0
        before = record.ended_at
    assert result.ended_at.utcoffset() == timedelta(0)
    assert before <= result.ended_at


def test_the_total_time_is_no_less_than_that_of_the_steps(result):
    assert result.total_duration_ms >= sum(each.duration_ms for each in result.execution_log)


def test_a_runs_time_is_the_clocks(run):
    before = datetime.now(UTC)
    result = run(executor_for(flow("f", "t"), [give("t", a=1)]), "f")
    after = datetime.now(UTC)

    # Two clocks, one of them monotonic: allow what they may be apart.
    slack = timedelta(seconds=1)
    assert before - slack <= result.started_at <= result.ended_at <= after + slack


def test_the_error_code_follows_from_the_error_type():
    def record(**settings):
        return StepRecord(
            step_index=0,
            tool_name="t",
            inputs={},
            started_at=NOW,
            ended_at=NOW,
            duration_ms=0.0,
            **settings,
        )

    assert record().error_code is None
    assert record(error_type="ToolTimeoutError").error_code == "CW-E008"
    assert record(error_type="ValueError").error_code is None
    assert record(error_type="ToolTimeoutError", error_code="CW-E999").error_code == "CW-E999"


def test_every_failed_record_has_a_code(result):
    failed = [record for record in result.execution_log if not record.success]
    assert failed
    for record in failed:
        assert re.fullmatch(r"CW-E\d{3}", record.error_code)
        assert record.error_code not in record.error_message


def test_a_record_made_by_hand_has_defaults():
    record = StepRecord(
        step_index=0, tool_name="t", inputs={}, started_at=NOW, ended_at=NOW, duration_ms=0
    )

    assert (record.success, record.outputs, record.retry_errors) == (True, None, [])


def test_a_result_made_by_hand_has_defaults():
    made = ExecutionResult(
        flow_name="f",
        flow_version="1.0",
        success=True,
        final_output={},
        trace_id="0" * 32,
        started_at=NOW,
        ended_at=NOW,
        total_duration_ms=0.0,
    )

    assert (made.execution_log, made.initial_input, made.dry_run) == ([], {}, False)
    assert made.trace_schema_version == "1.1"
    assert ExecutionResult.model_validate_json(made.model_dump_json()) == made


def test_nested_results_survive_json(run):
    result = run(eventful_executor(), "parent", INPUTS["parent"])

    again = ExecutionResult.model_validate_json(result.model_dump_json())

    good, bad = again.execution_log[1].sub_result, again.execution_log[-1].sub_result
    assert good.final_output == {"n": 2, "doubled": 4}
    assert (bad.success, bad.execution_log[0].error_type) == (False, "SchemaValidationError")


def test_the_schema_of_a_result_can_be_made():
    schema = ExecutionResult.model_json_schema()

    assert "StepRecord" in schema["$defs"]


def test_a_result_keeps_what_the_run_saw(run):
    """A record shows the values of its time, whatever later steps and the caller do."""
    executor = executor_for(
        flow("f", "t", "u", "t", on_context_collision="overwrite"), [give("t", a=1), give("u", a=2)]
    )

    result = run(executor, "f", {"a": 0})
    result.final_output["a"] = "changed"

    assert [record.inputs for record in result.execution_log] == [{"a": 0}, {"a": 1}, {"a": 2}]
    assert [record.outputs for record in result.execution_log] == [{"a": 1}, {"a": 2}, {"a": 1}]


def test_a_result_is_a_model_like_any_other(run):
    result = run(eventful_executor(), "d", {"n": 3})

    assert [name for name, _ in result] == list(ExecutionResult.model_fields)
    assert dict(run(eventful_executor(), "d", {"n": 3}))["flow_name"] == "d"
    assert result != "something else"
    assert not hasattr(result, "no_such_field")
    with pytest.raises(AttributeError, match="no_such_field"):
        _ = run(eventful_executor(), "d", {"n": 3}).no_such_field


@pytest.mark.parametrize("field", ExecutionResult.model_fields)
def test_every_field_can_be_the_first_to_be_read(run, field):
    getattr(run(eventful_executor(), "d", {"n": 3}), field)


@pytest.mark.parametrize("field", ["execution_log", "started_at", "final_output", "dry_run"])
def test_a_field_can_be_set_before_anything_was_read(run, field):
    result = run(eventful_executor(), "d", {"n": 3})

    setattr(result, field, None)

    assert getattr(result, field) is None
    assert dict(result)[field] is None
    assert result.flow_name == "d"


def test_a_result_can_be_drawn(run):
    drawn = run(eventful_executor(), "d", {"n": 3}).to_mermaid(direction="TB")

    assert drawn.startswith("graph TB")
    assert "double" in drawn
    assert "boom" in drawn


def test_records_share_nothing(run):
    executor = executor_for(flow("f", "t", "u"), [give("t", a=1), give("u", b=1)])

    one, two = run(executor, "f").execution_log
    one.retry_errors.append("mine")
    one.inputs["mine"] = one.outputs["mine"] = 1

    assert two.retry_errors == []
    for record in (two, *run(executor, "f").execution_log):
        assert record.retry_errors == []
        assert "mine" not in record.inputs
        assert "mine" not in record.outputs
