"""Drawings of flows and results, line by line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from toolbox import dag, dag_step, flow, step, sub

from chainweaver.results import ExecutionResult, StepRecord
from chainweaver.viz import flow_to_ascii, flow_to_dot, flow_to_mermaid, result_to_mermaid

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINEAR = flow("my flow", "a", sub("g"), "a")
DIAMOND = dag(
    "diamond",
    dag_step("join", "d", after=["left", "right"]),
    dag_step("left", "b", after=["start"]),
    dag_step("right", "c", after=["start"]),
    dag_step("start", "a"),
)
LOOSE = dag("loose", dag_step("x", "a"), dag_step("y", "g", sub_flow=True))
EMPTY = [flow("e"), dag("e")]


def lines(*texts):
    return "\n".join(texts)


def test_a_linear_flow_is_one_line_of_text():
    assert flow_to_ascii(LINEAR) == "[a] → [g] → [a]"
    assert flow_to_ascii(flow("f", "a")) == "[a]"


def test_a_graph_is_a_line_of_text_for_each_edge():
    assert flow_to_ascii(DIAMOND) == lines(
        "[b] → [d]",
        "[c] → [d]",
        "[a] → [b]",
        "[a] → [c]",
    )


def test_a_graph_without_edges_is_its_steps():
    assert flow_to_ascii(LOOSE) == "[a], [g]"


@pytest.mark.parametrize("f", EMPTY)
def test_an_empty_flow_is_said_to_be(f):
    assert flow_to_ascii(f) == "(empty flow)"
    assert flow_to_mermaid(f) == "graph LR\n  empty[(empty flow)]"
    assert flow_to_dot(f) == "digraph e {\n}\n"


def test_a_linear_flow_in_mermaid():
    assert flow_to_mermaid(LINEAR) == lines(
        "graph LR",
        "  S0[a]",
        "  S1[g]",
        "  S2[a]",
        "  S0 --> S1",
        "  S1 --> S2",
    )


def test_a_graph_in_mermaid():
    assert flow_to_mermaid(DIAMOND, direction="TD") == lines(
        "graph TD",
        "  S_join[d]",
        "  S_left[b]",
        "  S_right[c]",
        "  S_start[a]",
        "  S_left --> S_join",
        "  S_right --> S_join",
        "  S_start --> S_left",
        "  S_start --> S_right",
    )


def test_labels_in_mermaid_are_escaped():
    drawing = flow_to_mermaid(flow("f", step('<b>&"x"')))

    assert "  S0[&lt;b&gt;&amp;&quot;x&quot;]" in drawing


def test_a_linear_flow_in_dot():
    assert flow_to_dot(LINEAR) == lines(
        "digraph my_flow {",
        '  S0 [label="a"];',
        '  S1 [label="g"];',
        '  S2 [label="a"];',
        "  S0 -> S1;",
        "  S1 -> S2;",
        "}",
        "",
    )


def test_a_graph_in_dot():
    assert flow_to_dot(DIAMOND) == lines(
        "digraph diamond {",
        '  S_join [label="d"];',
        '  S_left [label="b"];',
        '  S_right [label="c"];',
        '  S_start [label="a"];',
        "  S_left -> S_join;",
        "  S_right -> S_join;",
        "  S_start -> S_left;",
        "  S_start -> S_right;",
        "}",
        "",
    )


@pytest.mark.parametrize(
    ("name", "graph_id"),
    [
        ("plain_1", "plain_1"),
        ("a-b c.d/é", "a_b_c_d__"),
        ("2fast", "G_2fast"),
        ("_x", "G__x"),
        ("é", "G__"),
        ("", "G_"),
    ],
)
def test_the_name_of_a_dot_graph_is_an_identifier(name, graph_id):
    assert flow_to_dot(flow(name, "a")).startswith(f"digraph {graph_id} {{\n")


def test_labels_and_ids_in_dot_are_escaped():
    drawing = flow_to_dot(dag("f", dag_step("a b", 'say "hi"\\\n'), dag_step("c", after=["a b"])))

    assert '  "S_a b" [label="say \\"hi\\"\\\\\\n"];' in drawing
    assert '  "S_a b" -> S_c;' in drawing


def record(name, duration_ms, *, success=True):
    return StepRecord(
        step_index=0,
        tool_name=name,
        inputs={},
        success=success,
        started_at=NOW,
        ended_at=NOW,
        duration_ms=duration_ms,
    )


def result(*log):
    return ExecutionResult(
        flow_name="f",
        flow_version="1",
        success=all(each.success for each in log),
        final_output=None,
        execution_log=list(log),
        trace_id="0" * 32,
        started_at=NOW,
        ended_at=NOW,
        total_duration_ms=1.0,
    )


def test_a_result_in_mermaid():
    ran = result(record("double", 1.23), record("<add>", 0.05), record("boom", 10.0, success=False))

    assert result_to_mermaid(ran, direction="TB") == lines(
        "graph TB",
        "  R0[double ✓ 1.2ms]",
        "  R1[&lt;add&gt; ✓ 0.1ms]",
        "  R2[boom ✗ 10.0ms]",
        "  R0 --> R1",
        "  R1 --> R2",
        "  style R2 fill:#f66",
    )
    assert ran.to_mermaid(direction="TB") == result_to_mermaid(ran, direction="TB")


def test_a_result_without_records_in_mermaid():
    assert result_to_mermaid(result()) == "graph LR\n  empty[(no steps)]"
