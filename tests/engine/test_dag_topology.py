"""What `validate_dag_topology` refuses, and in which order it looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toolbox import dag, dag_step

from chainweaver.exceptions import DAGDefinitionError
from chainweaver.flow import ConditionalEdge, validate_dag_topology


def edge(target):
    return ConditionalEdge(target_step_id=target, predicate="True")


def problem_of(*steps):
    try:
        validate_dag_topology(dag("f", *steps))
    except DAGDefinitionError as error:
        return error.reason, error.detail
    return None


def test_a_graph_is_taken():
    assert problem_of() is None
    assert (
        problem_of(
            dag_step("d", after=["b", "c"]),
            dag_step("b", after=["a"]),
            dag_step("c", after=["a", "a"]),
            dag_step("a", branches=[edge("b")], default_next="c"),
        )
        is None
    )


@pytest.mark.parametrize(
    ("steps", "reason", "named"),
    [
        ([dag_step("a"), dag_step("a", "u")], "duplicate_step_id", ["'a'"]),
        ([dag_step("a", after=["ghost"])], "unknown_dependency", ["'a'", "'ghost'"]),
        ([dag_step("a", after=["a"])], "cycle", ["a -> a"]),
        (
            [dag_step("a", after=["c"]), dag_step("b", after=["a"]), dag_step("c", after=["b"])],
            "cycle",
            ["a", "b", "c"],
        ),
        ([dag_step("a", branches=[edge("ghost")])], "unknown_branch_target", ["'a'", "'ghost'"]),
        (
            [dag_step("a", branches=[edge("b")]), dag_step("b")],
            "unknown_branch_target",
            ["'a'", "'b'"],
        ),
        (
            [
                dag_step("a", branches=[edge("b")], default_next="ghost"),
                dag_step("b", after=["a"]),
            ],
            "unknown_branch_target",
            ["'a'", "'ghost'"],
        ),
        (
            [dag_step("a", branches=[edge("b")], default_next=""), dag_step("b", after=["a"])],
            "unknown_branch_target",
            ["'a'", "''"],
        ),
    ],
)
def test_what_is_no_graph_is_refused_by_name(steps, reason, named):
    found, detail = problem_of(*steps)

    assert found == reason
    assert all(name in detail for name in named)


def test_problems_are_looked_for_in_an_order():
    branch = dag_step("d", branches=[edge("ghost")])
    cycle = dag_step("c", after=["c"])
    unknown = dag_step("b", after=["ghost"])
    steps = [branch, cycle, unknown, dag_step("a"), dag_step("a")]

    reasons = [problem_of(*steps[:count])[0] for count in (1, 2, 3, 5)]

    assert reasons == [
        "unknown_branch_target",
        "cycle",
        "unknown_dependency",
        "duplicate_step_id",
    ]


@given(st.data())
def test_a_cycle_is_found_exactly_where_there_is_one(data):
    ids = [f"s{at}" for at in range(data.draw(st.integers(1, 6)))]
    depends_on = {
        step_id: data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=3))
        for step_id in ids
    }

    def reaches(start, goal, seen):
        return any(
            step_id == goal or (step_id not in seen and reaches(step_id, goal, seen | {step_id}))
            for step_id in depends_on[start]
        )

    problem = problem_of(*(dag_step(step_id, after=depends_on[step_id]) for step_id in ids))

    assert (problem is not None) is any(reaches(step_id, step_id, set()) for step_id in ids)
    assert problem is None or problem[0] == "cycle"
