"""Conditional edges: which steps of a DAG run, and which are skipped."""

from __future__ import annotations

import pytest
from toolbox import (
    Counting,
    dag,
    dag_step,
    executor_for,
    give,
    make_tool,
    names,
    raising_tool,
    static_order,
)

from chainweaver import ConditionalEdge, DAGDefinitionError


def edge(target, predicate):
    return ConditionalEdge(target_step_id=target, predicate=predicate)


def run_dag(run, steps, context=None, *, tools=None, **settings):
    """Run a DAG whose tools give their own name; return its result, records by tool name."""
    given = {each.name: each for each in tools or []}
    missing = {each.tool_name for each in steps if each.tool_name} - given.keys()
    executor = executor_for(
        dag("d", *steps),
        [*given.values(), *(give(name, **{name: True}) for name in missing)],
        **settings,
    )
    result = run(executor, "d", context or {})
    return result, {record.tool_name: record for record in result.execution_log}


def ran(records):
    return {name for name, record in records.items() if not record.skipped}


FORK = [
    dag_step(
        "choose",
        branches=[edge("low", "x < 10"), edge("high", "x >= 10 and x < 100")],
        default_next="huge",
    ),
    dag_step("low", after=["choose"]),
    dag_step("high", after=["choose"]),
    dag_step("huge", after=["choose"]),
]


@pytest.mark.parametrize(("x", "taken"), [(5, "low"), (50, "high"), (500, "huge")])
def test_one_branch_is_taken_and_the_others_are_skipped(run, x, taken):
    result, records = run_dag(run, FORK, {"x": x})

    assert result.success
    assert ran(records) == {"choose", taken}
    assert result.final_output == {"x": x, "choose": True, taken: True}


def test_the_record_of_a_branch_not_taken(run):
    result, records = run_dag(run, FORK, {"x": 5})

    for name in ("high", "huge"):
        record = records[name]
        assert (record.success, record.skipped) == (True, True)
        assert (record.inputs, record.outputs, record.duration_ms) == ({}, {}, 0)
        assert (record.error_type, record.error_message, record.retry_errors) == (None, None, [])
    assert [record.step_index for record in result.execution_log] == [0, 1, 2, 3]


def test_the_first_true_edge_wins(run):
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "False"), edge("b", "True"), edge("c", "True")]),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"]),
            dag_step("c", after=["choose"]),
        ],
    )

    assert ran(records) == {"choose", "b"}


def test_without_a_true_edge_and_a_default_all_dependents_run(run):
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "False")]),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"]),
        ],
    )

    assert ran(records) == {"choose", "a", "b"}


def test_dependents_that_no_edge_names_are_skipped_too(run):
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "True")]),
            dag_step("a", after=["choose"]),
            dag_step("unnamed", after=["choose"]),
        ],
    )

    assert ran(records) == {"choose", "a"}


def test_a_step_whose_dependencies_are_all_skipped_is_skipped(run):
    result, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "True")]),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"]),
            dag_step("b2", after=["b"]),
            dag_step("b3", after=["b2"]),
        ],
    )

    assert result.success
    assert ran(records) == {"choose", "a"}
    assert records["b3"].skipped


def test_one_live_dependency_keeps_a_step_alive(run):
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "True")]),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"]),
            dag_step("join", after=["a", "b"]),
        ],
    )

    assert ran(records) == {"choose", "a", "join"}


def test_a_direct_exclusion_beats_a_live_dependency(run):
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "True")]),
            dag_step("other"),
            dag_step("a", after=["choose"]),
            dag_step("both", after=["choose", "other"]),
        ],
    )

    assert ran(records) == {"choose", "other", "a"}


def test_an_exclusion_reaches_over_levels(run):
    """`far` depends on the deciding step directly, but runs two levels later."""
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "True")]),
            dag_step("a", after=["choose"]),
            dag_step("a2", after=["a"]),
            dag_step("far", after=["choose", "a2"]),
        ],
    )

    assert ran(records) == {"choose", "a", "a2"}


def test_two_deciding_steps_each_exclude(run):
    _, records = run_dag(
        run,
        [
            dag_step("one", branches=[edge("p", "True")]),
            dag_step("two", branches=[edge("q", "True")]),
            dag_step("p", after=["one", "two"]),
            dag_step("q", after=["two"]),
        ],
    )

    assert ran(records) == {"one", "two", "q"}


def test_a_skipped_step_decides_nothing(run):
    """A branch not taken does not exclude its own targets: a live dependency counts."""
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "True")]),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"], branches=[edge("b1", "True")]),
            dag_step("b1", after=["b"]),
            dag_step("join", after=["a", "b"]),
        ],
    )

    assert ran(records) == {"choose", "a", "join"}


# --- what a predicate sees ---


@pytest.mark.parametrize(("x", "taken"), [(1, "a"), (2, "b")])
def test_a_predicate_sees_the_context_and_the_dynamic_parameters(run, x, taken):
    fork = dag(
        "d",
        dag_step("choose", branches=[edge("a", "x == 1 and p == 'on'")], default_next="b"),
        dag_step("a", after=["choose"]),
        dag_step("b", after=["choose"]),
    )
    executor = executor_for(fork, [give("choose", c=0), give("a", a=0), give("b", b=0)])

    result = run(executor, "d", {"x": x}, dynamic_params={"p": "on"})

    assert taken in result.final_output


def test_a_predicate_sees_the_steps_own_mapped_outputs(run):
    result, records = run_dag(
        run,
        [
            dag_step(
                "choose",
                branches=[edge("a", "grade == 'good'"), edge("b", "score")],
                output_mapping={"grade": "score"},
            ),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"]),
        ],
        tools=[give("choose", score="good")],
    )

    assert result.success
    assert ran(records) == {"choose", "a"}


def test_the_steps_own_outputs_hide_the_context(run):
    _, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "x == 'new'")], default_next="b"),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"]),
        ],
        {"x": "old"},
        tools=[give("choose", x="new")],
    )

    assert ran(records) == {"choose", "a"}


def test_a_predicate_sees_the_outputs_of_its_level_so_far(run):
    """Of two deciding steps of a level the later one sees the outputs of the earlier."""
    steps = [
        dag_step("s0", branches=[edge("s0_yes", "seen_s1")], default_next="s0_no"),
        dag_step("s1", branches=[edge("s1_yes", "seen_s0")], default_next="s1_no"),
        *(dag_step(f"{s}_{a}", after=[s]) for s in ("s0", "s1") for a in ("yes", "no")),
    ]
    first, later = [
        step_id for step_id in static_order(dag("d", *steps)) if step_id in ("s0", "s1")
    ]

    result, records = run_dag(
        run,
        steps,
        {f"seen_{later}": False},
        tools=[give(name, **{f"seen_{name}": True}) for name in ("s0", "s1")],
    )

    assert result.success
    assert f"{later}_yes" in ran(records)
    assert f"{first}_no" in ran(records)


def test_nested_values_in_a_predicate(run):
    _, records = run_dag(
        run,
        [
            dag_step(
                "choose", branches=[edge("a", "doc['tags'][0] in ('x', 'y')")], default_next="b"
            ),
            dag_step("a", after=["choose"]),
            dag_step("b", after=["choose"]),
        ],
        {"doc": {"tags": ["y"]}},
    )

    assert ran(records) == {"choose", "a"}


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        ("len(x) > 1", "Call"),
        ("unknown_name > 1", "unknown_name"),
        ("x >", "syntax"),
        ("x.real", "Attribute"),
        ("x['k']", "k"),
    ],
)
def test_a_bad_predicate_fails_the_deciding_step(run, predicate, said):
    never = Counting()
    result, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", predicate)]),
            dag_step("a", after=["choose"]),
        ],
        {"x": 1},
        tools=[make_tool("a", never)],
    )

    assert (result.success, result.final_output, never.calls) == (False, None, 0)
    assert list(records) == ["choose"]
    record = records["choose"]
    assert (record.success, record.outputs) == (False, None)
    assert (record.error_type, record.error_code) == ("PredicateSyntaxError", "CW-E036")
    assert said in record.error_message


def test_a_comparison_of_the_wrong_types_fails_the_deciding_step(run):
    result, records = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "x < 'text'")]),
            dag_step("a", after=["choose"]),
        ],
        {"x": 1},
    )

    assert (result.success, list(records)) == (False, ["choose"])
    assert (records["choose"].success, records["choose"].outputs) == (False, None)
    assert records["choose"].error_code is not None


def test_a_bad_predicate_after_the_winning_edge_does_no_harm(run):
    result, _ = run_dag(
        run,
        [
            dag_step("choose", branches=[edge("a", "True"), edge("a", "nonsense(")]),
            dag_step("a", after=["choose"]),
        ],
    )

    assert result.success


def test_a_deciding_step_that_fails_ends_the_run(run):
    result, records = run_dag(run, FORK, {"x": 5}, tools=[raising_tool("choose")])

    assert not result.success
    assert list(records) == ["choose"]


def test_a_branch_may_lead_to_a_sub_flow(run):
    fork = dag(
        "d",
        dag_step("choose", branches=[edge("a", "go")], default_next="b"),
        dag_step("a", "sub", {"x": 1}, after=["choose"], sub_flow=True),
        dag_step("b", "sub", {"x": 2}, after=["choose"], sub_flow=True),
    )
    executor = executor_for(
        [fork, dag("sub", dag_step("t"))], [give("choose", c=0), give("t", done=True)]
    )

    result = run(executor, "d", {"go": True})

    assert result.final_output == {"go": True, "c": 0, "x": 1, "done": True}
    taken, skipped = sorted(result.execution_log[1:], key=lambda record: record.skipped)
    assert taken.sub_result is not None
    assert (skipped.tool_name, skipped.sub_result) == ("sub", None)


def test_every_run_chooses_anew(run):
    executor = executor_for(
        dag("d", *FORK),
        [give(name, **{name: True}) for name in ("choose", "low", "high", "huge")],
    )

    taken = [
        next(
            name
            for name in ("low", "high", "huge")
            if name in run(executor, "d", {"x": x}).final_output
        )
        for x in (5, 500, 50, 5)
    ]

    assert taken == ["low", "huge", "high", "low"]


def test_a_skipped_branch_is_in_the_order_of_its_level(run):
    result, _ = run_dag(run, FORK, {"x": 50})

    assert names(result)[0] == "choose"
    assert sorted(names(result)[1:]) == ["high", "huge", "low"]


def test_a_branch_to_nowhere_is_refused_at_registration():
    with pytest.raises(DAGDefinitionError) as caught:
        executor_for(dag("d", dag_step("choose", branches=[edge("ghost", "True")])))
    assert caught.value.reason == "unknown_branch_target"
