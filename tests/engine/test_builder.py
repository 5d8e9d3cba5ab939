"""`FlowBuilder`: the flow that a chain of calls makes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from toolbox import Number, Sum, dag_step, step

from chainweaver.builder import FlowBuilder, FlowBuilderError
from chainweaver.flow import Flow, RetryPolicy


def test_a_chain_makes_a_flow():
    built = (
        FlowBuilder()
        .name("f")
        .description("Does.")
        .version("1.2")
        .step("a", x="n", y=3)
        .step("b", output_mapping={"out": "in"})
        .step_from(step("c", retry=RetryPolicy(max_retries=1)))
        .with_input_schema(Number)
        .with_output_schema(Sum)
        .with_trigger({"on": "mail"})
        .build()
    )

    assert built == Flow(
        name="f",
        description="Does.",
        version="1.2",
        steps=[
            step("a", {"x": "n", "y": 3}),
            step("b", output_mapping={"out": "in"}),
            step("c", retry=RetryPolicy(max_retries=1)),
        ],
        input_schema_ref="toolbox:Number",
        output_schema_ref="toolbox:Sum",
        trigger_conditions={"on": "mail"},
    )


def test_name_and_description_may_be_given_at_once():
    assert FlowBuilder("f", "Does.").build() == Flow(name="f", description="Does.", steps=[])


def test_every_method_but_build_returns_the_builder():
    builder = FlowBuilder()

    for returned in (
        builder.name("f"),
        builder.description("Does."),
        builder.version("1"),
        builder.with_version("2"),
        builder.step("t"),
        builder.step_from(step("t")),
        builder.with_input_schema(Number),
        builder.with_output_schema(Sum),
        builder.with_trigger({}),
    ):
        assert returned is builder
    assert builder.build().version == "2"


@pytest.mark.parametrize(
    ("builder", "missing"),
    [
        (FlowBuilder(description="Does."), "'name'"),
        (FlowBuilder("", "Does."), "'name'"),
        (FlowBuilder("f"), "'description'"),
        (FlowBuilder("f", ""), "'description'"),
        (FlowBuilder(), "'name'"),
    ],
)
def test_a_flow_needs_a_name_and_a_description(builder, missing):
    with pytest.raises(FlowBuilderError, match=missing) as caught:
        builder.step("t").build()

    assert missing in caught.value.detail


def test_a_step_that_makes_no_sense_is_refused_where_it_is_said():
    with pytest.raises(ValidationError):
        FlowBuilder("f", "Does.").step("", output_mapping={"a": 1})


def test_each_build_is_a_flow_of_its_own():
    conditions = {"on": ["mail"]}
    given = step("t", {"x": [1]})
    builder = FlowBuilder("f", "Does.").step_from(given).with_trigger(conditions)
    first = builder.build()

    given.input_mapping["x"].append(2)
    conditions["on"].append("call")
    first.steps[0].input_mapping["x"].append(3)
    first.trigger_conditions["on"].append("fax")
    first.steps.append(step("u"))
    second = builder.step("v").build()

    assert [each.display_name for each in second.steps] == ["t", "v"]
    assert second.steps[0].input_mapping == {"x": [1]}
    assert second.trigger_conditions == {"on": ["mail"]}
    assert len(first.steps) == 2


def test_a_step_of_a_dag_may_be_copied_too():
    built = FlowBuilder("f", "Does.").step_from(dag_step("s", "t")).build()

    assert built.steps[0].display_name == "t"
