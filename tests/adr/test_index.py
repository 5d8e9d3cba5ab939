"""`adr/README.md` lists every record, as the records themselves say it."""

from __future__ import annotations

import re
from pathlib import Path

from decision_pages import read_records

ADR = Path(__file__).parents[2] / "adr"


def test_the_list_names_every_record_once_and_in_order() -> None:
    listed = re.findall(r"\]\((\d{4}-[^)#]+\.md)\)", (ADR / "README.md").read_text("utf-8"))
    assert listed == [record.file for record in read_records(ADR)]


def test_the_list_gives_answer_status_and_date_of_each() -> None:
    lines = (ADR / "README.md").read_text("utf-8").splitlines()
    for record in read_records(ADR):
        row = next(line for line in lines if f"({record.file})" in line)
        for said in (record.title, record.answer, record.status, str(record.date)):
            assert said in row, f"adr/README.md: the row of {record.number} does not say {said!r}"
