"""The closed vocabulary: which languages and tags a fence may have, and what each proves.

Language and tags decide the proof. Whatever is not in the table here is a fault. Python is run by
`example_runner.py`; the proofs of all other languages are at the end of this file.
"""

from __future__ import annotations

import ast
import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from census import MARKER, PARSER, PROGRAMS, PROMPT, Census, Fault, Fence

RENDERED = frozenset({"title", "linenums", "hl_lines"})
"""Tags that change only how a fence looks."""

LANGUAGES: dict[str, frozenset[str]] = {
    "python": frozenset({"group", "raises", "match", "include", "project"}),
    "pycon": frozenset(),
    "console": frozenset({"exit", "project"}),
    "json": frozenset({"project"}),
    "yaml": frozenset({"project"}),
    "toml": frozenset({"project"}),
    "markdown": frozenset({"project"}),
    "bash": frozenset(),
    "text": frozenset({"project"}),
    "diff": frozenset({"project"}),
}
WALKED = "decisions/"
"""Where `project` may stand: `decisions/tests/walk.py` carries out the pages of this folder."""
COMMANDS = frozenset({"cd", "git", "make", "pip", "python"})
"""What a `bash` fence may call: it is parsed and read, never run."""


class ProofError(AssertionError):
    """A fence does not hold what it promises."""


def faults(census: Census) -> list[Fault]:
    """Every fence that the vocabulary does not allow, and every fault of the census itself."""
    return sorted(
        census.faults
        + [
            Fault(fence.path, fence.line, message)
            for fence in census.fences
            for message in _faults_of(fence, census)
        ]
    )


def _faults_of(fence: Fence, census: Census) -> Iterator[str]:
    known = ", ".join(LANGUAGES)
    if not fence.language:
        yield f"the fence has no language; known are {known}"
        return
    for word in fence.odd:
        yield (
            f'{word!r} is no tag: write ```{fence.language} {{name="value"}}, '
            "the language before the braces, all else within"
        )
    if fence.language not in LANGUAGES:
        yield f"language {fence.language!r} has no proof; known are {known}"
        return
    tags = LANGUAGES[fence.language]
    for tag in fence.tags.keys() - tags - RENDERED:
        allowed = ", ".join(sorted(tags | RENDERED))
        yield f"tag {tag!r} means nothing on a {fence.language!r} fence; known are {allowed}"
    if not fence.source.strip():
        yield "the fence is empty"
    if fence.language == "python":
        yield from _python_faults(fence, census)
    elif fence.language in ("text", "diff"):
        yield from _prose_faults(fence)
    elif fence.language == "markdown":
        yield from _inner_fences(fence)
    if "project" in fence.tags:
        yield from _project_faults(fence)


def _python_faults(fence: Fence, census: Census) -> Iterator[str]:
    if "match" in fence.tags and "raises" not in fence.tags:
        yield "tag 'match' needs 'raises'"
    if "group" in fence.tags and fence.in_docstring:
        yield "the example of a docstring runs by itself: tag 'group' is for pages"
    if any(PROMPT.match(line) for line in fence.source.splitlines()):
        yield "prompts belong into a `pycon` fence"
    if fence.includes or "include" in fence.tags:
        yield from _include_faults(fence, census)


def _include_faults(fence: Fence, census: Census) -> Iterator[str]:
    example = f'-{"-"}8<-- "{PROGRAMS}/name.py"'
    if not fence.includes or len(fence.includes) != len(fence.source.strip().splitlines()):
        yield f"a fence that includes holds lines as `{example}` and nothing else"
        return
    if fence.tags.keys() & {"group", "raises"}:
        yield "an included program runs by itself: no 'group', no 'raises'"
    programs = {program.path for program in census.programs}
    included = [included_file(fence, name) for name in fence.includes]
    for name, path in zip(fence.includes, included, strict=True):
        if path not in programs:
            yield f"{name!r} is no program of {PROGRAMS}/, so nobody runs it"
    if fence.tags.get("include", included[0]) not in included:
        yield f"tag 'include' says {fence.tags['include']!r}, the fence {included[0]!r}"


def included_file(fence: Fence, name: str) -> str:
    """The path of a file that a snippet names, as `mkdocs.yml` looks for it."""
    file = re.sub(r"(:[-\w,]*)+$", "", name)
    places = (Path(file), Path(PROGRAMS, file))
    return next((p.as_posix() for p in places if (fence.root / p).is_file()), file)


def _project_faults(fence: Fence) -> Iterator[str]:
    if fence.in_docstring or not fence.path.startswith(WALKED):
        yield f"tag 'project' is for the pages of {WALKED}, which its tests carry out"
    if fence.language != "console" and "title" not in fence.tags:
        yield "a file of a project needs a 'title', its path"
    if odd := fence.tags.keys() & {"group", "raises", "match", "include"}:
        yield f"a file of a project is written, not run: no {', '.join(sorted(odd))}"


def _inner_fences(fence: Fence) -> Iterator[str]:
    if any(MARKER.match(line) for line in fence.source.splitlines()):
        yield f"a fence within a {fence.language!r} fence is never run"


def _prose_faults(fence: Fence) -> Iterator[str]:
    yield from _inner_fences(fence)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(fence.source)
    except (SyntaxError, ValueError):
        return
    telling = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    if any(isinstance(node, telling) for node in ast.walk(tree)) or any(
        isinstance(function, ast.Name) and function.id == "print" for function in calls
    ):
        yield f"a {fence.language!r} fence is prose, and this is Python: it is never run"


def prove(fence: Fence, folder: Path) -> None:
    """Prove a fence that is not `python`; `folder` is a place of its own to work in."""
    proofs: dict[str, Callable[[Fence, Path], None]] = {
        "pycon": _prove_prompts,
        "console": _prove_console,
        "json": _prove_data,
        "yaml": _prove_data,
        "toml": _prove_data,
        "markdown": _prove_markdown,
        "bash": _prove_commands,
    }
    if fence.language not in LANGUAGES:
        raise ProofError(f"{fence.id}: language {fence.language!r} has no proof")
    if fence.language == "console" and "project" in fence.tags:
        return  # the tests of the folder run it, where the project is
    if fence.language in proofs:
        proofs[fence.language](fence, folder)


def _prove_data(fence: Fence, folder: Path) -> None:
    readers: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "yaml": yaml.safe_load,
        "toml": tomllib.loads,
    }
    files = [fence.root / included_file(fence, name) for name in fence.includes]
    source = "".join(file.read_text(encoding="utf-8") for file in files) or fence.source
    try:
        readers[fence.language](source)
    except (ValueError, yaml.YAMLError) as error:
        raise ProofError(f"{fence.id}: this is no {fence.language}: {error}") from None


def _prove_markdown(fence: Fence, folder: Path) -> None:
    """Front matter is YAML, and what opens a comment closes it: else nothing below is shown."""
    tokens = PARSER.parse(fence.source)
    if tokens and tokens[0].type == "front_matter":
        try:
            yaml.safe_load(tokens[0].content)
        except yaml.YAMLError as error:
            raise ProofError(f"{fence.id}: its front matter is no YAML: {error}") from None
    elif fence.source.startswith("---\n"):
        raise ProofError(f"{fence.id}: its front matter does not end")
    if fence.source.count("<!--") != fence.source.count("-->"):
        raise ProofError(f"{fence.id}: a comment does not end")


def _prove_prompts(fence: Fence, folder: Path) -> None:
    try:
        examples = doctest.DocTestParser().get_examples(fence.source)
    except ValueError as error:
        raise ProofError(f"{fence.id}: {error}") from None
    if not examples:
        raise ProofError(f"{fence.id}: a `pycon` fence has prompts, `>>> `")
    above = fence.line if fence.marker else fence.line - 1
    test = doctest.DocTest(examples, {"__name__": "__main__"}, fence.id, fence.path, above, None)
    report: list[str] = []
    if doctest.DocTestRunner(verbose=False).run(test, out=report.append).failed:
        raise ProofError(f"{fence.id}: the prompts answer otherwise\n{''.join(report)}")


def _prove_commands(fence: Fence, folder: Path) -> None:
    parsed = subprocess.run(
        ["bash", "-n"], input=fence.source, capture_output=True, text=True, check=False
    )
    if parsed.returncode:
        raise ProofError(f"{fence.id}: bash cannot read it: {parsed.stderr}")
    for at, line in enumerate(fence.source.replace("\\\n", " ").splitlines(), fence.line + 1):
        words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
        commands = [w for i, w in enumerate(words) if i == 0 or words[i - 1] in ("&&", "|", ";")]
        for command in commands:
            if command not in COMMANDS:
                allowed = ", ".join(sorted(COMMANDS))
                raise ProofError(
                    f"{fence.path}:{at}: {command!r} is none of the commands that a `bash` fence "
                    f"may show unproved: {allowed}"
                )


def _prove_console(fence: Fence, folder: Path) -> None:
    """Run each `$ ` line in a copy of the programs' folder, and compare what it writes."""
    place = folder / PROGRAMS
    shutil.copytree(fence.root / PROGRAMS, place, ignore=shutil.ignore_patterns("__pycache__"))
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    }
    blocks = re.split(r"^\$ ", fence.source, flags=re.MULTILINE)
    if blocks[0].strip() or len(blocks) == 1:
        raise ProofError(f"{fence.id}: a `console` fence begins with a command, `$ `")
    for at, block in enumerate(blocks[1:], 1):
        command, _, expected = block.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        status = int(fence.tags.get("exit", "0")) if at == len(blocks) - 1 else 0
        if done.returncode != status:
            raise ProofError(
                f"{fence.id}: `{command}` ends with {done.returncode}, not {status}\n{done.stdout}"
            )
        same = doctest.OutputChecker().check_output(
            f"{expected.strip()}\n", f"{done.stdout.strip()}\n", doctest.ELLIPSIS
        )
        if not same:
            raise ProofError(
                f"{fence.id}: `{command}` writes\n{done.stdout}\nand the page says\n{expected}"
            )
