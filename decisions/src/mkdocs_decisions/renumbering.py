"""Gives a record another number, everywhere: its file and title, and whatever cites it.

It is cited in relations, in prose and links, in code and tests, in the files that the configuration
names, by the ids of its evidence, and in the receipts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_decisions import edit, files
from mkdocs_decisions.authoring import must_be_readable, next_id, slug, taken
from mkdocs_decisions.edit import Splice, spliced
from mkdocs_decisions.listing import find
from mkdocs_decisions.marks import Citation, citations
from mkdocs_decisions.problems import DecisionsError, Note
from mkdocs_decisions.reader import normal_id
from mkdocs_decisions.record import Record

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

_NAME = re.compile(r"\d+-(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.md")
_TITLE = re.compile(
    r"^(?P<before># (?:ADR[- ])?)(?P<id>\d{1,5})(?=[.:]| [-\u2013\u2014])", re.MULTILINE
)


@dataclass(slots=True)
class Renumbered:
    """What became of a record and of what cites it.

    Attributes:
        old: Its path until now.
        new: Its path from now on.
        changed: The files that were changed, by the path they had.
        moved: New paths of other files, by the path they had.
        notes: What was not looked at, or could not be told.
    """

    old: str
    new: str
    changed: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def renumber(project: Project, root: Path, id_: str, to: str | None = None) -> Renumbered:
    """Give a record another number, and repair every citation of it.

    Args:
        project: The project.
        root: Its root.
        id_: The record; named by its file if two have one number.
        to: The new number; the next one that is free if it is not given.

    Raises:
        DecisionsError: ADR020, there is no such record; ADR024, the new number is none; ADR025, it
            is taken on some branch; ADR021 or ADR022, a file can't be changed. Then none is.
    """
    record = find(project, id_)
    must_be_readable(record)
    new = _free(project, root, to)
    alone = [each.id for each in project.records].count(record.id) == 1
    return _Renumbering(project, root, record, new, alone=alone).carry_out()


def _free(project: Project, root: Path, to: str | None) -> str:
    if to is None:
        return next_id(project, root)
    new = normal_id(to.strip().upper())
    if not re.fullmatch(r"\d{4}", new) or new == "0000":
        raise DecisionsError("ADR024", f"{to!r} is no number of a record", "name one up to 9999")
    if where := taken(project, root).get(new):
        mend = f"{next_id(project, root)} is free"
        raise DecisionsError("ADR025", f"the number {new} is taken: {where}", mend)
    return new


class _Renumbering:
    """One record that gets another number.

    Args:
        alone: Whether no other record has its number; if one has, a bare number can't be told.
    """

    def __init__(
        self, project: Project, root: Path, record: Record, new: str, *, alone: bool
    ) -> None:
        self._project = project
        self._root = root
        self._record = record
        self._new = new
        self._alone = alone
        name = PurePosixPath(record.path)
        match = _NAME.fullmatch(name.name)
        words = match["slug"] if match else slug(record.title)
        self.done = Renumbered(record.path, str(name.with_name(f"{new}-{words}.md")))
        self._evidence = {
            each.id: self._renamed(each.id)
            for each in record.meta.evidence
            if self._renamed(each.id) != each.id
        }

    def _renamed(self, evidence: str) -> str:
        """Another name for evidence that is named after the record."""
        return re.sub(rf"(?<!\d){self._record.id}(?!\d)", self._new, evidence)

    def carry_out(self) -> Renumbered:
        """Change all files."""
        contents = {}
        for path in self._paths():
            if (text := self._text(path)) is None:
                continue
            new = spliced(text, self._splices(path, text))
            if new != text:
                contents[path] = new.encode()
        contents |= self._receipts()
        moved = {self.done.old: self.done.new, **self._results(contents)}
        files.write(self._root, contents, moved=moved)
        self.done.changed = sorted({*contents, *moved})
        self.done.moved = {old: new for old, new in moved.items() if old != self.done.old}
        return self.done

    def _paths(self) -> list[str]:
        """Every file in which the record may be cited."""
        project = self._project
        tree, settings = project.tree, project.settings
        found = {*project.code_paths, *(path for path in tree.paths(settings.records))}
        for named in settings.citations:
            below = tree.paths(named)
            found |= set(below) if below else ({named} if tree.exists(named) else set())
        return sorted(found - {settings.receipts_file})

    def _text(self, path: str) -> str | None:
        if self._project.tree.is_link(path):
            return None
        try:
            text = self._project.tree.read(path).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            why = "it can't be read as UTF-8"
            self.done.notes.append(Note(path, 1, "citations of the record", why))
            return None
        return None if "\0" in text else text

    def _splices(self, path: str, text: str) -> list[Splice]:
        found = [*self._cited(path, text), *self._named_evidence(text)]
        if path == self._record.path:
            found += self._title(text)
        found += self._relations(path, text)
        kept: list[Splice] = []
        for each in found:
            if not any(each.overlaps(other) for other in kept):
                kept.append(each)
        return kept

    def _cited(self, path: str, text: str) -> Iterator[Splice]:
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        own = PurePosixPath(self._record.path).name
        for each in citations(text):
            if each.id != self._record.id:
                continue
            start = starts[each.line - 1] + each.column - 1
            if each.text == own:
                yield Splice(start, start + len(own), PurePosixPath(self.done.new).name)
            elif self._alone or path == self._record.path or own in _link(text, start):
                yield _number(each, start, self._new)
            else:
                why = f"two records have the number {each.id}"
                self.done.notes.append(Note(path, each.line, f"what {each.text!r} means", why))

        for each in citations(text, in_addresses=True):
            if each.id == self._record.id:
                what, why = f"{each.text} in an address", "it may be that of another project"
                self.done.notes.append(Note(path, each.line, what, why))

    def _named_evidence(self, text: str) -> Iterator[Splice]:
        for old, new in self._evidence.items():
            for match in re.finditer(rf"(?<![\w-]){re.escape(old)}(?![\w-])", text):
                yield Splice(match.start(), match.end(), new)

    def _title(self, text: str) -> Iterator[Splice]:
        body = "\n".join(text.split("\n")[self._record.body_line - 1 :])
        match = _TITLE.search(text, len(text) - len(body))
        if match and match["id"].zfill(4) == self._record.id:
            yield Splice(match.start("id"), match.end("id"), self._new)

    def _relations(self, path: str, text: str) -> Iterator[Splice]:
        for record in self._project.readable:
            if record.path == path:
                for key, place, other in record.relations():
                    if other != self._record.id:
                        continue
                    if self._alone:
                        yield from edit.set_value(text, f"{key}/{place}", self._new)
                    else:
                        line, _ = record.place(key, place)
                        why = f"two records have the number {other}"
                        self.done.notes.append(Note(path, line, f"which one {key} means", why))

    def _receipts(self) -> dict[str, bytes]:
        """The receipts under the new number."""
        path = self._project.settings.receipts_file
        held = self._project.receipts
        if not self._alone or held.fault or self._record.id not in held.proofs:
            return {}
        proofs = {
            self._new if id_ == self._record.id else id_: tests
            for id_, tests in held.proofs.items()
        }
        return {path: replace(held, proofs=proofs).dump().encode()}

    def _results(self, contents: dict[str, bytes]) -> dict[str, str]:
        """New names of the files with the figures, whose own ids are changed in `contents`."""
        moved = {}
        for each in self._record.meta.evidence:
            usual = f"{self._project.settings.evidence_folder}/{each.id}.json"
            path = each.result or usual
            new = self._renamed_path(path, each.id)
            if each.id not in self._evidence or not self._project.tree.exists(path):
                continue
            if path not in contents and (text := self._text(path)) is not None:
                contents[path] = spliced(text, self._named_evidence(text)).encode()
            if new != path:
                moved[path] = new
        return moved

    def _renamed_path(self, path: str, evidence: str) -> str:
        name = PurePosixPath(path)
        return str(name.with_name(name.name.replace(evidence, self._renamed(evidence))))


def _number(each: Citation, start: int, new: str) -> Splice:
    """The number in a citation, with as many digits as it is written with."""
    match = re.search(r"\d+", each.text)
    digits = match[0] if match else ""
    begin = start + each.text.index(digits)
    return Splice(begin, begin + len(digits), new.lstrip("0").zfill(len(digits)))


def _link(text: str, start: int) -> str:
    """The link around a place, `[ADR-0003](0003-slug.md)`; empty if there is none."""
    opened = text.rfind("[", 0, start + 1)
    match = re.match(r"\[[^\]\n]*\]\([^)\n]*\)", text[opened:]) if opened >= 0 else None
    return match[0] if match and opened + match.end() > start else ""
