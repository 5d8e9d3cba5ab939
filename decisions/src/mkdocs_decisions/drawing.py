"""Draws the graph of relations as SVG: a small layered layout, older records on the left.

Every relation of a newer record to an older one leads one layer or more to the left. A longer one
goes through places that are kept free for it in the layers between.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from mkdocs_decisions.graph import DIRECTED, KINDS, WORDS, Edge, Graph, Node
from mkdocs_decisions.output.escaping import visible

WIDTH, HEIGHT = 216, 52
ACROSS, DOWN = WIDTH + 64, HEIGHT + 20
MARGIN = 16
LETTERS = 28
"""Letters of a title that fit into a box."""
MOST_BENDS = 2_000
"""Places kept free for long lines; if more were needed, long lines go straight."""
SWEEPS = 6

_STYLE = """\
.decisions-graph{color-scheme:light dark;font:12px system-ui,sans-serif}
.decisions-graph text{fill:currentColor}
.decisions-graph .id{font-weight:600}
.decisions-graph rect{fill:none;stroke:currentColor;stroke-width:1.2}
.decisions-graph .is-accepted rect{stroke:var(--decisions-accepted,currentColor);stroke-width:2}
.decisions-graph .is-proposed rect{stroke-dasharray:2 3}
.decisions-graph .is-rejected rect,.decisions-graph .is-deprecated rect,
.decisions-graph .is-superseded rect{stroke-dasharray:6 4}
.decisions-graph path{fill:none;stroke:currentColor;stroke-width:1.2}
.decisions-graph .supersedes path{stroke-width:2.4}
.decisions-graph .amends path{stroke-dasharray:8 3}
.decisions-graph .relates-to path{stroke-dasharray:3 4}
.decisions-graph marker path{fill:currentColor;stroke:none}
.decisions-graph a:hover text,.decisions-graph a:focus text{text-decoration:underline}"""
_DARK = "@media (prefers-color-scheme:dark){.decisions-graph{color:#e6e6e6;background:#1b1b1b}}"


def svg(
    graph: Graph,
    *,
    link: Callable[[Node], str] | None = None,
    name: str = "decisions-graph",
    alone: bool = False,
) -> str:
    """The graph as an SVG element that can stand in a page of HTML.

    Args:
        graph: The graph.
        link: The address of a record's page. With links it is a group of links for those who use a
            screen reader, without them one image.
        name: Begin of the ids in it, which must differ from those of any other drawing on the page.
        alone: Whether it is to be a file of its own, which chooses its colours itself.
    """
    layout = _Layout(graph)
    width, height = layout.size()
    role = "group" if link else "img"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="decisions-graph" role="{role}"'
        f' aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">',
        f'<title id="{name}-title">Relations of the decisions</title>',
        f'<desc id="{name}-desc">{escape(_description(graph))}</desc>',
        f"<style>{_STYLE}{_DARK if alone else ''}</style>",
        f'<defs><marker id="{name}-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9"'
        ' markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker></defs>',
        *_lines(graph, layout, name),
        *(_box(node, layout.place(node.id), link) for node in graph.nodes),
        *_legend(graph, height - MARGIN, name),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _description(graph: Graph) -> str:
    records, relations = len(graph.nodes), len(graph.edges)
    text = f"{records} records and {relations} relations; those on the left are the older ones."
    if graph.left_out:
        text += f" {graph.left_out} records without a relation are not shown."
    return text


def _lines(graph: Graph, layout: _Layout, name: str) -> Iterator[str]:
    titles = {node.id: node.name for node in graph.nodes}
    between: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        between[edge.source, edge.target].append(edge)
    for (source, target), edges in between.items():
        kind = min((edge.kind for edge in edges), key=KINDS.index)
        said = " and ".join(WORDS[edge.kind] for edge in edges)
        arrow = "" if kind == "relates-to" else f' marker-end="url(#{name}-arrow)"'
        yield (
            f'<g class="{kind}"><title>{escape(f"{titles[source]} {said} {titles[target]}")}'
            f'</title><path d="{_curve(layout.route(source, target))}"{arrow}/></g>'
        )


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A line through some points that leaves and enters each of them level."""
    (x, y), *rest = points
    path = f"M{x:g} {y:g}"
    for to_x, to_y in rest:
        bend = (to_x - x) / 2 if to_x != x else 36
        path += f"C{x + bend:g} {y:g} {to_x - bend if to_x != x else x + bend:g} {to_y:g}"
        path += f" {to_x:g} {to_y:g}"
        x, y = to_x, to_y
    return path


def _box(node: Node, at: tuple[float, float], link: Callable[[Node], str] | None) -> str:
    x, y = at
    drawn = (
        f'<g class="node is-{node.status}"><title>{escape(node.name)}, {node.status}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{x + 12:g}" y="{y + 21:g}"><tspan class="id">{node.id}</tspan>'
        f" · {node.status}</text>"
        f'<text x="{x + 12:g}" y="{y + 40:g}">{escape(_cut(visible(node.title)))}</text></g>'
    )
    return f"<a href={quoteattr(visible(link(node)))}>{drawn}</a>" if link else drawn


def _cut(text: str) -> str:
    """As much of a title as fits into a box."""
    room = LETTERS
    for place, letter in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if room < 0:
            return text[: max(place - 1, 0)].rstrip() + "…"
    return text


def _legend(graph: Graph, y: float, name: str) -> Iterator[str]:
    x = MARGIN
    for kind in KINDS:
        if any(edge.kind == kind for edge in graph.edges):
            arrow = "" if kind == "relates-to" else f' marker-end="url(#{name}-arrow)"'
            yield (
                f'<g class="{kind}"><path d="M{x} {y - 4}h36"{arrow}/>'
                f'<text x="{x + 44}" y="{y}">{WORDS[kind]}</text></g>'
            )
            x += 130


class _Layout:
    """Where each record stands."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        joined = {end for edge in graph.edges for end in (edge.source, edge.target)}
        older: dict[str, list[str]] = {node.id: [] for node in graph.nodes if node.id in joined}
        for edge in graph.edges:
            if edge.kind in DIRECTED:
                older[edge.source].append(edge.target)
        strict = _layers(older)
        for edge in graph.edges:
            if edge.kind not in DIRECTED and strict[edge.source] >= strict[edge.target]:
                older[edge.source].append(edge.target)
        self._layer_of = _layers(older)
        self._layers: list[list[str]] = [
            [] for _ in range(max(self._layer_of.values(), default=-1) + 1)
        ]
        for id_ in older:
            self._layers[self._layer_of[id_]].append(id_)
        neighbours = self._with_bends(older)
        _order(self._layers, neighbours)
        self._height = _heights(self._layers, neighbours)
        self._apart = dict(self._placed([n.id for n in graph.nodes if n.id not in joined]))

    def _with_bends(self, older: dict[str, list[str]]) -> dict[str, list[str]]:
        """What is beside what, with a place kept free in each layer that a line crosses."""
        neighbours: dict[str, list[str]] = defaultdict(list)
        pairs = [(source, target) for source, targets in older.items() for target in targets]
        pairs += [
            (edge.source, edge.target) for edge in self.graph.edges if edge.kind not in DIRECTED
        ]
        layer = self._layer_of
        bends = sum(max(abs(layer[one] - layer[other]) - 1, 0) for one, other in pairs)
        for one, other in dict.fromkeys(pairs):
            path = [one]
            if bends <= MOST_BENDS:
                step = 1 if layer[other] > layer[one] else -1
                for at in range(layer[one] + step, layer[other], step):
                    bend = f"{one}>{other}>{at}"
                    self._layers[at].append(bend)
                    self._layer_of[bend] = at
                    path.append(bend)
            for left, right in zip(path, [*path[1:], other], strict=True):
                neighbours[left].append(right)
                neighbours[right].append(left)
        return neighbours

    def _placed(self, ids: list[str]) -> Iterator[tuple[str, tuple[float, float]]]:
        """Records without a relation, in rows below the others."""
        columns = max(len(self._layers), min(4, len(ids)), 1)
        top = max(self._height.values(), default=-DOWN) + DOWN + (MARGIN if self._height else 0)
        for place, id_ in enumerate(ids):
            yield id_, (MARGIN + place % columns * ACROSS, top + place // columns * DOWN + MARGIN)

    def place(self, id_: str) -> tuple[float, float]:
        """The upper left corner of a record's box."""
        if id_ in self._apart:
            return self._apart[id_]
        return MARGIN + self._layer_of[id_] * ACROSS, MARGIN + self._height[id_]

    def route(self, source: str, target: str) -> list[tuple[float, float]]:
        """The points of a line, from box to box."""
        (x, y), (to_x, to_y) = self.place(source), self.place(target)
        middle = HEIGHT / 2
        if x == to_x:
            return [(x + WIDTH, y + middle), (to_x + WIDTH, to_y + middle)]
        step = 1 if to_x > x else -1
        points = [(x + (WIDTH if step > 0 else 0), y + middle)]
        for at in range(self._layer_of[source] + step, self._layer_of[target], step):
            bend = f"{source}>{target}>{at}"
            if bend in self._height:
                across, down = self.place(bend)
                ends = (across, across + WIDTH)
                points += [(end, down + middle) for end in ends[::step]]
        return [*points, (to_x + (0 if step > 0 else WIDTH), to_y + middle)]

    def size(self) -> tuple[int, int]:
        """Width and height of the drawing, with its legend."""
        places = [self.place(node.id) for node in self.graph.nodes]
        places += [self.place(bend) for bend in self._height]
        right = max((x for x, _ in places), default=0) + WIDTH + MARGIN + 40
        down = max((y for _, y in places), default=0) + HEIGHT + MARGIN + 24
        return int(max(right, 560)), int(down)


def _layers(older: dict[str, list[str]]) -> dict[str, int]:
    """The layer of each record: one more than that of the latest it builds on.

    A relation that would lead round in a circle is passed over.
    """
    layer: dict[str, int] = {}
    under_way: set[str] = set()
    for first in older:
        stack = [first]
        while stack:
            id_ = stack[-1]
            if id_ in layer:
                stack.pop()
                continue
            under_way.add(id_)
            waiting = [each for each in older[id_] if each not in layer and each not in under_way]
            if waiting:
                stack.append(waiting[0])
                continue
            layer[id_] = 1 + max((layer.get(each, -1) for each in older[id_]), default=-1)
            under_way.discard(id_)
            stack.pop()
    return layer


def _order(layers: list[list[str]], neighbours: dict[str, list[str]]) -> None:
    """Order each layer by the middle of what its members are joined to, forth and back."""
    position = {id_: place for layer in layers for place, id_ in enumerate(layer)}
    layer_of = {id_: at for at, layer in enumerate(layers) for id_ in layer}
    for sweep in range(SWEEPS):
        step = 1 if sweep % 2 == 0 else -1
        for at in range(len(layers))[::step]:
            beside = {
                id_: [position[each] for each in neighbours[id_] if layer_of[each] == at - step]
                for id_ in layers[at]
            }
            layers[at].sort(key=lambda id_: _mean(beside[id_], position[id_]))
            position.update({id_: place for place, id_ in enumerate(layers[at])})


def _mean(values: Iterable[float], otherwise: float) -> float:
    held = list(values)
    return sum(held) / len(held) if held else otherwise


def _heights(layers: list[list[str]], neighbours: dict[str, list[str]]) -> dict[str, float]:
    """How far down each stands: level with what it is joined to, as far as there is room."""
    height: dict[str, float] = {}
    for layer in layers:
        free = 0.0
        for id_ in layer:
            wanted = _mean((height[each] for each in neighbours[id_] if each in height), free)
            height[id_] = max(free, wanted)
            free = height[id_] + DOWN
    return height
