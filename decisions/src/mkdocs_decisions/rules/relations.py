"""Relations between records: ADR3xx."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mkdocs_decisions.problems import Edit, Problem, Severity
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import INVERSE, Record, Status
from mkdocs_decisions.rules import rule
from mkdocs_decisions.rules.code import successor_of

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

_OPEN = (Status.PROPOSED, Status.REJECTED)
_PAST = (Status.DEPRECATED, Status.SUPERSEDED)
_DIRECTED = ("supersedes", "amends", "depends-on")
_MISREAD = {"ADR104", "ADR106", "ADR107"}
"""What leaves keys of a record empty although something stands there."""


@rule("ADR301", "id-twice")
def id_twice(project: Project) -> Iterator[Problem]:
    """Two records have the same id.

    `ADR-0004` then means two decisions, and every citation of it may mean the wrong one. It comes
    about when two branches each take the next free number and both are merged.

    To mend: give the newer record the next free number, and follow it in what cites it.

    Fails:

    ```text
    adr/0004-baskets-are-shared.md
    adr/0004-prices-in-yen.md
    ```

    Passes:

    ```text
    adr/0004-baskets-are-shared.md
    adr/0005-prices-in-yen.md
    ```
    """
    named: dict[str, list[Record]] = defaultdict(list)
    for record in project.records:
        if record.id:
            named[record.id].append(record)
    before = {record.path for record in project.base.records} if project.base else set()
    for id_, records in named.items():
        first, *others = sorted(records, key=lambda each: (each.path not in before, each.path))
        for each in others:
            what = f"the id {id_} is also that of {shown(first.path)}"
            yield Problem(each.path, 1, 1, what, f"take the next free number, {_free_id(project)}")


def _free_id(project: Project) -> str:
    ids = [*(record.id for record in project.records), *project.taken]
    return str(max(int(id_ or 0) for id_ in ids) + 1).zfill(4)


@rule("ADR302", "id-taken-elsewhere", scope="base")
def id_taken_elsewhere(project: Project) -> Iterator[Problem]:
    """A new record has an id that another record has on another branch.

    As soon as both branches are merged, two records have one id. It is cheap to take another
    number now, and dear once others cite it. Looked at are all branches that are known here, local
    and remote ones, except those that are part of this one. The same file on another branch is
    the same record.

    To mend: take a number that is free on all branches; `decisions new` does.

    Fails, while `origin/prices` has `adr/0004-prices-in-yen.md`:

    ```text
    adr/0004-baskets-are-shared.md
    ```

    Passes:

    ```text
    adr/0005-baskets-are-shared.md
    ```
    """
    if project.base is None:
        return
    before = {record.id for record in project.base.records}
    for record in project.records:
        if not record.id or record.id in before:
            continue
        name = PurePosixPath(record.path).name
        others = [
            f"{shown(path)} on {shown(ref)}"
            for ref, path in project.taken.get(record.id, {}).items()
            if PurePosixPath(path).name != name
        ]
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            what = f"the id {record.id} is taken by {others[0]}{more}"
            mend = f"take the next free number, {_free_id(project)}"
            yield Problem(record.path, 1, 1, what, mend)


@rule("ADR304", "relation-dangling")
def relation_dangling(project: Project) -> Iterator[Problem]:
    """A relation names a record that is not there.

    Whoever follows it finds nothing, and nobody knows which decision was meant.

    To mend: write the id of the record that was meant, or take the relation away. Where a change
    renumbers the record, ADR404 says so instead and knows the new number.

    Fails:

    ```yaml
    depends-on: ["0099"]
    ```

    Passes:

    ```yaml
    depends-on: ["0001"]
    ```
    """
    from mkdocs_decisions.pairing import renumbered

    known = {record.id for record in project.records}
    moved: dict[str, str] | None = None
    for record in project.readable:
        for key, place, other in record.relations():
            if other in known:
                continue
            if moved is None:
                moved = renumbered(project.base, project) if project.base else {}
            if other in moved:
                continue
            what = f"{key} names {shown(other)}, and there is no such record"
            mend = "write the id of a record, such as 0001"
            if elsewhere := project.taken.get(other):
                mend = f"it is on {shown(next(iter(elsewhere)))}: merge that first"
            yield record.problem(what, mend, key, place)


@rule("ADR305", "relation-not-reciprocal", fixable=True)
def relation_not_reciprocal(project: Project) -> Iterator[Problem]:
    """A record names another one in a relation, and the other one does not name it back.

    A reader comes to either of the two. Who reads the old record must learn of the new one, and
    the other way round. `supersedes` belongs to `superseded-by`, `amends` to `amended-by`, and
    `relates-to` to itself. What is only proposed, or was rejected, supersedes and amends nothing
    yet, so nothing need name it.

    To mend: add the missing id to the other record. `--fix` does, except where the other record
    would have to become superseded: `decisions supersede` does that.

    Fails, where 0001 does not say `relates-to: ["0003"]`:

    ```yaml
    relates-to: ["0001"]
    ```

    Passes, in 0001:

    ```yaml
    relates-to: ["0003"]
    ```
    """
    for record in project.readable:
        for key, place, other in _named(project, record):
            if key not in INVERSE or other is record or _misread(other):
                continue
            if key in ("supersedes", "amends") and record.status in _OPEN:
                continue
            if record.id in other.meta.relation(INVERSE[key]):
                continue
            what = f"{key} names {other.id}, whose {INVERSE[key]} does not name {record.id}"
            if key == "supersedes" and other.status is not Status.SUPERSEDED:
                mend = f"run `decisions supersede {other.id} --by {record.id}`"
                yield record.problem(what, mend, key, place)
            else:
                mend = f"add {record.id} to {INVERSE[key]} of {shown(other.path)}"
                fix = (Edit("append", other.path, key=INVERSE[key], new=record.id),)
                yield record.problem(what, mend, key, place, fix=fix)


def _named(project: Project, record: Record) -> Iterator[tuple[str, int, Record]]:
    """Key, position and record of each relation that leads to one that can be read."""
    seen = set()
    for key, place, id_ in record.relations():
        other = project.by_id.get(id_)
        if other is not None and (key, id_) not in seen:
            seen.add((key, id_))
            yield key, place, other


def _misread(record: Record) -> bool:
    return any(each.code in _MISREAD for each in record.problems)


@rule("ADR306", "relation-in-a-circle")
def relation_in_a_circle(project: Project) -> Iterator[Problem]:
    """A record leads back to itself by its relations.

    Of decisions that supersede, amend or need each other in a circle, none is the last word, and
    there is none to begin reading with. One that is related to itself says nothing.

    To mend: take away the relation that runs against time: an older record does not supersede,
    amend or depend on a newer one.

    Fails, where 0003 says `depends-on: ["0001"]`:

    ```yaml
    depends-on: ["0003"]
    ```

    Passes, in 0003 alone:

    ```yaml
    depends-on: ["0001"]
    ```
    """
    for record in project.readable:
        for key, place, other in _named(project, record):
            if other is record:
                what = f"{key} names the record itself"
                yield record.problem(what, "take it away", key, place)
    for key in _DIRECTED:
        for circle in _circles(project, key):
            start = project.by_id[circle[0]]
            place = start.meta.relation(key).index(circle[1])
            what = f"{key} leads back to the record: {' → '.join(circle)}"
            yield start.problem(what, "take one of these relations away", key, place)


def _circles(project: Project, key: str) -> Iterator[list[str]]:
    """The circles of a relation, each from its smallest id back to that; no two share a step."""
    steps = {
        record.id: [id_ for id_ in record.meta.relation(key) if id_ != record.id]
        for record in project.by_id.values()
        if record.meta.relation(key)
    }
    while True:
        try:
            TopologicalSorter(steps).prepare()
        except CycleError as error:
            found: list[str] = error.args[1][:0:-1]
            at = found.index(min(found))
            circle = [*found[at:], *found[:at], found[at]]
            for one, other in pairwise(circle):
                steps[one] = [id_ for id_ in steps[one] if id_ != other]
            yield circle
        else:
            return


@rule("ADR307", "superseded-by-nothing-in-force")
def superseded_by_nothing_in_force(project: Project) -> Iterator[Problem]:
    """A record is superseded by nothing, or by a record that was never accepted.

    Then the old decision does not hold any more, and no new one does: nobody knows what to do. A
    successor that was itself superseded or deprecated later is fine, because it was in force.

    To mend: name the accepted record that took its place in `superseded-by`. If none did, the
    record is `deprecated`. While the successor is only proposed, the record is still `accepted`.

    Fails:

    ```yaml
    status: superseded
    ```

    Passes, where 0003 is accepted:

    ```yaml
    status: superseded
    superseded-by: ["0003"]
    ```
    """
    for record in project.readable:
        named = record.meta.superseded_by or _misread(record)
        if record.status is Status.SUPERSEDED and not named:
            what = "it is superseded, and superseded-by names no record"
            mend = "name the record that took its place, or set `status: deprecated`"
            yield record.problem(what, mend, "status")
        for key, place, other in _named(project, record):
            if key == "superseded-by" and other.status in _OPEN:
                what = f"it is superseded by {other.id}, which is {other.status}"
                mend = f"accept {other.id} first, or name another record"
                yield record.problem(what, mend, key, place)


@rule("ADR308", "depends-on-less")
def depends_on_less(project: Project) -> Iterator[Problem]:
    """A record depends on one that is not as far, or not in force any more.

    An accepted decision that needs one which is only proposed, or was rejected, stands on nothing;
    so does a proposal that needs a rejected one. If what it needs was deprecated or superseded,
    somebody has to look whether it still holds: that is a warning.

    To mend: decide the other record first, depend on its successor, or supersede this record too.

    Fails, where 0004 is proposed:

    ```yaml
    status: accepted
    depends-on: ["0004"]
    ```

    Passes:

    ```yaml
    status: proposed
    depends-on: ["0004"]
    ```
    """
    for record in project.readable:
        for key, place, other in _named(project, record):
            if key != "depends-on" or other is record:
                continue
            severity = _lack(record.status, other.status)
            if severity is None:
                continue
            what = f"it is {record.status} and depends on {other.id}, which is {other.status}"
            mend = f"decide {other.id} first, or depend on another record"
            if severity is Severity.WARNING:
                successor = successor_of(project, other)
                instead = f"depend on {successor.id}" if successor else "take the relation away"
                mend = f"look whether it still holds, and {instead} or supersede it"
            yield record.problem(what, mend, key, place, severity=severity)


def _lack(status: Status | None, needed: Status | None) -> Severity | None:
    """How grave it is that a record of one status depends on one of another status."""
    if status not in (Status.ACCEPTED, Status.PROPOSED):
        return None
    if needed in _PAST:
        return Severity.WARNING
    if needed is Status.REJECTED or (needed is Status.PROPOSED and status is Status.ACCEPTED):
        return Severity.ERROR
    return None


@rule("ADR309", "link-to-a-superseded-record", severity=Severity.WARNING)
def link_to_a_superseded_record(project: Project) -> Iterator[Problem]:
    """A record links or relates to a superseded one, and does not name what took its place.

    Its reader is sent to a decision that does not hold. History may be told: a record may name
    what it supersedes or amends, and so may a record that supersedes it in turn, and an amendment.
    Only records that are proposed or accepted are looked at.

    To mend: link to the successor, or name it in `relates-to`. The words of an accepted record
    stay as they are, but its front matter may grow.

    Fails, where 0003 supersedes 0002:

    ```markdown
    Baskets are kept as [ADR-0002](0002-baskets-in-a-file.md) says.
    ```

    Passes:

    ```markdown
    Baskets are kept as [ADR-0003](0003-baskets-in-memory.md) says.
    ```
    """
    by_path = {record.path: record for record in project.readable}
    if not any(record.status is Status.SUPERSEDED for record in project.readable):
        return
    for record in project.readable:
        if record.status not in (Status.ACCEPTED, Status.PROPOSED):
            continue
        linked = [(each, by_path.get(_target(record, each.target))) for each in record.links]
        related = [each for each in _named(project, record) if each[0] == "relates-to"]
        named = {other.id for _, other in linked if other}
        named |= {id_ for _, _, id_ in record.relations()}
        amended = {each.line for each in record.amendments}
        for link, other in linked:
            if other is None or link.line in amended:
                continue
            if new := _unnamed_successor(project, record, other, named):
                what = f"the link leads to {other.label}, which {new.label} superseded"
                mend = f"link to {new.label}, or name it in relates-to"
                yield Problem(record.path, link.line, link.column, what, mend)
        for key, place, other in related:
            if new := _unnamed_successor(project, record, other, named):
                what = f"it relates to {other.id}, which {new.label} superseded"
                yield record.problem(what, f"relate it to {new.id}", key, place)


def _target(record: Record, link: str) -> str:
    """The file that a link in a record leads to, if it is one of the project."""
    path = unquote(link.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(record.path), path)) if path else ""


def _unnamed_successor(
    project: Project, record: Record, other: Record, named: set[str]
) -> Record | None:
    """What took the place of a record, if that is not told here and no history is told either."""
    successor = successor_of(project, other) if other.status is Status.SUPERSEDED else None
    if successor is None or successor.id in named:
        return None
    past = {*record.meta.supersedes, *record.meta.amends, *record.meta.amended_by}
    return None if other.id in past or record.id == successor.id else successor


@rule("ADR311", "two-records-for-one-symbol")
def two_records_for_one_symbol(project: Project) -> Iterator[Problem]:
    """Two accepted records govern the same symbol, and neither names the other one.

    Whoever changes the symbol is under two decisions. If they disagree, nothing says which one
    counts; if they agree, a reader of one misses the other. Whether they disagree is for people to
    judge. This rule takes two records to conflict until one of them names the other in
    any relation: then somebody has seen both.

    To mend: name one record in the other: `relates-to` if both hold side by side, `amends` or
    `supersedes` if the newer one counts.

    Fails, where 0001 governs `shop.prices.total` too:

    ```yaml
    governs: [shop.prices.total]
    ```

    Passes:

    ```yaml
    governs: [shop.prices.total]
    relates-to: ["0001"]
    ```
    """
    named = {
        record.path: {id_ for _, _, id_ in record.relations()} | {record.id}
        for record in project.readable
        if record.status is Status.ACCEPTED
    }
    for symbol, governing in project.governing.items():
        records = [record for record in governing if record.path in named]
        for at, record in enumerate(records):
            others = [
                each.label
                for each in records[:at]
                if each.id not in named[record.path] and record.id not in named[each.path]
            ]
            if others:
                names = shown(", ".join(dict.fromkeys(others)))
                what = f"{shown(symbol)} is governed by {names} too, and neither names the other"
                mend = f"relate {record.label} to {others[0]}, amend it or supersede it"
                place = [each.symbol for each in record.meta.governed].index(symbol)
                yield record.problem(what, mend, "governs", place)
