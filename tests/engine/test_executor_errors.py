"""Bad input: the coded error or the failed record, and an executor as usable as before."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest
from toolbox import (
    WAIT,
    Number,
    add_tool,
    dag,
    dag_step,
    double_tool,
    flow,
    give,
    make_tool,
    names,
    plain,
    raising_tool,
    step,
)

from chainweaver import (
    CancellationToken,
    ChainWeaverError,
    ContextKeyCollisionError,
    DAGDefinitionError,
    ExecutionResult,
    FlowCancelledError,
    FlowCompositionError,
    FlowExecutor,
    FlowNotFoundError,
    FlowRegistry,
    FlowSerializationError,
    FlowStatus,
    FlowStatusError,
    InMemoryStore,
    OutputMappingError,
    Tool,
)
from chainweaver._execution import scope
from chainweaver.exceptions import UndeclaredDynamicParamsError

GOOD = flow(
    "good",
    "double",
    step("add", {"x": "n", "y": "doubled"}),
    step("inner", {"n": "sum"}, sub_flow=True, output_mapping={"out": "doubled"}),
)
INNER = dag("inner", dag_step("double"), dag_step("t", mapping={"n": "doubled"}, after=["double"]))

BAD_FLOWS = [
    flow("unknown tool", "t", "ghost_tool"),
    flow("missing key", step("t", {"x": "missing_key"})),
    flow("bad pointer", step("t", {"x": "/n/deeper"})),
    flow("wrong model", step("double", {"n": "text"})),
    flow("wrong output", "wrong_output"),
    flow("raises", "t", "boom"),
    flow("hangs", "hang"),
    flow("wrong input", input_schema_ref="toolbox:Doubled"),
    flow("wrong result", "t", output_schema_ref="toolbox:Doubled"),
    flow("bad choice", step("t", decision_candidates=["t"])),
    flow("failing part", step("raises", sub_flow=True)),
    flow("inactive", "t", status=FlowStatus.DISABLED),
    flow("inactive part", step("inactive", sub_flow=True)),
    flow("cycle", step("cycle", sub_flow=True)),
    flow("unknown part", step("ghost_flow", sub_flow=True)),
    flow("lost schema", "t", output_schema_ref="toolbox:NoSuchModel"),
    flow("lost contract", step("t", output_contract="toolbox:NoSuchModel")),
    flow("collision", "t", "t", on_context_collision="error"),
    flow("wrong output key", step("t", output_mapping={"x": "wrong_key"})),
    flow("raising part", step("wrong output key", sub_flow=True)),
    flow("interrupted", "interrupt"),
    flow("cancelled", "cancel", "t"),
    dag("same key", dag_step("one", "t"), dag_step("two", "t")),
    dag("capability", dag_step("c", "t", step_type="capability", capability_id="cap")),
    dag("broken dag", dag_step("one", "t", after=["ghost_step"])),
]

RECORDED = {
    "unknown tool": ("ToolNotFoundError", "ghost_tool"),
    "missing key": ("InputMappingError", "missing_key"),
    "bad pointer": ("InputMappingError", "/n/deeper"),
    "wrong model": ("SchemaValidationError", "double"),
    "wrong output": ("SchemaValidationError", "wrong_output"),
    "raises": ("FlowExecutionError", "boom"),
    "hangs": ("ToolTimeoutError", "hang"),
    "wrong input": ("SchemaValidationError", "wrong input"),
    "wrong result": ("SchemaValidationError", "wrong result"),
    "bad choice": ("DecisionCallbackError", "no_candidate"),
    "failing part": ("FlowExecutionError", "raises"),
    "same key": ("FlowExecutionError", "a"),
    "capability": ("FlowExecutionError", "c"),
}

RAISED = {
    "ghost_flow": (FlowNotFoundError, "ghost_flow"),
    "inactive": (FlowStatusError, "inactive"),
    "inactive part": (FlowStatusError, "inactive"),
    "cycle": (FlowCompositionError, "cycle"),
    "unknown part": (FlowCompositionError, "ghost_flow"),
    "lost schema": (FlowSerializationError, "NoSuchModel"),
    "lost contract": (FlowSerializationError, "NoSuchModel"),
    "collision": (ContextKeyCollisionError, "'a'"),
    "wrong output key": (OutputMappingError, "wrong_key"),
    "raising part": (OutputMappingError, "wrong_key"),
    "cancelled": (FlowCancelledError, "cancelled"),
    "broken dag": (DAGDefinitionError, "ghost_step"),
}

WITH_PARTIAL_RESULT = {
    "inactive part": [],
    "collision": ["t", "t"],
    "wrong output key": ["t"],
    "cancelled": ["cancel"],
}


@pytest.fixture
def hang():
    """An event that ends the tool which hangs."""
    release = threading.Event()
    yield release
    release.set()


@pytest.fixture
def token():
    return CancellationToken()


@pytest.fixture
def make_executor(hang, token):
    def cancel(_):
        token.cancel()
        return {"b": 1}

    def interrupt(_):
        raise KeyboardInterrupt

    tools: list[Tool] = [
        double_tool(),
        add_tool(),
        give("t", a=1),
        raising_tool(),
        make_tool("wrong_output", lambda _: {"n": "text"}, gives=Number),
        make_tool("hang", lambda _: {"late": hang.wait(WAIT)}, timeout_seconds=0.05),
        make_tool("cancel", cancel),
        make_tool("interrupt", interrupt),
    ]

    def make():
        store = InMemoryStore()
        for each in [GOOD, INNER, *BAD_FLOWS]:
            store.save_flow(each)
        executor = FlowExecutor(FlowRegistry(store), decision_callback=lambda _: "no_candidate")
        for tool in tools:
            executor.register_tool(tool)
        return executor

    return make


@pytest.fixture
def good(run, make_executor):
    """Assert that an executor runs the good flow as a fresh one does."""

    def check(executor):
        result = run(executor, "good", {"n": 1})
        assert result.success
        assert plain(result) == plain(run(make_executor(), "good", {"n": 1}))
        assert scope.current(executor) is None

    return check


@pytest.mark.parametrize("name", RECORDED)
def test_what_fails_in_a_step_is_recorded(run, make_executor, good, hang, name):
    executor = make_executor()
    error_type, wrong_name = RECORDED[name]

    result = run(executor, name, {"n": 1, "text": "abc"}, afterwards=hang.set)

    assert isinstance(result, ExecutionResult)
    assert (result.success, result.final_output) == (False, None)
    record = result.execution_log[-1]
    assert (record.success, record.outputs, record.error_type) == (False, None, error_type)
    assert record.error_code.startswith("CW-E")
    assert wrong_name in record.error_message
    assert all(each.success for each in result.execution_log[:-1])
    good(executor)


@pytest.mark.parametrize("name", RAISED)
def test_what_the_caller_must_know_is_raised(run, make_executor, good, token, name):
    executor = make_executor()
    error, wrong_name = RAISED[name]

    with pytest.raises(error) as caught:
        run(executor, name, {"n": 1}, cancel_token=token)

    assert isinstance(caught.value, ChainWeaverError)
    assert wrong_name in str(caught.value)
    good(executor)


@pytest.mark.parametrize("name", WITH_PARTIAL_RESULT)
def test_what_is_raised_in_the_middle_carries_the_run_so_far(run, make_executor, token, name):
    executor = make_executor()

    with pytest.raises(ChainWeaverError) as caught:
        run(executor, name, {"n": 1}, cancel_token=token)

    partial = caught.value.result
    assert isinstance(partial, ExecutionResult)
    assert (partial.flow_name, partial.success, partial.final_output) == (name, False, None)
    assert partial.initial_input == {"n": 1}
    logged = names(partial)
    assert logged[: len(WITH_PARTIAL_RESULT[name])] == WITH_PARTIAL_RESULT[name]
    assert partial.started_at <= partial.ended_at
    assert ExecutionResult.model_validate_json(partial.model_dump_json()) == partial


def test_a_refused_parameter_leaves_the_executor_usable(run, make_executor, good):
    executor = make_executor()

    with pytest.raises(UndeclaredDynamicParamsError):
        run(executor, "good", {"n": 1}, dynamic_params={"p": 1}, undeclared_dynamic_params="error")

    good(executor)


def test_a_deadline_leaves_the_executor_usable(run, make_executor, good):
    executor = make_executor()

    with pytest.raises(FlowCancelledError):
        run(executor, "good", {"n": 1}, deadline=time.time() - 1)

    good(executor)


def test_an_interrupt_in_a_tool_passes_through(make_executor):
    executor = make_executor()

    with pytest.raises(KeyboardInterrupt):
        executor.execute_flow("interrupted", {}, dynamic_params={"p": 1})

    assert scope.current(executor) is None
    assert executor.execute_flow("good", {"n": 1}).final_output == {
        "n": 1,
        "doubled": 2,
        "sum": 3,
        "out": 6,
    }


def test_bad_runs_one_after_another_leave_the_executor_usable(
    run, make_executor, good, hang, token
):
    executor = make_executor()
    hang.set()

    for name in [*RECORDED, *RAISED]:
        with contextlib.suppress(ChainWeaverError):
            run(executor, name, {"n": 1, "text": "abc"}, cancel_token=token)

    good(executor)


def test_an_input_that_is_no_mapping_is_refused(run, make_executor, good):
    executor = make_executor()

    for wrong in ("text", 5, [("n", 1)], [1]):
        with pytest.raises((TypeError, ValueError)):
            run(executor, "good", wrong)
    good(executor)
