"""Records begun, and moved from one status to the next. All ends are written, or none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_decisions import edit, files
from mkdocs_decisions.edit import Splice, spliced
from mkdocs_decisions.listing import find
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.record import TRANSITIONS, Record, Status

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

UNKNOWN_SOURCE = "{what asked for the decision: an issue, a pull request, a meeting}"
_SYMBOL = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_LONGEST_SLUG = 60
_LAST = 9999


def new(
    project: Project,
    root: Path,
    title: str,
    *,
    supersedes: Sequence[str] = (),
    source: str | None = None,
    governs: Sequence[str] = (),
) -> str:
    """Begin a record: proposed today, with the next number that is free on every branch.

    Args:
        project: The project.
        root: Its root.
        title: The title, without a number.
        supersedes: Records that it is to take the place of, once it is accepted.
        source: What asked for the decision.
        governs: Symbols that it is about.

    Returns:
        The path of the file.

    Raises:
        DecisionsError: ADR024, the title or another value can't be used; ADR020, there is no such
            record; ADR025, every number is taken; ADR022 or ADR023, the file can't be written.
    """
    title = one_line("title", title)
    older = list(dict.fromkeys(find(project, each).id for each in supersedes))
    for symbol in governs:
        if not _SYMBOL.fullmatch(symbol):
            raise DecisionsError(
                "ADR024", f"{symbol!r} is no dotted name of a symbol", "write package.module.name"
            )
    id_ = next_id(project, root)
    text = f"---\nstatus: proposed\ndate: {project.today}\n---\n\n{_template(id_, title)}"
    told = UNKNOWN_SOURCE if source is None else one_line("source", source)
    text = spliced(text, edit.set_value(text, "source", told))
    for key, values in (("supersedes", older), ("governs", governs)):
        for value in values:
            text = spliced(text, edit.append(text, key, value))
    path = f"{project.settings.records}/{id_}-{slug(title)}.md"
    files.write(root, {}, new={path: text.encode()})
    return path


def _template(id_: str, title: str) -> str:
    text = resources("mkdocs_decisions").joinpath("template.md").read_text(encoding="utf-8")
    return text.replace("{id}", id_, 1).replace("{title}", title, 1)


def one_line(name: str, text: str) -> str:
    """A text that a user gave for a value, without space around it.

    Raises:
        DecisionsError: ADR024, it is empty, or has several lines or control characters.
    """
    told = text.strip()
    if not told:
        raise DecisionsError("ADR024", f"the {name} is empty", "say it in a few words")
    if any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in told):
        what = f"the {name} has a character that cannot be shown: {told!r}"
        raise DecisionsError("ADR024", what, "write it in one line of plain text")
    return told


def slug(title: str) -> str:
    """The words of a title as they stand in the name of a file: lower case, ASCII, hyphens."""
    folded = unicodedata.normalize("NFKD", title.translate(_SPELT_OUT)).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", folded.decode().lower().replace("'", ""))
    while len(words) > 1 and len("-".join(words)) > _LONGEST_SLUG:
        words.pop()
    return "-".join(words)[:_LONGEST_SLUG] or "decision"


_SPELT_OUT = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O"}
    | {"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ı": "i", "þ": "th", "Þ": "Th", "\u2019": "'"}
)


def taken(project: Project, root: Path) -> dict[str, str]:
    """Every id that is in use, and where: in the tree, or on a branch that git knows of."""
    from mkdocs_decisions.git import Git

    try:
        on_branches = Git(root).taken(project.settings.records)
    except DecisionsError:
        on_branches = {}
    found = {
        id_: f"{path} on {branch}"
        for id_, paths in on_branches.items()
        for branch, path in paths.items()
    }
    return found | {record.id: record.path for record in project.records if record.id}


def next_id(project: Project, root: Path) -> str:
    """The number after the highest that is in use on any branch.

    Raises:
        DecisionsError: ADR025, every number is taken.
    """
    in_use = taken(project, root)
    highest = max((int(id_) for id_ in in_use), default=0)
    if highest >= _LAST:
        where = in_use[max(in_use, key=int)]
        raise DecisionsError("ADR025", f"{where} has the last number there is", "renumber it")
    return f"{highest + 1:04d}"


def accept(project: Project, root: Path, id_: str, answer: str | None = None) -> list[str]:
    """Accept a proposed record. What it supersedes becomes superseded at the same time.

    Args:
        project: The project.
        root: Its root.
        id_: The record.
        answer: What was decided and why; it may stand in the record already.

    Returns:
        The paths of the files that were changed.

    Raises:
        DecisionsError: ADR020, there is no such record; ADR026, a record may not move to this
            status; ADR027, there is no answer; ADR021 or ADR022, a record can't be edited.
    """
    record = find(project, id_)
    changes = _Changes(project, root)
    changes.move(record, Status.ACCEPTED)
    changes.answer(record, answer)
    for each in record.meta.supersedes:
        changes.supersede(find(project, each), record)
    return changes.write()


def reject(project: Project, root: Path, id_: str, answer: str | None = None) -> list[str]:
    """Reject a proposed record. See `accept`."""
    record = find(project, id_)
    changes = _Changes(project, root)
    changes.move(record, Status.REJECTED)
    changes.answer(record, answer)
    return changes.write()


def deprecate(project: Project, root: Path, id_: str) -> list[str]:
    """Deprecate an accepted record: it should not be followed any more. See `accept`."""
    changes = _Changes(project, root)
    changes.move(find(project, id_), Status.DEPRECATED)
    return changes.write()


def supersede(project: Project, root: Path, id_: str, by: str) -> list[str]:
    """Let an accepted record take the place of another one. See `accept`."""
    older, newer = find(project, id_), find(project, by)
    if older.path == newer.path:
        raise DecisionsError("ADR026", f"{older.label} can't supersede itself", "name another one")
    if newer.status is not Status.ACCEPTED:
        raise DecisionsError(
            "ADR026",
            f"{newer.label} is {_status(newer)}: only an accepted record supersedes another one",
            f"`decisions accept {newer.id}` first",
        )
    changes = _Changes(project, root)
    changes.supersede(older, newer)
    changes.edit(newer, lambda text: edit.append(text, "supersedes", older.id))
    return changes.write()


class _Changes:
    """Records with the edits that are to be made to them."""

    def __init__(self, project: Project, root: Path) -> None:
        self._project = project
        self._root = root
        self._texts: dict[str, tuple[str, str]] = {}

    def edit(self, record: Record, change: Callable[[str], list[Splice]]) -> None:
        """Edit a record's text."""
        must_be_readable(record)
        if record.path not in self._texts:
            text = self._project.tree.read(record.path).decode("utf-8")
            self._texts[record.path] = text, text
        old, text = self._texts[record.path]
        self._texts[record.path] = old, spliced(text, change(text))

    def move(self, record: Record, status: Status) -> None:
        """Give a record another status, from today on."""
        must_be_readable(record)
        if record.status is None:
            what = f"{record.label} has no status that counts"
            raise DecisionsError("ADR026", what, "`decisions check` says what is wrong with it")
        if status not in TRANSITIONS[record.status]:
            may = " or ".join(sorted(TRANSITIONS[record.status])) or "nothing else"
            raise DecisionsError(
                "ADR026",
                f"{record.label} is {record.status} and can't become {status}",
                f"what is {record.status} may become {may}",
            )
        self.edit(record, lambda text: edit.set_value(text, "status", status.value))
        self.edit(record, lambda text: edit.set_value(text, "date", str(self._project.today)))
        if record.meta.review_by and status in (Status.REJECTED, Status.SUPERSEDED):
            self.edit(record, lambda text: edit.remove_key(text, "review-by"))

    def answer(self, record: Record, answer: str | None) -> None:
        """Write the answer into a record, which must have one from now on."""
        if answer is not None:
            told = one_line("answer", answer)
            self.edit(record, lambda text: edit.set_value(text, "answer", told))
        elif not record.meta.answer:
            what = f"{record.label} has no answer: what was decided, and why?"
            raise DecisionsError("ADR027", what, "give it by --answer, in one line")

    def supersede(self, older: Record, newer: Record) -> None:
        """Mark a record as superseded by another one."""
        if older.status is not Status.SUPERSEDED:
            self.move(older, Status.SUPERSEDED)
        self.edit(older, lambda text: edit.append(text, "superseded-by", newer.id))

    def write(self) -> list[str]:
        """Write all records that differ now."""
        changed = {path: new.encode() for path, (old, new) in self._texts.items() if new != old}
        files.write(self._root, changed)
        return sorted(changed)


def must_be_readable(record: Record) -> None:
    """Refuse a record that can't be read.

    Raises:
        DecisionsError: ADR021.
    """
    if not record.readable:
        why = record.problems[0].message
        raise DecisionsError("ADR021", f"{record.path} can't be edited: {why}", "mend it first")


def _status(record: Record) -> str:
    return record.status.value if record.status else "of no status"
