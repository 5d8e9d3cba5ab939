"""The configuration: what it may say, and what is said of a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from scratch import Scratch

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.project import find_root, open_project
from mkdocs_decisions.settings import Settings, read_settings
from mkdocs_decisions.tree import Folder

CONFIGURED = '[tool.decisions]\nrecords = "adr"\n'


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def settings_of(scratch: Scratch, text: str) -> Settings:
    return read_settings(Folder(scratch.write("pyproject.toml", text).root))


def error_of(scratch: Scratch, text: str) -> DecisionsError:
    with pytest.raises(DecisionsError) as caught:
        settings_of(scratch, text)
    return caught.value


def test_what_is_not_configured_is_as_usual(scratch: Scratch) -> None:
    scratch.remove("pyproject.toml")

    assert read_settings(Folder(scratch.root)) == Settings()


def test_a_table_of_another_tool_changes_nothing(scratch: Scratch) -> None:
    assert settings_of(scratch, "[tool.ruff]\nline-length = 100\n") == Settings()


def test_every_value_is_taken(scratch: Scratch) -> None:
    settings = settings_of(
        scratch,
        '[tool.decisions]\ntags = ["a"]\nreview-grace = 7\nseverity = { ADR209 = "warning" }\n'
        'packages = { shop = "src" }\nproof-timeout = 5\n',
    )

    assert settings.tags == ["a"]
    assert settings.review_grace == 7
    assert settings.severity == {"ADR209": "warning"}
    assert settings.packages == {"shop": "src"}
    assert settings.proof_timeout == 5.0


@pytest.mark.parametrize(
    ("text", "says", "mends"),
    [
        ("[tool.decisions", "can't be read", ""),
        ("[tool.decisions]\nrecord = 'adr'\n", "record: ", "'records'"),
        ("[tool.decisions]\ntags = 'a'\n", "tags: ", "schema"),
        ("[tool.decisions]\nseverity = { ADR209 = 'mild' }\n", "severity.ADR209: ", "schema"),
        ("[tool.decisions]\nrequired-sections = ['Contexts']\n", "'Contexts'", "'Context and"),
        ("[tool]\ndecisions = 3\n", "[tool.decisions] is no table", "[tool.decisions]"),
        ("tool = 3\n", "[tool.decisions] is no table", "[tool.decisions]"),
        ("[tool.decisions]\nproof-timeout = 0\n", "proof-timeout: 0", "more than 0"),
        ("[tool.decisions]\nevidence-timeout = -1.5\n", "evidence-timeout: -1.5", "more than 0"),
        ("[tool.decisions]\nproof-timeout = nan\n", "proof-timeout: nan", "more than 0"),
        ("[tool.decisions]\nreview-grace = -1\n", "review-grace: -1", "0 or more"),
        ("[tool.decisions]\nmax-amendments = -1\n", "max-amendments: -1", "0 or more"),
        ("[tool.decisions]\ntypo-words = -1\n", "typo-words: -1", "0 or more"),
    ],
)
def test_a_mistake_is_named(scratch: Scratch, text: str, says: str, mends: str) -> None:
    error = error_of(scratch, text)

    assert error.code == "ADR001"
    assert says in error.message
    assert mends in error.mend


@pytest.mark.parametrize(
    "text",
    [
        "records = '../elsewhere'", "records = '/etc'", "records = ''", "evidence = '../x'",
        "receipts = '/elsewhere/x.json'", "packages = { a = '../a' }", "tests = ['..']",
        'packages = { a = "a\\u0000" }', 'tests = ["a\\u0000"]', 'evidence = "a\\u0000"',
    ],
)  # fmt: skip
def test_a_folder_outside_of_the_project_is_refused(scratch: Scratch, text: str) -> None:
    error = error_of(scratch, f"[tool.decisions]\n{text}\n")

    assert error.code == "ADR002"
    assert "outside of the project" in error.message


def test_records_that_are_nowhere_are_named(scratch: Scratch) -> None:
    error = error_of(scratch, "[tool.decisions]\nrecords = 'docs/decisions'\n")

    assert (error.code, "docs/decisions" in error.message) == ("ADR002", True)


def test_what_was_found_valid_is_remembered_and_a_change_is_seen(scratch: Scratch) -> None:
    cache = Cache(scratch.root / "cache")
    scratch.write("pyproject.toml", CONFIGURED)
    first = read_settings(Folder(scratch.root), cache)
    cache.save()
    scratch.write("pyproject.toml", CONFIGURED + "review-grace = 1\n")

    assert first.review_grace == 30
    assert read_settings(Folder(scratch.root), Cache(scratch.root / "cache")).review_grace == 1


def test_the_root_is_where_the_configuration_is(scratch: Scratch) -> None:
    scratch.write("src/shop/pyproject.toml", "[project]\n")

    assert find_root(scratch.root / "src/shop") == scratch.root
    project = open_project(find_root(scratch.root / "adr"), cache=False)
    assert [record.id for record in project.records] == ["0001", "0002", "0003"]
