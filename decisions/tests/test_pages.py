"""The pages leave nothing out: settings, keys, commands, options, outcomes, errors."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from walk import DECISIONS, PAGES

from mkdocs_decisions.cli import app
from mkdocs_decisions.prove.verdicts import Outcome
from mkdocs_decisions.record import KEYS
from mkdocs_decisions.settings import Settings
from mkdocs_decisions.site.plugin import DecisionsConfig

SOURCE = DECISIONS / "src" / "mkdocs_decisions"


def text(name: str) -> str:
    return (DECISIONS / "docs" / f"{name}.md").read_text(encoding="utf-8")


def rows(name: str) -> dict[str, list[str]]:
    """The rows of the tables of a page: the cells behind each code in a first cell."""
    found = {}
    for line in text(name).splitlines():
        if line.startswith("|"):
            first, *others = [cell.strip() for cell in line.strip("|").split(" | ")]
            for code in re.findall(r"`([^`]+)`", first):
                found[code] = others
    return found


def default(setting: Any) -> Any:
    return setting.default_factory() if setting.default is MISSING else setting.default


def commands() -> dict[str, Any]:
    group = typer.main.get_command(app)
    return dict(group.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda each: each.name)
def test_a_setting_is_told_with_its_default(setting: Any) -> None:
    cell = rows("configuration")[setting.name.replace("_", "-")][0]
    if setting.name == "required_sections":
        assert cell == ", ".join(default(setting))
    elif setting.name in ("evidence", "receipts"):
        assert cell.endswith(" beside the records")
    else:
        assert cell == f"`{json.dumps(default(setting))}`"


def test_no_setting_is_told_that_there_is_not() -> None:
    assert set(rows("configuration")) == {each.name.replace("_", "-") for each in fields(Settings)}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_a_record_is_told(key: str) -> None:
    assert key in rows("records")


def test_the_options_of_the_plugin_are_told_with_their_defaults() -> None:
    told = {name: cells[0].strip("`") for name, cells in rows("site").items() if len(cells) == 2}
    options = dict(DecisionsConfig._schema)

    assert set(told) == set(options)
    for name, option in options.items():
        if name != "root":
            assert told[name] == (
                json.dumps(option.default)
                if not isinstance(option.default, str)
                else option.default
            )


@pytest.mark.parametrize("name", commands())
def test_a_command_is_told_with_its_options(name: str) -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert f"decisions {name}" in pages

    options = {
        option
        for parameter in commands()[name].params
        for option in parameter.opts
        if option.startswith("--") and option != "--help"
    }
    told = {option for option in options if re.search(rf"{option}\b", pages)}
    assert told == options


def test_the_inputs_of_the_action_are_told_with_their_defaults() -> None:
    action = yaml.safe_load((DECISIONS.parent / "action.yml").read_text(encoding="utf-8"))
    told = {name: cells for name, cells in rows("review").items() if len(cells) == 2}

    for name, held in action["inputs"].items():
        assert told[name][0] in (f"`{held['default']}`", "the base branch of the pull request")


def test_an_outcome_of_a_proof_is_told() -> None:
    page = text("proofs")
    assert [each.value for each in Outcome if f"`{each.value}`" not in page] == []


def test_the_errors_of_the_set_up_are_told() -> None:
    raised = {
        code
        for file in SOURCE.rglob("*.py")
        for code in re.findall(r'"(ADR0\d\d)"', file.read_text(encoding="utf-8"))
    }
    assert set(re.findall(r"^## (ADR0\d\d)", text("errors"), re.MULTILINE)) == raised


def test_every_page_is_found_from_the_first_one() -> None:
    linked = set(re.findall(r"\]\(([\w-]+)\.md", text("index")))
    there = {page.stem for page in PAGES if page.parent.name == "docs"} - {"index"}
    assert linked == there


def test_the_readme_leads_to_pages_that_are_there() -> None:
    readme = (DECISIONS / "README.md").read_text(encoding="utf-8")
    site = "https://chainweaver.github.io/chainweaver/decisions-tool/"
    linked = set(re.findall(rf"\]\({site}([\w-]+)/\)", readme))
    there = {page.stem for page in PAGES if page.parent.name == "docs"} - {"index"}
    assert linked == there | {"changelog"}
    assert not re.findall(r"\]\((?!https://)", readme), "a package index knows no relative links"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_first_what_its_reader_can_do(page: Path) -> None:
    first = page.read_text(encoding="utf-8").split("\n\n")[1]
    assert first.startswith(("After ", "`decisions` ")), first
