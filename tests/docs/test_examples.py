"""Every example runs: each fence is proved as its language and tags say, each program of examples/.

`DOCS_ROOT` names another tree to prove than the one around this file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from census import Fence, Program, take
from example_lint import formatted, lint
from example_runner import Outcome, first_line, run_program, source_of, update_of
from pytest_examples import EvalExample
from vocabulary import faults, included_file, prove

ROOT = Path(os.environ.get("DOCS_ROOT", Path(__file__).parents[2])).resolve()
CENSUS = take(ROOT)
INCLUDING = [fence for fence in CENSUS.fences if fence.language == "python" and fence.includes]
WRITTEN = [f for f in CENSUS.fences if f.language == "python" and "project" in f.tags]
PYTHON = [f for f in CENSUS.fences if f.language == "python" and f not in [*INCLUDING, *WRITTEN]]


@pytest.fixture(scope="session")
def sources(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What to run in place of what is written: on an update, the formatted source."""
    if not pytestconfig.getoption("update_examples"):
        return {}
    return formatted([*PYTHON, *CENSUS.programs], tmp_path_factory.mktemp("formatted"))


@pytest.fixture(scope="session")
def outcomes() -> dict[str, Outcome]:
    """What came of the examples that have run. The fences of a group run together, once."""
    return {}


def check(piece: Fence | Program, outcome: Outcome, eval_example: EvalExample) -> None:
    if outcome.error:
        raise outcome.error
    if eval_example.update_examples:
        update = update_of(piece, outcome)
        eval_example.to_update += [update] if update else []
    elif outcome.mismatch:
        raise outcome.mismatch


def test_every_fence_has_a_proof() -> None:
    found = faults(CENSUS)
    assert not found, "".join(f"\n{fault}" for fault in found)


@pytest.mark.parametrize("fence", CENSUS.fences, ids=lambda fence: fence.id)
def test_fence(
    fence: Fence,
    tmp_path: Path,
    eval_example: EvalExample,
    sources: dict[str, str],
    outcomes: dict[str, Outcome],
) -> None:
    if fence in INCLUDING:
        programs = {program.path for program in CENSUS.programs}
        assert programs.issuperset(included_file(fence, name) for name in fence.includes)
    elif fence in WRITTEN:
        compile(fence.source, fence.id, "exec")  # it runs where its project is
    elif fence.language == "python":
        if fence.id not in outcomes:
            outcomes |= run_program(CENSUS.group(fence), tmp_path, sources)
        check(fence, outcomes[fence.id], eval_example)
    else:
        prove(fence, tmp_path)


@pytest.mark.parametrize("program", CENSUS.programs, ids=lambda program: program.id)
def test_program(
    program: Program, tmp_path: Path, eval_example: EvalExample, sources: dict[str, str]
) -> None:
    check(program, run_program([program], tmp_path, sources)[program.id], eval_example)


@pytest.mark.parametrize("program", CENSUS.programs, ids=lambda program: program.id)
def test_program_prints_the_same_in_a_process_of_its_own(program: Program, tmp_path: Path) -> None:
    alone = subprocess.run(
        [sys.executable, program.file],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (alone.returncode, alone.stderr) == (0, ""), f"{program.path}: {alone.stderr}"
    outcome = run_program([program], tmp_path, {})[program.id]
    assert alone.stdout == outcome.printed, program.path


def test_every_program_stands_on_a_page() -> None:
    shown = {included_file(fence, name) for fence in INCLUDING for name in fence.includes}
    unseen = [program.path for program in CENSUS.programs if program.path not in shown]
    assert not unseen


def test_examples_are_linted(tmp_path: Path, sources: dict[str, str]) -> None:
    groups = {group[0].id: group for group in map(CENSUS.group, PYTHON)}
    found = lint(groups.values(), tmp_path, sources)
    assert not found, "".join(f"\n{fault}" for fault in found)


def test_examples_are_formatted(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    pieces = [*PYTHON, *CENSUS.programs]
    after = formatted(pieces, tmp_path)
    found = [piece for piece in pieces if after[piece.id] != source_of(piece)]
    updating = pytestconfig.getoption("update_examples")
    assert updating or not found, "".join(
        f"\n{piece.path}:{first_line(piece)}: `make update-examples` formats it" for piece in found
    )
