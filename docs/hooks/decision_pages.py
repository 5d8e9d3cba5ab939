"""The pages of the decision records: one for each `adr/NNNN-slug.md`, and their index.

Plain functions from files to Markdown. The format of a record is itself a record.
"""

from __future__ import annotations

import datetime
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from repository import Repository

STATUSES = ("proposed", "accepted", "rejected", "deprecated", "superseded")
RELATIONS = ("supersedes", "superseded-by", "amends", "amended-by", "depends-on", "relates-to")

_NAME = re.compile(r"\d{4}-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
_FRONT_MATTER = re.compile(r"---\n(?P<meta>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_TITLE = re.compile(r"\s*# (?P<number>\d{4})\. (?P<title>[^\n]+)\n(?P<rest>.*)", re.DOTALL)


class RecordError(ValueError):
    """A record can't be read; the message names the file and what is wrong in it."""


@dataclass(frozen=True)
class Record:
    """One decision record, as its file says it."""

    file: str
    number: str
    title: str
    status: str
    date: datetime.date
    source: str
    answer: str
    body: str
    tags: Sequence[str] = ()
    governs: Sequence[tuple[str, str]] = ()
    proofs: Sequence[dict[str, Any]] = ()
    relations: dict[str, list[str]] = field(default_factory=dict)


def read_records(folder: Path) -> list[Record]:
    """Read every record of a folder, in the order of their numbers.

    Raises:
        RecordError: A file is no record, or two have one number.
    """
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    records = [read_record(path) for path in files]
    for one, next_one in itertools.pairwise(records):
        if one.number == next_one.number:
            raise RecordError(f"adr/{next_one.file}: adr/{one.file} has the same number")
    return records


def read_record(path: Path) -> Record:
    """Read one record.

    Raises:
        RecordError: Its name, front matter or title is not as the format wants it.
    """

    def wrong(what: str) -> RecordError:
        return RecordError(f"adr/{path.name}: {what}")

    if not _NAME.fullmatch(path.name):
        raise wrong("the name must be NNNN-slug.md")
    parts = _FRONT_MATTER.fullmatch(path.read_text(encoding="utf-8"))
    if parts is None:
        raise wrong("it must begin with YAML front matter between two lines of ---")
    try:
        meta = yaml.safe_load(parts["meta"])
    except yaml.YAMLError as error:
        raise wrong(f"its front matter is not YAML: {error}") from error
    if not isinstance(meta, dict):
        raise wrong("its front matter must be keys and values")
    needed = ["status", "date", "source"] + ["answer"] * (meta.get("status") != "proposed")
    for key in needed:
        if not meta.get(key):
            raise wrong(f"the key {key!r} is missing")
    if meta["status"] not in STATUSES:
        raise wrong(f"the status {meta['status']!r} is none of {', '.join(STATUSES)}")
    if not isinstance(meta["date"], datetime.date):
        raise wrong(f"the date {meta['date']!r} is no ISO date")
    heading = _TITLE.fullmatch(parts["body"])
    if heading is None or heading["number"] != path.name[:4]:
        raise wrong(f"its title must be '# {path.name[:4]}. Title'")
    return Record(
        file=path.name,
        number=heading["number"],
        title=heading["title"].strip(),
        status=meta["status"],
        date=meta["date"],
        source=str(meta["source"]),
        answer=str(meta.get("answer", "")),
        body=heading["rest"],
        tags=meta.get("tags") or (),
        governs=[_governed(entry) for entry in meta.get("governs") or ()],
        proofs=meta.get("proofs") or (),
        relations={key: [f"{int(i):04}" for i in meta[key]] for key in RELATIONS if meta.get(key)},
    )


def index_page(records: Iterable[Record]) -> str:
    """The index: item, answer, status and date of every record."""
    rows = [
        f"| [{r.number}. {_cell(r.title)}]({r.file}) | {_cell(r.answer)} "
        f"| {_badge(r.status)} | {r.date} |"
        for r in records
    ]
    return "\n".join(
        [
            "---",
            "hide: [toc]",
            "---",
            "# Decisions",
            "",
            "Find here what was decided, in one line each, and open the record for the options "
            "that were weighed, the evidence, and the tests that hold the decision.",
            "",
            '<div class="cw-decisions" markdown>',
            "",
            "| Item | Answer | Status | Date |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "</div>",
            "",
        ]
    )


def record_page(record: Record, records: Iterable[Record], repository: Repository) -> str:
    """The page of one record: its title, a box with what its front matter says, its text.

    Raises:
        RecordError: It names a symbol, a test or a record that is not there.
        LinkError: A link in its text is broken.
    """
    by_number = {other.number: other for other in records}
    facts = [("Status", [_badge(record.status)]), ("Date", [str(record.date)])]
    facts.append(("Source", [record.source]))
    for relation, numbers in record.relations.items():
        for number in numbers:
            if number not in by_number:
                raise RecordError(
                    f"adr/{record.file}: {relation} names {number}, which is no record"
                )
        links = [f"[{n}. {by_number[n].title}]({by_number[n].file})" for n in numbers]
        facts.append((relation.replace("-", " ").capitalize(), links))
    facts.append(("Governs", [_symbol(record, *entry, repository) for entry in record.governs]))
    box = [f'<div class="cw-record cw-record--{record.status}" markdown>', ""]
    if record.answer:
        box += [f'<p class="cw-record__answer" markdown>{record.answer}</p>', ""]
    for name, values in facts:
        if values:
            box += [name, *(f":   {value}\n" for value in values)]
    if record.proofs:
        count = "1 test" if len(record.proofs) == 1 else f"{len(record.proofs)} tests"
        box += ["<details markdown>", f"<summary>Held by {count}</summary>", ""]
        box += [f"- {_proof(record, proof, repository)}" for proof in record.proofs]
        box += ["", "</details>", ""]
    box += ["</div>", ""]
    page = f"decisions/{record.file}"
    body = repository.rewrite(record.body, source=f"adr/{record.file}", page=page)
    return "\n".join([f"# {record.number}. {record.title}", "", *box, body])


def _governed(entry: str | dict[str, str]) -> tuple[str, str]:
    return (entry, "") if isinstance(entry, str) else (entry["symbol"], entry.get("note", ""))


def _symbol(record: Record, symbol: str, note: str, repository: Repository) -> str:
    """A public symbol leads to its entry in the reference, a private one to its source."""
    name, note = f"`{symbol}`", f": {note}" if note else ""
    parts = symbol.split(".")
    if not any(part.startswith("_") for part in parts):
        return f"[{name}][{symbol}]{note}"
    for end in range(len(parts), 0, -1):
        module = "/".join(parts[:end])
        for file in (f"{module}.py", f"{module}/__init__.py"):
            if (repository.root / file).is_file():
                return f"[{name}]({repository.on_forge(file)}){note}"
    raise RecordError(f"adr/{record.file}: governs {symbol}, whose module is not there")


def _proof(record: Record, proof: dict[str, Any], repository: Repository) -> str:
    file, _, test = str(proof["test"]).partition("::")
    if not (repository.root / file).is_file():
        raise RecordError(f"adr/{record.file}: the test file {file} is not there")
    shows = f": {proof['shows']}" if proof.get("shows") else ""
    return f"[`{test or file}`]({repository.on_forge(file)}){shows}"


def _badge(status: str) -> str:
    return f'<span class="cw-status cw-status--{status}">{status}</span>'


def _cell(text: str) -> str:
    """Text for a table: a pipe outside of code would end the cell."""
    return re.sub(r"(`[^`]*`)|\|", lambda match: match[1] or "\\|", text)
