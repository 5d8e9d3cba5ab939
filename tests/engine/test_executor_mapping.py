"""Where a step's inputs come from: context keys, JSON pointers, literals."""

from __future__ import annotations

import pytest
from toolbox import (
    Anything,
    Counting,
    Number,
    add_tool,
    executor_for,
    flow,
    give,
    make_tool,
    step,
)


def inputs_of(run, mapping, context):
    """Run a step with this mapping and return the inputs its tool got and its record."""
    tool = Counting()
    executor = executor_for(flow("f", step("t", mapping)), [make_tool("t", tool)])
    [record] = run(executor, "f", context).execution_log
    return (tool.inputs[0] if tool.inputs else None), record


def test_without_a_mapping_a_step_gets_the_whole_context(run):
    got, record = inputs_of(run, {}, {"a": 1, "b": [2]})

    assert got == record.inputs == {"a": 1, "b": [2]}


def test_with_a_mapping_a_step_gets_the_mapped_keys_only(run):
    got, record = inputs_of(run, {"x": "a"}, {"a": 1, "b": 2, "x": 3})

    assert got == record.inputs == {"x": 1}


def test_the_inputs_of_a_record_stay_as_they_were_when_the_context_grows(run):
    executor = executor_for(flow("f", "t", "u"), [give("t", a=2), give("u", b=3)])

    result = run(executor, "f", {"a": 1})

    assert [record.inputs for record in result.execution_log] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("literal", [5, -1.5, True, None, [1, {"deep": "a"}], {"a": "a"}, []])
def test_what_is_no_text_is_a_literal(run, literal):
    got, record = inputs_of(run, {"x": literal}, {"a": 1})

    assert got == record.inputs == {"x": literal}


@pytest.mark.parametrize("tail", [[], ["more"]])
def test_a_literal_is_the_same_at_every_run(run, tail):
    def grow(validated):
        validated.items.append("grown")
        return {"size": len(validated.items)}

    executor = executor_for(
        flow("f", step("grow", {"items": ["first", *tail]})), [make_tool("grow", grow)]
    )

    sizes = [run(executor, "f").final_output["size"] for _ in range(3)]

    assert sizes == [2 + len(tail)] * 3


POINTERS = {
    "/a": {"b": [10, {"c": 11}], "~": 12, "x/y": 13, "": 14, "0": 15},
    "/a/b": [10, {"c": 11}],
    "/a/b/0": 10,
    "/a/b/1/c": 11,
    "/a/~0": 12,
    "/a/x~1y": 13,
    "/a/": 14,
    "/a/0": 15,
    "/~01": 16,
    "/": 17,
}


@pytest.mark.parametrize("pointer", POINTERS)
def test_a_leading_slash_makes_a_json_pointer(run, pointer):
    context = {
        "a": {"b": [10, {"c": 11}], "~": 12, "x/y": 13, "": 14, "0": 15},
        "~1": 16,
        "": 17,
    }

    got, _ = inputs_of(run, {"x": pointer}, context)

    assert got == {"x": POINTERS[pointer]}


@pytest.mark.parametrize(
    ("pointer", "shortest_wrong_prefix"),
    [
        ("/nowhere", "/nowhere"),
        ("/nowhere/deeper/still", "/nowhere"),
        ("/a/c", "/a/c"),
        ("/a/c/d", "/a/c"),
        ("/a/b/2", "/a/b/2"),
        ("/a/b/2/x", "/a/b/2"),
        ("/a/b/-", "/a/b/-"),
        ("/a/b/-1", "/a/b/-1"),
        ("/a/b/01", "/a/b/01"),
        ("/a/b/one", "/a/b/one"),
        ("/a/b/0/x", "/a/b/0/x"),
        ("/text/0", "/text/0"),
        ("/a/~1", "/a/~1"),
    ],
)
def test_a_pointer_that_leads_nowhere_names_the_shortest_wrong_prefix(
    run, pointer, shortest_wrong_prefix
):
    got, record = inputs_of(run, {"x": pointer}, {"a": {"b": [10, 11]}, "text": "abc"})

    assert got is None
    assert (record.success, record.inputs) == (False, {})
    assert (record.error_type, record.error_code) == ("InputMappingError", "CW-E005")
    assert f"'{shortest_wrong_prefix}'" in record.error_message


def test_a_missing_context_key_is_named(run):
    got, record = inputs_of(run, {"x": "missing_key"}, {"a": 1})

    assert got is None
    assert (record.success, record.inputs, record.outputs) == (False, {}, None)
    assert (record.error_type, record.error_code) == ("InputMappingError", "CW-E005")
    assert "missing_key" in record.error_message
    assert "'t'" in record.error_message


def test_text_is_always_a_key_and_never_a_literal(run):
    _, record = inputs_of(run, {"x": "hello world"}, {"hello": 1})

    assert "hello world" in record.error_message


def test_keys_of_every_kind_are_found(run):
    odd = {"with space": 1, "ünï": 2, "class": 3, "a.b": 4, "": 5, 'quo"te': 6}

    got, _ = inputs_of(run, {f"k{i}": key for i, key in enumerate(odd)}, odd)

    assert got == {f"k{i}": value for i, value in enumerate(odd.values())}


def test_a_mapping_error_is_neither_skipped_nor_replaced_nor_retried(run):
    tool, other = Counting(), Counting()
    for on_error in ("skip", "fallback:other"):
        executor = executor_for(
            flow("f", step("t", {"x": "missing"}, on_error=on_error)),
            [make_tool("t", tool), make_tool("other", other)],
        )

        result = run(executor, "f")

        assert result.success is False
        assert result.execution_log[0].error_type == "InputMappingError"
    assert tool.calls == other.calls == 0


def test_a_tool_that_is_not_there_comes_before_a_mapping_error(run):
    executor = executor_for(flow("f", step("ghost", {"x": "missing"})))

    assert run(executor, "f").execution_log[0].error_type == "ToolNotFoundError"


def test_inputs_that_break_the_tools_schema_are_recorded_as_they_came(run):
    executor = executor_for(flow("f", step("t", {"n": "a"})), [make_tool("t", dict, Number)])

    [record] = run(executor, "f", {"a": "not a number"}).execution_log

    assert record.inputs == {"n": "not a number"}
    assert record.outputs is None
    assert (record.error_type, record.error_code) == ("SchemaValidationError", "CW-E004")
    assert "tool 't'" in record.error_message


def test_records_hold_the_inputs_before_validation(run):
    tool = Counting()
    executor = executor_for(flow("f", "t"), [make_tool("t", tool, Number)])

    [record] = run(executor, "f", {"n": "5", "ignored": 1}).execution_log

    assert record.inputs == {"n": "5", "ignored": 1}
    assert tool.inputs == [{"n": 5}]


def test_mixed_sources_in_one_mapping(run):
    executor = executor_for(
        flow("f", step("add", {"x": "/deep/0", "y": "plain"}), step("t", {"s": "sum", "c": 1})),
        [add_tool(), make_tool("t", lambda m: {"out": [m.s, m.c]}, Anything)],
    )

    assert run(executor, "f", {"deep": [20], "plain": 22}).final_output["out"] == [42, 1]
