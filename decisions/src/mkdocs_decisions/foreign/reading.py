"""One text to one `ForeignRecord`: gathers what each place tells and weighs it. Opens no file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from . import metadata, relating, vocabulary
from .document import Block, Line, blocks_of
from .judging import Verdict, judge, notice
from .metadata import Entry
from .model import ForeignRecord, Relation, Unknown
from .naming import Name, read_name
from .places import (
    Field,
    fields_of,
    head_of,
    labelled,
    names,
    record_keys,
    sections_of,
    status_fields,
    without_frames,
)
from .telling_dates import date_of
from .titles import Title, title_of
from .words import normal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_RECORD_FILES = ("readme", "index")


@dataclass
class _Facts:
    """All that was gathered from one text, before it is weighed."""

    name: Name | None
    front: metadata.Metadata
    blocks: list[Block]
    head: list[Block]
    head_fields: list[Field]
    status_sections: list[Field]
    section_fields: list[Field]
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)


def read_text(text: str, path: str) -> ForeignRecord:
    """Read one record.

    Args:
        text: What the file says.
        path: Its path relative to the folder of records, with forward slashes; names tell, too.
    """
    facts = _gather(text, path)
    unknowns: list[Unknown] = []
    if facts.front.broken:
        unknowns.append(Unknown("front-matter", facts.front.line, facts.front.broken))
    title = title_of(facts.blocks, facts.front.entries, facts.head_fields, facts.name)
    if title.text is None:
        unknowns.append(Unknown("title", title.line, title.reason))
    record_id = _id_of(facts, title, unknowns)
    _gather_relations(facts)
    form, verdict = _weigh(facts, title)
    if verdict.family is None:
        unknowns.append(Unknown("status", verdict.line, verdict.reason))
    near = [line for block in facts.head if block.kind == "text" for line in block.lines]
    near += [line for section in facts.status_sections for line in section.lines]
    date, line, reason = date_of(
        verdict,
        facts.front.entries,
        facts.head_fields + facts.section_fields,
        facts.blocks,
        near,
        facts.name.date if facts.name else None,
    )
    if date is None:
        unknowns.append(Unknown("date", line, reason))
    if verdict.family == "superseded" and not _successors(facts.relations):
        unknowns.append(Unknown("relations", verdict.line, "by what it is superseded is not told"))
    return ForeignRecord(
        path,
        record_id,
        title.text,
        verdict.family,
        verdict.text,
        date,
        facts.relations,
        unknowns,
        form,
    )


def name_of(path: str) -> Name | None:
    """The name of a record: of its file, or of its folder if the file is README or index."""
    pure = PurePosixPath(path)
    if pure.stem.lower() in _RECORD_FILES and pure.parent.name:
        return read_name(pure.parent.name)
    return read_name(pure.stem)


def _gather(text: str, path: str) -> _Facts:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    front, body = metadata.split(text)
    blocks = blocks_of(body)
    head = head_of(blocks, titled=any(entry.path == ("title",) for entry in front.entries))
    if head and head[0].kind == "code":
        fence = [(line.text, line.number) for line in head[0].lines]
        keys = metadata.fenced(fence, record_keys())
        front = replace(front, entries=front.entries + keys)
    sections = list(status_fields(blocks))
    inside = [
        found
        for section in sections_of(blocks)
        if section.name in names(vocabulary.STATUS_LABELS)
        for found in fields_of(list(section.blocks))
    ]
    facts = _Facts(name_of(path), front, blocks, head, list(fields_of(head)), sections, inside)
    facts.verdicts = list(_verdicts(facts))
    return facts


def _verdicts(facts: _Facts) -> list[tuple[str, Verdict]]:
    found: list[tuple[str, Verdict]] = []
    entries = [entry for entry in facts.front.entries if _is_status(entry)]
    for entry in entries:
        lines = [line for block in blocks_of(entry.text) for line in block.lines]
        placed = [Line(line.text, entry.line, line.spans, line.struck) for line in lines]
        verdict = judge(placed or [Line("", entry.line)])
        found.append(("front-matter", _with_text(verdict, entry.text)))
    status = names(vocabulary.STATUS_LABELS)
    for section in facts.status_sections:
        if section.lines or not any(f.label in status for f in facts.section_fields):
            told = section.lines or (Line("", section.line),)
            found.append(("section", judge(told)))
    inside = [one for one in facts.section_fields if one.form != "label"]
    found += [
        (one.form, judge(one.lines)) for one in facts.head_fields + inside if one.label in status
    ]
    if not entries:
        found += _stages(facts.front.entries)
    found += [("notice", said) for line in _unlabelled(facts) if (said := notice(line)) is not None]
    return found


def _built(fields: Sequence[Field]) -> Iterator[tuple[str, Verdict]]:
    """What is built was accepted; what is not tells nothing."""
    words = vocabulary.phrases(vocabulary.IMPLEMENTED)
    for one in fields:
        if one.label in names(vocabulary.BUILT_LABELS) and normal(one.lines[0].text) in words:
            yield one.form, judge(one.lines)


def _stages(entries: Sequence[Entry]) -> Iterator[tuple[str, Verdict]]:
    for entry in entries:
        family = vocabulary.STAGE_FAMILIES.get(metadata.key_of(entry.text))
        if entry.path == ("stage",) and family is not None:
            yield "front-matter", Verdict("told", family, entry.line, entry.text)


def _unlabelled(facts: _Facts) -> list[Line]:
    """The paragraphs of the head that are no value of a label, where a notice may stand."""
    taken = {line.number for one in facts.head_fields for line in (*one.lines, Line("", one.line))}
    texts = [block for block in facts.head if block.kind == "text"]
    free = [text for text in texts if not any(line.number in taken for line in text.lines)]
    return [part.whole for text in free for part in without_frames(text)]


def _is_status(entry: Entry) -> bool:
    keys = names(vocabulary.STATUS_KEYS)
    inside = names(vocabulary.STATUS_VALUE_KEYS)
    if entry.path[-1] in keys and metadata.is_about_the_record(entry):
        return True
    return len(entry.path) == 2 and entry.path[0] in keys and entry.path[1] in inside


def _with_text(verdict: Verdict, text: str) -> Verdict:
    return Verdict(
        verdict.kind,
        verdict.family,
        verdict.line,
        text.strip() or None,
        verdict.reason,
        verdict.date,
    )


def _weigh(facts: _Facts, title: Title) -> tuple[str, Verdict]:
    """The one verdict of all places; those that are silent count only if none speaks."""
    speaking = [(form, one) for form, one in facts.verdicts if one.kind != "silent"]
    if not facts.verdicts:
        speaking = facts.verdicts = list(_built(facts.head_fields))
    if not speaking:
        return _silence(facts, title)
    form, first = speaking[0]
    for _, one in speaking:
        if one.kind == "unclear":
            return form, Verdict("unclear", None, one.line, first.text, one.reason)
    for other_form, one in speaking[1:]:
        if one.family != first.family:
            reason = f"{form} says {first.family}, {other_form} says {one.family}"
            return form, Verdict("unclear", None, one.line, first.text, reason)
    if title.hint not in (None, first.family):
        reason = f"the title says {title.hint}, the {form} {first.family}"
        return form, Verdict("unclear", None, title.line, first.text, reason)
    successors = _successors(facts.relations)
    if first.family in ("accepted", "proposed") and successors:
        reason = f"it says {first.family}, but also that {successors[0].target} supersedes it"
        return form, Verdict("unclear", None, successors[0].line, first.text, reason)
    dated = next((one for _, one in speaking if one.date), first)
    return form, Verdict("told", first.family, first.line, first.text, date=dated.date)


def _silence(facts: _Facts, title: Title) -> tuple[str, Verdict]:
    if facts.verdicts:
        form, silent = facts.verdicts[0]
        return form, silent
    if title.hint:
        return "none", Verdict("silent", None, title.line, None, "only the title hints at a status")
    for block in facts.blocks:
        for line in block.lines if block.kind == "text" else ():
            stray = labelled(line)
            if stray and stray.label in names(vocabulary.STATUS_LABELS):
                reason = "a line like a status stands in a section about something else"
                return "none", Verdict("silent", None, line.number, None, reason)
    return "none", Verdict("silent", None, None, None, "no status is told")


def _id_of(facts: _Facts, title: Title, unknowns: list[Unknown]) -> str | None:
    """The number in the name, by which records are linked; else the one that the text tells."""
    keys = names(vocabulary.ID_KEYS)
    told = [
        (entry.text.strip(), entry.line)
        for entry in facts.front.entries
        if len(entry.path) == 1 and entry.key in keys
    ]
    told += [(one.lines[0].text, one.line) for one in facts.head_fields if one.label in keys]
    if title.number is not None:
        told.append((title.number, title.line or 1))
    numbers = [(found[1], line) for text, line in told if (found := _NUMBER.search(text))]
    if facts.name is not None:
        if facts.name.date is None:
            for number, line in numbers:
                if int(number) != int(facts.name.id):
                    reason = f"the text says {number}, the file name {facts.name.id}, which is kept"
                    unknowns.append(Unknown("id", line, reason))
                    break
        return facts.name.id
    if len({int(number) for number, _ in numbers}) == 1:
        return numbers[0][0]
    reason = "several ids are told" if numbers else "no id is told"
    unknowns.append(Unknown("id", numbers[0][1] if numbers else None, reason))
    return None


_NUMBER = re.compile(r"^[A-Za-z\s_#-]*(\d{1,8})(?!\d|-\d)", re.ASCII)


def _gather_relations(facts: _Facts) -> None:
    found: list[Relation] = []
    for entry in facts.front.entries:
        found += relating.from_entry(entry)
        if _is_status(entry):
            for block in blocks_of(entry.text):
                found += [
                    Relation(one.kind, one.target, entry.line)
                    for one in relating.from_lines(block.lines)
                ]
    status = names(vocabulary.STATUS_LABELS)
    for one in facts.head_fields + facts.section_fields:
        if one.label in status:
            found += relating.from_lines(one.lines)
        else:
            found += relating.from_field(one)
    for section in facts.status_sections:
        found += relating.from_lines(section.lines)
    for line in _unlabelled(facts):
        if notice(line) is not None:
            found += relating.from_lines([line])
    found += relating.from_sections(facts.blocks)
    unique = {(one.kind, one.target): one for one in reversed(found)}
    facts.relations = sorted(unique.values(), key=lambda one: (one.line, found.index(one)))


def _successors(relations: list[Relation]) -> list[Relation]:
    return [one for one in relations if one.kind == "superseded-by"]
