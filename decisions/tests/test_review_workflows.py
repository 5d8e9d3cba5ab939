"""The workflows, the action and the hooks of this repository: what they may do, and that they work.

The shell scripts in them are run as they stand, in a real repository, with a stand-in for `gh`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from scratch import PRICES, Scratch
from test_output import SARIF, commands

from mkdocs_decisions.cache import memory_of
from mkdocs_decisions.review.markdown import MARKER

REPOSITORY = Path(__file__).parents[2]
ACTION = REPOSITORY / "action.yml"
REVIEW = REPOSITORY / ".github/workflows/decisions-review.yml"
COMMENT = REPOSITORY / ".github/workflows/decisions-comment.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> list[dict[str, Any]]:
    held = read(path)
    if "runs" in held:
        return list(held["runs"]["steps"])
    return [step for job in held["jobs"].values() for step in job["steps"]]


def script(path: Path, name: str) -> str:
    [found] = [step["run"] for step in steps(path) if step.get("name") == name]
    return str(found)


# -- what they may do --------------------------------------------------------------------------


def test_the_workflow_that_runs_code_of_a_pull_request_may_only_read() -> None:
    held = read(REVIEW)

    assert set(held[True]) == {"pull_request"}
    assert held["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in held["jobs"].values())
    [checkout] = [each for each in steps(REVIEW) if "checkout" in each.get("uses", "")]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert "secrets." not in REVIEW.read_text()


def test_the_workflow_that_may_write_runs_no_code_of_a_pull_request() -> None:
    held = read(COMMENT)
    [job] = held["jobs"].values()

    name = read(REVIEW)["name"]
    assert held[True] == {"workflow_run": {"workflows": [name], "types": ["completed"]}}
    assert held["permissions"] == {}
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert job["if"] == "github.event.workflow_run.event == 'pull_request'"
    assert [step for step in job["steps"] if "uses" in step] == []
    run = "".join(step["run"] for step in job["steps"])
    assert not re.search(r"\bgit\b|pip |\bcheckout\b", run)


@pytest.mark.parametrize("path", [ACTION, REVIEW, COMMENT], ids=lambda path: path.name)
def test_nothing_from_outside_is_pasted_into_a_script(path: Path) -> None:
    for step in steps(path):
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"\./|actions/[\w-]+@v\d+|", step.get("uses", ""))
    assert "pull_request_target" not in path.read_text()


def test_every_job_has_a_time_limit() -> None:
    for path in (REVIEW, COMMENT):
        assert all(job["timeout-minutes"] <= 10 for job in read(path)["jobs"].values())


def test_the_marker_is_the_one_that_is_looked_for() -> None:
    [step] = steps(COMMENT)

    assert step["env"]["MARKER"] == MARKER


def test_hooks_run_commands_that_are_there() -> None:
    for hook in read(HOOKS):
        assert hook["language"] == "python"
        assert hook["additional_dependencies"] == ["./decisions"]
        assert not hook["pass_filenames"]
        command, *arguments = hook["entry"].split()
        assert command == "decisions"
        done = subprocess.run(
            [sys.executable, "-m", "mkdocs_decisions", *arguments, "--help"],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0
        assert re.search(hook["files"], "adr/0001-x.md")
        assert re.search(hook["files"], "src/shop/prices.py")
        assert not re.search(hook["files"], "picture.png")


# -- the action --------------------------------------------------------------------------------


class Runner:
    """What a runner of GitHub gives a script: folders, files to write to, variables."""

    def __init__(self, folder: Path) -> None:
        self.temp = folder / "temp"
        (self.temp / "decisions/bin").mkdir(parents=True)
        self.output, self.summary = folder / "output", folder / "summary"
        tool = self.temp / "decisions/bin/decisions"
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mkdocs_decisions "$@"\n')
        tool.chmod(0o755)

    def run(self, script_: str, where: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **variables,
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script_],
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path / "runner")


@pytest.fixture
def pull_request(tmp_path: Path) -> Scratch:
    """A clone with a change on a branch; the base is known as `origin/main` alone."""
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    Scratch(upstream).init()
    clone = Scratch.__new__(Scratch)
    clone.root = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", upstream, clone.root], check=True)
    clone.git("checkout", "--quiet", "-b", "change")
    clone.git("branch", "--delete", "--force", "main")
    return clone


def test_the_action_reviews_a_pull_request(runner: Runner, pull_request: Scratch) -> None:
    pull_request.edit(PRICES, "discount: int = 0", "discount: int = 5").commit("Five")

    done = runner.run(
        script(ACTION, "Run"),
        pull_request.root,
        COMMAND="review",
        BASE="",
        ROOT=".",
        GITHUB_BASE_REF="main",
    )

    assert done.returncode == 1, done.stderr
    outputs = dict(line.split("=", 1) for line in runner.output.read_text().splitlines())
    summary = Path(outputs["summary"]).read_text(encoding="utf-8")
    assert summary.startswith(MARKER)
    assert runner.summary.read_text(encoding="utf-8") == summary
    sarif = json.loads(Path(outputs["sarif"]).read_text())
    SARIF.validate(sarif)
    assert [each["ruleId"] for each in sarif["runs"][0]["results"]] == ["ADR702"]
    annotations = [line for line in done.stdout.splitlines() if line.startswith("::")]
    [(level, properties, _)] = commands("\n".join(annotations) + "\n")
    assert (level, properties["file"]) == ("error", PRICES)
    assert "ADR702 error shop.prices.total" in done.stdout


def test_the_action_passes_what_changes_no_decision(runner: Runner, pull_request: Scratch) -> None:
    pull_request.edit(PRICES, "The sum of prices", "All prices").commit("Words")

    done = runner.run(
        script(ACTION, "Run"), pull_request.root, COMMAND="review", BASE="origin/main", ROOT="."
    )

    assert done.returncode == 0, done.stderr
    assert "nothing that concerns a decision" in done.stdout


def test_the_action_checks_the_records(runner: Runner, pull_request: Scratch) -> None:
    pull_request.edit("adr/0003-baskets-in-memory.md", "status: accepted", "status: acepted")

    done = runner.run(script(ACTION, "Run"), pull_request.root, COMMAND="check", BASE="", ROOT=".")

    assert done.returncode == 1, done.stderr
    assert "ADR108 error" in done.stdout
    assert not runner.summary.exists()


def test_the_action_does_not_believe_what_a_pull_request_says_was_remembered(
    runner: Runner, pull_request: Scratch
) -> None:
    subprocess.run(
        [sys.executable, "-m", "mkdocs_decisions", "--root", pull_request.root, "check"],
        capture_output=True,
        check=False,
    )
    for file in memory_of(pull_request.root).glob("*.json"):
        held = json.loads(file.read_text())
        file.write_text(json.dumps({**held, "values": {key: [] for key in held["values"]}}))
    pull_request.edit(PRICES, "discount: int = 0", "discount: int = 5").commit("Five")

    done = runner.run(
        script(ACTION, "Run"), pull_request.root, COMMAND="review", BASE="origin/main", ROOT="."
    )

    assert done.returncode == 1
    assert "ADR702 error shop.prices.total" in done.stdout


@pytest.mark.parametrize("command", ["prove", "check; touch run", "", "--help"])
def test_the_action_runs_no_other_command(
    runner: Runner, pull_request: Scratch, command: str
) -> None:
    done = runner.run(script(ACTION, "Run"), pull_request.root, COMMAND=command, BASE="", ROOT=".")

    assert done.returncode == 2
    assert done.stdout.startswith("::error::")
    assert not (pull_request.root / "run").exists()


@pytest.mark.parametrize("base", ["nowhere", "$(touch run)", "--output=run"])
def test_a_base_is_a_name_and_nothing_else(
    runner: Runner, pull_request: Scratch, base: str
) -> None:
    done = runner.run(
        script(ACTION, "Run"), pull_request.root, COMMAND="review", BASE=base, ROOT="."
    )

    assert done.returncode == 2
    assert "error[ADR005]" in done.stderr
    assert not (pull_request.root / "run").exists()


# -- the comment -------------------------------------------------------------------------------

GH = '''\
#!{python}
"""Answers like `gh api` from files, and notes what is written."""
import json, os, pathlib, subprocess, sys

here = pathlib.Path(__file__).parent
arguments = sys.argv[2:]
path = next(each for each in arguments if each.startswith("repos/"))
method = arguments[arguments.index("--method") + 1] if "--method" in arguments else "GET"
if method != "GET":
    field = arguments[arguments.index("-F") + 1]
    body = pathlib.Path(field.removeprefix("body=@")).read_text(encoding="utf-8")
    with open(here / "written", "a", encoding="utf-8") as file:
        file.write(json.dumps([method, path, body]) + "\\n")
    sys.exit()
answer = here / path.replace("/", "_")
fields = [arguments[at + 1] for at, each in enumerate(arguments) if each == "-f"]
with open(here / "asked", "a", encoding="utf-8") as file:
    file.write(json.dumps([path, fields]) + "\\n")
data = answer.read_bytes()
if "--jq" in arguments:
    query = arguments[arguments.index("--jq") + 1]
    done = subprocess.run(["jq", "-r", query], input=data, stdout=subprocess.PIPE, check=True)
    data = done.stdout
sys.stdout.buffer.write(data)
'''

API = "repos/o/r"


class Forge:
    """A stand-in for the forge: one open pull request, one run with one artifact."""

    def __init__(self, folder: Path, runner: Runner) -> None:
        self.folder = folder
        self.runner = runner
        folder.mkdir()
        gh = folder / "gh"
        gh.write_text(GH.replace("{python}", sys.executable))
        gh.chmod(0o755)
        self.holds("pulls", [{"number": 7, "head": {"sha": "abc"}}])
        self.holds("issues/7/comments", [])
        self.review(f"{MARKER}\n## Decisions\n")

    def holds(self, path: str, value: Any) -> None:
        (self.folder / f"{API}/{path}".replace("/", "_")).write_text(json.dumps(value))

    def review(self, text: str, *, name: str = "decisions-review.md", size: int = 400) -> None:
        artifact = {"id": 5, "name": "decisions-review", "size_in_bytes": size}
        self.holds("actions/runs/3/artifacts", {"artifacts": [artifact]})
        path = self.folder / f"{API}/actions/artifacts/5/zip".replace("/", "_")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr(name, text)

    def comment(self) -> subprocess.CompletedProcess[str]:
        [step] = steps(COMMENT)
        return self.runner.run(
            step["run"],
            self.folder,
            PATH=f"{self.folder}:{os.environ['PATH']}",
            GITHUB_REPOSITORY="o/r",
            RUN_ID="3",
            HEAD_SHA="abc",
            HEAD_OWNER="fork",
            HEAD_BRANCH="patch $(touch run)",
            MARKER=step["env"]["MARKER"],
            MAX_BYTES=step["env"]["MAX_BYTES"],
        )

    @property
    def written(self) -> list[tuple[str, str, str]]:
        path = self.folder / "written"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(method, where, body) for method, where, body in map(json.loads, lines)]


@pytest.fixture
def forge(tmp_path: Path, runner: Runner) -> Forge:
    assert shutil.which("jq"), "the stand-in for gh needs jq"
    return Forge(tmp_path / "forge", runner)


def test_a_review_becomes_a_comment(forge: Forge) -> None:
    done = forge.comment()

    assert done.returncode == 0, done.stderr
    assert forge.written == [("POST", f"{API}/issues/7/comments", f"{MARKER}\n## Decisions\n")]
    asked = [json.loads(line) for line in (forge.folder / "asked").read_text().splitlines()]
    assert asked[0] == [f"{API}/pulls", ["state=open", "head=fork:patch $(touch run)"]]
    assert not (forge.folder / "run").exists()


def test_the_comment_is_written_anew_and_not_again(forge: Forge) -> None:
    bot, other = {"login": "github-actions[bot]"}, {"login": "ada"}
    forge.holds(
        "issues/7/comments",
        [
            {"id": 1, "user": other, "body": f"{MARKER}\nnot ours"},
            {"id": 2, "user": bot, "body": "something else"},
            {"id": 3, "user": bot, "body": f"{MARKER}\nformer"},
        ],
    )

    assert forge.comment().returncode == 0
    assert [(method, path) for method, path, _ in forge.written] == [
        ("PATCH", f"{API}/issues/comments/3")
    ]


def test_a_run_of_a_commit_that_no_open_pull_request_ends_with_is_passed_over(
    forge: Forge,
) -> None:
    forge.holds("pulls", [{"number": 7, "head": {"sha": "newer"}}])

    assert forge.comment().returncode == 0
    assert forge.written == []


@pytest.mark.parametrize("size", [262_145, 10**9])
def test_a_large_artifact_is_not_taken(forge: Forge, size: int) -> None:
    forge.review(f"{MARKER}\n", size=size)

    assert forge.comment().returncode == 0
    assert forge.written == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{MARKER}\n" + "x" * 300_000, "decisions-review.md"),
        ("Hello", "decisions-review.md"),
        (f"{MARKER}\n", "../decisions-review.md"),
        (f"{MARKER}\n", "other.md"),
    ],
    ids=["unpacks to much", "no marker", "leads out", "no review"],
)
def test_a_file_that_is_no_review_is_not_posted(forge: Forge, text: str, name: str) -> None:
    forge.review(text, name=name)

    assert forge.comment().returncode != 0
    assert forge.written == []
    assert not (forge.folder.parent / "decisions-review.md").exists()


def test_a_forged_review_calls_nobody_and_loads_nothing(forge: Forge) -> None:
    forge.review(f"{MARKER}\n@everyone ![x](https://evil.example) <IMG src=x> < img src=x>")

    assert forge.comment().returncode == 0
    [(_, _, body)] = forge.written
    assert not re.search(r"@\w|!\[|<\s*img", body, re.IGNORECASE)
