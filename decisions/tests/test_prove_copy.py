"""Proving writes to a copy only, runs the code of the copy only, and leaves nothing behind."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from scratch import ONE, PRICES, STORE, THREE, Scratch, hears_signals

from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.prove import Outcome, ProofReport, prove
from mkdocs_decisions.prove.copy import Copy

TESTS = "tests/test_store.py"
RECEIPTS = "adr/.proofs.json"
SEEN = [Outcome.PASSED, Outcome.SEEN_FAILING]


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    root = tmp_path / "shop"
    root.mkdir()
    return Scratch(root)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which is empty again after each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(folder.iterdir()) == []


def run(scratch: Scratch, *ids: str, **more: object) -> ProofReport:
    return prove(scratch.project(), ids or None, **{"jobs": 1, **more})


def outcomes(report: ProofReport) -> list[str]:
    return [each.outcome for each in report.results]


def state(root: Path) -> dict[str, object]:
    """Bytes, mode and time of every file and folder of a tree."""
    found = {}
    for path in sorted(root.rglob("*")):
        stat = path.lstat()
        data = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(root))] = (data, stat.st_mode, stat.st_mtime_ns, stat.st_ino)
    return found


def without_receipts(found: dict[str, object]) -> dict[str, object]:
    return {path: held for path, held in found.items() if path not in (RECEIPTS, "adr")}


WRITING = """\
from pathlib import Path

import shop.store
from shop.store import Store


def test_a_customer_has_one_basket():
    assert not Path("left.txt").exists()
    assert not Path("left/behind").exists()
    Path("left.txt").write_text("x")
    Path("left").mkdir()
    Path("left/behind").write_text("x")
    Path(__file__).with_name("beside.txt").write_text("x")
    Path(shop.store.__file__).write_text("raise ValueError")
    Path("README.md").unlink(missing_ok=True)
    store = Store()
    assert store.basket("Ada") is store.basket("Ada")
"""


@pytest.mark.parametrize("git", [True, False])
def test_the_working_tree_is_only_read_whatever_the_tests_do(scratch: Scratch, git: bool) -> None:
    scratch.write(TESTS, WRITING).write("README.md", "Read me.\n")
    if git:
        scratch.init()
    before = state(scratch.root)

    report = run(scratch)

    assert not report.failed, report.findings
    assert without_receipts(state(scratch.root)) == without_receipts(before)


def test_what_one_run_leaves_in_the_copy_makes_no_other_fail(scratch: Scratch) -> None:
    scratch.write(TESTS, WRITING)
    unnoticed = "        replace: setdefault(name,\n        with: setdefault(name[:],\n"
    mutant = f"      - in: shop.store.Store.basket\n{unnoticed}"
    scratch.edit(THREE, "---\n\n# 0003.", f"{mutant}---\n\n# 0003.")

    report = run(scratch, "3")

    assert outcomes(report) == [*SEEN, Outcome.SURVIVED]


@pytest.mark.parametrize("moment", [0, 1, 2])
def test_what_is_edited_meanwhile_is_not_taken_for_what_was_seen(
    scratch: Scratch, moment: int
) -> None:
    told: list[str] = []

    def edit(done: int, total: int, what: str) -> None:
        if len(told) == moment:
            scratch.edit(STORE, "setdefault(name, Basket())", "pop(name, None) or Basket()")
        told.append(what)

    report = prove(scratch.project(), ["3"], jobs=1, on_progress=edit)

    assert outcomes(report) == SEEN
    assert [each.code for each in scratch.findings("ADR604", "ADR605")] != []


def test_a_file_that_was_given_its_old_time_again_is_put_back(
    scratch: Scratch, tmp_path: Path
) -> None:
    copy = Copy(scratch.root, tmp_path / "copy", [PRICES])
    file = copy.root / PRICES
    before, made = file.read_bytes(), file.stat()
    file.write_bytes(before[::-1])
    os.utime(file, ns=(made.st_atime_ns, made.st_mtime_ns))

    copy.restore()

    assert file.read_bytes() == before


def test_nothing_is_written_if_there_is_nothing_to_prove(scratch: Scratch) -> None:
    before = state(scratch.root)

    assert run(scratch, "2").results == []
    assert state(scratch.root) == before


def test_a_tree_that_can_only_be_read_is_left_alone(scratch: Scratch) -> None:
    for path in scratch.root.rglob("*.py"):
        path.chmod(0o444)

    assert outcomes(run(scratch, "3")) == SEEN
    assert {path.stat().st_mode & 0o777 for path in scratch.root.rglob("*.py")} == {0o444}


def test_links_that_lead_outside_are_not_followed(scratch: Scratch, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("x")
    (scratch.root / "out").symlink_to(outside)
    (scratch.root / "link.txt").symlink_to(outside / "secret.txt")
    (scratch.root / "inside.md").symlink_to(scratch.root / "docs/index.md")
    scratch.write(
        TESTS,
        "from pathlib import Path\nfrom shop.store import Store\n\n"
        "def test_a_customer_has_one_basket():\n"
        "    here = Path.cwd()\n"
        "    assert not Path('out').exists() and not Path('link.txt').exists()\n"
        "    assert Path('inside.md').resolve() == here / 'docs/index.md'\n"
        "    store = Store()\n    assert store.basket('Ada') is store.basket('Ada')\n",
    )

    assert outcomes(run(scratch, "3")) == SEEN


def test_what_git_ignores_is_copied_only_if_it_is_part_of_a_package(scratch: Scratch) -> None:
    scratch.write(".gitignore", "_version.py\nbig.bin\n").write("src/shop/_version.py", "V = 1\n")
    scratch.write("big.bin", "x").init()
    scratch.write(
        TESTS,
        "from pathlib import Path\nfrom shop._version import V\nfrom shop.store import Store\n\n"
        "def test_a_customer_has_one_basket():\n"
        "    assert V and not Path('big.bin').exists() and not Path('.git').exists()\n"
        "    store = Store()\n    assert store.basket('Ada') is store.basket('Ada')\n",
    )

    assert outcomes(run(scratch, "3")) == SEEN


def test_a_temporary_folder_inside_of_the_project_is_refused(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch.root / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch.root / "tmp"))
    before = state(scratch.root / "src")

    with pytest.raises(DecisionsError, match="lies inside of the project") as caught:
        run(scratch, "3")

    assert caught.value.code == "ADR031"
    assert list((scratch.root / "tmp").iterdir()) == []
    assert state(scratch.root / "src") == before
    assert not (scratch.root / RECEIPTS).exists()


def test_pytest_has_to_be_there(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(DecisionsError, match="pytest is not installed") as caught:
        run(scratch, "3")

    assert caught.value.code == "ADR030"


def test_receipts_that_cannot_be_written_are_an_error(scratch: Scratch, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("mine")
    (scratch.root / RECEIPTS).symlink_to(outside)

    with pytest.raises(DecisionsError, match="it leads out of the project") as caught:
        run(scratch, "3")

    assert caught.value.code == "ADR032"
    assert outside.read_text() == "mine"


def test_runs_side_by_side_do_not_meet(scratch: Scratch) -> None:
    scratch.write(TESTS, WRITING)

    report = run(scratch, jobs=3)

    assert not report.failed, report.findings


# -- which code is run --------------------------------------------------------------------------


def other_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """A second package of the same name that Python would rather import."""
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "shop/src", other)
    (other / "sitecustomize.py").write_text(start)
    monkeypatch.setenv("PYTHONPATH", str(other))


HOOK = """\
import sys
from importlib.machinery import PathFinder
from pathlib import Path

class Editable:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("shop"):
            return PathFinder.find_spec(name, path or [str(Path(__file__).parent)], target)

sys.meta_path.insert(0, Editable())
"""


EARLY = """\
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import shop.store
"""


@pytest.mark.parametrize("start", ["", HOOK], ids=["by path", "by import hook"])
def test_the_copy_is_imported_and_not_what_is_installed(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    other_shop(tmp_path, monkeypatch, start)

    report = run(scratch, "3")

    assert outcomes(report) == SEEN


def test_a_package_that_was_imported_before_is_not_taken_for_the_copy(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_shop(tmp_path, monkeypatch, EARLY)

    report = run(scratch, "3")

    assert outcomes(report) == [Outcome.NOT_THE_COPY]
    assert str(tmp_path / "other/shop") in report.results[0].detail


def test_a_working_tree_on_the_path_is_not_taken_for_the_copy(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(scratch.root / "src"))
    scratch.write("helper.py", "from pathlib import Path\nHERE = Path(__file__).parent\n")
    scratch.write(
        TESTS,
        "from pathlib import Path\nimport helper\nfrom shop.store import Store\n\n"
        "def test_a_customer_has_one_basket():\n    assert helper.HERE == Path.cwd()\n"
        "    store = Store()\n    assert store.basket('Ada') is store.basket('Ada')\n",
    )

    assert outcomes(run(scratch, "3")) == SEEN


def test_a_flat_layout_is_proved_too(scratch: Scratch) -> None:
    scratch.move("src/shop", "shop")
    scratch.edit("pyproject.toml", '{ shop = "src" }', '{ shop = "." }')
    scratch.edit("pyproject.toml", 'pythonpath = ["src"]', "")

    report = run(scratch)

    assert not report.failed, report.findings
    assert report.count("mutant", Outcome.SEEN_FAILING) == 4


def test_a_package_within_a_namespace_is_proved_too(scratch: Scratch) -> None:
    scratch.move("src/shop", "src/ada/shop")
    scratch.edit("pyproject.toml", '{ shop = "src" }', '{ "ada.shop" = "src" }')
    for path in (*scratch.root.rglob("*.py"), scratch.root / ONE, scratch.root / THREE):
        text = path.read_text().replace("shop.", "ada.shop.").replace("from shop", "from ada.shop")
        path.write_text(text.replace("from ada.shop.ada.shop.", "from ada.shop."))

    report = run(scratch)

    assert not report.failed, report.findings


def test_tests_inside_of_a_package_may_assert(scratch: Scratch) -> None:
    scratch.move(TESTS, "src/shop/tests/test_store.py")
    scratch.write("src/shop/tests/__init__.py", "")
    scratch.edit("pyproject.toml", 'tests = ["tests"]', 'tests = ["tests", "src/shop/tests"]')
    scratch.edit(THREE, f"- test: {TESTS}::", "- test: src/shop/tests/test_store.py::")

    assert outcomes(run(scratch, "3")) == SEEN


def test_options_of_the_project_that_pick_or_stop_do_not_count(scratch: Scratch) -> None:
    options = 'addopts = "-x -k nothing -m slow --import-mode=importlib -n 2"\n'
    scratch.edit("pyproject.toml", 'pythonpath = ["src"]\n', f'pythonpath = ["src"]\n{options}')

    report = run(scratch)

    assert not report.failed, report.findings


def test_tests_keep_to_the_configuration_of_their_own_folder(scratch: Scratch) -> None:
    for name, record in (("store", THREE), ("prices", ONE)):
        test = f"{name}/tests/test_{name}.py"
        scratch.move(f"tests/test_{name}.py", test)
        configuration = "[tool.pytest.ini_options]\npythonpath = ['aid']\n"
        scratch.write(f"{name}/pyproject.toml", configuration)
        scratch.write(f"{name}/aid/aiding.py", f"from shop.{name} import *\n")
        scratch.edit(test, f"from shop.{name}", "from aiding")
        text = scratch.read(record).replace("- test: tests/", f"- test: {name}/tests/")
        scratch.write(record, text)
    tests = 'tests = ["store/tests", "prices/tests"]'
    scratch.edit("pyproject.toml", 'tests = ["tests"]', tests)

    report = run(scratch)

    assert not report.failed, report.findings


def test_a_file_keeps_its_encoding_and_newlines(scratch: Scratch) -> None:
    text = scratch.read(STORE).replace("customer.", "customér.").replace("\n", "\r\n")
    scratch.write(STORE, ("# coding: latin-1\r\n" + text).encode("latin-1"))
    scratch.edit(
        THREE,
        "replace: self._baskets.setdefault(name, Basket())",
        'replace: "made when first asked for.\\"\\"\\"\\n        return self._baskets"',
    )
    scratch.edit(
        THREE, "with: Basket()", 'with: "made anew.\\"\\"\\"\\n        return dict(self._baskets)"'
    )

    assert outcomes(run(scratch, "3")) == SEEN


# -- interrupted --------------------------------------------------------------------------------

SCRIPT = """\
import sys
from pathlib import Path
from mkdocs_decisions.project import open_project
from mkdocs_decisions.prove import prove

try:
    prove(open_project(Path(sys.argv[1]), cache=False), jobs=2)
except KeyboardInterrupt:
    sys.exit(130)
"""
HANGING = """\
import subprocess, sys
from pathlib import Path
from shop.store import Store


def test_a_customer_has_one_basket():
    store = Store()
    if store.basket("Ada") is not store.basket("Ada"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path({begun!r}).write_text(str(child.pid))
        child.wait()
    assert store.basket("Ada") is store.basket("Ada")
"""


def ends(pid: int) -> bool:
    """Whether a process that was killed is gone as soon as the system gets to it."""
    for _ in range(3000):
        if not is_alive(pid):
            return True
        time.sleep(0.01)
    return False


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_everything_as_it_was(
    scratch: Scratch, tmp_path: Path, temporary: Path, number: signal.Signals
) -> None:
    begun = tmp_path / "begun"
    scratch.write(TESTS, HANGING.format(begun=str(begun)))
    before = state(scratch.root)
    command = [sys.executable, "-c", SCRIPT, str(scratch.root)]
    process = subprocess.Popen(command, preexec_fn=hears_signals)
    try:
        while not (begun.exists() and begun.read_text()) and process.poll() is None:
            time.sleep(0.02)
        assert process.poll() is None
        assert list(temporary.iterdir()) != []

        process.send_signal(number)

        assert process.wait(60) == 130
    finally:
        process.kill()
        process.wait()
    assert state(scratch.root) == before
    assert list(temporary.iterdir()) == []
    assert ends(int(begun.read_text()))


def test_an_old_receipt_survives_an_interrupt(scratch: Scratch, tmp_path: Path) -> None:
    run(scratch)
    before = scratch.read(RECEIPTS)
    scratch.edit(PRICES, "by // 2", "by // 1")

    def stop(done: int, total: int, what: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(scratch, on_progress=stop)

    assert scratch.read(RECEIPTS) == before
