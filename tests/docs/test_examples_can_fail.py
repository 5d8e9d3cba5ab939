"""The suite of the examples can fail: copies of the tree are broken, run, and fail at the line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
from census import CODE_FOLDERS, PAGE_FOLDERS, PAGES, modules, pages, take
from example_runner import run_program
from traps import MARKERS, PLACES, hide, swept

ROOT = Path(__file__).parents[2]
SUITE = Path(__file__).with_name("test_examples.py")
SOUND = Path(__file__).with_name("sound")
CALL = ".execute_flow("
ONLY_EXAMPLES = ("-k", "test_fence or test_program[")


@dataclass(frozen=True)
class Run:
    """What came of the suite on a tree: what each failed test says, by the test's name."""

    ran: frozenset[str]
    failed: dict[str, str]
    output: str

    def text(self, path: str) -> str:
        """All that the failed tests say that name a file."""
        return "\n".join(said for name, said in self.failed.items() if path in name or path in said)


def run(tree: Path, *options: str) -> Run:
    report = tree / "report.xml"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", SUITE, f"--rootdir={ROOT}", "--tb=short", "-q"),
            *(f"--config-file={ROOT / 'pyproject.toml'}", f"--junitxml={report}"),
            *("-p", "no:cacheprovider", "-p", "no:xdist", *options),
        ],
        cwd=tree,  # so that its own chainweaver is imported
        env=environment | {"DOCS_ROOT": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    cases = list(ET.parse(report).getroot().iter("testcase"))
    failed = {
        case.attrib["name"]: f"{failure.attrib['message']}\n{failure.text}"
        for case in cases
        for failure in [*case.iter("failure"), *case.iter("error"), *case.iter("skipped")]
    }
    return Run(frozenset(case.attrib["name"] for case in cases), failed, done.stdout)


def copy_of_the_tree(into: Path) -> Path:
    for name in (*PAGES, *PAGE_FOLDERS, *CODE_FOLDERS):
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, into / name, ignore=ignored)
        elif (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, into / name)
    return into


def real_example() -> list[str]:
    """The lines of the first example of the README."""
    fence = next(f for f in take(ROOT).fences if f.path == "README.md" and f.language == "python")
    return fence.source.splitlines()


def real_program() -> str:
    programs = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "examples").glob("*.py"))]
    return next(program for program in programs if CALL in program)


def write(tree: Path, path: str, text: str) -> None:
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def line_of(text: str, what: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if what in line)


def with_wrong_output(text: str) -> str:
    return re.sub(r"(?m)(#> .*)$", r"\1 and more", text, count=1)


def slug(words: str) -> str:
    return words.lower().replace(" ", "-")


def marker_for(place: str) -> str:
    return MARKERS[list(PLACES).index(place) % len(MARKERS)]


# What each page does, the line that the run must name, and what it must say there.
BROKEN = {
    "a name that is not there": ("```python\nx = 1\nprint(y)\n#> 1\n```", 3, "NameError"),
    "a failed assertion": ("```python\nx = 1\nassert x == 2\n```", 3, "AssertionError"),
    "an error within a function": (
        "words\n\n```python\ndef f(x):\n    return 1 / x\n\n\nf(0)\n```",
        5,
        "ZeroDivisionError",
    ),
    "Python that does not parse": ("```python\nx = 1\nx = = 1\n```", 3, "SyntaxError"),
    "output that is missing": ("```python\nprint(1)\n```", 2, "something else"),
    "output of no print": ("```python\nx = 1\n#> 1\n```", 3, "compared with nothing"),
    "output of a print that never ran": (
        "```python\nif False:\n    print(1)\n    #> 1\n```",
        4,
        "compared with nothing",
    ),
    "output in quotes of a print that never ran": (
        '```python\nif False:\n    print("a", "b", sep="\\n")\n    """\n    a\n    b\n    """\n```',
        4,
        "compared with nothing",
    ),
    "output that lost its form": ("```python\nprint(1)\n# > 1\n```", 3, "compared with nothing"),
    "output beside its print": ("```python\nprint(1)  #> 1\n```", 2, "compared with nothing"),
    "output of the second round": (
        "```python\nfor i in range(2):\n    print(i)\n    #> 0\n    #> 1\n"
        "    print(-i)\n    #> 0\n    #> -2\n```",
        8,
        "something else",
    ),
    "output past print": (
        '```python\nimport sys\n\nsys.stdout.write("a")\n```',
        1,
        "writes past print",
    ),
    "output past print in the log": (
        '```python\nimport logging\n\nlogging.basicConfig()\nlogging.warning("a")\n```',
        1,
        "writes past print",
    ),
    "output without an end": ('```python\nprint(1, end="")\n```', 2, "ValueError"),
    "an end": ("```python\nraise SystemExit\n```", 1, "it ends with SystemExit"),
    "an interrupt": ("```python\nraise KeyboardInterrupt\n```", 1, "ends with KeyboardInterrupt"),
    "a promised error that does not come": (
        '```python {raises="ValueError"}\nx = 1\n```',
        1,
        "it raises nothing, not 'ValueError'",
    ),
    "another error than the promised": (
        '```python {raises="ValueError"}\nx = 1\nx / 0\n```',
        3,
        "ZeroDivisionError",
    ),
    "an error of a subclass": (
        '```python {raises="LookupError"}\nx = {}\nx[1]\n```',
        3,
        "KeyError",
    ),
    "a promised error with another text": (
        '```python {raises="ValueError" match="two"}\nraise ValueError("one")\n```',
        2,
        "ValueError: one",
    ),
    "output before a promised error": (
        '```python {raises="ValueError"}\nprint(1)\n#> 2\nraise ValueError\n```',
        3,
        "something else",
    ),
    "a warning": (
        '```python\nimport warnings\n\nwarnings.warn("old", DeprecationWarning, stacklevel=1)\n```',
        4,
        "DeprecationWarning: old",
    ),
    "a later fence of a group": (
        '```python {group="a"}\nx = 1\n```\n\n```python {group="a"}\nprint(x)\n#> 2\n```',
        7,
        "something else",
    ),
    "a fence after one that fails": (
        '```python {group="a"}\n1 / 0\n```\n\n```python {group="a"}\nx = 1\n```',
        5,
        "which it continues, fails",
    ),
    "a name of another group": (
        '```python {group="a"}\nx = 1\n```\n\n```python {group="b"}\nprint(x)\n```',
        6,
        "NameError",
    ),
    "form": ("```python\nx=1\n```", 1, "formats"),
    "lint": ("```python\nimport os\n```", 2, "F401"),
    "prompts": ("```pycon\n>>> 1 + 1\n3\n```", 1, "answer otherwise"),
    "prompts without a prompt": ("```pycon\nwords\n```", 1, "has prompts"),
    "JSON": ("```json\n{1: 2}\n```", 1, "no json"),
    "YAML": ("```yaml\na: b: c\n```", 1, "no yaml"),
    "TOML": ("```toml\na = \n```", 1, "no toml"),
    "front matter": ("```markdown\n---\na: b: c\n---\n```", 1, "front matter is no YAML"),
    "front matter without an end": ("```markdown\n---\na: b\n\nwords\n```", 1, "does not end"),
    "a comment without an end": ("```markdown\n<!-- words\n```", 1, "a comment does not end"),
    "commands that do not parse": ("```bash\nmake (\n```", 1, "bash cannot read it"),
    "a command of no list": ("```bash\nmake site\nmake site && rm -rf x\n```", 3, "'rm' is none"),
    "a console that says otherwise": ("```console\n$ echo a\nb\n```", 1, "writes"),
    "a console that fails": ("```console\n$ false\n```", 1, "ends with 1, not 0"),
    "a console without a command": ("```console\na\n```", 1, "begins with a command"),
    "a fence in a comment": ("<!--\n```python\nx = 1\n```\n-->", 2, "begins no fence"),
    "a bare attribute": ('```python test="skip"\nx = 1\n```', 1, "is no tag"),
    "a tag to skip": ('```python {skip="true"}\nx = 1\n```', 1, "means nothing"),
    "Python as text": ("````text\n```python\nx = 1\n```\n````", 1, "a fence within"),
    "no language": ("```\nx = 1\n```", 1, "no language"),
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A copy of the tree with more pages, each sound, and what the suite says of it."""
    tree = copy_of_the_tree(tmp_path_factory.mktemp("clean"))
    shutil.copytree(SOUND, tree / "docs" / "sound")
    write(tree, "examples/greet.py", GREET)
    for place in PLACES:
        text, _ = hide(place, real_example(), marker_for(place))
        write(tree, f"docs/hidden/{slug(place)}.md", text)
    write(tree, "chainweaver/hidden.py", DOCSTRING)
    return tree, run(tree)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What the suite says of a copy of the tree with more pages and programs, each broken."""
    tree = copy_of_the_tree(tmp_path_factory.mktemp("broken"))
    readme = (tree / "README.md").read_text(encoding="utf-8")
    write(tree, "docs/broken/output.md", with_wrong_output(readme))
    write(tree, "docs/broken/call.md", readme.replace(CALL, ".execute_flows("))
    program = real_program()
    write(tree, "examples/broken_output.py", with_wrong_output(program))
    write(tree, "examples/broken_call.py", program.replace(CALL, ".execute_flows("))
    for what, (text, _, _) in BROKEN.items():
        write(tree, f"docs/broken/{slug(what)}.md", f"{text}\n")
    wrong = with_wrong_output("\n".join(real_example())).splitlines()
    for place in PLACES:
        text, _ = hide(place, wrong, marker_for(place))
        write(tree, f"docs/hidden/{slug(place)}.md", text)
    write(tree, "chainweaver/hidden.py", with_wrong_output(DOCSTRING))
    return run(tree, "-k", "not process_of_its_own")


GREET = 'print("Hello")\n#> Hello\n'
DOCSTRING = r'''"""A module.

Example:
    Words.
        ```python
        print(\"\"\"a\\\\b\"\"\")
        #> a\\b
        ```
"""
'''


def test_a_copy_of_the_tree_passes(clean: tuple[Path, Run]) -> None:
    assert clean[1].failed == {}, clean[1].output


def test_every_line_that_could_open_a_fence_runs(clean: tuple[Path, Run]) -> None:
    tree, run_of_it = clean
    fences = {name for name in run_of_it.ran if name.startswith("test_fence[")}
    assert fences == {f"test_fence[{place}]" for place, _ in swept(tree)}


def test_every_program_runs(clean: tuple[Path, Run]) -> None:
    tree, run_of_it = clean
    programs = {name for name in run_of_it.ran if name.startswith("test_program[")}
    files = (tree / "examples").rglob("*.py")
    assert programs == {f"test_program[{f.relative_to(tree).as_posix()}]" for f in files}


def test_an_example_leaves_the_interpreter_as_it_was(tmp_path: Path) -> None:
    before = (sys.modules["__main__"], Path.cwd(), sys.stdout)
    shutil.copy(SOUND / "leaks_1.md", tmp_path / "README.md")
    assert all(o.error is None for o in run_program(take(tmp_path).fences, tmp_path, {}).values())
    assert (sys.modules["__main__"], Path.cwd(), sys.stdout) == before


def test_a_changed_output_fails_at_its_line(broken: Run) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    line = line_of(readme, "#>")
    assert f"docs/broken/output.md:{line}: it prints something else" in broken.text("output.md")


def test_a_renamed_call_fails_at_its_line(broken: Run) -> None:
    line = line_of((ROOT / "README.md").read_text(encoding="utf-8"), CALL)
    said = broken.text("docs/broken/call.md")
    assert f"docs/broken/call.md:{line}: " in said
    assert "has no attribute 'execute_flows'" in said


def test_a_changed_output_of_a_program_fails_at_its_line(broken: Run) -> None:
    said = broken.failed["test_program[examples/broken_output.py]"]
    assert f"examples/broken_output.py:{line_of(real_program(), '#>')}: it prints" in said


def test_a_renamed_call_in_a_program_fails_at_its_line(broken: Run) -> None:
    said = broken.failed["test_program[examples/broken_call.py]"]
    assert f"examples/broken_call.py:{line_of(real_program(), CALL)}: " in said


def test_a_program_on_no_page_fails(broken: Run) -> None:
    said = broken.failed["test_every_program_stands_on_a_page"]
    assert "examples/broken_call.py" in said


def test_a_changed_output_in_a_docstring_fails_at_its_line(broken: Run) -> None:
    said = broken.failed["test_fence[chainweaver/hidden.py:5]"]
    assert "chainweaver/hidden.py:7: it prints something else" in said


@pytest.mark.parametrize("place", PLACES)
def test_a_changed_output_fails_wherever_it_hides(broken: Run, place: str) -> None:
    path = f"docs/hidden/{slug(place)}.md"
    _, line = hide(place, [])
    output = next(n for n, words in enumerate(real_example(), 1) if "#>" in words)
    said = broken.failed[f"test_fence[{path}:{line}]"]
    assert f"{path}:{line + output}: it prints something else" in said


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_page_fails_at_its_line(broken: Run, what: str) -> None:
    _, line, message = BROKEN[what]
    path = f"docs/broken/{slug(what)}.md"
    said = broken.text(path)
    assert f"{path}:{line}: " in said
    assert message in said


def test_a_failing_example_ends_nothing_else(broken: Run) -> None:
    assert "test_examples_are_formatted" in broken.ran
    assert {name for name in broken.failed if "README.md" in name} == set()


def test_a_renamed_method_of_the_engine_fails_its_examples(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    executor = tree / "chainweaver" / "executor.py"
    renamed = executor.read_text(encoding="utf-8").replace("def execute_flow(", "def execute(")
    executor.write_text(renamed, encoding="utf-8")
    line = line_of((ROOT / "README.md").read_text(encoding="utf-8"), CALL)
    assert f"README.md:{line}: " in run(tree, "-k", "README.md").text("README.md")


def test_an_update_writes_what_the_examples_print(clean: tuple[Path, Run], tmp_path: Path) -> None:
    tree = shutil.copytree(clean[0], tmp_path / "tree")
    before = contents(tree)
    for path, text in before.items():
        if not path.endswith("languages.md"):
            out_of_date = re.sub(r"(?m)^(\W*#>).*$", r"\1 out of date", text)
            write(tree, path, out_of_date.replace("\nprint(result", "\nprint(  result"))
    assert contents(tree).items() - before.items()
    assert run(tree, *ONLY_EXAMPLES, "--update-examples").failed == {}
    assert contents(tree) == before
    run(tree, *ONLY_EXAMPLES, "--update-examples")
    assert contents(tree) == before


def test_an_update_in_parallel_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", SUITE, "-n", "2", "--update-examples"],
        cwd=ROOT,
        env=os.environ | {"DOCS_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "one process only" in done.stderr


def contents(tree: Path) -> dict[str, str]:
    return {
        file.relative_to(tree).as_posix(): file.read_text(encoding="utf-8")
        for file in [*pages(tree), *modules(tree)]
    }
