"""The decision records keep to their format (ADR-0006), and each rule of it can be broken."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from records import findings, index_row, read, record_files

ROOT = Path(__file__).parents[2]
ONE = "0001-one-context-variable-for-all-runs.md"
TWO = "0002-no-save-and-restore-around-a-sub-flow.md"
EVIDENCE = "evidence/0001-contextvars.json"


def test_nothing_is_wrong_with_the_records():
    assert findings(ROOT) == []


def test_there_are_records_and_each_is_listed_once_in_order():
    files = [path.name for path in record_files(ROOT)]
    readme = (ROOT / "adr" / "README.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| \[\d{4}\]\((.+?)\)", readme, re.MULTILINE) == files
    assert len(files) >= 7


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A root whose records may be broken; what they refer to is the real thing."""
    shutil.copytree(ROOT / "adr", tmp_path / "adr")
    for name in ("chainweaver", "tests", "benchmarks", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


Change = Callable[[str], str]


def swap(old: str, new: str, *, times: int | None = None) -> Change:
    """Replace a text, which must be there."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new) if times is None else text.replace(old, new, times)

    return change


def cut(pattern: str, new: str = "") -> Change:
    """Replace the first match of a pattern, which must be there."""

    def change(text: str) -> str:
        changed, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE | re.DOTALL)
        assert count == 1
        return changed

    return change


def in_json(change: Callable[[dict], object]) -> Change:
    def changed(text: str) -> str:
        data = json.loads(text)
        change(data)
        return json.dumps(data)

    return changed


FAULTS: dict[str, tuple[str, Change, str]] = {
    "no front matter": (ONE, cut(r"\A---\n"), "must begin with front matter"),
    "front matter that is no YAML": (ONE, swap("tags: [", "tags: [["), "is not YAML"),
    "a key twice": (
        ONE,
        swap("date:", "status: proposed\ndate:", times=1),
        "'status' stands twice",
    ),
    "an unknown key": (ONE, swap("tags:", "tag:", times=1), "the key 'tag' is unknown"),
    "an unknown tag": (ONE, swap("[engine, run-scope]", "[motor]"), "the tag 'motor' is unknown"),
    "no status": (ONE, cut(r"^status: accepted\n"), "the key 'status' is missing"),
    "no date": (ONE, cut(r"^date: .*?\n"), "the key 'date' is missing"),
    "no source": (ONE, cut(r"^source: .*?\n"), "the key 'source' is missing"),
    "no answer": (ONE, cut(r"^answer: .*?\n"), "the key 'answer' is missing"),
    "an answer of two lines": (
        ONE,
        cut(r"^answer: .*?\n", "answer: |\n  one\n  two\n"),
        "must be one line",
    ),
    "a status of its own": (ONE, swap("status: accepted", "status: agreed"), "'agreed' is none of"),
    "superseded by nothing": (ONE, swap("status: accepted", "status: superseded"), "by nothing"),
    "a date in the future": (ONE, cut(r"^date: \S+", "date: 2999-01-01"), "is in the future"),
    "a date in words": (ONE, cut(r"^date: \S+", "date: today"), "'today' is no ISO date"),
    "another number in the title": (ONE, swap("# 0001. ", "# 0011. "), "must have one title"),
    "no title": (ONE, cut(r"^# 0001.*?\n"), "must have one title"),
    "a second title": (ONE, swap("## Amendments", "# 0001. Again\n\n## Amendments"), "one title"),
    "a section missing": (ONE, cut(r"^## Decision Drivers\n"), "its sections are"),
    "a section of its own": (
        ONE,
        swap("## Amendments", "## Notes\n\n## Amendments"),
        "sections are",
    ),
    "sections out of order": (
        ONE,
        cut(
            r"^## Decision Drivers\n(.*?)^## Considered Options\n",
            r"## Considered Options\n\1## Decision Drivers\n",
        ),
        "its sections are",
    ),
    "an empty section": (
        ONE,
        cut(r"(## Decision Drivers\n).*?^##", r"\1\n##"),
        "'Decision Drivers' is empty",
    ),
    "one option": (
        ONE,
        cut(r"^- A variable for each executor\n.*?\n\n", "\n"),
        "two options or more",
    ),
    "an option that is not argued": (
        ONE,
        swap("### A variable for each executor", "### A variable"),
        "its sections are",
    ),
    "an option without a bad side": (
        TWO,
        cut(r"- Bad, because it leans wholly", "- It leans wholly"),
        "nothing '- Bad, because",
    ),
    "an option that is none of them": (
        ONE,
        swap('"One module-level variable with an im', '"One variable with an im'),
        "its outcome",
    ),
    "a choice without a reason": (ONE, swap('chain", because', 'chain", as'), "its outcome must"),
    "good consequences only": (
        TWO,
        cut(r"- Bad, (.*?)### Confirmation", "### Confirmation"),
        "no consequence '- Bad",
    ),
    "a confirmation without a test": (
        ONE,
        cut(r"### Confirmation\n.*?^## ", "### Confirmation\n\nIt is tested.\n\n## "),
        "its confirmation names no test",
    ),
    "a test that is gone": (
        ONE,
        swap("::test_executors_nest_and_each_finds_its_own", "::test_gone"),
        "there is no test",
    ),
    "a test file that is gone": (
        ONE,
        swap("test_run_scope.py", "test_gone.py"),
        "there is no test",
    ),
    "a proof that is not confirmed": (
        ONE,
        cut(r"^- `tests/\S+_finds_its_own`\n"),
        "does not name its proof",
    ),
    "a proof that shows nothing": (ONE, cut(r"^    shows: .*?\n"), "does not say what it shows"),
    "a symbol that is gone": (ONE, swap("scope.run_of\n", "scope.gone\n"), "no symbol"),
    "a module that is gone": (ONE, swap("_execution.scope.run_of\n", "gone.run_of\n"), "no symbol"),
    "a method that is gone": (
        TWO,
        swap("._run_sub_flow\n", "._gone\n"),
        "no '_gone' in executor.py",
    ),
    "nothing governed": (ONE, cut(r"^governs:.*?^proofs:", "proofs:"), "governs nothing"),
    "a relation to nothing": (
        ONE,
        swap('relates-to: ["0002", ', 'relates-to: ["0002", "9999", '),
        "names 9999",
    ),
    "a relation to itself": (
        TWO,
        swap('depends-on: ["0001"]', 'depends-on: ["0002"]'),
        "names 0002",
    ),
    "a relation from one side": (
        ONE,
        swap('relates-to: ["0002", ', "relates-to: ["),
        "0001 does not say relates-to 0002",
    ),
    "a supersession from one side": (
        ONE,
        swap("tags:", 'supersedes: ["0002"]\ntags:', times=1),
        "not say superseded-by 0001",
    ),
    "relations in a circle": (
        ONE,
        swap("tags:", 'depends-on: ["0002"]\ntags:', times=1),
        "round in a circle",
    ),
    "a broken link": (ONE, swap("(0002-no-save", "(0002-save"), "the link to 0002-save"),
    "an amendment without a date": (
        ONE,
        cut(r"(\| --- \| --- \|\n)\Z", r"\1| soon | Something. |\n"),
        "an amendment is no",
    ),
    "amendments in prose": (ONE, swap("| Date | Change |", "None so far."), "must be a table"),
    "something left to do": (
        ONE,
        swap("## Amendments", "TODO: more\n\n## Amendments"),
        "left to do",
    ),
    "a comment": (
        ONE,
        swap("## Amendments", "<!-- hidden -->\n\n## Amendments"),
        "no quoted figure",
    ),
    "a figure that is not so": (ONE, swap("| 1,000 <!--", "| 1,001 <!--"), "it quotes 1,001"),
    "a figure from nowhere": (ONE, swap("/lookup_ns ~", "/look_ns ~"), "which no evidence has"),
    "evidence that is gone": (ONE, swap("result: adr/ev", "result: adr/of"), "is not there"),
    "evidence of another command": (
        EVIDENCE,
        in_json(lambda data: data.update(command="python -V")),
        "by another command",
    ),
    "evidence from other inputs": (
        EVIDENCE,
        in_json(lambda data: data.update(inputs={})),
        "from other inputs",
    ),
    "evidence that is too old": (
        EVIDENCE,
        in_json(lambda data: data["inputs"].update({"benchmarks/contextvars.py": "0"})),
        "is older than benchmarks/contextvars.py",
    ),
    "evidence that nobody quotes": (
        ONE,
        lambda text: re.sub(r" *<!--=.*?-->", "", text),
        "nothing of the evidence",
    ),
    "an answer that the list does not give": (
        ONE,
        cut(r"^answer: .*?\n", "answer: Another.\n"),
        "README.md: the row is missing",
    ),
    "a status that the list does not give": (
        "README.md",
        swap("| accepted |", "| proposed |", times=1),
        "no record has this row",
    ),
    "a record that is not listed": (
        "README.md",
        cut(r"^\| \[0002\].*?\n"),
        "README.md: the row is missing",
    ),
    "a listed record that is not there": (
        "README.md",
        cut(r"^(\| \[)0002(\].*?\n)", r"\g<0>\g<1>0099\2"),
        "no record has this row",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_found(fault: str, copy: Path) -> None:
    file, change, message = FAULTS[fault]
    path = copy / "adr" / file
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    assert any(message in found for found in findings(copy)), findings(copy)


def test_a_number_given_twice_is_found(copy: Path) -> None:
    shutil.copy(copy / "adr" / ONE, copy / "adr" / "0001-again.md")

    assert any("has its number" in found for found in findings(copy))


def test_a_file_that_is_no_record_is_found(copy: Path) -> None:
    (copy / "adr" / "notes.md").write_text("Notes.\n")

    assert findings(copy) == ["notes.md: the name must be NNNN-slug.md"]


def test_a_skipped_test_is_no_confirmation(copy: Path) -> None:
    (copy / "tests").unlink()
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "tests" / "engine" / "test_run_scope.py"
    name = "def test_executors_nest_and_each_finds_its_own"
    path.write_text(path.read_text().replace(name, f"@pytest.mark.skip\n{name}"))

    assert any("there is no test" in found for found in findings(copy))


def test_a_row_of_the_list_is_what_the_record_says():
    record = read(ROOT / "adr" / ONE)

    assert index_row(record) == (
        f"| [0001]({ONE}) | One context variable for all runs | {record.meta['answer']} "
        "| accepted | 2026-11-24 |"
    )
