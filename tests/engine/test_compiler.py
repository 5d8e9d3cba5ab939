"""`compile_flow`: what it finds wrong, and what it leaves to the run."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field
from pydantic.dataclasses import dataclass
from toolbox import (
    Anything,
    Nothing,
    Number,
    Text,
    Value,
    add_tool,
    double_tool,
    executor_for,
    flow,
    make_tool,
    step,
    sub,
)
from typing_extensions import TypedDict

from chainweaver.compiler import (
    CompilationError,
    CompilationResult,
    CompilationWarning,
    compile_flow,
)
from chainweaver.exceptions import FlowSerializationError


class Half(BaseModel):
    n: float


class Complex(BaseModel):
    n: complex


class Flag(BaseModel):
    n: bool


class Maybe(BaseModel):
    n: int | None


class WithDefault(BaseModel):
    n: int = 0
    x: int


class Nested(BaseModel):
    inner: Number


class TakesDict(BaseModel):
    inner: dict[str, int]


class TakesPlainDict(BaseModel):
    inner: dict


class Typed(TypedDict):
    n: int


class TakesTyped(BaseModel):
    inner: Typed


class Computes(BaseModel):
    inner: Any

    @computed_field
    @property
    def made(self) -> int:
        return 1


@dataclass
class Point:
    n: int


class TakesPoint(BaseModel):
    inner: Point


class Objects(BaseModel):
    n: object


class ByAlias(BaseModel):
    n: int = Field(alias="number")


class ByNameToo(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    n: int = Field(alias="number")


class NumberFlow(BaseModel):
    n: int


def named(name, takes=Nothing, gives=Nothing):
    return make_tool(name, lambda _: {}, takes, gives)


def compiled(f, *tools):
    return compile_flow(f, {tool.name: tool for tool in tools})


def errors(f, *tools):
    return [(e.step_index, e.issue_type, e.field_name) for e in compiled(f, *tools).errors]


def warnings(f, *tools):
    return [(w.step_index, w.issue_type, w.field_name) for w in compiled(f, *tools).warnings]


def takes_n(*steps, **settings):
    return flow("f", *steps, input_schema_ref="toolbox:Number", **settings)


def test_a_flow_without_fault_compiles():
    f = takes_n(
        "double",
        step("add", {"x": "n", "y": "doubled"}, output_mapping={"total": "sum"}),
        step("double", {"n": "/total"}, output_mapping={"again": "doubled"}),
        output_schema_ref=f"{__name__}:NumberFlow",
    )

    assert compiled(f, double_tool(), add_tool()) == CompilationResult(success=True)


def test_a_flow_without_steps_compiles():
    assert compiled(flow("f")).success


def test_an_error_says_where_and_what():
    result = compiled(takes_n(step("double", {"n": "gone"})), double_tool())

    assert not result.success
    assert result.warnings == []
    (error,) = result.errors
    assert isinstance(error, CompilationError)
    assert (error.step_index, error.tool_name, error.field_name) == (0, "double", "gone")
    assert "'gone'" in error.detail


@pytest.mark.parametrize(
    ("f", "found"),
    [
        (takes_n("ghost"), [(0, "missing_tool", None)]),
        (takes_n("double", step("ghost", on_error="skip")), [(1, "missing_tool", None)]),
        (
            takes_n(step("double", on_error="fallback:ghost")),
            [(0, "missing_fallback_tool", None)],
        ),
        (
            takes_n(step("double", {"n": "n", "m": "n"})),
            [(0, "unknown_target_key", "m")],
        ),
        (takes_n(step("double", {"n": "gone"})), [(0, "missing_mapping_key", "gone")]),
        (takes_n(step("double", {"n": "/gone/0"})), [(0, "missing_mapping_key", "gone")]),
        (takes_n(step("double", {"n": "/a~1b~0c"})), [(0, "missing_mapping_key", "a/b~c")]),
        (
            takes_n(step("ghost", {"n": "gone"})),
            [(0, "missing_tool", None), (0, "missing_mapping_key", "gone")],
        ),
        (takes_n(step("double", {"n": 0.5})), [(0, "type_mismatch", "n")]),
        (takes_n("text", step("double", {"n": "text"})), [(1, "type_mismatch", "n")]),
        (takes_n("add"), [(0, "missing_required_input", "x"), (0, "missing_required_input", "y")]),
        (takes_n(step("add", {"x": "n"})), [(0, "missing_required_input", "y")]),
        (flow("f", "double"), [(0, "missing_required_input", "n")]),
        (
            takes_n(step("double", output_mapping={"out": "gone"})),
            [(0, "unknown_output_key", "gone")],
        ),
        (
            takes_n(step("double", {"n": "n"}, on_error="fallback:add")),
            [
                (0, "fallback_unknown_target_key", "n"),
                (0, "fallback_missing_required_input", "x"),
                (0, "fallback_missing_required_input", "y"),
            ],
        ),
        (
            takes_n(step("defaults", {"x": 1, "n": 1}, on_error="fallback:words")),
            [(0, "fallback_type_mismatch", "n"), (0, "fallback_unknown_target_key", "x")],
        ),
        (
            takes_n("double", output_schema_ref="toolbox:Sum"),
            [(1, "output_schema_gap", "sum")],
        ),
        (
            takes_n("text", output_schema_ref=f"{__name__}:TextAsInt"),
            [(1, "output_type_mismatch", "text")],
        ),
        (flow("f", output_schema_ref="toolbox:Sum"), [(0, "output_schema_gap", "sum")]),
    ],
    ids=lambda value: "-".join(each[1] for each in value) if isinstance(value, list) else "",
)
def test_what_will_fail_is_found(f, found):
    class Words(BaseModel):
        n: str

    tools = [
        double_tool(),
        add_tool(),
        named("text", Nothing, Text),
        named("words", Words),
        named("defaults", WithDefault),
    ]

    assert sorted(errors(f, *tools), key=str) == sorted(found, key=str)


class TextAsInt(BaseModel):
    text: int


@pytest.mark.parametrize(
    ("given", "taken", "fits"),
    [
        (Number, Number, True),
        (Number, Half, True),
        (Number, Complex, True),
        (Half, Complex, True),
        (Half, Number, False),
        (Complex, Half, False),
        (Flag, Number, True),
        (Number, Flag, False),
        (Number, Maybe, True),
        (Maybe, Number, True),
        (Objects, Number, True),
        (Number, Objects, True),
    ],
)
def test_types_fit_as_far_as_they_can_be_told(given, taken, fits):
    f = flow("f", "gives", step("takes", {"n": "n"}))
    found = errors(f, named("gives", Nothing, given), named("takes", taken))

    assert found == ([] if fits else [(1, "type_mismatch", "n")])


@pytest.mark.parametrize("given", [Nested, TakesDict, TakesPlainDict, TakesTyped, TakesPoint])
@pytest.mark.parametrize("taken", [Nested, TakesDict, TakesPlainDict, TakesTyped, TakesPoint])
def test_what_is_a_dictionary_in_the_context_fits_where_one_is_taken(given, taken):
    f = flow("f", "gives", step("takes", {"inner": "inner"}))

    assert errors(f, named("gives", Nothing, given), named("takes", taken)) == []


@pytest.mark.parametrize(
    ("taken", "number_fits"),
    [(Nested, False), (TakesPlainDict, False), (TakesPoint, False), (TakesTyped, True)],
)
def test_a_literal_dictionary_is_taken_for_a_model(taken, number_fits):
    def found(literal):
        return errors(flow("f", step("takes", {"inner": literal})), named("takes", taken))

    assert found({"n": 1}) == []
    assert found(1) == ([] if number_fits else [(0, "type_mismatch", "inner")])


def test_any_passes_on_both_sides():
    f = flow("f", "gives", step("double", {"n": "value"}), step("takes", {"value": "doubled"}))

    assert errors(f, named("gives", Nothing, Value), double_tool(), named("takes", Value)) == []


def test_what_a_pointer_leads_to_is_not_known():
    f = flow("f", "gives", step("double", {"n": "/inner/n"}))

    assert errors(f, named("gives", Nothing, Nested), double_tool()) == []


def test_computed_fields_are_outputs():
    f = flow("f", step("gives", {"inner": 1}), step("double", {"n": "made"}))

    assert errors(f, named("gives", Computes, Computes), double_tool()) == []


def test_a_model_that_keeps_other_keys_takes_and_gives_any():
    f = flow(
        "f",
        step("open", {"any": 1}, output_mapping={"n": "some"}),
        step("double", {"n": "n"}),
    )

    assert errors(f, named("open", Anything, Anything), double_tool()) == []


def test_inputs_are_named_as_validation_takes_them():
    def found(taken, target):
        return errors(takes_n(step("takes", {target: "n"})), named("takes", taken))

    assert found(ByAlias, "number") == []
    assert [issue for _, issue, _ in found(ByAlias, "n")] == [
        "unknown_target_key",
        "missing_required_input",
    ]
    assert found(ByNameToo, "n") == []


def test_inputs_with_a_default_need_not_be_given():
    assert errors(flow("f", step("t", {"x": 1})), named("t", WithDefault)) == []


def test_a_skipped_key_is_not_known_before_its_step():
    f = flow("f", step("add", {"x": 1, "y": "doubled"}), step("double", {"n": 1}))

    assert errors(f, double_tool(), add_tool()) == [(0, "missing_mapping_key", "doubled")]


def test_an_output_mapping_makes_its_own_keys_known_and_no_others():
    f = takes_n(
        step("double", output_mapping={"twice": "doubled"}),
        step("double", {"n": "twice"}, output_mapping={}),
        step("double", {"n": "doubled"}, output_mapping={}),
    )

    assert errors(f, double_tool()) == [(2, "missing_mapping_key", "doubled")]


def test_sub_flows_are_passed_over():
    f = flow("f", sub("ghost", {"n": "gone"}), step("double", {"n": 1}))

    assert compiled(f, double_tool()).success


def test_an_output_over_a_known_key_is_a_warning():
    f = flow("f", step("double", {"n": 1}), step("double", {"n": 2}))
    (warning,) = compiled(f, double_tool()).warnings

    assert isinstance(warning, CompilationWarning)
    assert (warning.step_index, warning.tool_name) == (1, "double")
    assert (warning.issue_type, warning.field_name) == ("context_collision", "doubled")
    assert compiled(f, double_tool()).success


def test_an_output_over_an_input_key_is_two():
    f = takes_n("same")

    assert warnings(f, named("same", Number, Number)) == [
        (0, "shadowed_key", "n"),
        (0, "context_collision", "n"),
    ]


def test_a_flow_that_means_to_overwrite_is_not_warned_of_collisions():
    f = takes_n("same", "same", on_context_collision="overwrite")

    assert warnings(f, named("same", Number, Number)) == [
        (0, "shadowed_key", "n"),
        (1, "shadowed_key", "n"),
    ]


@pytest.mark.parametrize("kind", ["input", "output"])
def test_a_schema_that_is_lost_is_raised(kind):
    with pytest.raises(FlowSerializationError):
        compiled(flow("f", **{f"{kind}_schema_ref": "toolbox:NoSuchModel"}))


def test_the_flow_and_the_tools_are_left_as_they_were():
    f, tools = takes_n("double"), {"double": double_tool()}
    before = f.model_copy(deep=True)
    compile_flow(f, tools)

    assert f == before
    assert list(tools) == ["double"]


def test_what_compiles_runs_and_what_does_not_fails():
    good = takes_n(
        "double", step("add", {"x": "n", "y": "doubled"}), output_schema_ref="toolbox:Sum"
    )
    bad = takes_n(
        "double", step("add", {"x": "n", "y": "tripled"}), output_schema_ref="toolbox:Sum"
    )

    for f in (good, bad):
        executor = executor_for(f, [double_tool(), add_tool()])
        success = executor.execute_flow("f", {"n": 1}).success
        assert compiled(f, double_tool(), add_tool()).success is success
