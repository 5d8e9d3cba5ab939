"""Folders of records as projects publish them, one form a folder, with what each record tells."""

import json
from pathlib import Path

import pytest

from mkdocs_decisions.foreign import Listing, read_folder

RECORDS = Path(__file__).with_name("records")
FORMS = sorted(folder.name for folder in RECORDS.iterdir())


def expected(form: str) -> dict:
    return json.loads((RECORDS / form / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(params=FORMS)
def form(request) -> tuple[Listing, dict]:
    return read_folder(RECORDS / request.param), expected(request.param)


def test_each_record_tells_what_it_says_and_no_more(form):
    listing, told = form
    got = {}
    for record in listing.records:
        facts = {name: getattr(record, name) for name in ("id", "title", "status", "date")}
        facts["relations"] = [[r.kind, r.target, r.line] for r in record.relations]
        got[record.path] = facts
    wanted = {
        path: {"relations": []}
        | {k: v for k, v in facts.items() if k in ("id", "title", "status", "date", "relations")}
        for path, facts in told["records"].items()
    }
    assert got == wanted


def test_each_thing_not_told_has_its_reason(form):
    listing, told = form
    for record in listing.records:
        wanted = told["records"][record.path].get("unknown", {})
        reasons = {unknown.field: unknown.reason for unknown in record.unknowns}
        assert reasons.keys() == wanted.keys(), record.path
        for field, part in wanted.items():
            assert part in reasons[field], record.path


def test_the_form_says_where_the_status_is_told(form):
    listing, told = form
    for record in listing.records:
        wanted = told["records"][record.path].get("form", record.form)
        assert record.form == wanted, record.path


def test_what_is_no_record_is_skipped_with_its_reason(form):
    listing, told = form
    reasons = {skipped.path: skipped.reason for skipped in listing.skipped}
    assert reasons.keys() == told["skipped"].keys()
    for path, part in told["skipped"].items():
        assert part in reasons[path]
