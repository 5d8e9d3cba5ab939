"""The graph of relations between records, as data and as text: Mermaid, DOT, JSON, a list in words.

How it is drawn as SVG stands in `drawing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.record import INVERSE, Record

DIRECTED = ("supersedes", "amends", "depends-on")
"""Relations of a newer record to an older one; but for `relates-to`, the others are inverse."""
KINDS = (*DIRECTED, "relates-to")
WORDS = {
    "supersedes": "supersedes",
    "amends": "amends",
    "depends-on": "depends on",
    "relates-to": "relates to",
}
"""How a relation is told between two records."""


@dataclass(frozen=True, slots=True)
class Node:
    """A record in the graph."""

    id: str
    title: str
    status: str
    path: str

    @property
    def name(self) -> str:
        """`ADR-0003 Outputs are read-only`, with nothing in it that steers a terminal."""
        return visible(f"ADR-{self.id} {self.title}".strip())


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation, told once: from the newer record to the older one, or between two alike."""

    source: str
    target: str
    kind: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Records and their relations.

    Attributes:
        nodes: The records, by their id.
        edges: Their relations, sorted.
        left_out: Number of records that are not shown, because they have no relation.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int = 0

    def to_json(self) -> dict[str, Any]:
        """The graph as plain JSON."""
        return asdict(self)


def graph_of(records: Iterable[Record], most: int = 60) -> Graph:
    """The graph of some records. A relation to a record that is not among them is passed over.

    Args:
        records: The records.
        most: If there are more, only those with a relation are shown.
    """
    by_id: dict[str, Record] = {}
    for record in records:
        if record.id and record.readable:
            by_id.setdefault(record.id, record)
    edges = {
        _edge(record.id, other, key)
        for record in by_id.values()
        for key, _, other in record.relations()
        if other in by_id and other != record.id
    }
    shown = sorted(by_id)
    if len(shown) > most:
        related = {end for edge in edges for end in (edge.source, edge.target)}
        shown = [id_ for id_ in shown if id_ in related]
    nodes = tuple(_node(by_id[id_]) for id_ in shown)
    order = sorted(edges, key=lambda each: (each.source, each.target, KINDS.index(each.kind)))
    return Graph(nodes, tuple(order), len(by_id) - len(shown))


def _edge(id_: str, other: str, key: str) -> Edge:
    if key == "relates-to":
        return Edge(max(id_, other), min(id_, other), key)
    return Edge(id_, other, key) if key in DIRECTED else Edge(other, id_, INVERSE[key])


def _node(record: Record) -> Node:
    status = record.status.value if record.status else "unknown"
    return Node(record.id, record.title, status, record.path)


def told(graph: Graph) -> list[str]:
    """Every relation in words: the alternative to the drawing for those who don't see it."""
    nodes = {node.id: node for node in graph.nodes}
    return [
        f"{nodes[edge.source].name} {WORDS[edge.kind]} {nodes[edge.target].name}"
        for edge in graph.edges
    ]


def mermaid(graph: Graph) -> str:
    """The graph in Mermaid, which forges draw in Markdown."""
    lines = ["graph RL"]
    for node in graph.nodes:
        label = f"{node.id} {visible(node.title)}".strip()
        lines.append(f'    r{node.id}["{_for_mermaid(label)}"]:::{node.status}')
    for edge in graph.edges:
        arrow = "-.-" if edge.kind == "relates-to" else "-->"
        lines.append(f"    r{edge.source} {arrow}|{WORDS[edge.kind]}| r{edge.target}")
    lines += [
        "    classDef proposed stroke-dasharray:2 3",
        "    classDef rejected stroke-dasharray:6 4",
        "    classDef superseded stroke-dasharray:6 4",
        "    classDef deprecated stroke-dasharray:6 4",
    ]
    return "\n".join(lines) + "\n"


def _for_mermaid(text: str) -> str:
    """A label in which every sign that could mean something is written by its number."""
    return re.sub(r"[^\w .,:()/-]", lambda match: f"#{ord(match[0])};", text)


def dot(graph: Graph) -> str:
    """The graph in the language of Graphviz."""
    lines = ["digraph decisions {", "    rankdir=RL;", "    node [shape=box];"]
    for node in graph.nodes:
        label = _for_dot(node.id) + "\\n" + _for_dot(visible(node.title))
        style = "solid" if node.status == "accepted" else "dashed"
        lines.append(f'    "{node.id}" [label="{label}", style={style}];')
    for edge in graph.edges:
        label = f'label="{WORDS[edge.kind]}"'
        more = ", style=dashed, dir=none, constraint=false" if edge.kind == "relates-to" else ""
        lines.append(f'    "{edge.source}" -> "{edge.target}" [{label}{more}];')
    return "\n".join([*lines, "}"]) + "\n"


def _for_dot(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
