"""The graph of relations: each relation once, drawn so that it can be read, and told in words."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scratch import Scratch

from mkdocs_decisions import drawing, graph
from mkdocs_decisions.drawing import svg
from mkdocs_decisions.graph import Edge, Graph, Node, dot, graph_of, mermaid, told
from mkdocs_decisions.record import FrontMatter, Record, Status

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</title><script>alert(1)</script>"&\x1b[31m]--> `a` #x [red] \\'


def record(id_: str, title: str = "Title", **meta: list[str]) -> Record:
    return Record(
        f"adr/{id_}-x.md", id=id_, title=title, meta=FrontMatter(status=Status.ACCEPTED, **meta)
    )


def boxes(text: str) -> list[tuple[float, float]]:
    found = ET.fromstring(text).iter(f"{SVG}rect")
    return [(float(each.attrib["x"]), float(each.attrib["y"])) for each in found]


def place(text: str, id_: str) -> tuple[float, float]:
    for group in ET.fromstring(text).iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        if rect is not None and group.findtext(f"{SVG}title", "").startswith(f"ADR-{id_}"):
            return float(rect.attrib["x"]), float(rect.attrib["y"])
    raise AssertionError(f"{id_} is not drawn")


def test_a_relation_that_both_ends_tell_is_one(tmp_path: Path) -> None:
    made = graph_of(Scratch(tmp_path).project().records)

    assert [node.id for node in made.nodes] == ["0001", "0002", "0003"]
    assert made.edges == (
        Edge("0003", "0001", "depends-on"),
        Edge("0003", "0002", "supersedes"),
    )


def test_what_only_the_other_end_tells_counts_too() -> None:
    made = graph_of(
        [
            record("0001", superseded_by=["0002"], amended_by=["0003"], relates_to=["0003"]),
            record("0002"),
            record("0003", relates_to=["0001", "0003", "0009"]),
        ]
    )

    assert made.edges == (
        Edge("0002", "0001", "supersedes"),
        Edge("0003", "0001", "amends"),
        Edge("0003", "0001", "relates-to"),
    )


def test_every_relation_is_told_in_words() -> None:
    made = graph_of([record("0001", "Cents"), record("0002", "Euros", depends_on=["0001"])])

    assert told(made) == ["ADR-0002 Euros depends on ADR-0001 Cents"]


def test_of_many_records_only_those_with_relations_are_shown() -> None:
    records = [record(f"{at:04d}") for at in range(1, 100)]
    records.append(record("0100", depends_on=["0007"]))
    made = graph_of(records)

    assert [node.id for node in made.nodes] == ["0007", "0100"]
    assert made.left_out == 98
    assert "98 records without a relation are not shown" in svg(made)
    assert len(graph_of(records[:60]).nodes) == 60


def test_older_records_stand_on_the_left() -> None:
    drawn = svg(
        graph_of(
            [
                record("0001"),
                record("0002", supersedes=["0001"]),
                record("0003", amends=["0002"], depends_on=["0001"]),
                record("0004"),
            ]
        )
    )

    assert place(drawn, "0001")[0] < place(drawn, "0002")[0] < place(drawn, "0003")[0]
    assert place(drawn, "0004")[1] > max(place(drawn, id_)[1] for id_ in ("0001", "0002", "0003"))


def test_the_drawing_has_a_name_and_a_description() -> None:
    root = ET.fromstring(svg(graph_of([record("0001")]), name="mine"))

    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "mine-title mine-desc"
    ids = {each.attrib["id"] for each in root.iter() if "id" in each.attrib}
    assert ids == {"mine-title", "mine-desc", "mine-arrow"}


def test_links_lead_to_the_pages_of_records() -> None:
    drawn = svg(graph_of([record("0001")]), link=lambda node: f"../{node.id}/?a=1&b='\"")
    root = ET.fromstring(drawn)

    assert [each.attrib["href"] for each in root.iter(f"{SVG}a")] == ["../0001/?a=1&b='\""]
    assert root.attrib["role"] == "group"


def test_colours_are_those_of_the_page_unless_it_stands_alone() -> None:
    made = graph_of([record("0001")])

    assert not re.search(r"#[0-9a-f]{3,6}\b|prefers-color-scheme", svg(made))
    assert "prefers-color-scheme:dark" in svg(made, alone=True)


def test_a_hostile_title_stays_text() -> None:
    made = graph_of([record("0001", HOSTILE), record("0002", HOSTILE, supersedes=["0001"])])
    drawn = svg(made, link=lambda node: node.title)

    root = ET.fromstring(drawn)
    assert not list(root.iter(f"{SVG}script"))
    for text in (drawn, mermaid(made), dot(made), *told(made)):
        assert "\x1b" not in text
    label = r'r\d{4}\["(?:[\w .,:()/-]|#\d+;)*"\]:::\w+'
    edge = r"r\d{4} -->\|[a-z ]+\| r\d{4}"
    for line in mermaid(made).splitlines()[1:]:
        assert re.fullmatch(rf"    (?:{label}|{edge}|classDef \w+ [\w:-]+(?: \d)?)", line), line


def test_long_titles_are_cut_by_their_width() -> None:
    wide, narrow = "日本語" * 20, "narrow words " * 20
    text = svg(graph_of([record("0001", wide), record("0002", narrow)]))
    lines = [each.text or "" for each in ET.fromstring(text).iter(f"{SVG}text") if each.text]

    assert sorted(len(line) for line in lines) == [14, 28]
    assert all(line.endswith("…") for line in lines)


def test_a_long_line_leads_around_the_box_between() -> None:
    chain = [record("0001"), record("0002", supersedes=["0001"])]
    layout = drawing._Layout(
        graph_of([*chain, record("0003", supersedes=["0002"], depends_on=["0001"])])
    )

    assert len(layout.route("0003", "0002")) == 2
    _, bend, *_ = layout.route("0003", "0001")
    _, top = layout.place("0002")
    assert not top <= bend[1] <= top + drawing.HEIGHT


def test_mermaid_and_dot_name_every_record_and_relation() -> None:
    made = graph_of(
        [record("0001", "A"), record("0002", "B", supersedes=["0001"], relates_to=["0001"])]
    )

    assert mermaid(made).splitlines()[:5] == [
        "graph RL",
        '    r0001["0001 A"]:::accepted',
        '    r0002["0002 B"]:::accepted',
        "    r0002 -->|supersedes| r0001",
        "    r0002 -.-|relates to| r0001",
    ]
    assert '"0002" -> "0001" [label="supersedes"];' in dot(made)
    assert "style=dashed, dir=none" in dot(made)


def test_a_thousand_records_are_drawn() -> None:
    records = [
        record(f"{at:04d}", depends_on=[f"{at // 2:04d}"], relates_to=[f"{at * 7 % at:04d}"])
        for at in range(1, 1001)
    ]
    root = ET.fromstring(svg(graph_of(records)))

    assert len(list(root.iter(f"{SVG}rect"))) == 1000


def test_a_long_chain_needs_no_deep_stack() -> None:
    records = [record(f"{at:04d}", supersedes=[f"{at - 1:04d}"]) for at in range(1, 3001)]

    assert len(boxes(svg(graph_of(records)))) == 3000


NUMBERS = st.integers(1, 12)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    nodes = tuple(Node(f"{at:04d}", draw(st.text()), "accepted", "x") for at in range(1, 13))
    pairs = st.tuples(NUMBERS, NUMBERS, st.sampled_from(graph.KINDS)).filter(lambda e: e[0] != e[1])
    edges = draw(st.sets(pairs, max_size=30))
    return Graph(nodes, tuple(Edge(f"{a:04d}", f"{b:04d}", kind) for a, b, kind in sorted(edges)))


@given(graphs(), st.booleans())
def test_whatever_the_relations_no_two_boxes_overlap(made: Graph, straight: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if straight:
            patch.setattr(drawing, "MOST_BENDS", 0)
        text = svg(made)
    placed = boxes(text)
    root = ET.fromstring(text)

    assert len(placed) == 12
    for (x, y), (u, v) in combinations(placed, 2):
        assert abs(x - u) >= drawing.WIDTH or abs(y - v) >= drawing.HEIGHT
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(0 <= x <= width - drawing.WIDTH for x, _ in placed)
    assert all(0 <= y <= height - drawing.HEIGHT for _, y in placed)
    lines = [each for each in root.iter(f"{SVG}g") if each.get("class") in graph.KINDS]
    drawn = {(edge.source, edge.target) for edge in made.edges}
    assert len(lines) == len(drawn) + len({edge.kind for edge in made.edges})


@given(graphs())
def test_a_line_crosses_no_box(made: Graph) -> None:
    """Where long lines have places kept free for them, they pass between the boxes."""
    layout = drawing._Layout(made)
    placed = {node.id: layout.place(node.id) for node in made.nodes}
    for edge in made.edges:
        for (x, y), (u, v) in zip(
            layout.route(edge.source, edge.target)[1:-2:2],
            layout.route(edge.source, edge.target)[2:-1:2],
            strict=True,
        ):
            assert y == v
            for left, top in placed.values():
                level = top - 1 < y < top + drawing.HEIGHT + 1
                assert not (level and min(x, u) < left + drawing.WIDTH and max(x, u) > left)


@pytest.mark.skipif(
    subprocess.run(["sh", "-c", "command -v dot"], capture_output=True).returncode != 0,
    reason="Graphviz is not there",
)
def test_graphviz_reads_the_dot() -> None:
    made = graph_of([record("0001", HOSTILE), record("0002", relates_to=["0001"])])
    done = subprocess.run(["dot", "-Tsvg"], input=dot(made), capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
