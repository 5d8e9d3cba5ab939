"""Tools of an executor: registration, replacement, drift of their schemas."""

from __future__ import annotations

import logging

import pytest
from toolbox import (
    Anything,
    Doubled,
    Number,
    Text,
    Value,
    dag,
    dag_step,
    double_tool,
    executor_for,
    flow,
    give,
    make_tool,
    step,
)

from chainweaver import FlowExecutor, FlowRegistry, FlowStatus, FlowStatusError, Tool
from chainweaver.exceptions import ToolNotFoundError
from chainweaver.flow import DriftInfo


def test_a_registered_tool_can_be_had():
    tool = double_tool()
    executor = executor_for([], [tool])

    assert executor.get_tool("double") is tool
    assert executor.registered_tools == {"double": tool}


def test_an_unknown_tool_cannot_be_had():
    executor = executor_for([], [double_tool()])

    with pytest.raises(ToolNotFoundError, match="ghost") as caught:
        executor.get_tool("ghost")
    assert caught.value.tool_name == "ghost"


def test_the_tools_are_given_as_a_copy():
    executor = executor_for(flow("f", "double"), [double_tool()])

    executor.registered_tools.clear()

    assert list(executor.registered_tools) == ["double"]
    assert executor.execute_flow("f", {"n": 1}).success


def test_a_tool_of_the_same_name_replaces_the_old_one(run):
    executor = executor_for(flow("f", "t"), [give("t", by="old")])
    assert run(executor, "f").final_output == {"by": "old"}

    executor.register_tool(give("t", by="new"))

    assert run(executor, "f").final_output == {"by": "new"}


def test_a_tool_registered_after_a_failed_run_is_found(run):
    executor = executor_for(flow("f", step("t", on_error="fallback:u")))
    assert not run(executor, "f").success

    executor.register_tool(make_tool("t", lambda _: {}["missing"]))
    assert run(executor, "f").execution_log[0].error_type == "ToolNotFoundError"

    executor.register_tool(give("u", a=1))
    assert run(executor, "f").final_output == {"a": 1}


def test_a_tool_replaced_by_a_tool_counts_from_the_next_run_on(run):
    holder = []

    def replace(_):
        holder[0].register_tool(give("later", by="new"))
        return {}

    executor = executor_for(
        flow("f", "replace", "later"), [make_tool("replace", replace), give("later", by="old")]
    )
    holder.append(executor)

    run(executor, "f")

    assert run(executor, "f").final_output == {"by": "new"}


def test_a_run_that_was_put_in_the_place_of_a_tools_own_is_called(run):
    """On the class or on the tool itself, before it is registered."""
    patched = give("t", by="built")
    patched.run = lambda _: {"by": "patched"}

    async def run_async(_):
        return {"by": "patched"}

    patched.run_async = run_async

    class Wrapped(Tool):
        def run(self, raw):
            return {"by": "wrapped", **super().run(raw)}

        async def run_async(self, raw):
            return {"by": "wrapped", **await super().run_async(raw)}

    wrapped = Wrapped(
        name="t", description="", input_schema=Anything, output_schema=Anything, fn=lambda _: {}
    )

    for tool, by in ((patched, "patched"), (wrapped, "wrapped")):
        assert run(executor_for(flow("f", "t"), [tool]), "f").final_output == {"by": by}


# --- with_replaced_tools ---


def test_replaced_tools_are_all_there_are(run):
    executor = executor_for(flow("f", "t", "u"), [give("t", a=1), give("u", b=1)])

    other = executor.with_replaced_tools([give("t", a=2)])

    assert isinstance(other, FlowExecutor)
    assert other.registry is executor.registry
    assert list(other.registered_tools) == ["t"]
    assert run(other, "f").execution_log[-1].error_type == "ToolNotFoundError"
    assert run(executor, "f").final_output == {"a": 1, "b": 1}


def test_replaced_tools_leave_the_other_settings(run):
    executor = executor_for(
        [
            flow("f", step("t", decision_candidates=["t", "u"])),
            flow("deep", step("f", sub_flow=True)),
        ],
        [],
        decision_callback=lambda _: "u",
        max_composition_depth=0,
    )

    other = executor.with_replaced_tools([give("t", by="t"), give("u", by="u")])

    assert run(other, "f").final_output == {"by": "u"}
    with pytest.raises(Exception, match="depth"):
        run(other, "deep")


# --- drift ---


def drifting(*flows):
    """Return an executor whose flows keep the hash of the tool `t`."""
    tool = make_tool("t", lambda m: {"doubled": m.n}, Number, Doubled)
    executor = executor_for(flows, [tool])
    for each in flows:
        executor.registry.update_flow_state(
            each.name, version=each.version, tool_schema_hashes={"t": tool.schema_hash}
        )
    return executor, tool


def changed_tool():
    return make_tool("t", lambda m: {"text": str(m.n)}, Number, Text)


def test_a_changed_schema_puts_flows_under_review(run, caplog):
    executor, _ = drifting(
        flow("f", "t"), flow("f", "t", version="2.0"), dag("d", dag_step("t")), flow("other", "t")
    )
    executor.registry.update_flow_state("other", tool_schema_hashes={"unrelated": "0" * 16})

    executor.register_tool(changed_tool())

    statuses = {(each.name, each.version): each.status for each in executor.registry.list_flows()}
    assert statuses == {
        ("f", "0.1.0"): FlowStatus.NEEDS_REVIEW,
        ("f", "2.0"): FlowStatus.NEEDS_REVIEW,
        ("d", "1.0.0"): FlowStatus.NEEDS_REVIEW,
        ("other", "0.1.0"): FlowStatus.ACTIVE,
    }
    warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert warnings
    assert any("'t'" in each.getMessage() for each in warnings)
    with pytest.raises(FlowStatusError):
        run(executor, "f")
    assert run(executor, "f", {"n": 1}, force=True).final_output == {"n": 1, "text": "1"}
    assert run(executor, "other", {"n": 1}).success


def test_the_same_schema_changes_nothing(run, caplog):
    executor, _ = drifting(flow("f", "t"))

    executor.register_tool(make_tool("t", lambda _: {"doubled": 0}, Number, Doubled))

    assert run(executor, "f", {"n": 1}).final_output == {"n": 1, "doubled": 0}
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_flow_without_hashes_is_never_put_under_review(run):
    executor = executor_for(flow("f", "t"), [make_tool("t", lambda _: {"v": 1}, Anything)])

    executor.register_tool(make_tool("t", lambda _: {"value": 2}, Anything, Value))

    assert run(executor, "f").final_output == {"value": 2}


def test_the_first_registration_is_no_change():
    executor = executor_for(flow("f", "t", tool_schema_hashes={"t": "0" * 16}))

    executor.register_tool(double_tool("t"))

    assert executor.registry.get_flow("f").status is FlowStatus.ACTIVE


def test_the_drift_report_compares_hashes():
    executor, tool = drifting(flow("f", "t"), dag("d", dag_step("t")))
    assert executor.get_drift_report() == []
    changed = changed_tool()

    executor.register_tool(changed)

    assert sorted(executor.get_drift_report(), key=lambda each: each.flow_name) == [
        DriftInfo(
            flow_name=name,
            tool_name="t",
            expected_hash=tool.schema_hash,
            actual_hash=changed.schema_hash,
        )
        for name in ("d", "f")
    ]


def test_accepting_a_drift_stores_the_new_hashes(run):
    executor, _ = drifting(flow("f", "t"), flow("f", "t", version="2.0"))
    changed = changed_tool()
    executor.register_tool(changed)

    executor.accept_drift("f")

    newest = executor.registry.get_flow("f")
    assert newest.status is FlowStatus.ACTIVE
    assert newest.tool_schema_hashes == {"t": changed.schema_hash}
    assert executor.registry.get_flow("f", version="0.1.0").status is FlowStatus.NEEDS_REVIEW
    assert run(executor, "f", {"n": 1}).success

    executor.accept_drift("f", version="0.1.0")
    assert executor.get_drift_report() == []


def test_executors_over_one_registry_have_tools_of_their_own(run):
    registry = FlowRegistry()
    registry.register_flow(flow("f", "t"))
    one, two = FlowExecutor(registry), FlowExecutor(registry)
    one.register_tool(give("t", by=1))
    two.register_tool(give("t", by=2))

    assert run(one, "f").final_output == {"by": 1}
    assert run(two, "f").final_output == {"by": 2}
