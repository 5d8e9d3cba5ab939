"""What the site says of a decision record is what its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from decision_pages import Record, RecordError, index_page, read_records, record_page
from repository import LinkError, Repository

if TYPE_CHECKING:
    from pathlib import Path

FORGE = "https://forge.example/chain"
RECORD = """\
---
status: accepted
date: 2026-11-20
source: issue 7
answer: one `a | b` for all | because it is simplest
governs:
  - chainweaver.flow.Flow
  - symbol: chainweaver._execution.scope.close
    note: empties the frame
proofs:
  - test: tests/engine/test_scope.py::test_closed
    shows: nothing outlives a run
relates-to: [2]
---

# 0001. One for all

## Context and Problem Statement

See [the test](../tests/engine/test_scope.py) and [the other](0002-other.md).
"""
OTHER = """\
---
status: proposed
date: 2026-11-21
source: issue 8
---
# 0002. Other
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "adr/0001-one-for-all.md": RECORD,
        "adr/0002-other.md": OTHER,
        "adr/README.md": "# Records\n",
        "chainweaver/_execution/scope.py": "",
        "tests/engine/test_scope.py": "",
    }
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def page_of(root: Path) -> str:
    records = read_records(root / "adr")
    return record_page(records[0], records, Repository(root, FORGE))


def edit(root: Path, old: str, new: str) -> None:
    path = root / "adr/0001-one-for-all.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_records_are_read_in_order_without_the_list_of_them(root: Path) -> None:
    one, other = read_records(root / "adr")
    assert (one.number, one.title, one.status, str(one.date)) == (
        "0001",
        "One for all",
        "accepted",
        "2026-11-20",
    )
    assert other.number == "0002"


def test_the_index_has_a_row_for_each(root: Path) -> None:
    rows = [line for line in index_page(read_records(root / "adr")).splitlines() if "](" in line]
    assert rows == [
        "| [0001. One for all](0001-one-for-all.md) "
        "| one `a | b` for all \\| because it is simplest "
        '| <span class="cw-status cw-status--accepted">accepted</span> | 2026-11-20 |',
        "| [0002. Other](0002-other.md) |  "
        '| <span class="cw-status cw-status--proposed">proposed</span> | 2026-11-21 |',
    ]


def test_the_page_shows_what_the_front_matter_says(root: Path) -> None:
    page = page_of(root)
    assert page.startswith("# 0001. One for all\n")
    for shown in (
        "one `a | b` for all | because it is simplest",
        "cw-status--accepted",
        "2026-11-20",
        "issue 7",
        "[0002. Other](0002-other.md)",
        "<summary>Held by 1 test</summary>",
        "[`chainweaver.flow.Flow`][chainweaver.flow.Flow]",
        "[`chainweaver._execution.scope.close`]"
        f"({FORGE}/blob/main/chainweaver/_execution/scope.py): empties the frame",
        f"[`test_closed`]({FORGE}/blob/main/tests/engine/test_scope.py): nothing outlives a run",
    ):
        assert shown in page


def test_the_text_follows_with_its_links_mended(root: Path) -> None:
    text = page_of(root).partition("## Context and Problem Statement")[2]
    assert text.strip() == (
        f"See [the test]({FORGE}/blob/main/tests/engine/test_scope.py) "
        "and [the other](0002-other.md)."
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("status: accepted", "status: agreed", "'agreed' is none of proposed"),
        ("status: accepted\n", "", "'status' is missing"),
        ("answer: one `a | b` for all | because it is simplest\n", "", "'answer' is missing"),
        ("date: 2026-11-20", "date: last week", "'last week' is no ISO date"),
        ("source: issue 7", "source: [", "front matter is not YAML"),
        ("---\nstatus", "status", "must begin with YAML front matter"),
        ("# 0001.", "# 0009.", "title must be '# 0001"),
        ("relates-to: [2]", "relates-to: [3]", "relates-to names 0003"),
        ("chainweaver._execution.scope", "nowhere._execution.scope", "governs nowhere"),
        ("test_scope.py::", "test_gone.py::", "test_gone.py is not there"),
    ],
)
def test_a_wrong_record_is_named_with_what_is_wrong(
    root: Path, old: str, new: str, message: str
) -> None:
    edit(root, old, new)
    with pytest.raises(RecordError, match=r"adr/0001-one-for-all\.md: .*") as caught:
        page_of(root)
    assert message in str(caught.value)


def test_two_records_with_one_number_are_named(root: Path) -> None:
    (root / "adr/0001-again.md").write_text(RECORD, encoding="utf-8")
    with pytest.raises(RecordError, match=r"0001-one-for-all\.md: adr/0001-again\.md has"):
        read_records(root / "adr")


def test_a_file_that_is_no_record_is_named(root: Path) -> None:
    (root / "adr/notes.md").write_text("notes", encoding="utf-8")
    with pytest.raises(RecordError, match=r"notes\.md: the name must be NNNN-slug\.md"):
        read_records(root / "adr")


def test_a_broken_link_in_the_text_is_named(root: Path) -> None:
    edit(root, "(../tests/engine/test_scope.py)", "(../tests/engine/test_gone.py)")
    with pytest.raises(LinkError, match=r"the link to \.\./tests/engine/test_gone\.py is broken"):
        page_of(root)


def test_a_record_without_an_answer_yet_has_a_page(root: Path) -> None:
    records = read_records(root / "adr")
    proposed: Record = records[1]
    assert "cw-record__answer" not in record_page(proposed, records, Repository(root, FORGE))
