"""The published schemas accept what the check finds sound, and refuse what it refuses."""

from __future__ import annotations

import datetime
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scratch import Scratch

from mkdocs_decisions import frontmatter
from mkdocs_decisions.check import check
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.project import Project
from mkdocs_decisions.reader import parse
from mkdocs_decisions.record import KEYS, TRANSITIONS, Status
from mkdocs_decisions.schema import config_schema, record_schema
from mkdocs_decisions.settings import Settings, read_settings
from mkdocs_decisions.tree import Folder

REPOSITORY = Path(__file__).parents[2]
RECORD = {
    "status": "accepted",
    "date": "2026-01-10",
    "source": "Issue 4",
    "answer": "Prices are integers of cents.",
    "governs": ["shop.prices.total"],
}


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker)


RECORDS = validator(record_schema())


def front(path: Path) -> dict[str, Any]:
    parts = frontmatter.split(path.read_text(encoding="utf-8"))
    assert parts is not None
    return frontmatter.parse(parts[0]).values


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "adr").glob("[0-9]*.md")), ids=lambda path: path.stem[:4]
)
def test_the_records_of_this_project_are_valid(path: Path) -> None:
    tree = Folder(REPOSITORY)

    assert list(RECORDS.iter_errors(front(path))) == []
    tags = read_settings(tree).tags
    assert list(validator(record_schema(tags)).iter_errors(front(path))) == []


def test_the_records_of_the_small_project_are_valid(tmp_path: Path) -> None:
    for path in (Scratch(tmp_path).root / "adr").glob("0*.md"):
        assert list(RECORDS.iter_errors(front(path))) == []


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in RECORD.items() if name != key}


@pytest.mark.parametrize(
    "wrong",
    [
        without("status"),
        without("date"),
        without("source"),
        without("answer"),
        without("governs"),
        {**RECORD, "status": "Accepted"},
        {**RECORD, "status": None},
        {**RECORD, "date": "10/01/2026"},
        {**RECORD, "date": "2026-02-30"},
        {**RECORD, "source": ""},
        {**RECORD, "answer": "one\ntwo"},
        {**RECORD, "governs": ["shop/prices.py"]},
        {**RECORD, "governs": [{"note": "no symbol"}]},
        {**RECORD, "governs": [{"symbol": "a", "why": "x"}]},
        {**RECORD, "process": True},
        {**RECORD, "supersedes": "0001"},
        {**RECORD, "supersedes": ["prices"]},
        {**RECORD, "superseded-by": ["0002"]},
        {**RECORD, "status": "superseded"},
        {**RECORD, "status": "rejected", "review-by": "2027-01-01"},
        {**RECORD, "superseded_by": ["0002"]},
        {**RECORD, "tags": "prices"},
        {**RECORD, "proofs": [{"test": "test_x", "shows": "y"}]},
        {**RECORD, "proofs": [{"test": "tests/test_x.py::test_x"}]},
        {**RECORD, "evidence": [{"id": "a b", "command": "c"}]},
    ],
    ids=repr,
)
def test_what_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    assert list(RECORDS.iter_errors(RECORD)) == []
    assert list(RECORDS.iter_errors(wrong)) != []


def test_a_key_that_need_not_be_there_may_be_empty() -> None:
    for key in KEYS:
        if key not in (*RECORD, "status"):
            assert RECORDS.is_valid({**RECORD, key: None}), key


def test_tags_are_those_of_the_vocabulary() -> None:
    held = validator(record_schema(["prices", "storage"]))

    assert held.is_valid({**RECORD, "tags": ["prices"]})
    assert not held.is_valid({**RECORD, "tags": ["price"]})


def test_every_key_is_described() -> None:
    for schema in (record_schema(), config_schema()):
        for name, key in schema["properties"].items():
            assert key["description"], name
        assert schema["$id"].endswith(":1")
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(record_schema()["properties"]) == list(KEYS)
    assert record_schema()["$defs"]["Status"]["enum"] == [status.value for status in TRANSITIONS]


IDS = st.sampled_from(["0001", "0002", "3", "ADR-4", "x", ""])
SYMBOLS = st.sampled_from(["shop.prices", "größe.maß", "shop/prices.py", "a..b", "1a", "a b", "_x"])
VALUES = {
    "status": st.sampled_from([*[status.value for status in Status], "done", None]),
    "date": st.sampled_from(["2026-01-10", "2026-02-30", "today", None]),
    "source": st.sampled_from(["Issue 4", "", " ", None]),
    "answer": st.sampled_from(["Yes.", "", " ", "one\ntwo", "one\n", None]),
    "tags": st.lists(st.sampled_from(["prices", "x"]), max_size=2) | st.just("prices") | st.none(),
    "supersedes": st.lists(IDS, max_size=2),
    "superseded-by": st.lists(IDS, max_size=1) | st.none(),
    "governs": st.lists(
        SYMBOLS | st.fixed_dictionaries({"symbol": SYMBOLS}, optional={"note": st.just("n")}),
        max_size=2,
    ),
    "process": st.sampled_from([True, False, None, "yes"]),
    "proofs": st.lists(
        st.fixed_dictionaries(
            {"test": st.sampled_from(["tests/t.py::test_x", "tests/t.py::T::test_x[1]", "t.py"])},
            optional={"shows": st.just("s"), "breaks-when": st.just([])},
        ),
        max_size=1,
    ),
    "evidence": st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from(["0001-speed", "a/b"]), "command": st.just("python x.py")}
        ),
        max_size=1,
    ),
    "review-by": st.sampled_from(["2027-01-01", "soon"]),
    "stauts": st.just("x"),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_what_the_check_finds_sound_is_valid(values: dict[str, Any]) -> None:
    """The metadata rules and the schema say the same of any front matter."""
    import yaml

    text = f"---\n{yaml.safe_dump(values, allow_unicode=True)}---\n\n# 0009. Title\n"
    record = parse("adr/0009-title.md", text.encode())
    parts = frontmatter.split(text)
    assert parts is not None
    read = frontmatter.parse(parts[0]).values if values else {}
    found = {each.code for each in record.problems}
    if record.readable:
        found |= _rules(record, text)

    assert RECORDS.is_valid(read) == (not found)


def _rules(record: Any, text: str) -> set[str]:
    """The codes of the rules about metadata that find something in one record."""
    from mkdocs_decisions.body import read_body
    from mkdocs_decisions.rules import catalogue
    from mkdocs_decisions.rules.code import governs_nothing
    from mkdocs_decisions.rules.metadata import date_wrong

    body = read_body(text, record)
    found = {
        each.code
        for each in catalogue().values()
        if each.scope == "record" and each.code.startswith("ADR1")
        for problem in each.check(record, body, Settings())
    }
    project = Project(Folder(REPOSITORY / "decisions"), Settings(), today=datetime.date(2026, 3, 1))
    project.__dict__["records"] = [record]
    project.__dict__["readable"] = [record]
    found |= {"ADR110" for _ in date_wrong(project)} | {"ADR508" for _ in governs_nothing(project)}
    if record.status is Status.SUPERSEDED and not record.meta.superseded_by:
        found.add("ADR307")
    return found


@pytest.mark.parametrize(
    ("table", "valid"),
    [
        ({}, True),
        ({"records": "docs/adr", "packages": {"shop": "src"}, "tests": ["tests"]}, True),
        ({"records": "../adr"}, False),
        ({"records": "/adr"}, False),
        ({"packages": {"shop": "a/../../b"}}, False),
        ({"record": "adr"}, False),
        ({"severity": {"ADR203": "off"}}, True),
        ({"severity": {"ADR203": "loud"}}, False),
        ({"required-sections": ["Context"]}, False),
        ({"required-sections": ["Confirmation"]}, True),
        ({"review-grace": "long"}, False),
    ],
)
def test_the_configuration_is_valid_if_it_is_read(
    tmp_path: Path, table: dict[str, Any], valid: bool
) -> None:
    (tmp_path / "adr").mkdir()
    (tmp_path / "docs/adr").mkdir(parents=True)
    written = "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
    (tmp_path / "pyproject.toml").write_text(f"[tool.decisions]\n{written}")

    assert validator(config_schema()).is_valid(table) is valid
    if valid:
        read_settings(Folder(tmp_path))
    else:
        with pytest.raises(DecisionsError):
            check(Project(Folder(tmp_path), read_settings(Folder(tmp_path))))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"'


def test_the_usual_settings_are_told() -> None:
    told = {key: value["default"] for key, value in config_schema()["properties"].items()}

    assert told == {
        each.name.replace("_", "-"): getattr(Settings(), each.name) for each in fields(Settings)
    }
