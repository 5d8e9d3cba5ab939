"""Carries out a page of the documentation: writes its files, makes its changes, runs its commands.

The fences of a page that have the tag `project` are its steps. One that has a `title` is a file, a
`diff` a change of a file, a `console` holds commands with what they write. The tag names the page
that begins the project: another page goes on from where that one ends.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

DECISIONS = Path(__file__).parents[1]
PAGES = [DECISIONS / "README.md", *sorted((DECISIONS / "docs").glob("*.md"))]

_INFO = re.compile(r"(?P<language>\w+)\s*\{(?P<tags>.*)\}")
_TAG = re.compile(r'([\w-]+)="([^"]*)"')
_COMMAND = re.compile(r"(?P<command>(?:.*\\\n)*.*)\n?(?P<output>(?s:.*))")


class StepError(AssertionError):
    """A step does not do what the page says."""


@dataclass(frozen=True)
class Step:
    """One fence of a page, with the line of its first marker."""

    page: Path
    line: int
    language: str
    tags: dict[str, str]
    source: str

    @property
    def project(self) -> str:
        """The page that begins the project."""
        return self.tags["project"]

    def error(self, message: str, line: int = 0) -> StepError:
        return StepError(f"{self.page.name}:{self.line + line}: {message}")


def steps(page: Path) -> list[Step]:
    """The steps of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for token in MarkdownIt("commonmark").parse(text):
        match = _INFO.fullmatch(token.info.strip()) if token.type == "fence" else None
        if match and token.map and "project" in (tags := dict(_TAG.findall(match["tags"]))):
            found.append(Step(page, token.map[0] + 1, match["language"], tags, token.content))
    tagged = re.findall(r"^.*[`~]{3}.*\bproject=", text, flags=re.MULTILINE)
    assert len(found) == len(tagged), f"{page.name}: a step stands where it is not found"
    return found


class Walker:
    """Carries out pages, each in a folder of its own.

    Args:
        folder: An empty folder to work in.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: dict[str, Path] = {}

    def carry_out(self, page: Path) -> Path:
        """Do what a page says, and return the folder of the project that it ends with.

        Raises:
            StepError: A step does something else than the page says.
        """
        todo = steps(page)
        places = {name: self._place(page, name) for name in {each.project for each in todo}}
        for step in todo:
            _do(step, places[step.project])
        return places[todo[-1].project]

    def _place(self, page: Path, project: str) -> Path:
        """A folder with a project as the page that begins it leaves it."""
        count = sum(1 for _ in self._folder.iterdir())
        place = self._folder / f"{count:02d}-{page.stem}" / project
        if project == page.stem:
            place.mkdir(parents=True)
            return place
        if project not in self._begun:
            self._begun[project] = self.carry_out(page_called(project))
        shutil.copytree(self._begun[project], place, symlinks=True)
        return place


def page_called(name: str) -> Path:
    """The page that a `project` names."""
    return next(page for page in PAGES if page.stem == name)


def _do(step: Step, folder: Path) -> None:
    if step.language == "console":
        _run(step, folder)
        return
    file = folder / step.tags["title"]
    if step.language == "diff":
        _change(step, file)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(step.source, encoding="utf-8")


def _change(step: Step, file: Path) -> None:
    """Replace the lines that a diff shows as old, which stand once in a file, by the new ones."""
    lines = step.source.splitlines()
    if odd := [line for line in lines if line[:1] not in ("", " ", "-", "+")]:
        raise step.error(f"{odd[0]!r} is no line of a diff")
    old = [line[1:] for line in lines if line[:1] != "+"]
    new = [line[1:] for line in lines if line[:1] != "-"]
    text = file.read_text(encoding="utf-8").split("\n")
    found = [at for at in range(len(text)) if text[at : at + len(old)] == old]
    if len(found) != 1:
        raise step.error(f"what it changes stands {len(found)} times in {step.tags['title']}")
    text[found[0] : found[0] + len(old)] = new
    file.write_text("\n".join(text), encoding="utf-8")


def _run(step: Step, folder: Path) -> None:
    before, *blocks = re.split(r"^\$ ", step.source, flags=re.MULTILINE)
    if before.strip() or not blocks:
        raise step.error("a console begins with a command")
    at = 1
    for place, block in enumerate(blocks, start=1):
        match = _COMMAND.fullmatch(block)
        assert match is not None
        done = subprocess.run(
            ["bash", "-c", match["command"]],
            cwd=folder,
            env=_environment(folder.parent),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        status = int(step.tags.get("exit", "0")) if place == len(blocks) else 0
        if done.returncode != status:
            what = f"`{match['command']}` ends with {done.returncode}, not {status}"
            raise step.error(f"{what}\n{done.stdout}", at)
        expected, got = f"{match['output'].strip()}\n", f"{done.stdout.strip()}\n"
        if not doctest.OutputChecker().check_output(expected, got, doctest.ELLIPSIS):
            what = f"`{match['command']}` writes\n{got}\nand the page says\n{expected}"
            raise step.error(what, at)
        at += block.count("\n")


def _environment(home: Path) -> dict[str, str]:
    """That of a user who has a name, this `decisions`, and nothing set up otherwise."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PYTEST_", "FORCE_COLOR", "COV_", "GITHUB_"))
    }
    people = {f"GIT_{who}_NAME": "Ada" for who in ("AUTHOR", "COMMITTER")}
    people |= {f"GIT_{who}_EMAIL": "ada@example.org" for who in ("AUTHOR", "COMMITTER")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "PATH": path, "TERM": "dumb"}
    settings |= {"LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    return {**kept, **people, **settings}
