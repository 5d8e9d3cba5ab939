"""What a change does to the records themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from mkdocs_decisions.body import read_body
from mkdocs_decisions.check import check
from mkdocs_decisions.grading import Kind as Grading
from mkdocs_decisions.grading import grade
from mkdocs_decisions.problems import Finding
from mkdocs_decisions.record import KEYS, Record
from mkdocs_decisions.review.change import Change
from mkdocs_decisions.review.model import Decision, Fact, Kind, Level, WordChange, binding
from mkdocs_decisions.rules import catalogue
from mkdocs_decisions.settings import FILE, Settings

_OF_STATUS = {"status", "date"}
_WEIGHTY = {"answer", "process"}
"""Keys that say what is decided. To govern less is weighty too, to govern more is not."""
_MERGED = {
    "ADR401": Kind.STATUS_MOVED,
    "ADR402": Kind.RECORD_EDITED,
    "ADR403": Kind.RECORD_DELETED,
}
"""Rules whose findings say that a fact about a record is wrong."""
_GRADES = {
    Grading.NONE: "",
    Grading.REFORMAT: "formatted anew",
    Grading.LINK_REPAIR: "links repaired",
    Grading.RENUMBERING: "renumbered",
    Grading.TYPO: "a few letters mended",
    Grading.AMENDMENT: "amended",
    Grading.REWRITE: "rewritten",
}


def record_facts(change: Change) -> Iterator[Fact]:
    """Records added, deleted, edited and moved in status, and rules of the life cycle broken."""
    facts: list[Fact] = []
    for old, new in change.pairs:
        if old is None and new is not None:
            facts.append(_added(new))
        elif old is not None and new is None:
            facts.append(_deleted(change, old))
        elif old is not None and new is not None and old.key != new.key:
            facts += _moved_in_status(old, new)
            facts += _edited(change, old, new)
    codes = [code for code, each in catalogue().items() if each.scope == "base"]
    report = check(change.head, codes=codes) if codes else None
    yield from _judged(facts, report.findings if report else [])


def _added(record: Record) -> Fact:
    status = record.status.value if record.status else "no status"
    what = f"{record.label} is added as {status}"
    decision = (Decision.of(record),)
    governed = [f"governs {each.symbol}" for each in record.meta.governed]
    return Fact(
        Kind.RECORD_ADDED,
        Level.NOTE,
        record.path,
        1,
        what,
        decisions=decision,
        details=tuple(governed),
        tests=tuple(each.test for each in record.meta.proofs),
    )


def _deleted(change: Change, record: Record) -> Fact:
    what = f"{record.label} is deleted: {record.path}"
    level = Level.WARNING if binding(record) else Level.NOTE
    decision = (Decision.of(record),)
    return Fact(Kind.RECORD_DELETED, level, record.path, 1, what, decisions=decision)


def _moved_in_status(old: Record, new: Record) -> Iterator[Fact]:
    if old.status is new.status:
        return
    before, after = (each.status.value if each.status else "unknown" for each in (old, new))
    successors = "".join(f" by ADR-{each}" for each in new.meta.superseded_by)
    by = successors if after == "superseded" else ""
    what = f"{new.label} moves from {before} to {after}{by}"
    line = new.place("status")[0]
    decision = (Decision.of(new),)
    yield Fact(Kind.STATUS_MOVED, Level.NOTE, new.path, line, what, decisions=decision)


def _edited(change: Change, old: Record, new: Record) -> Iterator[Fact]:
    before, after = (
        read_body(project.text(record.path), record).text
        for project, record in ((change.base, old), (change.head, new))
    )
    typos = change.head.settings.typo_words
    graded = grade(before, after, renumbered=change.renumbered, typo_words=typos)
    keys, details = _keys_changed(old, new)
    parts = [_GRADES[graded.kind]] if graded.kind is not Grading.NONE else []
    parts += [f"{', '.join(keys)} changed"] if keys else []
    if old.id != new.id and graded.kind is not Grading.RENUMBERING:
        parts.append(f"{old.label} is {new.label} now")
    if not parts:
        return
    weighty = binding(old) and (
        graded.kind is Grading.REWRITE
        or any(key in _WEIGHTY for key in keys)
        or any(each.startswith("governs: no longer") for each in details)
    )
    offset = new.body_line - 1
    yield Fact(
        Kind.RECORD_EDITED,
        Level.WARNING if weighty else Level.NOTE,
        new.path,
        min((each.line + offset for each in graded.changes), default=1),
        f"{new.label} is edited: {'; '.join(parts)}",
        decisions=(Decision.of(new),),
        details=tuple(details),
        changes=tuple(
            WordChange(each.kind.value, each.before, each.after, each.line + offset)
            for each in graded.changes
            if each.before or each.after
        ),
        before=before if graded.kind is not Grading.NONE else "",
        after=after if graded.kind is not Grading.NONE else "",
    )


def _keys_changed(old: Record, new: Record) -> tuple[list[str], list[str]]:
    """The keys of the front matter that differ, and what was taken from and added to each."""
    keys, details = [], []
    for key, each in zip(KEYS, fields(old.meta), strict=True):
        before, after = getattr(old.meta, each.name), getattr(new.meta, each.name)
        if key in _OF_STATUS or before == after:
            continue
        if key == "governs":
            before, after = ([one.symbol for one in record.meta.governed] for record in (old, new))
        keys.append(key)
        was, now = ([*map(_told, side)] for side in (_listed(before), _listed(after)))
        details += [f"{key}: no longer {one}" for one in was if one not in now]
        details += [f"{key}: now {one}" for one in now if one not in was]
    return keys, details


def _listed(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _told(value: object) -> str:
    """A value of the front matter in a few words; proofs and evidence go by their names."""
    return str(getattr(value, "test", None) or getattr(value, "id", None) or value)


def _judged(facts: list[Fact], findings: list[Finding]) -> Iterator[Fact]:
    """The facts, graver where rules say that one is wrong; what else rules find comes last."""
    left = list(findings)
    for fact in facts:
        found = [
            each
            for each in left
            if _MERGED.get(each.code) is fact.kind and each.problem.path == fact.path
        ]
        left = [each for each in left if each not in found]
        yield _graver(fact, found) if found else fact
    for each in left:
        problem = each.problem
        yield Fact(
            Kind.RULE_BROKEN,
            Level(each.severity.value),
            problem.path,
            problem.line,
            problem.message,
            each.code,
            problem.mend,
        )


def _graver(fact: Fact, found: list[Finding]) -> Fact:
    first = found[0]
    told = () if fact.kind is Kind.RECORD_DELETED else tuple(each.problem.message for each in found)
    return replace(
        fact,
        level=min((Level(each.severity.value) for each in found), key=lambda level: level.rank),
        line=first.problem.line,
        code=first.code,
        mend=first.problem.mend,
        details=(*told, *fact.details),
    )


def settings_facts(before: Settings, after: Settings) -> Iterator[Fact]:
    """What the change does to the configuration, by which the next changes are judged."""
    keys = [
        each.name.replace("_", "-")
        for each in fields(Settings)
        if getattr(before, each.name) != getattr(after, each.name)
    ]
    if keys:
        what = f"[tool.decisions] of {FILE} is changed: {', '.join(keys)}"
        details = tuple(
            f"severity: {code} is {after.severity.get(code, 'as usual')}"
            for code in sorted({*before.severity, *after.severity})
            if before.severity.get(code) != after.severity.get(code)
        )
        yield Fact(Kind.SETTINGS_CHANGED, Level.WARNING, FILE, 1, what, details=details)
