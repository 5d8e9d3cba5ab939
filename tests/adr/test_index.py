"""The table of records that a reader of the forge sees is that of the records."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from mkdocs_decisions.project import open_project

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| \[(?P<id>\d{4})\]\((?P<file>[^)]+)\) \| (?P<rest>.*) \|$", re.MULTILINE)


def test_the_index_lists_every_record_as_it_stands() -> None:
    readme = (ROOT / "adr/README.md").read_text(encoding="utf-8")
    rows = [(row["id"], row["file"], row["rest"]) for row in ROW.finditer(readme)]

    records = open_project(ROOT, cache=False).records

    assert rows == [
        (
            each.id,
            PurePosixPath(each.path).name,
            f"{each.title} | {each.meta.answer} | {each.status} | {each.date}",
        )
        for each in records
    ]


def test_the_first_four_decisions_are_held_by_two_mutants_or_more() -> None:
    records = open_project(ROOT, cache=False).by_id

    for number in ("0001", "0002", "0003", "0004"):
        mutants = [each for proof in records[number].meta.proofs for each in proof.breaks_when]
        assert len(mutants) >= 2, number
