"""Each decision is held by a test that fails when the code stops doing what was decided.

For every `breaks-when` of a record, the text is replaced inside the named symbol, in a copy of the
package, and the named test is run on the copy in a process of its own. It must fail by itself: by
an assertion, by pytest's own `Failed`, or by the error that the record names in `fails-with`. An
import or collection error proves nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from records import find_symbol, read, record_files

ROOT = Path(__file__).parents[2]
PROOFS = [
    (record.number, proof)
    for record in map(read, record_files(ROOT))
    if record.meta["status"] == "accepted"
    for proof in record.meta.get("proofs", ())
]
MUTANTS = [
    pytest.param(proof["test"], mutant, id=f"{number}-{mutant['in'].rpartition('.')[2]}-{place}")
    for number, proof in PROOFS
    for place, mutant in enumerate(proof.get("breaks-when", ()))
]
RUNNER = str(Path(__file__).with_name("run_on_copy.py"))
AT_LEAST = {"0001": 2, "0002": 2, "0003": 2, "0004": 2, "0005": 1}


def run(package: Path, cache: Path, *tests: str) -> dict[str, Any]:
    """Run tests on a copy of the package; `code` is pytest's, None if it never got to the tests."""
    environment = {name: text for name, text in os.environ.items() if "PYTEST" not in name}
    for name in ("PYTHONPATH", "MYPYPATH"):
        environment[name] = str(package)
    environment["HYPOTHESIS_PROFILE"] = "mutants"
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # they take longer to load than most tests
    finished = subprocess.run(
        [sys.executable, "-P", RUNNER, str(package), "-x", "-q", "--tb=short",
         "-p", "_hypothesis_pytestplugin", "-o", f"cache_dir={cache}", *tests],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    output = finished.stdout + finished.stderr
    if finished.returncode != 0:
        return {"code": None, "failures": [], "output": output}
    return {**json.loads(finished.stdout.splitlines()[-1]), "output": output}


def replace(root: Path, mutant: dict[str, str]) -> None:
    """Replace a text inside a symbol, where it must stand exactly once."""
    path, node = find_symbol(root, mutant["in"])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first, last = getattr(node, "lineno", 1) - 1, getattr(node, "end_lineno", len(lines))
    symbol = "".join(lines[first:last])
    if symbol.count(mutant["replace"]) != 1:
        raise LookupError(
            f"{mutant['replace']!r} stands {symbol.count(mutant['replace'])} times, "
            f"not once, in {mutant['in']}"
        )
    lines[first:last] = [symbol.replace(mutant["replace"], mutant["with"])]
    path.write_text("".join(lines), encoding="utf-8")


def refutation(outcome: dict[str, Any], mutant: dict[str, str]) -> str | None:
    """Why the outcome of a test on a mutant proves nothing; None if it proves that it can fail."""
    expected = {"AssertionError", "Failed", mutant.get("fails-with")}
    if outcome["code"] == 0:
        return "the test passes all the same"
    if outcome["code"] != 1 or not outcome["failures"]:
        return "the test was not run"
    [when, kinds], *_ = outcome["failures"]
    if when != "call" or not all(expected.intersection(kind) for kind in kinds):
        return f"the test failed by {[kind[0] for kind in kinds]} in {when}"
    return None


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package in it, and nothing else."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "chainweaver", tmp_path / "chainweaver", ignore=ignored)
    return tmp_path


@pytest.fixture
def cache(request: pytest.FixtureRequest) -> Path:
    """Where the inner runs keep what is slow to make again, apart from this run's."""
    return request.config.cache.mkdir("decisions")


def test_the_decisions_are_held_by_mutants():
    for number, least in AT_LEAST.items():
        assert sum(each.id.startswith(number) for each in MUTANTS) >= least, number


def test_the_tests_pass_on_the_clean_copy(copy: Path, cache: Path) -> None:
    tests = dict.fromkeys(proof["test"] for _, proof in PROOFS if "breaks-when" in proof)

    outcome = run(copy, cache, *tests)

    assert outcome["code"] == 0, outcome["output"]


@pytest.mark.parametrize(("test", "mutant"), MUTANTS)
def test_a_decision_is_held_by_its_test(test, mutant, copy: Path, cache: Path) -> None:
    replace(copy, mutant)

    outcome = run(copy, cache, test)

    assert refutation(outcome, mutant) is None, outcome["output"]


SYMBOL = "chainweaver._execution.context.apply_output_mapping"
IDENTITY = "test_without_a_mapping_the_very_same_object_is_returned"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("return outputs", "return (outputs)", "the test passes all the same"),
        ("return outputs", "return outputs)", "the test was not run"),
        ("return outputs", "return {}[outputs]", "the test failed by ['TypeError'] in call"),
        (
            "return outputs",
            "assert not outputs\n    return outputs",
            "the test failed by ['an assertion of the package'] in call",
        ),
    ],
)
def test_what_proves_nothing_is_told_apart(old, new, why, copy: Path, cache: Path) -> None:
    mutant = {"in": SYMBOL, "replace": old, "with": new}
    replace(copy, mutant)

    assert (
        refutation(run(copy, cache, f"tests/engine/test_read_only_outputs.py::{IDENTITY}"), mutant)
        == why
    )


@pytest.mark.parametrize("old", ["return nothing", "outputs", "import ast"])
def test_a_text_that_does_not_stand_there_once_is_refused(old, copy: Path) -> None:
    with pytest.raises(LookupError, match="times, not once, in chainweaver"):
        replace(copy, {"in": SYMBOL, "replace": old, "with": ""})
