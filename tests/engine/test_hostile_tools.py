"""Tools, models and values that do what nobody expects: a run records it and loses nothing."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError
from toolbox import dag, dag_step, executor_for, flow, give, make_tool, step

from chainweaver import (
    ContextKeyCollisionError,
    ExecutionResult,
    Flow,
    FlowSerializationError,
    FlowStatus,
    FlowStatusError,
    FlowStep,
    RetryPolicy,
    SideEffectLevel,
    Tool,
    ToolDefinitionError,
    ToolSafetyContract,
    tool,
)
from chainweaver import exceptions as errors


class NoText(Exception):
    def __str__(self):
        raise ValueError("no text")


class Narrow(BaseModel):
    model_config = ConfigDict(polymorphic_serialization=True)
    a: int = 1


class Broad(Narrow):
    b: int = 2


def test_keys_that_no_schema_foretells_collide_all_the_same(run):
    tools = [make_tool("t", lambda _: Broad(), gives=Narrow)]
    executor = executor_for(flow("f", "t", on_context_collision="error"), tools)

    with pytest.raises(ContextKeyCollisionError) as raised:
        run(executor, "f", {"b": 99})

    assert raised.value.keys == ["b"]
    assert raised.value.result.execution_log[0].outputs == {"a": 1, "b": 2}


def test_keys_that_no_schema_foretells_fail_a_level(run):
    tools = [make_tool(name, lambda _: Broad(), gives=Narrow) for name in ("x", "y")]
    mapped = {"output_mapping": None}
    executor = executor_for(dag("f", dag_step("x", **mapped), dag_step("y", **mapped)), tools)

    result = run(executor, "f", {})

    assert [record.success for record in result.execution_log] == [True, False]
    assert "output keys" in result.execution_log[-1].error_message


@pytest.mark.parametrize("values", [["ab", "cd"], 5])
def test_an_output_that_is_no_dictionary_is_a_failed_record(run, values):
    tools = [make_tool("t", lambda _: values, gives=RootModel[Any])]

    [record] = run(executor_for(flow("f", "t"), tools), "f", {}).execution_log

    assert (record.success, record.error_type) == (False, "FlowExecutionError")
    assert "dictionary" in record.error_message


def test_a_run_of_ones_own_that_gives_no_mapping_is_a_failed_record(run):
    class Own(Tool):
        def run(self, raw):
            return None

        async def run_async(self, raw):
            return None

    own = Own(name="t", description="", input_schema=Narrow, output_schema=Narrow, fn=lambda _: {})
    [record] = run(executor_for(flow("f", "t"), [own]), "f", {}).execution_log

    assert (record.success, record.error_code) == (False, "CW-E006")
    assert "must return a mapping" in record.error_message


def test_an_error_without_a_text_is_told_by_its_name(run):
    def fail(_):
        raise NoText

    [record] = run(executor_for(flow("f", "t"), [make_tool("t", fail)]), "f", {}).execution_log

    assert (record.success, record.retry_errors) == (False, ["NoText"])
    assert "NoText" in record.error_message


class Uncopyable:
    def __deepcopy__(self, memo):
        raise KeyError


@pytest.mark.parametrize("literal", [threading.Lock(), Uncopyable()], ids=["lock", "own"])
def test_a_literal_that_cannot_be_copied_is_a_failed_record(run, literal):
    executor = executor_for(flow("f", step("t", {"x": literal})), [give("t", a=1)])

    [record] = run(executor, "f", {}).execution_log

    assert (record.success, record.error_code) == (False, "CW-E006")


def test_an_endless_pointer_is_a_missing_key(run):
    pointer = "/x/" + "1" * 5000
    executor = executor_for(flow("f", step("t", {"y": pointer})), [give("t", a=1)])

    [record] = run(executor, "f", {"x": [1]}).execution_log

    assert record.error_type == "InputMappingError"


class Key(StrEnum):
    X = "x"


def test_a_key_may_be_a_member_of_a_text_enum(run):
    echo = make_tool("t", lambda given: {"seen": given.y})
    executor = executor_for(flow("f", step("t", {"y": Key.X})), [echo])

    assert run(executor, "f", {"x": 7}).final_output == {"x": 7, "seen": 7}


def test_a_status_may_be_given_as_text():
    executor = executor_for(flow("f", "t"), [give("t", a=1)])

    executor.registry.set_flow_status("f", "disabled")
    assert executor.registry.get_flow("f").status is FlowStatus.DISABLED
    with pytest.raises(FlowStatusError):
        executor.execute_flow("f", {})
    with pytest.raises(ValueError, match="bogus"):
        executor.registry.set_flow_status("f", "bogus")


def test_a_function_that_is_no_tool_is_refused():
    with pytest.raises(TypeError, match="@tool"):
        executor_for(flow("f", "t"), []).register_tool(lambda: None)


class Renamed(BaseModel):
    value: int = Field(alias="theValue")


def test_a_returned_instance_is_taken_as_it_is(run):
    @tool
    def renamed() -> Renamed:
        return Renamed(theValue=3)

    assert run(executor_for(flow("f", "renamed"), [renamed]), "f", {}).final_output == {"value": 3}


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_timeout_that_is_no_length_of_time_is_refused(seconds):
    with pytest.raises(ToolDefinitionError, match="timeout_seconds"):
        make_tool("t", lambda _: {}, timeout_seconds=seconds)


def test_a_rehearsal_does_not_stop_the_event_loop():
    entered, release = threading.Event(), threading.Event()

    def rehearse(_):
        entered.set()
        assert release.wait(10)
        return {"a": 0}

    writes = ToolSafetyContract(side_effects=SideEffectLevel.WRITE, supports_dry_run=True)
    slow = make_tool("t", lambda _: {}, dry_run_fn=rehearse, safety=writes)
    executor = executor_for(flow("f", "t"), [slow])

    async def main():
        run = asyncio.create_task(executor.execute_flow_async("f", {}, dry_run=True))
        await asyncio.to_thread(entered.wait, 10)
        release.set()
        return await run

    assert asyncio.run(main()).final_output == {"a": 0}


def test_a_tool_that_cancels_itself_fails_in_the_sync_lane():
    async def cancels_itself(_):
        task = asyncio.ensure_future(asyncio.sleep(60))
        await asyncio.sleep(0)
        task.cancel()
        await task

    executor = executor_for(flow("f", "t"), [make_tool("t", cancels_itself)])

    [record] = executor.execute_flow("f", {}).execution_log
    assert record.error_code == "CW-E006"


def test_a_capability_with_a_sub_flow_is_not_run(run):
    capability = dag_step("c", "inner", sub_flow=True, step_type="capability")
    executor = executor_for([dag("f", capability), flow("inner", "t")], [give("t", a=1)])

    [record] = run(executor, "f", {}).execution_log

    assert "not supported by FlowExecutor" in record.error_message


def test_plans_of_flows_that_are_gone_are_dropped():
    executor = executor_for(flow("kept", "t"), [give("t", a=1)])
    gone = flow("gone", "t")
    alive = weakref.ref(gone.steps[0])
    executor.registry.register_flow(gone)
    executor.execute_flow("gone", {})
    executor.registry.store.delete_flow(gone.name, gone.version)
    del gone

    executor.execute_flow("kept", {})

    assert alive() is None


RAISED = [
    errors.ToolNotFoundError("a"),
    errors.SchemaValidationError("a", 1, "detail", context="flow_input"),
    errors.FlowCancelledError("f", 2, result=None, token_cancelled=True),
    errors.UndeclaredDynamicParamsError("f", ["x"], ["y"]),
]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_errors_survive_copies_and_pickles(error, duplicate):
    again = duplicate(error)

    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_a_result_is_made_whole_once_by_whoever_comes_first():
    executor = executor_for(flow("f", "t"), [give("t", a=1)])
    with ThreadPoolExecutor(8) as pool:
        for _ in range(200):
            result = executor.execute_flow("f", {})
            barrier = threading.Barrier(8)

            def read(result=result, barrier=barrier):
                barrier.wait()
                return result.execution_log

            logs = [future.result() for future in [pool.submit(read) for _ in range(8)]]
            assert all(log is logs[0] for log in logs)


def test_an_unread_result_can_be_copied_the_old_way_and_referred_to_weakly():
    result = executor_for(flow("f", "t"), [give("t", a=1)]).execute_flow("f", {})

    assert weakref.ref(result)() is result
    with pytest.warns(DeprecationWarning, match="copy"):
        assert len(result.copy().execution_log) == 1


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (FlowStep, {"tool_name": "t", "input_maping": {}}),
        (RetryPolicy, {"max_retry": 9}),
        (ToolSafetyContract, {"side_effect": "destructive"}),
        (Flow, {"name": "f", "description": "", "steps": [], "dynamic_param": ["x"]}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_misspelt_field_is_refused(model, fields):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model(**fields)


@pytest.mark.parametrize("literal", [float("nan"), float("inf"), b"\xff", object()])
def test_a_flow_with_a_literal_that_json_does_not_have_is_not_written(literal):
    with pytest.raises(FlowSerializationError, match="'f' holds"):
        flow("f", step("t", {"x": literal})).to_json()


def test_numbers_that_are_not_finite_survive_the_json_of_a_result(run):
    result = run(executor_for(flow("f", "t"), [give("t", a=float("inf"))]), "f", {})

    again = ExecutionResult.model_validate_json(result.model_dump_json())

    assert again.final_output == {"a": float("inf")}
    assert again.execution_log[0].outputs == {"a": float("inf")}


def test_the_loop_of_an_async_tool_is_closed_however_its_tasks_end(monkeypatch):
    loops = []
    make_loop = asyncio.new_event_loop
    monkeypatch.setattr(asyncio, "new_event_loop", lambda: loops.append(make_loop()) or loops[-1])

    async def exits_when_cancelled():
        try:
            await asyncio.sleep(60)
        finally:
            raise SystemExit

    async def leaves_a_task(_):
        loops.append(asyncio.ensure_future(exits_when_cancelled()))
        await asyncio.sleep(0)
        return {}

    executor = executor_for(flow("f", "t"), [make_tool("t", leaves_a_task)])
    with pytest.raises(SystemExit):
        executor.execute_flow("f", {})

    loop, task = loops
    assert isinstance(task.exception(), SystemExit)
    assert loop.is_closed()
