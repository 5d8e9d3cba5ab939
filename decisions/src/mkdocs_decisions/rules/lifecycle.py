"""The life of a record, mostly compared with a base: ADR4xx."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_decisions.problems import Edit, Problem, Severity
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import TRANSITIONS, Record, Status, iso_date
from mkdocs_decisions.rules import rule

if TYPE_CHECKING:
    from mkdocs_decisions.grading import Grade
    from mkdocs_decisions.marks import Citation
    from mkdocs_decisions.project import Project

_DECIDED = (Status.ACCEPTED, Status.DEPRECATED, Status.SUPERSEDED)
"""Records that are or were in force: what they say is kept."""


def _kept(project: Project) -> Iterator[tuple[Record, Record]]:
    """Each record of the base that is still there, with what it is now, if both can be read."""
    from mkdocs_decisions.pairing import pairs

    if project.base is not None:
        for before, after in pairs(project.base, project):
            if after is not None and before.readable and after.readable:
                yield before, after


def _renumbered(project: Project) -> dict[str, str]:
    from mkdocs_decisions.pairing import renumbered

    return renumbered(project.base, project) if project.base is not None else {}


@rule("ADR401", "status-skips", scope="base")
def status_skips(project: Project) -> Iterator[Problem]:
    """A record changed its status in a way that no decision can.

    What was decided is not undecided by an edit: a record in force is deprecated or superseded, and
    what was superseded stays so. Otherwise the record no longer tells what was the case on a day.
    A new record may have any status, because records of former days may be taken over.

    | from | to |
    | --- | --- |
    | proposed | accepted, rejected |
    | accepted | deprecated, superseded |
    | rejected | proposed |
    | deprecated | superseded |

    To mend: set the status back. To revive a decision, write a new record that supersedes the old
    one.

    Fails, where the base says `accepted`:

    ```yaml
    status: proposed
    ```

    Passes:

    ```yaml
    status: deprecated
    ```
    """
    for before, after in _kept(project):
        old, new = before.status, after.status
        if old is None or new is None or old is new or new in TRANSITIONS[old]:
            continue
        allowed = " or ".join(status for status in Status if status in TRANSITIONS[old])
        mend = f"it may become {allowed}" if allowed else "write a new record"
        yield after.problem(f"it was {old} and can't become {new}", mend, "status")


@rule("ADR402", "decided-text-changed", scope="base")
def decided_text_changed(project: Project) -> Iterator[Problem]:
    """What a decided record says was changed.

    A record that is or was in force tells why something was decided on a day. Who reads it later
    must be able to trust that nobody made it fit. So its text, `answer` and `source` stay, and what
    was learnt since goes to the table of amendments. Some changes say nothing else and are not
    found: other line breaks and markup, links that lead elsewhere, numbers of records that were
    renumbered, and up to `typo-words` misspelt words. No change of a number, of a negation, or of
    `must`, `may` and their like is one of those. `decisions review` names what was recognised.

    To mend: take the change back and add a row to the table of amendments, or write a record that
    supersedes this one.

    Fails, where the base says `because it is quick`:

    ```markdown
    Chosen option: "Memory", because it is cheap.
    ```

    Passes:

    ```markdown
    ## Amendments

    | Date | Change |
    | --- | --- |
    | 2026-02-20 | It is cheap, too. |
    ```
    """
    if project.base is None:
        return
    ids: dict[str, str] | None = None
    for before, after in _kept(project):
        if before.status not in _DECIDED or before.key == after.key:
            continue
        if ids is None:
            ids = _renumbered(project)
        yield from _rewritten_text(project, before, after, ids)
        yield from _rewritten_keys(project, before, after, ids)


def _rewritten_text(
    project: Project, before: Record, after: Record, ids: dict[str, str]
) -> Iterator[Problem]:
    from mkdocs_decisions.body import read_body

    assert project.base is not None
    old = read_body(project.base.text(before.path), before).text
    new = read_body(project.text(after.path), after).text
    graded = _graded(project, old, new, ids)
    if graded.kind is graded.kind.REWRITE:
        first = next(each for each in graded.changes if each.kind is graded.kind)
        more = f", and {graded.words_changed} words in all" if graded.words_changed > 1 else ""
        line = after.body_line + first.line - 1
        what = f"the text was decided and has changed: {_told(first.before, first.after)}{more}"
        yield Problem(after.path, line, 1, what, "add an amendment, or supersede the record")


def _rewritten_keys(
    project: Project, before: Record, after: Record, ids: dict[str, str]
) -> Iterator[Problem]:
    for key in ("answer", "source"):
        old, new = getattr(before.meta, key), getattr(after.meta, key)
        if old and old != new:
            graded = _graded(project, old, new or "", ids)
            if graded.kind is graded.kind.REWRITE:
                what = f"{key} was decided and has changed: {_told(old, new or '')}"
                mend = "add an amendment, or supersede the record"
                yield after.problem(what, mend, key)


def _graded(project: Project, old: str, new: str, ids: dict[str, str]) -> Grade:
    from mkdocs_decisions.grading import grade

    return grade(old, new, renumbered=ids, typo_words=project.settings.typo_words)


def _told(old: str, new: str) -> str:
    """A change of words in a few words."""
    if not new:
        return f"'{shown(old)}' is gone"
    return f"'{shown(old)}' is now '{shown(new)}'" if old else f"'{shown(new)}' is new"


@rule("ADR403", "record-gone", scope="base")
def record_gone(project: Project) -> Iterator[Problem]:
    """A record was deleted, or its file has another name.

    Links from issues, reviews and code lead to the file, and what cites the number finds nothing,
    or another decision that took the number. What no longer holds is worth reading: it tells what
    was tried. A record that was only proposed may be renamed; to delete it is a warning. A
    renumbering that keeps the rest of the name is fine, and ADR404 looks after what cites it.

    To mend: bring the file back under its name. Set its status to `rejected`, `deprecated` or
    `superseded` if it does not hold.

    Fails, where the base has `adr/0001-prices-are-whole-cents.md`:

    ```text
    adr/0001-money.md
    ```

    Passes:

    ```text
    adr/0001-prices-are-whole-cents.md
    ```
    """
    from mkdocs_decisions.pairing import pairs, slug

    if project.base is None:
        return
    for before, after in pairs(project.base, project):
        proposed = before.status is Status.PROPOSED
        if after is None:
            severity = Severity.WARNING if proposed else None
            what = f"the record {before.id} was deleted"
            mend = "bring it back, and say by its status that it does not hold"
            yield Problem(before.path, 1, 1, what, mend, severity=severity)
        elif slug(before) != slug(after) and not proposed:
            name = PurePosixPath(before.path).name
            what = f"the record {before.id} was called {shown(name)}"
            mend = "give it the name it had" if after.id == before.id else "change its number only"
            yield Problem(after.path, 1, 1, what, mend)


@rule("ADR404", "citation-left-behind", scope="base", fixable=True)
def citation_left_behind(project: Project) -> Iterator[Problem]:
    """A record was renumbered, and something still cites it by its old number.

    The citation leads nowhere or, once another record takes the number, to another decision.
    Looked at are records with their relations, the code, the tests, and what `citations` in the
    configuration names. If the old number belongs to another record now, only lines that the change
    has left as they were are found.

    To mend: write the new number. `--fix` does, and `decisions renumber` does all of it at once.

    Fails, after 0003 became 0004:

    ```python
    # ADR-0003
    baskets = {}
    ```

    Passes:

    ```python
    # ADR-0004
    baskets = {}
    ```
    """
    moves = _Renumbering(project)
    if not moves.ids:
        return
    for record in project.readable:
        for key, place, other in record.relations():
            line, column = record.place(key, place)
            if moves.stale(other, record.path, line):
                yield moves.problem(record.path, line, column, other, other)
    for path in _citing_paths(project):
        for each in _citations(project, path):
            if moves.stale(each.id, path, each.line):
                yield moves.problem(path, each.line, each.column, each.id, each.text)


class _Renumbering:
    """Which records were renumbered, and which citations should have followed."""

    def __init__(self, project: Project) -> None:
        from mkdocs_decisions.pairing import pairs

        self._project = project
        found = pairs(project.base, project) if project.base is not None else []
        self._old_paths = {new.path: old.path for old, new in found if new is not None}
        self.ids = _renumbered(project)
        self._reused = {record.id for record in project.records}
        self._kept_lines: dict[str, set[int]] = {}

    def stale(self, id_: str, path: str, line: int) -> bool:
        """Whether an id that stands on a line means the record that has another one now."""
        if id_ not in self.ids:
            return False
        return id_ not in self._reused or line in self._kept(path)

    def _kept(self, path: str) -> set[int]:
        """The lines of a file that stood in it before."""
        if path not in self._kept_lines:
            before: set[str] = set()
            if self._project.base is not None:
                with contextlib.suppress(OSError):
                    old = self._project.base.text(self._old_paths.get(path, path))
                    before = set(old.split("\n"))
            lines = enumerate(self._project.text(path).split("\n"), start=1)
            self._kept_lines[path] = {number for number, text in lines if text in before}
        return self._kept_lines[path]

    def problem(self, path: str, line: int, column: int, id_: str, text: str) -> Problem:
        """What is wrong with a citation."""
        new = self.ids[id_]
        what = f"'{shown(text)}' cites the record {id_}, which is {new} now"
        fix = (Edit("text", path, line, old=text, new=re.sub(r"\d+", new, text, count=1)),)
        return Problem(path, line, column, what, f"write {new}", fix)


def _citing_paths(project: Project) -> list[str]:
    """The files that may cite a record."""
    settings, tree = project.settings, project.tree
    found = [path for path in tree.paths(settings.records) if path.endswith(".md")]
    found += project.code_paths
    for place in settings.citations:
        found += tree.paths(place) or ([place] if tree.exists(place) else [])
    return list(dict.fromkeys(path for path in found if not tree.is_link(path)))


def _citations(project: Project, path: str) -> list[Citation]:
    from mkdocs_decisions.marks import citations

    try:
        text = project.text(path)
    except OSError as error:
        why = error.strerror or "it can't be read"
        project.note(path, 1, "citations of renumbered records", why)
        return []
    return [] if "\0" in text else citations(text)


@rule("ADR405", "too-many-amendments", severity=Severity.WARNING)
def too_many_amendments(project: Project) -> Iterator[Problem]:
    """An accepted record was amended so often that nobody can tell what it says.

    Whoever wants to know what holds must read the decision and then every row against it. How many
    are too many is `max-amendments` in the configuration.

    To mend: write a record that supersedes this one and says in one piece what holds now.

    Fails, where `max-amendments = 1`:

    ```markdown
    | Date | Change |
    | --- | --- |
    | 2026-02-20 | The limit is two million. |
    | 2026-02-25 | The limit is three million. |
    ```

    Passes:

    ```markdown
    | Date | Change |
    | --- | --- |
    | 2026-02-20 | The limit is two million. |
    ```
    """
    most = project.settings.max_amendments
    for record in project.readable:
        if record.status is Status.ACCEPTED and len(record.amendments) > most:
            what = f"it has {len(record.amendments)} amendments, more than {most}"
            line = record.amendments[most].line
            yield Problem(record.path, line, 1, what, "supersede it by a record of one piece")


@rule("ADR407", "accepted-before-it-is-there", scope="base")
def accepted_before_it_is_there(project: Project) -> Iterator[Problem]:
    """This change accepts a record while code or a test that it names is absent.

    A decision is accepted when it is true of the code, or in the same change. Accepted earlier, it
    tells readers what is not so. Each absent name is also found where it stands, by ADR502 or
    ADR601, for as long as it is absent. This rule is about the step: it is found once, at the
    status, in the change that accepts.

    To mend: leave the record `proposed` until code and tests are there, or bring them in the same
    change.

    Fails, where the base says `proposed` and there is no `shop.prices.tax`:

    ```yaml
    status: accepted
    governs: [shop.prices.tax]
    ```

    Passes:

    ```yaml
    status: proposed
    governs: [shop.prices.tax]
    ```
    """
    from mkdocs_decisions.pairing import pairs

    if project.base is None:
        return
    found = pairs(project.base, project)
    before = {new.path: old.status for old, new in found if new is not None}
    for record in project.readable:
        if record.status is Status.ACCEPTED and before.get(record.path) is not Status.ACCEPTED:
            absent = [*_absent_symbols(project, record), *_absent_tests(project, record)]
            if absent:
                more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
                what = f"it is accepted now, and {shown(absent[0])}{more} is not there"
                mend = "leave it proposed, or bring what it names in the same change"
                yield record.problem(what, mend, "status")


def _absent_symbols(project: Project, record: Record) -> Iterator[str]:
    from mkdocs_decisions.symbols import SymbolError, SymbolNotFound

    for each in record.meta.governed:
        try:
            project.symbols.find(each.symbol)
        except SymbolNotFound:
            yield each.symbol
        except SymbolError:
            continue  # ADR502 notes that it was not looked at


def _absent_tests(project: Project, record: Record) -> Iterator[str]:
    from mkdocs_decisions.symbols import SymbolError
    from mkdocs_decisions.testmap import TestNotFound

    for each in record.meta.proofs:
        try:
            project.tests.find(each.test)
        except TestNotFound:
            yield each.test
        except SymbolError:
            continue  # ADR601 notes that it was not looked at


@rule("ADR408", "review-overdue")
def review_overdue(project: Project) -> Iterator[Problem]:
    """An accepted record should have been looked at again by now.

    Whoever set the date knew that what the decision rests on would change. First this is a warning.
    After the days of `review-grace` in the configuration it is an error.

    To mend: look whether the decision still holds. If so, set a later `review-by`; if not, amend,
    deprecate or supersede the record.

    Fails, on 2026-03-01:

    ```yaml
    review-by: 2026-02-01
    ```

    Passes:

    ```yaml
    review-by: 2027-02-01
    ```
    """
    grace = datetime.timedelta(days=project.settings.review_grace)
    for record in project.readable:
        due = iso_date(record.meta.review_by)
        if record.status is not Status.ACCEPTED or due is None or due >= project.today:
            continue
        over = due + grace
        late = project.today > over
        until = f", an error since {over}" if late else f", an error after {over}"
        what = f"it was to be looked at again by {due}{until}"
        mend = "look at it: set a later review-by, amend it or supersede it"
        severity = Severity.ERROR if late else Severity.WARNING
        yield record.problem(what, mend, "review-by", severity=severity)
