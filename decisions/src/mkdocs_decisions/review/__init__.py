"""What a pull request does to decisions and to what they govern.

Both states are read from git, or one from the working tree; nothing is checked out, imported or
run. Here the states are found and compared; what a change does is told in `records`, `code`,
`proofs` and `suppressing`, and written in `text`, `markdown` and `json_`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mkdocs_decisions.cache import Cache, memory_of, sha256
from mkdocs_decisions.collector import collector_off
from mkdocs_decisions.git import Git, GitTree, project_at
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.project import Project
from mkdocs_decisions.review.change import Change
from mkdocs_decisions.review.code import code_facts
from mkdocs_decisions.review.model import Decision, Fact, Kind, Level, Review, WordChange
from mkdocs_decisions.review.proofs import proof_facts
from mkdocs_decisions.review.records import record_facts, settings_facts
from mkdocs_decisions.review.suppressing import less_suppressed, suppression_facts
from mkdocs_decisions.settings import Settings, read_settings
from mkdocs_decisions.symbols import Unreadable
from mkdocs_decisions.tree import Folder

__all__ = [
    "FORMATS",
    "Decision",
    "Fact",
    "Kind",
    "Level",
    "Review",
    "WordChange",
    "render_review",
    "review",
    "run_review",
]

FORMATS = ("text", "markdown", "json", "github", "sarif")


def run_review(root: Path, base: str, head: str | None = None, *, cache: bool = True) -> Review:
    """Review a change: what is between the point where it began and its end.

    Args:
        root: Root of the project.
        base: The revision that the change is to be merged into.
        head: The revision that ends with the change; None for the working tree, with files that
            are not committed yet.
        cache: Whether to remember what was read for the next run.

    Raises:
        DecisionsError: ADR004, there is no repository; ADR005, a revision is not there; or the
            configuration can't be read.
    """
    git = Git(root)
    try:
        with collector_off():
            return _reviewed(git, root, base, head, cache=cache)
    finally:
        git.close()


def _reviewed(git: Git, root: Path, base: str, head: str | None, *, cache: bool) -> Review:
    tree = Folder(root) if head is None else GitTree(git, head)
    start = git.merge_base(base, head or "HEAD")
    settings = read_settings(tree)
    stamp = sha256(settings.stamp())
    memory = Cache(memory_of(root) if cache else None, stamp)
    before = project_at(root, start, settings, memory)
    rules = _rules_of(before)
    before.settings = _judged_by(before.settings, rules)
    rivals = git.rivals(base, head or "HEAD")
    taken = git.taken(settings.records, rivals)
    judged = _judged_by(settings, rules)
    after = Project(tree, judged, cache=memory, base=before, taken=taken)
    paths = _working_paths(git, start) if head is None else _paths(git, start, head)
    found = review(before, after, paths, settings)
    found.base = f"{base} ({start[:12]})"
    found.head = tree.name
    found.prefix = git.prefix
    memory.save(keep=True)
    return found


def _rules_of(base: Project) -> Settings:
    """The configuration of the base itself, if it has one that can be read."""
    try:
        return read_settings(base.tree, begins=True)
    except DecisionsError:
        return Settings()


def _judged_by(settings: Settings, rules: Settings) -> Settings:
    """Settings with the rules of other ones: a change can't change what it is judged by."""
    return replace(
        settings,
        severity=rules.severity,
        typo_words=rules.typo_words,
        max_amendments=rules.max_amendments,
        review_grace=rules.review_grace,
    )


def review(
    base: Project, head: Project, paths: Iterable[str], settings: Settings | None = None
) -> Review:
    """Compare two states of a project.

    Args:
        base: The project before the change.
        head: The project after it, whose `base` is the former.
        paths: The files that differ, by their paths before and after.
        settings: The configuration after the change, if it is not what `head` is judged by.
    """
    change = Change(base, head, paths)
    facts = [
        *record_facts(change),
        *proof_facts(change),
        *code_facts(change),
        *settings_facts(base.settings, settings or head.settings),
    ]
    facts = [*less_suppressed(change, facts), *suppression_facts(change)]
    _note_unreadable(change)
    return Review(
        base.tree.name,
        head.tree.name,
        sorted(facts, key=lambda each: each.order),
        list(head.notes),
        len(change.paths),
        len(change.read),
        len(head.records),
    )


def _note_unreadable(change: Change) -> None:
    """Say which of the changed files of the packages can't be parsed."""
    for path in sorted(change.code):
        if change.is_test(path) or not change.head.tree.exists(path):
            continue
        try:
            change.head.symbols.table(path)
        except Unreadable as error:
            change.head.note(path, error.line, "the code of this file", error.why)


def _paths(git: Git, start: str, head: str) -> set[str]:
    changes = git.changed(start, head)
    return {path for each in changes for path in (each.old, each.new) if path is not None}


def _working_paths(git: Git, start: str) -> set[str]:
    """The files of the working tree that differ from a commit, with those git does not know."""
    names = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative")
    tracked = git.run("diff", *names, "--ignore-submodules", start, "--")
    new = git.run("ls-files", "--others", "--exclude-standard", "-z")
    return {os.fsdecode(each) for each in (tracked + new).split(b"\0") if each}


def render_review(review: Review, format_: str = "text", *, color: bool = False) -> str:
    """A review as a text that ends with a newline.

    Args:
        review: What the change does.
        format_: One of `FORMATS`.
        color: Whether a text has colours.
    """
    if format_ in ("github", "sarif"):
        from mkdocs_decisions.output import render

        return render(review.report, format_, prefix=review.prefix)
    if format_ == "json":
        from mkdocs_decisions.review.json_ import to_json

        return to_json(review)
    if format_ == "markdown":
        from mkdocs_decisions.review.markdown import summary

        return summary(review)
    if format_ != "text":
        raise ValueError(f"there is no format {format_!r}")
    from mkdocs_decisions.review.text import text

    return text(review, color=color)
