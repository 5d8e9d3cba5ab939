"""Carries out fixes: the edits of a problem all together or not at all.

All places are those of the files as they were checked. So of two fixes that touch the same text the
first one is made, and the other one is left for the next run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mkdocs_decisions import edit, files, frontmatter
from mkdocs_decisions.edit import Splice, spliced
from mkdocs_decisions.problems import DecisionsError, Edit, Problem
from mkdocs_decisions.reader import shown

AGAIN = "another fix touches the same text: run again"


@dataclass(frozen=True, slots=True)
class Refused:
    """A fix that was not made, and why."""

    problem: Problem
    why: str


@dataclass(slots=True)
class Applied:
    """What became of some fixes.

    Attributes:
        changed: Files that are no longer what they were, by the path they had.
        mended: The problems whose fixes were made.
        refused: The fixes that were not.
    """

    changed: list[str] = field(default_factory=list)
    mended: list[Problem] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class _CannotMend(Exception):
    """Why a fix is not made."""


def apply(problems: Iterable[Problem], root: Path) -> Applied:
    """Make the fixes of problems, and write the files that they change.

    Args:
        problems: Found just now; those without a fix are passed over.
        root: The root of the project.

    Raises:
        DecisionsError: ADR022, a file could not be written. Then all are as they were.
    """
    done = Applied()
    staged = _Staged(root)
    for problem in problems:
        if not problem.fix:
            continue
        try:
            staged.take(problem)
        except DecisionsError as error:
            done.refused.append(Refused(problem, error.message))
        except _CannotMend as error:
            done.refused.append(Refused(problem, str(error)))
        else:
            done.mended.append(problem)
    done.changed = staged.write()
    return done


class _Staged:
    """Files with the changes that are to be made to them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._texts: dict[str, str] = {}
        self._splices: dict[str, list[Splice]] = {}
        self._moved: dict[str, str] = {}

    def take(self, problem: Problem) -> None:
        """Stage all edits of a problem, or none."""
        splices = {}
        for path in dict.fromkeys(each.path for each in problem.fix):
            edits = [each for each in problem.fix if each.path == path and each.kind != "rename"]
            splices[path] = self._planned(path, edits, problem)
            for one in splices[path]:
                if any(one.overlaps(other) for other in self._splices.get(path, ())):
                    raise _CannotMend(AGAIN)
        moved = {each.path: _renamed(each) for each in problem.fix if each.kind == "rename"}
        for old, new in moved.items():
            if old in self._moved or new in self._moved.values():
                raise _CannotMend(AGAIN)
            if files.locate(self._root, new).exists():
                raise _CannotMend(f"{shown(new)} is there already")
        for path, found in splices.items():
            self._splices.setdefault(path, []).extend(found)
        self._moved |= moved

    def _text(self, path: str) -> str:
        if path not in self._texts:
            try:
                data = files.locate(self._root, path).read_bytes()
                self._texts[path] = data.decode("utf-8")
            except OSError as error:
                raise _CannotMend(f"{shown(path)} can't be read: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise _CannotMend(f"{shown(path)} is no UTF-8") from error
        return self._texts[path]

    def _planned(self, path: str, edits: list[Edit], problem: Problem) -> list[Splice]:
        """What some edits of one file change in it: those of lines first, then those of keys."""
        old = self._text(path)
        found: list[Splice] = []
        for each in edits:
            if each.kind == "text":
                column = problem.column if (path, each.line) == (problem.path, problem.line) else 0
                found += _located(old, each, column)
        for at, one in enumerate(found):
            if any(one.overlaps(other) for other in found[:at]):
                raise _CannotMend("two of its edits touch the same text")
        keyed = [each for each in edits if each.kind != "text"]
        if len(edits) == 1 and keyed:
            found = _of_key(old, keyed[0])
        elif keyed:
            new = spliced(old, found)
            for each in keyed:
                new = spliced(new, _of_key(new, each))
            found = _difference(old, new)
        if _has_front_matter(old) and not _has_front_matter(spliced(old, found)):
            raise _CannotMend("the front matter could not be read afterwards")
        return found

    def write(self) -> list[str]:
        """Write what was staged."""
        contents = {
            path: spliced(self._texts[path], splices).encode()
            for path, splices in self._splices.items()
            if splices
        }
        files.write(self._root, contents, moved=self._moved)
        return sorted({*contents, *self._moved})


def _renamed(each: Edit) -> str:
    """The new path of a file that stays in its folder unless the new name has one."""
    return each.new if "/" in each.new else str(PurePosixPath(each.path).with_name(each.new))


def _located(text: str, each: Edit, column: int) -> list[Splice]:
    """Where the text of an edit stands: on its line, or anywhere."""
    if not each.old or each.old == each.new:
        return []
    new = each.new.replace("\n", "\r\n") if "\r\n" in text else each.new
    if not each.line:
        places = _occurrences(text, each.old, 0, len(text))
        if not places:
            raise _CannotMend(f"{shown(each.old)!r} is not there")
    else:
        start = _line_start(text, each.line)
        end = text.find("\n", start)
        places = _occurrences(text, each.old, start, len(text) if end < 0 else end)
        if len(places) > 1:
            meant = start + column - 1
            meant += text[meant : meant + 1] in ("'", '"')
            places = [place for place in places if place == meant]
        if len(places) != 1:
            raise _CannotMend(f"{shown(each.old)!r} does not stand once on line {each.line}")
    return [Splice(place, place + len(each.old), new) for place in places]


def _occurrences(text: str, old: str, start: int, end: int) -> list[int]:
    found = []
    place = text.find(old, start, end)
    while place >= 0:
        found.append(place)
        place = text.find(old, place + len(old), end)
    return found


def _line_start(text: str, line: int) -> int:
    place = 0
    for _ in range(line - 1):
        place = text.find("\n", place) + 1
        if not place:
            raise _CannotMend(f"there is no line {line}")
    return place


def _of_key(text: str, each: Edit) -> list[Splice]:
    if each.kind == "set":
        value = each.new == "true" if each.key == "process" else each.new
        return edit.set_value(text, each.key, value)
    if each.kind == "rename-key":
        return edit.rename_key(text, each.key, each.new)
    if each.kind == "remove-key":
        return edit.remove_key(text, each.key)
    if each.kind == "append":
        return edit.append(text, each.key, each.new)
    raise _CannotMend(f"there is no edit {each.kind!r}")


def _difference(old: str, new: str) -> list[Splice]:
    """One splice that makes the one text of the other."""
    if old == new:
        return []
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
    start = min(len(old), len(new)) if start is None else start
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return [Splice(start, len(old) - end, new[start : len(new) - end])]


def _has_front_matter(text: str) -> bool:
    parts = frontmatter.split(text)
    if parts is None:
        return False
    try:
        frontmatter.parse(parts[0])
    except frontmatter.FrontMatterError:
        return False
    return True
