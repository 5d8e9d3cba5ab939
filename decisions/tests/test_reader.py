"""Reading a record: what is kept of it, and what is said of one that is hostile."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scratch import ONE, Scratch

from mkdocs_decisions.body import Body
from mkdocs_decisions.cache import MOST_PROJECTS, Cache
from mkdocs_decisions.check import check
from mkdocs_decisions.project import Project
from mkdocs_decisions.reader import parse
from mkdocs_decisions.record import KEYS, Governs, Record, Status
from mkdocs_decisions.rules import catalogue
from mkdocs_decisions.settings import Settings

STATUSES = list(Status)
LOCAL = sorted(code for code, each in catalogue().items() if code[3] in "1235")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


@pytest.fixture
def record(scratch: Scratch) -> Record:
    return scratch.project().by_id["0001"]


class OneFile:
    """A tree of one record."""

    name = "the test"

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.data = path, data

    def read(self, path: str) -> bytes:
        if path != self.path:
            raise FileNotFoundError(path)
        return self.data

    def exists(self, path: str) -> bool:
        return path in (self.path, "adr")

    def is_link(self, path: str) -> bool:
        return False

    def paths(self, folder: str = "") -> list[str]:
        return [self.path] if self.path.startswith(folder) else []


def findings(data: bytes, path: str = "adr/0001-a.md") -> list[str]:
    project = Project(OneFile(path, data), Settings())
    return [each.code for each in check(project, codes=LOCAL).findings]


def test_what_a_record_says_of_itself_is_kept(record: Record) -> None:
    assert (record.id, record.title, record.status) == (
        "0001", "Prices are whole cents", Status.ACCEPTED,
    )  # fmt: skip
    assert record.meta.governed[0] == Governs("shop.prices.total", "rounds once, at the end")
    assert [each.test.rpartition("::")[2] for each in record.meta.proofs] == [
        "test_a_total_is_rounded_to_whole_cents",
        "test_a_price_is_never_negative",
    ]
    assert record.meta.proofs[1].breaks_when[0].in_ == "shop.prices.Basket.add"
    assert (record.readable, record.problems) == (True, [])


def test_a_value_is_found_at_its_line(scratch: Scratch, record: Record) -> None:
    lines = scratch.read(ONE).split("\n")

    line, column = record.place("proofs", 1, "breaks-when", 0, "replace")

    assert lines[line - 1][column - 1 :] == "price < 0"


def test_a_place_that_is_not_there_is_that_of_what_is_around_it(record: Record) -> None:
    assert record.place("governs", 0, "remark") == record.place("governs", 0)
    assert record.place("review-by") == (1, 1)


def test_a_record_survives_json(record: Record) -> None:
    assert Record.from_json(record.to_json()) == record


def test_a_second_reading_is_remembered_and_equal(scratch: Scratch, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    first = scratch.project(cache=Cache(folder)).records
    saving = scratch.project(cache=Cache(folder))
    assert saving.records == first
    saving.cache.save()
    text = (folder / "records.json").read_text()

    again = scratch.project(cache=Cache(folder)).records

    assert again == first
    assert "whole cents" in text


def test_what_is_remembered_of_other_bytes_is_not_used(scratch: Scratch, tmp_path: Path) -> None:
    saving = scratch.project(cache=Cache(tmp_path / "cache"))
    assert saving.by_id["0001"].title == "Prices are whole cents"
    saving.cache.save()
    scratch.edit(ONE, "# 0001. Prices are whole cents", "# 0001. Prices are whole euros")

    assert scratch.project(cache=Cache(tmp_path / "cache")).by_id["0001"].title.endswith("euros")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"stamp": 1}', "\x00", "[" * 100_000, "null"])
def test_a_damaged_memory_is_forgotten(scratch: Scratch, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "cache"
    saving = scratch.project(cache=Cache(folder))
    assert saving.records
    saving.cache.save()
    (folder / "records.json").write_text(text)

    assert scratch.project(cache=Cache(folder)).by_id["0001"].title == "Prices are whole cents"


def test_only_the_projects_looked_at_last_are_remembered(scratch: Scratch, tmp_path: Path) -> None:
    for number in range(MOST_PROJECTS + 5):
        old = tmp_path / "memory" / f"{number:016x}"
        old.mkdir(parents=True)
        os.utime(old, (number, number))
    (tmp_path / "memory/notes").mkdir()
    cache = Cache(tmp_path / "memory" / ("f" * 16))
    assert scratch.project(cache=cache).records

    cache.save()

    names = sorted(each.name for each in (tmp_path / "memory").iterdir())
    assert len(names) == MOST_PROJECTS + 1
    assert names[0] == f"{6:016x}"
    assert names[-2:] == ["f" * 16, "notes"]


def test_a_memory_that_cannot_be_written_is_done_without(scratch: Scratch, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    project = scratch.project(cache=Cache(tmp_path / "cache"))

    assert check(project).records == 3


ONE_FINDING = {
    "binary": bytes(range(256)) * 200,
    "ten megabytes": b"---\nstatus: accepted\n" + b"x" * 10_000_000,
    "anchors that expand": b"---\na: &a [1, 1]\nb: &b [*a, *a]\nc: &c [*b, *b]\n---\n",
    "a tag that runs code": b"---\nstatus: !!python/object/apply:os.system ['touch hacked']\n---\n",
    "a bottomless list": b"---\nstatus: " + b"[" * 150_000 + b"\n---\n",
    "a bottomless block": b"---\n" + b"".join(b" " * n + b"a:\n" for n in range(400)) + b"---\n",
    "a bottomless key": b"---\n" + b"? " * 50_000 + b"a\n---\n",
    "a key that is a list": b"---\n? [a]\n: b\n---\n",
    "an unknown escape": b'---\nstatus: "\\q"\n---\n',
    "a control character": b"---\nstatus: a\x07\n---\n",
    "half a surrogate": b"---\nstatus: \xed\xa0\x80\n---\n",
    "nothing": b"",
    "brackets": b"---\nstatus: accepted\n---\n" + b"[" * 200_000,
    "comments that never end": b"---\nstatus: accepted\n---\n" + b"<!--" * 50_000,
    "a front matter of half a megabyte": b"---\nanswer: " + b"a" * 500_000 + b"\n---\n",
}


@pytest.mark.parametrize("data", ONE_FINDING.values(), ids=ONE_FINDING)
def test_hostile_input_gives_one_coded_finding(data: bytes, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)

    codes = findings(data)

    assert len(codes) == 1, codes
    assert codes[0] in ("ADR102", "ADR103")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        ("acepted", "did you mean 'accepted'?"),
        ("approved", "write one of proposed, accepted"),
        ("'{{ status }}'", "it is the text of a template: keep one of"),
        ("<status>", "it is the text of a template: keep one of"),
        ("superseded by ADR-0003", "write 'superseded'; what else is to be said has a key"),
    ],
)
def test_the_mend_of_a_wrong_status_fits_what_is_wrong(status: str, mend: str) -> None:
    record = parse("adr/0001-a.md", f"---\nstatus: {status}\n---\n# 0001. A\n".encode())

    (problem,) = [each for each in record.problems if each.code == "ADR108"]

    assert problem.mend.startswith(mend)


@pytest.mark.parametrize(
    "name", ["a\nb.md", "\x1b[31m.md", "<script>.md", "a b.md", "`x`.md", "$(x).md", "-rf.md"]
)
def test_a_hostile_name_gives_one_coded_finding(name: str) -> None:
    assert findings(b"anything", f"adr/{name}") == ["ADR101"]


MARKS = "[]{}:|>#~\t\r\n\x85\u2028\ufeff'\""
LINES = """\
0001 true 2026-01-01 -  &a *a !!int --- ``` <!-- --> # 0001. A
## Status
## Considered Options
Chosen option:
| a |
[x](y)
ADR-0002
<!--= a/b -->
<!-- decisions: ignore[ADR103] -->
"""
WORDS = st.sampled_from([*KEYS, *STATUSES, *MARKS, *LINES.split(" "), *LINES.split("\n")])
FRONT = st.lists(WORDS | st.text(max_size=8), max_size=40).map("".join)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FRONT, FRONT)
@example("proofs: [{test: a, breaks-when: [{in: }]}]", "")
@example("governs: [[[x]]]\nproofs: {a: b}\nevidence: [1]\nprocess: [1]\nstatus: {a: 1}", "")
@example("status: accepted\nsupersedes: [{a: b}]\nreview-by: {}\ntags: [[a]]", "# 0001. A")
def test_no_text_makes_the_check_fail(front: str, body: str) -> None:
    data = f"---\n{front}\n---\n{body}".encode("utf-8", "surrogatepass")

    assert all(code in catalogue() for code in findings(data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_check_fail(data: bytes) -> None:
    assert findings(data)


@settings(max_examples=100, deadline=None)
@given(FRONT, FRONT)
def test_whatever_is_read_survives_json(front: str, body: str) -> None:
    data = f"---\n{front}\n---\n{body}".encode("utf-8", "surrogatepass")
    record = parse("adr/0001-a.md", data)

    assert Record.from_json(record.to_json()) == record


@pytest.mark.parametrize("run", ["1" * 200_000, "1," * 100_000, "1<!--= " + " " * 200_000 + "a"])
def test_a_long_run_before_a_marker_is_read_in_one_pass(run: str) -> None:
    record = parse("adr/0001-a.md", f"---\nstatus: accepted\n---\n<!--= a/b --> {run}\n".encode())

    assert [(each.text, each.path) for each in record.quotes] == [("", "")]


@pytest.mark.parametrize(
    ("text", "figure", "path"),
    [
        ("1,000<!--= a/b -->", "1,000", "a/b"),
        ("from 5-10 ns <!--= a/b c ~5% -->", "10", "a/b c"),
        ("-1.5e-3 <!--= a/b-->", "-1.5e-3", "a/b"),
        ("at 1,000, <!--=a/b -->", "1,000", "a/b"),
    ],
)
def test_the_figure_before_a_marker_is_quoted(text: str, figure: str, path: str) -> None:
    [quote] = parse("adr/0001-a.md", f"---\nstatus: accepted\n---\n{text}\n".encode()).quotes

    assert (quote.text, quote.path) == (figure, path)


def test_an_empty_item_does_not_take_the_text_of_the_next_one() -> None:
    body = Body("# Considered Options\n\n-\n- A\n  - B\n- **C**\n")

    assert [each.text for each in body.options] == ["", "A", "C"]


def test_a_section_ends_at_the_next_heading_of_its_level_or_above() -> None:
    body = Body("# A\n\na\n\n### B\n\nb\n\n## C\n\nc\n\n# D\n\nd\n")

    assert [(each.name, each.line, each.end) for each in body.sections] == [
        ("A", 1, 13),
        ("B", 5, 9),
        ("C", 9, 13),
        ("D", 13, 17),
    ]


def test_reading_needs_no_deep_stack() -> None:
    limit = sys.getrecursionlimit()

    findings(b"---\nstatus: accepted\n---\n" + b"> " * 20_000 + b"a\n" + b"*" * 20_000)

    assert sys.getrecursionlimit() == limit
