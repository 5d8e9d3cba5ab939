"""What git tells of the records: their revisions, and every change of a status. And the page of it.

Where git can't tell, the front matter does, and the page says so. No date is that of the build.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from mkdocs_decisions import frontmatter
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.project import Project
from mkdocs_decisions.record import Record, Status
from mkdocs_decisions.site.text import badge, inline, link, page, table
from mkdocs_decisions.tree import Folder

if TYPE_CHECKING:
    from mkdocs_decisions.git import Commit, Git
    from mkdocs_decisions.site.model import Site

WHOLE = ""
NOT_IN_GIT = (
    "The records are read without git: each shows its last change, as its front matter dates it."
)
SHALLOW = (
    "The history at hand is not whole: a change before it is left out, and where none is known, "
    "the last one is shown as the front matter dates it."
)

_STATUS = re.compile(
    r"""^(?:status|"status"|'status')\s*:\s*["']?(?P<status>[a-z]+)\b""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that changed a file.

    Attributes:
        sha: Its id.
        when: When it was committed.
        subject: First line of its message.
    """

    sha: str
    when: datetime.datetime
    subject: str


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of a record's status.

    Attributes:
        record: The record as it is now.
        before: The status before; None if there was none, or none is known.
        after: The status after.
        day: The day of the change, `YYYY-MM-DD`.
        revision: The commit that made it; None if only the front matter tells of it.
    """

    record: Record
    before: Status | None
    after: Status
    day: str
    revision: Revision | None


@dataclass(slots=True)
class History:
    """What is known of the past of the records.

    Attributes:
        gap: What is not known, as a sentence; empty if nothing is.
        changes: Every change of a status, the last one first.
        revisions: The commits that changed a file, the last one first, by its path.
        moves: The status that a commit gave to a record, by the record's path and the commit's id.
    """

    gap: str
    changes: list[StatusChange] = field(default_factory=list)
    revisions: dict[str, list[Revision]] = field(default_factory=dict)
    moves: dict[str, dict[str, Status]] = field(default_factory=dict)

    def date(self, path: str) -> str:
        """The day on which a file was last changed; empty if git can't tell."""
        found = self.revisions.get(path)
        return found[0].when.date().isoformat() if found else ""


def read_history(project: Project) -> History:
    """What git tells of the records of a project, and the front matter where git can't."""
    git = _repository(project)
    if git is None:
        return _history(project, NOT_IN_GIT, {}, {})
    folders = [project.settings.records]
    if not f"{project.settings.evidence_folder}/".startswith(f"{folders[0]}/"):
        folders.append(project.settings.evidence_folder)
    past = _Past(lambda blob: _status_in(git.blob(blob)))
    try:
        for folder in folders:
            for commit in reversed(list(git.commits(folder))):
                past.add(commit)
    except DecisionsError:
        return _history(project, NOT_IN_GIT, {}, {})
    finally:
        git.close()
    return _history(project, SHALLOW if git.is_shallow else WHOLE, past.revisions, past.statuses)


def _repository(project: Project) -> Git | None:
    from mkdocs_decisions.git import Git

    if not isinstance(project.tree, Folder):
        return None
    try:
        return Git(project.tree.root)
    except DecisionsError:
        return None


_Known = tuple[Status | None, Status, Revision]


class _Past:
    """Revisions and statuses of files by the path that they have by now."""

    def __init__(self, status: Callable[[str], Status | None]) -> None:
        self.revisions: dict[str, list[Revision]] = {}
        self.statuses: dict[str, list[_Known]] = {}
        self._status = status

    def add(self, commit: Commit) -> None:
        """Add a commit that came after those that were added before."""
        revision = Revision(commit.sha, commit.date, commit.subject)
        for each in commit.changes:
            held = self.revisions.pop(each.old, []) if each.old else []
            known = self.statuses.pop(each.old, []) if each.old else []
            if each.new is None:
                continue
            self.revisions[each.new] = [revision, *held]
            self.statuses[each.new] = known
            if each.new.endswith(".md") and each.new_blob:
                before = self._status(each.old_blob) if each.old_blob else None
                after = self._status(each.new_blob)
                if after is not None and after is not before:
                    known.append((before, after, revision))


def _status_in(data: bytes) -> Status | None:
    parts = frontmatter.split(data.decode("utf-8", "replace").replace("\r\n", "\n"))
    found = _STATUS.search(parts[0]) if parts else None
    return Status(found["status"]) if found and found["status"] in list(Status) else None


def _history(
    project: Project,
    gap: str,
    revisions: dict[str, list[Revision]],
    statuses: dict[str, list[_Known]],
) -> History:
    changes = []
    for record in project.readable:
        known = statuses.get(record.path, [])
        changes += [
            StatusChange(record, before, after, revision.when.date().isoformat(), revision)
            for before, after, revision in known
        ]
        last = known[-1][1] if known else None
        if record.status and record.status is not last:
            changes.append(StatusChange(record, last, record.status, record.meta.date or "", None))
    changes.sort(key=_moment, reverse=True)
    moves = {
        path: {revision.sha: after for _, after, revision in known}
        for path, known in statuses.items()
    }
    return History(gap, changes, revisions, moves)


def _moment(change: StatusChange) -> tuple[str, str, str]:
    when = change.revision.when.astimezone(datetime.UTC).isoformat() if change.revision else ""
    return change.day, when, change.record.id


def timeline_page(site: Site) -> str:
    """The page of all changes of a status, by year."""
    parts = ["# Timeline", "Every change of a status, the last one first."]
    if site.history.gap:
        parts.append(site.history.gap)
    for year, changes in groupby(site.history.changes, key=lambda change: change.day[:4]):
        rows = [
            (
                change.day,
                site.record_link(change.record),
                _move(change),
                _commit(site, change.revision),
            )
            for change in changes
        ]
        shown = table(("Date", "Decision", "Status", "Commit"), rows)
        box = site.box("decisions-timeline", shown, site.path("timeline.md"), found=False)
        parts += [f"## {year or 'No date'}", box]
    return page(*parts)


def _move(change: StatusChange) -> str:
    before = f"{badge(change.before)} → " if change.before else ""
    return before + badge(change.after)


def history_table(site: Site, record: Record) -> str:
    """The commits that changed a record, as a table; empty if none is known."""
    revisions = site.history.revisions.get(record.path, [])
    moves = site.history.moves.get(record.path, {})
    rows = [
        (
            each.when.date().isoformat(),
            badge(moves[each.sha]) if each.sha in moves else "",
            inline(each.subject),
            _commit(site, each),
        )
        for each in revisions
    ]
    return table(("Date", "Status", "Change", "Commit"), rows) if rows else ""


def _commit(site: Site, revision: Revision | None) -> str:
    if revision is None:
        return "–"
    return link(f"`{revision.sha[:8]}`", site.forge.commit(revision.sha))
