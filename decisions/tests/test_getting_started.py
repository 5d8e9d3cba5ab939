"""The pages do what they say: each step is carried out on a project of its own, and compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from walk import PAGES, StepError, Walker, steps

START = next(page for page in PAGES if page.stem == "getting-started")
WALKS = [page for page in PAGES if steps(page)]

# A page, the line that the error must name, and what it must say.
LIES = {
    "another output": ('```console {project="x"}\n$ echo a\na\n$ echo b\nc\n```', 4, "writes\nb"),
    "more output": ('```console {project="x"}\n$ echo a\na\nb\n```', 2, "the page says\na\nb"),
    "output left out": ('```console {project="x"}\n$ echo a\n```', 2, "writes\na"),
    "a status": ('```console {project="x" exit="1"}\n$ true\n```', 2, "ends with 0, not 1"),
    "a failure before the end": (
        '```console {project="x" exit="1"}\n$ false\n$ false\n```',
        2,
        "ends with 1, not 0",
    ),
    "a command of two lines": ('```console {project="x"}\n$ echo \\\n  a\nb\n```', 2, "writes\na"),
    "no command": ('```console {project="x"}\na\n```', 1, "begins with a command"),
    "a change of what is not there": (
        '```text {project="x" title="a"}\na\n```\n\n```diff {project="x" title="a"}\n-b\n+c\n```',
        5,
        "stands 0 times in a",
    ),
    "a change of what is there twice": (
        '```text {project="x" title="a"}\na\na\n```\n\n'
        '```diff {project="x" title="a"}\n-a\n+c\n```',
        6,
        "stands 2 times in a",
    ),
}


@pytest.fixture(scope="session")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Walker:
    return Walker(tmp_path_factory.mktemp("walk"))


@pytest.mark.parametrize("page", WALKS, ids=lambda page: page.name)
def test_a_page_does_what_it_says(page: Path, walker: Walker) -> None:
    walker.carry_out(page)


def test_getting_started_begins_with_nothing_and_ends_with_a_proved_record() -> None:
    commands = "".join(step.source for step in steps(START) if step.language == "console")

    assert {step.project for step in steps(START)} == {START.stem}
    for command in ("git init", "decisions new", "decisions accept", "decisions prove"):
        assert f"$ {command}" in commands


@pytest.mark.parametrize("what", LIES)
def test_a_step_that_does_otherwise_is_found_at_its_line(what: str, tmp_path: Path) -> None:
    text, line, message = LIES[what]

    with pytest.raises(StepError) as caught:
        walk(tmp_path, text)

    assert str(caught.value).startswith(f"x.md:{line}: ")
    assert message in str(caught.value)


def test_a_lie_on_the_first_page_is_found(tmp_path: Path) -> None:
    text = START.read_text(encoding="utf-8")
    true = "proofs: 1 mutant seen failing, 1 test passed"
    assert true in text

    with pytest.raises(StepError, match="and the page says"):
        walk(tmp_path, text.replace(true, true.replace("1 test", "2 tests")), START.name)


def test_a_page_goes_on_from_where_another_one_ends(walker: Walker, tmp_path: Path) -> None:
    page = tmp_path / "x.md"
    said = "$ git log --format=%s\nPrices are whole cents\n"
    page.write_text(f'```console {{project="getting-started"}}\n{said}```\n', encoding="utf-8")

    project = walker.carry_out(page)

    assert (project / "adr" / ".proofs.json").is_file()


def test_a_step_that_a_parser_does_not_see_is_an_error(tmp_path: Path) -> None:
    text = '!!! note\n\n    ```console {project="x"}\n    $ true\n    ```'

    with pytest.raises(AssertionError, match="is not found"):
        walk(tmp_path, text)


def walk(folder: Path, text: str, name: str = "x.md") -> Path:
    page = folder / name
    page.write_text(f"{text}\n", encoding="utf-8")
    work = folder / "work"
    work.mkdir()
    return Walker(work).carry_out(page)
