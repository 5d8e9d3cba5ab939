"""The project at a revision of git, without a checkout, and what a change is compared with."""

from __future__ import annotations

import bisect
import datetime
import os
from functools import cached_property
from pathlib import Path, PurePosixPath

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.plumbing import LINK, SUBMODULE, Change, Commit, Git, Ref, within
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.project import Project
from mkdocs_decisions.reader import shown
from mkdocs_decisions.settings import Settings, read_settings
from mkdocs_decisions.tree import IGNORED, Folder

__all__ = ["Change", "Commit", "Git", "GitTree", "Ref", "project_at", "with_base"]

_MAX_LINKS = 20


class GitTree:
    """The files of the project at a revision. What `Folder` hides is hidden here too.

    Args:
        git: The repository.
        rev: A branch, a tag or a commit.

    Raises:
        DecisionsError: ADR005, there is no such revision here.
    """

    def __init__(self, git: Git, rev: str) -> None:
        self.git = git
        self.rev = rev
        self.sha = git.resolve(rev)

    @property
    def name(self) -> str:
        """What to call it in a message."""
        short = self.sha[:12]
        return short if self.sha.startswith(self.rev) else f"{shown(self.rev)} ({short})"

    @cached_property
    def _entries(self) -> dict[str, tuple[str, str]]:
        """Mode and blob of each file by its path."""
        return self.git.files(self.sha)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._entries)

    def blob(self, path: str) -> str | None:
        """Id of the bytes of a file; None if there is no such file."""
        mode, blob = self._entries.get(self._followed(path) or "", ("", ""))
        return blob if mode not in ("", SUBMODULE) else None

    def read(self, path: str) -> bytes:
        """The bytes of a file. See `Tree.read`."""
        blob = self.blob(path)
        if blob is None:
            kind = IsADirectoryError if self.exists(path) else FileNotFoundError
            raise kind(path)
        return self.git.blob(blob)

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of this path."""
        real = self._followed(path)
        return real is not None and (real in self._entries or bool(self._below(real)))

    def is_link(self, path: str) -> bool:
        """Whether it is a symbolic link."""
        return self._entries.get(path, ("", ""))[0] == LINK

    def paths(self, folder: str = "") -> list[str]:
        """All files below a folder, sorted; links are listed and not followed."""
        folder = within(folder)
        real = self._followed(folder) if folder else ""
        if real is None:
            return []
        start = len(real) + 1 if real else 0
        return [
            f"{folder}/{path[start:]}" if folder else path
            for path in self._below(real)
            if not _hidden(path[start:]) and self._entries[path][0] != SUBMODULE
        ]

    def _below(self, folder: str) -> list[str]:
        if not folder:
            return self._sorted
        first = bisect.bisect_left(self._sorted, f"{folder}/")
        return self._sorted[first : bisect.bisect_left(self._sorted, f"{folder}0")]

    def _followed(self, path: str) -> str | None:
        """The path with all links in it followed; None if one leads out of the project."""
        if path in self._entries and not self.is_link(path):
            return path
        if not path or path.startswith("/"):
            return None
        todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        done: list[str] = []
        links = 0
        while todo:
            part = todo.pop()
            if part == "..":
                if not done:
                    return None
                done.pop()
                continue
            done.append(part)
            here = "/".join(done)
            if self.is_link(here):
                links += 1
                target = os.fsdecode(self.git.blob(self._entries[here][1]))
                if links > _MAX_LINKS or target.startswith("/"):
                    return None
                done.pop()
                todo += [each for each in reversed(target.split("/")) if each not in ("", ".")]
        return "/".join(done)


def project_at(
    root: Path,
    rev: str,
    settings: Settings | None = None,
    cache: Cache | None = None,
    today: datetime.date | None = None,
) -> Project:
    """The project in a folder as it stands at a revision.

    Args:
        root: Root of the project.
        rev: A branch, a tag or a commit.
        settings: What counts where the revision has no configuration that can be read.
        cache: What is remembered of former runs.
        today: The day that dates are compared with.

    Raises:
        DecisionsError: ADR004, there is no repository; ADR005, there is no such revision here.
    """
    return _project_at(GitTree(Git(root), rev), settings, cache, today)


def _project_at(
    tree: GitTree,
    settings: Settings | None,
    cache: Cache | None,
    today: datetime.date | None,
) -> Project:
    otherwise = settings or Settings()
    try:
        own = read_settings(tree)
    except DecisionsError:
        own = otherwise
    if own == Settings():
        own = otherwise
    return Project(tree, own, cache=cache, today=today)


def with_base(project: Project, ref: str | None) -> Project:
    """The project beside what it is compared with: where its branch began, and other branches.

    Args:
        project: The project as it stands on disk, or at a revision.
        ref: The branch that it is to be merged into; None for the one in the settings, which may be
            missing.

    Raises:
        DecisionsError: The named branch is not there (ADR005), or there is no repository (ADR004).
    """
    tree = project.tree
    try:
        if isinstance(tree, GitTree):
            git, head = tree.git, tree.rev
        elif isinstance(tree, Folder):
            git, head = Git(tree.root), "HEAD"
        else:
            raise DecisionsError("ADR004", f"{tree.name} is part of no git repository")
        start = GitTree(git, git.merge_base(ref or project.settings.base, head))
    except DecisionsError:
        if ref is not None:
            raise
        return project
    rivals = git.rivals(ref or project.settings.base, head)
    base = _project_at(start, project.settings, project.cache, project.today)
    return Project(
        tree,
        project.settings,
        cache=project.cache,
        base=base,
        taken=git.taken(project.settings.records, rivals),
        today=project.today,
    )


def _hidden(path: str) -> bool:
    return any(part in IGNORED or part.startswith(".") for part in PurePosixPath(path).parts[:-1])
