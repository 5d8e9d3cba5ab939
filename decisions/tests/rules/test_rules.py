"""Every rule finds what it is for, and not what is near it. The cases stand in `cases_*.py`."""

from __future__ import annotations

import importlib
import re
import shutil
from pathlib import Path

import pytest
from cases import Fails, Passes
from proved import proved_receipts
from scratch import Scratch

from mkdocs_decisions.check import check
from mkdocs_decisions.fixes import apply
from mkdocs_decisions.git import with_base
from mkdocs_decisions.problems import Severity
from mkdocs_decisions.project import Project
from mkdocs_decisions.rules import FAMILIES, Rule, catalogue, rule

RULES = catalogue()
CASES: list[Fails | Passes] = [
    case
    for module, _ in FAMILIES.values()
    for case in importlib.import_module(f"cases_{module}").CASES
]
FAILS = [
    pytest.param(each, id=f"{each.code}-{each.id}") for each in CASES if isinstance(each, Fails)
]
PASSES = [
    pytest.param(each, id=f"{each.code}-{each.id}") for each in CASES if isinstance(each, Passes)
]
NOT_RUN_BY_CHECK = {code for code, each in RULES.items() if each.scope == "review"} - {"ADR706"}


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound project, proved and committed, to be copied."""
    root = tmp_path_factory.mktemp("sound") / "shop"
    root.mkdir()
    Scratch(root, proved=proved_receipts()).init()
    return root


@pytest.fixture
def scratch(sound: Path, tmp_path: Path) -> Scratch:
    root = tmp_path / "shop"
    shutil.copytree(sound, root, symlinks=True)
    made = Scratch.__new__(Scratch)
    made.root = root
    return made


def changed(scratch: Scratch) -> Project:
    """The project as it is, beside what it was before the change and what other branches have."""
    return with_base(scratch.project(), "main")


def found(scratch: Scratch, code: str, **severity: Severity) -> list[tuple[str, int, str]]:
    project = changed(scratch)
    project.settings.severity |= {code: str(each) for code, each in severity.items()}
    return scratch.found_in(project, code)


def test_the_sound_project_is_sound(scratch: Scratch) -> None:
    project = changed(scratch)

    assert scratch.found_in(project) == []


@pytest.mark.parametrize("case", FAILS)
def test_a_rule_finds_what_it_is_for(case: Fails, scratch: Scratch) -> None:
    case.break_(scratch)

    problems = found(scratch, case.code)

    line = 1 if case.at is None else scratch.line(case.path, case.at)
    assert (case.path, line) in {(path, at) for path, at, _ in problems}, problems
    messages = [what for path, at, what in problems if (path, at) == (case.path, line)]
    assert any(case.says in what for what in messages), messages


@pytest.mark.parametrize("case", FAILS)
def test_a_rule_that_is_switched_off_finds_nothing(case: Fails, scratch: Scratch) -> None:
    case.break_(scratch)

    assert found(scratch, case.code, **{case.code: Severity.OFF}) == []


@pytest.mark.parametrize("case", PASSES)
def test_a_rule_does_not_find_what_is_sound(case: Passes, scratch: Scratch) -> None:
    case.change(scratch)

    assert found(scratch, case.code) == []


@pytest.mark.parametrize("case", [each for each in FAILS if each.values[0].fixed])
def test_a_fix_mends_what_was_found_and_nothing_else(case: Fails, scratch: Scratch) -> None:
    case.break_(scratch)
    before = {finding.code for finding in scratch.findings()}
    report = check(changed(scratch), codes=[case.code])

    apply([each.problem for each in report.findings], scratch.root)

    assert found(scratch, case.code) == []
    # A proof whose symbol has another name has to be seen again.
    allowed = {*before, "ADR604"} - {case.code}
    assert {finding.code for finding in scratch.findings()} <= allowed
    again = check(changed(scratch), codes=[case.code])
    assert apply([each.problem for each in again.findings], scratch.root).changed == []


@pytest.mark.parametrize("code", sorted(set(RULES) - NOT_RUN_BY_CHECK))
def test_every_rule_has_a_case_that_fails_and_one_that_passes(code: str) -> None:
    assert any(isinstance(each, Fails) and each.code == code for each in CASES)
    assert any(isinstance(each, Passes) and each.code == code for each in CASES)


@pytest.mark.parametrize("code", sorted(code for code, each in RULES.items() if each.fixable))
def test_every_rule_that_can_be_fixed_is_seen_fixed(code: str) -> None:
    assert any(isinstance(each, Fails) and each.code == code and each.fixed for each in CASES)


@pytest.mark.parametrize("each", RULES.values(), ids=list(RULES))
def test_every_rule_has_a_page(each: Rule) -> None:
    paragraphs = each.text.split("\n\n")

    assert each.summary.endswith(".")
    assert len(paragraphs) >= 5
    assert not paragraphs[1].startswith(("To mend:", "Fails"))
    headed = [text for text in paragraphs if re.match(r"To mend:|Fails\b.*:$|Passes\b.*:$", text)]
    assert [text.partition(":")[0].split(",")[0] for text in headed] == [
        "To mend",
        "Fails",
        "Passes",
    ]
    assert (
        len(
            re.findall(
                r"^```(?:yaml|markdown|python|text)(?: \{.+\})?\n.+?^```$", each.text, re.M | re.S
            )
        )
        == 2
    )


def test_the_codes_are_those_of_the_families() -> None:
    assert {code[3] for code in RULES} == set(FAMILIES)
    assert len({each.name for each in RULES.values()}) == len(RULES)


def test_a_code_is_given_once() -> None:
    with pytest.raises(ValueError, match="ADR101 is there twice"):
        rule("ADR101", "again")(lambda: iter(()))
