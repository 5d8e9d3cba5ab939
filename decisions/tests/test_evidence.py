"""Figures are made again by their commands, without a shell, and as a whole or not at all."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scratch import ONE, PRICES, THREE, TWO, Scratch, hears_signals

from mkdocs_decisions.cache import sha256
from mkdocs_decisions.evidence import (
    EvidenceError,
    RefreshReport,
    figure,
    number,
    refresh,
    written_like,
)
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.record import Quote

RESULT = "adr/evidence/0001-sums.json"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    root = tmp_path / "shop"
    root.mkdir()
    return Scratch(root)


def evidence(
    scratch: Scratch, command: str = "python measure.py", more: str = "", path: str = ONE
) -> Scratch:
    """Give a record evidence with one input."""
    number = path[4:8]
    entry = (
        f"evidence:\n  - id: {number}-sums\n    command: '{command}'\n    inputs: [measure.py]\n"
    )
    return scratch.edit(path, f"---\n\n# {number}.", f"{entry}{more}---\n\n# {number}.")


def measure(scratch: Scratch, code: str = 'print(\'{"ns": 158, "who": "é"}\')') -> Scratch:
    return scratch.write("measure.py", f"{code}\n")


def run(scratch: Scratch, *ids: str, **more: object) -> RefreshReport:
    return refresh(scratch.project(), ids or None, **more)


def outcomes(report: RefreshReport) -> list[tuple[str, str]]:
    return [(each.id, each.outcome) for each in report.results]


def test_the_result_is_kept_with_what_it_was_made_from(scratch: Scratch) -> None:
    measure(evidence(scratch))

    report = run(scratch)

    assert outcomes(report) == [("0001-sums", "changed")]
    held = {
        "id": "0001-sums",
        "command": "python measure.py",
        "interpreter": f"{platform.python_implementation()} {platform.python_version()}",
        "inputs": {"measure.py": sha256(scratch.read("measure.py"))},
        "result": {"ns": 158, "who": "é"},
    }
    assert scratch.read(RESULT) == json.dumps(held, indent=2, ensure_ascii=False) + "\n"
    assert scratch.findings("ADR608") == []


def test_python_is_the_one_that_runs_this_and_the_place_is_the_root(scratch: Scratch) -> None:
    code = "import json, os, sys\nprint(json.dumps([sys.executable, os.getcwd()]))"
    measure(evidence(scratch), code)

    run(scratch)

    assert json.loads(scratch.read(RESULT))["result"] == [
        sys.executable,
        str(scratch.root.resolve()),
    ]


def test_a_result_may_be_kept_elsewhere(scratch: Scratch) -> None:
    measure(evidence(scratch, more="    result: docs/sums.json\n"))

    run(scratch)

    assert json.loads(scratch.read("docs/sums.json"))["result"]["ns"] == 158


def test_the_same_figures_from_another_input_are_unchanged_and_no_longer_stale(
    scratch: Scratch,
) -> None:
    measure(evidence(scratch))
    run(scratch)
    scratch.write("measure.py", scratch.read("measure.py") + "# the same\n")
    assert len(scratch.findings("ADR608")) == 1

    report = run(scratch)

    assert outcomes(report) == [("0001-sums", "unchanged")]
    assert scratch.findings("ADR608") == []


def test_only_what_is_named_is_made_again(scratch: Scratch) -> None:
    measure(evidence(evidence(scratch), path=THREE))
    told: list[tuple[int, int, str]] = []

    report = run(scratch, "3", on_progress=lambda *each: told.append(each))

    assert outcomes(report) == [("0003-sums", "changed")]
    assert told == [(0, 1, "0003-sums"), (1, 1, "")]


def test_a_superseded_record_keeps_its_figures_unless_it_is_named(scratch: Scratch) -> None:
    measure(evidence(scratch, path=TWO))

    assert outcomes(run(scratch)) == []
    assert outcomes(run(scratch, "2")) == [("0002-sums", "changed")]


def test_a_record_that_is_not_there_is_an_error(scratch: Scratch) -> None:
    with pytest.raises(DecisionsError, match="there is no record '9'"):
        run(scratch, "9")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise SystemExit('no disk')", "it ended with 1: no disk"),
        ("print('{')", "something else than one JSON value"),
        ("print(1)\nprint(2)", "something else than one JSON value"),
        ("", "something else than one JSON value"),
        ("print('NaN')", "NaN is no JSON"),
        ("print(chr(34) + chr(92) + 'ud800' + chr(34))", "half of a character"),
        ("print('[' * 100_000)", "something else than one JSON value"),
        ("import sys; sys.stdout.buffer.write(bytes([34, 255, 34]))", "something else than one"),
        ("import os; os.abort()", "it ended with -6"),
        ("import time; time.sleep(60)", "it took more than 3 seconds"),
        ("print('1' * 10_000_001)", "it printed more than 10,000,000 bytes"),
    ],
)
def test_a_command_that_fails_leaves_the_old_figures(
    scratch: Scratch, code: str, says: str
) -> None:
    scratch.edit("pyproject.toml", 'tests = ["tests"]', 'tests = ["tests"]\nevidence-timeout = 3')
    measure(evidence(evidence(scratch), path=THREE, command="python other.py"))
    scratch.write("other.py", "print(1)\n")
    run(scratch)
    before = scratch.read(RESULT)
    measure(scratch, code)

    report = run(scratch)

    assert report.failed
    assert outcomes(report) == [("0001-sums", "failed"), ("0003-sums", "unchanged")]
    (finding,) = report.findings
    assert (finding.code, finding.problem.path) == ("ADR608", ONE)
    assert finding.problem.line == scratch.line(ONE, "command: ")
    assert says in finding.problem.message
    assert scratch.read(RESULT) == before


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("nosuchprogram --fast", "'nosuchprogram' can't be run"),
        ('python "measure.py', "the command can't be read"),
        (" ", "the command is empty"),
    ],
)
def test_a_command_that_cannot_be_run_is_told(scratch: Scratch, command: str, says: str) -> None:
    measure(evidence(scratch, command))

    (finding,) = run(scratch).findings

    assert says in finding.problem.message
    assert not (scratch.root / RESULT).exists()


def test_no_shell_reads_the_command(scratch: Scratch) -> None:
    code = "import json, sys\nprint(json.dumps(sys.argv[1:]))"
    measure(evidence(scratch, "python measure.py $HOME ; touch owned `id` > x | y && z *"), code)

    run(scratch)

    words = json.loads(scratch.read(RESULT))["result"]
    assert words == ["$HOME", ";", "touch", "owned", "`id`", ">", "x", "|", "y", "&&", "z", "*"]
    assert not (scratch.root / "owned").exists()


@pytest.mark.parametrize("path", ["../sums.json", "/elsewhere/sums.json", "docs/../../sums.json"])
def test_a_result_outside_of_the_project_is_refused_unrun(scratch: Scratch, path: str) -> None:
    measure(evidence(scratch, more=f"    result: {path}\n"), "open('ran', 'w')")

    (finding,) = run(scratch).findings

    assert "outside of the project" in finding.problem.message
    assert not (scratch.root / "ran").exists()


def test_an_id_that_leads_outside_is_refused(scratch: Scratch) -> None:
    measure(evidence(scratch)).edit(ONE, "- id: 0001-sums", "- id: ../../../sums")

    (finding,) = run(scratch).findings

    assert "outside of the project" in finding.problem.message


def test_a_result_that_a_link_leads_outside_is_refused(scratch: Scratch, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("mine")
    measure(evidence(scratch))
    (scratch.root / "adr/evidence").mkdir()
    (scratch.root / RESULT).symlink_to(outside)

    (finding,) = run(scratch).findings

    assert "leads out of the project by a link" in finding.problem.message
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("path", ["../measure.py", "/etc/hostname", "nowhere.py", "src"])
def test_an_input_that_is_no_file_of_the_project_is_refused(scratch: Scratch, path: str) -> None:
    measure(evidence(scratch)).edit(ONE, "inputs: [measure.py]", f"inputs: ['{path}']")

    (finding,) = run(scratch).findings

    assert f"the input {path!r}" in finding.problem.message


SCRIPT = """\
import sys
from pathlib import Path
from mkdocs_decisions.evidence import refresh
from mkdocs_decisions.project import open_project

try:
    refresh(open_project(Path(sys.argv[1]), cache=False))
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_a_file_that_is_no_evidence_is_not_written_over(scratch: Scratch) -> None:
    measure(evidence(scratch))
    scratch.edit(ONE, "    command: ", f"    result: {PRICES}\n    command: ")
    before = scratch.read(PRICES)

    report = run(scratch)

    assert report.failed
    assert "is no JSON" in report.findings[0].problem.message
    assert scratch.read(PRICES) == before


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_command_and_leaves_the_old_figures(
    scratch: Scratch, asked: signal.Signals
) -> None:
    measure(evidence(scratch))
    run(scratch)
    before = scratch.read(RESULT)
    measure(
        scratch,
        "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)",
    )
    command = [sys.executable, "-c", SCRIPT, str(scratch.root)]
    process = subprocess.Popen(command, preexec_fn=hears_signals)
    pid = scratch.root / "pid"
    try:
        while not (pid.exists() and pid.read_text()) and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(asked)
        assert process.wait(60) == 130
    finally:
        process.kill()
        process.wait()
    assert scratch.read(RESULT) == before
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


# -- quoted figures -----------------------------------------------------------------------------

FIGURES = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=3)


@given(FIGURES, FIGURES, st.booleans(), st.sampled_from([0.0, 0.05, 0.25]))
def test_a_figure_that_is_written_again_agrees(
    old: int | Decimal, new: int | Decimal, commas: bool, within: float
) -> None:
    text = f"{old:,}" if commas else f"{old}"
    value = Decimal(new)

    written = written_like(text, value, within)

    assert abs(number(written) - value) <= abs(value) * Decimal(str(within))
    assert ("," in written) == ("," in text and abs(number(written)) >= 1000)


@pytest.mark.parametrize("percent", [True, False])
@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1", float("nan")),
        ("1", float("-inf")),
        ("1e99999999", 1),
        ("1e-99999999", 1e308),
        ("1e99999999999999999999", 1),
    ],
)
def test_a_figure_that_nobody_can_calculate_with_is_told(
    text: str, stored: float, percent: bool
) -> None:
    with pytest.raises(EvidenceError):
        figure(Quote(text, "x/v", 0.1, 1, 1), {"x": {"v": stored}}, percent=percent)


@pytest.mark.parametrize(
    ("text", "value", "within", "written"),
    [
        ("1,000", "12345", 0, "12,345"),
        ("1000", "12345", 0, "12345"),
        ("44.4", "45.12", 0.25, "45.1"),
        ("44.4", "45.12", 0, "45.12"),
        ("75", "158.4", 0.25, "158"),
        ("0", "0.25", 0, "0.25"),
        ("1.5e3", "2000", 0, "2.000e3"),
    ],
)
def test_a_figure_is_written_in_the_notation_that_it_has(
    text: str, value: str, within: float, written: str
) -> None:
    assert written_like(text, Decimal(value), within) == written
