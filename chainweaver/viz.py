"""Drawings of flows and results as text: ASCII, Mermaid, Graphviz."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Literal

from chainweaver.flow import DAGFlow, DAGFlowStep

if TYPE_CHECKING:
    from chainweaver.flow import Flow
    from chainweaver.results import ExecutionResult

    Direction = Literal["LR", "RL", "TB", "TD", "BT"]


def flow_to_ascii(flow: Flow | DAGFlow) -> str:
    """Return a linear flow on one line, a DAG with a line for each edge.

    Args:
        flow: The flow.
    """
    if not flow.steps:
        return "(empty flow)"
    if not isinstance(flow, DAGFlow):
        return " → ".join(f"[{step.display_name}]" for step in flow.steps)
    names = {step.step_id: step.display_name for step in flow.steps}
    edges = [
        f"[{names[dependency]}] → [{step.display_name}]"
        for step in flow.steps
        for dependency in step.depends_on
    ]
    return "\n".join(edges) or ", ".join(f"[{step.display_name}]" for step in flow.steps)


def flow_to_mermaid(
    flow: Flow | DAGFlow, *, direction: Direction = "LR", show_schemas: bool = False
) -> str:
    """Return a flow as a Mermaid graph.

    Args:
        flow: The flow.
        direction: The way the graph flows.
        show_schemas: Kept for compatibility; changes nothing at present.
    """
    if not flow.steps:
        return f"graph {direction}\n  empty[(empty flow)]"
    lines = [f"graph {direction}"]
    lines += [f"  {id_}[{html.escape(label)}]" for id_, label in _nodes(flow)]
    lines += [f"  {start} --> {end}" for start, end in _edges(flow)]
    return "\n".join(lines)


def flow_to_dot(flow: Flow | DAGFlow) -> str:
    """Return a flow as a Graphviz digraph.

    Args:
        flow: The flow.
    """
    graph_id = re.sub(r"[^A-Za-z0-9_]", "_", flow.name)
    if not graph_id[:1].isalpha():
        graph_id = f"G_{graph_id}"
    lines = [f"digraph {graph_id} {{"]
    lines += [f'  {_dot_id(id_)} [label="{_dot_text(label)}"];' for id_, label in _nodes(flow)]
    lines += [f"  {_dot_id(start)} -> {_dot_id(end)};" for start, end in _edges(flow)]
    return "\n".join([*lines, "}", ""])


def result_to_mermaid(result: ExecutionResult, *, direction: Direction = "LR") -> str:
    """Return a run's steps as a Mermaid graph, with outcome and time.

    Args:
        result: The result.
        direction: The way the graph flows.
    """
    log = result.execution_log
    if not log:
        return f"graph {direction}\n  empty[(no steps)]"
    lines = [f"graph {direction}"]
    lines += [
        f"  R{at}[{html.escape(record.tool_name)} {'✓' if record.success else '✗'} "
        f"{record.duration_ms:.1f}ms]"
        for at, record in enumerate(log)
    ]
    lines += [f"  R{at} --> R{at + 1}" for at in range(len(log) - 1)]
    lines += [f"  style R{at} fill:#f66" for at, record in enumerate(log) if not record.success]
    return "\n".join(lines)


def _nodes(flow: Flow | DAGFlow) -> list[tuple[str, str]]:
    """Return the id and label of each step."""
    return [
        (f"S_{step.step_id}" if isinstance(step, DAGFlowStep) else f"S{at}", step.display_name)
        for at, step in enumerate(flow.steps)
    ]


def _edges(flow: Flow | DAGFlow) -> list[tuple[str, str]]:
    """Return the ids at both ends of each edge."""
    if isinstance(flow, DAGFlow):
        return [
            (f"S_{dependency}", f"S_{step.step_id}")
            for step in flow.steps
            for dependency in step.depends_on
        ]
    return [(f"S{at}", f"S{at + 1}") for at in range(len(flow.steps) - 1)]


def _dot_id(id_: str) -> str:
    return id_ if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", id_) else f'"{_dot_text(id_)}"'


def _dot_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
