"""File and metadata: ADR1xx. What the reader found out, and what needs a second look."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_decisions.problems import Edit, Problem
from mkdocs_decisions.reader import id_of, shown, well_named
from mkdocs_decisions.record import Record, Status, iso_date
from mkdocs_decisions.rules import rule

if TYPE_CHECKING:
    from mkdocs_decisions.body import Body
    from mkdocs_decisions.project import Project
    from mkdocs_decisions.settings import Settings

_SYMBOL = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_TEST = re.compile(r"[^:\s][^:\n]*\.py(?:::[^\W\d]\w*)+(?:\[[^\n]*\])?")
_ID = re.compile(r"\d{4,5}")
_SECOND_STATUS = re.compile(
    r"\s{0,3}(?:[-*+]\s+)?(?:\*\*|__)?status(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*\S", re.IGNORECASE
)


def _found_by_reader(record: Record, code: str) -> Iterator[Problem]:
    return (problem for problem in record.problems if problem.code == code)


@rule("ADR101", "name-malformed", scope="record")
def name_malformed(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """The name of a record's file is not `NNNN-slug.md`.

    The number is how people and programs name the record, and the order of the files is the order
    of the decisions. A name in another form sorts wrongly, and is not found by its number.

    To mend: call the file by four digits and a few words in lower case, joined by hyphens.
    `decisions renumber` repairs what cites it.

    Fails:

    ```text
    adr/3_Outputs Are Read Only.md
    ```

    Passes:

    ```text
    adr/0003-outputs-are-read-only.md
    ```
    """
    name = PurePosixPath(record.path).name
    if not well_named(name):
        from mkdocs_decisions.authoring import slug

        words = re.sub(r"^(?:adr[-_ ]?)?\d+|\.md$", "", name, flags=re.IGNORECASE)
        rest = slug(words) if words else "slug"
        what = f"the name '{shown(name)}' is not NNNN-slug.md"
        yield Problem(record.path, 1, 1, what, f"call it {int(id_of(name)):04}-{rest}.md")


@rule("ADR102", "file-unreadable", scope="record")
def file_unreadable(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A file among the records is no text in UTF-8 that can be read here.

    Not read are: a symbolic link, which may lead anywhere; bytes that are no UTF-8; a byte order
    mark, which many tools take for a part of the first line; a file of more than 250,000 bytes.
    Nothing else is said about such a file, because nothing is known of it.

    To mend: save the file itself as UTF-8 without a byte order mark, in the folder of the records.

    Fails:

    ```text
    adr/0003-outputs.md -> ../../elsewhere/outputs.md
    ```

    Passes:

    ```text
    adr/0003-outputs.md
    ```
    """
    return _found_by_reader(record, "ADR102")


@rule("ADR103", "front-matter-unreadable", scope="record")
def front_matter_unreadable(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """The front matter is missing, does not end, or is no plain YAML.

    Status, date, relations, symbols and tests stand there, so nothing can be said of a record
    without it. Anchors, aliases, tags and very deep nesting are refused, because they can expand to
    much more than is written, and no record needs them.

    To mend: begin the file with keys and values between two lines `---`. The finding names the line
    on which reading ended.

    Fails:

    ```text
    ---
    status: accepted: yes
    ---
    ```

    Passes:

    ```markdown
    ---
    status: accepted
    ---
    ```
    """
    return _found_by_reader(record, "ADR103")


@rule("ADR104", "key-unknown", scope="record", fixable=True)
def key_unknown(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A key of the front matter is none that a record has.

    A misspelt key is a key that nobody reads: the record says less than its author thinks.

    To mend: write the key that was meant. Where one is near, the finding offers it and `--fix`
    writes it.

    Fails:

    ```yaml
    superseded_by: ["0004"]
    ```

    Passes:

    ```yaml
    superseded-by: ["0004"]
    ```
    """
    return _found_by_reader(record, "ADR104")


@rule("ADR105", "key-missing", scope="record")
def key_missing(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A key that every record needs is missing or empty.

    `status` and `date` say what holds and since when, and `source` leads to whoever asked for the
    decision. None of the three can be worked out later.

    To mend: add the key. What asked for the decision may be an issue, a pull request or a meeting.

    Fails:

    ```yaml
    status: accepted
    date: 2026-01-10
    ```

    Passes:

    ```yaml
    status: accepted
    date: 2026-01-10
    source: "Issue 4: totals are off by a cent"
    ```
    """
    refused = {problem.line for problem in record.problems if problem.code in ("ADR107", "ADR108")}
    for key in ("status", "date", "source"):
        place = record.places.get(key)
        if not getattr(record.meta, key) and (place is None or place[0] not in refused):
            state = "missing" if place is None else "empty"
            yield record.problem(f"the key {key!r} is {state}", f"add `{key}:`", key)


@rule("ADR106", "key-twice", scope="record")
def key_twice(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A key stands twice in the front matter.

    Programs differ in which of the two they take, so a reader of the site and a check may see
    different decisions.

    To mend: keep one of the two.

    Fails:

    ```yaml
    status: proposed
    status: accepted
    ```

    Passes:

    ```yaml
    status: accepted
    ```
    """
    return _found_by_reader(record, "ADR106")


@rule("ADR107", "value-malformed", scope="record")
def value_malformed(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A value of the front matter is not of the kind that its key holds.

    A text where a list belongs, an answer of several lines, a tag outside of the vocabulary, a
    symbol that is no dotted name: such a value is not used, and whoever wrote it is not told by any
    other tool.

    To mend: `decisions schema` prints what each key holds. The vocabulary of tags stands in
    `[tool.decisions]`, `tags`.

    Fails:

    ```yaml
    tags: prices
    governs: ["shop/prices.py"]
    ```

    Passes:

    ```yaml
    tags: [prices]
    governs: [shop.prices]
    ```
    """
    yield from _found_by_reader(record, "ADR107")
    if record.meta.answer and "\n" in record.meta.answer.strip():
        yield record.problem("the answer has more than one line", "say it in one line", "answer")
    yield from _wrong_tags(record, settings)
    for key, place, other in record.relations():
        if not _ID.fullmatch(other):
            what = f"{key} names '{shown(other)}', which is no number of a record"
            yield record.problem(what, 'write four digits in quotes, "0003"', key, place)
    for place, each in enumerate(record.meta.governed):
        if not _SYMBOL.fullmatch(each.symbol):
            what = f"'{shown(each.symbol)}' is no dotted name of a symbol"
            yield record.problem(what, "write package.module.name", "governs", place)
    for place, proof in enumerate(record.meta.proofs):
        if not _TEST.fullmatch(proof.test):
            what = f"'{shown(proof.test)}' is no id of a test"
            yield record.problem(what, "write tests/test_x.py::test_name", "proofs", place, "test")
        for at, mutant in enumerate(proof.breaks_when):
            path = ("proofs", place, "breaks-when", at)
            if not _SYMBOL.fullmatch(mutant.in_):
                what = f"'{shown(mutant.in_)}' is no dotted name of a symbol"
                yield record.problem(what, "write package.module.name", *path, "in")
            if not mutant.replace or mutant.replace == mutant.with_:
                what = "the mutant changes nothing"
                yield record.problem(what, "replace a text by another one", *path, "replace")
    for place, evidence in enumerate(record.meta.evidence):
        if not re.fullmatch(r"[\w.-]+", evidence.id):
            what = f"'{shown(evidence.id)}' is no id of evidence"
            yield record.problem(what, "use letters, digits and hyphens", "evidence", place, "id")


def _wrong_tags(record: Record, settings: Settings) -> Iterator[Problem]:
    for place, tag in enumerate(record.meta.tags):
        if settings.tags and tag not in settings.tags:
            near = difflib.get_close_matches(tag, settings.tags, 1)
            mend = f"did you mean {near[0]!r}?" if near else f"use {', '.join(settings.tags)}"
            what = f"the tag '{shown(tag)}' is not in the vocabulary"
            yield record.problem(what, mend, "tags", place)


@rule("ADR108", "status-unknown", scope="record", fixable=True)
def status_unknown(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """The status is none of proposed, accepted, rejected, deprecated, superseded.

    Readers and programs have to know at a glance whether a decision holds. An emoji, braces or
    capitals around the word, or the choice of a template left as it was, make each of them guess.

    To mend: write one of the five words and nothing else. Where only dress has to come off, `--fix`
    does it. What superseded a record stands in `superseded-by`.

    Fails:

    ```yaml
    status: "✅ Accepted"
    ```

    Passes:

    ```yaml
    status: accepted
    ```
    """
    return _found_by_reader(record, "ADR108")


@rule("ADR109", "status-twice", scope="record")
def status_twice(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """The body tells a status too.

    There are then two places to change at each transition, and sooner or later they differ. Which
    of them holds cannot be told.

    To mend: delete the line or the section in the body; the status stands in the front matter only.

    Fails:

    ```markdown
    ## Status

    Accepted
    ```

    Passes:

    ```yaml
    status: accepted
    ```
    """
    mend = "delete it: the status stands in the front matter"
    for heading in body.headings:
        if heading.text.lower().strip(" :*") == "status":
            what = "the body has a section on the status"
            yield Problem(record.path, heading.line, 1, what, mend)
    fenced = _fenced_lines(body)
    for number, line in enumerate(body.lines, start=body.first_line):
        if number not in fenced and _SECOND_STATUS.match(line):
            yield Problem(record.path, number, 1, f"the body tells a status: {shown(line)}", mend)


def _fenced_lines(body: Body) -> set[int]:
    return {
        line
        for each in body.fences
        for line in range(each.line, each.line + each.content.count("\n") + 2)
    }


@rule("ADR110", "date-wrong")
def date_wrong(project: Project) -> Iterator[Problem]:
    """A date is no day as `YYYY-MM-DD`, or one that is yet to come.

    The date says since when a decision holds. Only the ISO form is read alike everywhere, and a
    day in the future is a slip of the pen. Looked at are `date`, `review-by` (which may lie
    ahead) and the table of amendments.

    To mend: write the day of the last change of the status, `2026-01-10`.

    Fails:

    ```yaml
    date: 10/01/2026
    ```

    Passes:

    ```yaml
    date: 2026-01-10
    ```
    """
    mend = "write a day that has been, YYYY-MM-DD"
    for record in project.readable:
        for key, text in (("date", record.meta.date), ("review-by", record.meta.review_by)):
            if text and iso_date(text) is None:
                how = mend if key == "date" else "write a day, YYYY-MM-DD"
                yield record.problem(f"the {key} '{shown(text)}' is no day", how, key)
        if record.date and record.date > project.today:
            yield record.problem(f"the date {record.date} is in the future", mend, "date")
        for each in record.amendments:
            day = iso_date(each.date)
            if day is None:
                what = f"the date of an amendment, '{shown(each.date)}', is no day"
                yield Problem(record.path, each.line, 1, what, mend)
            elif day > project.today:
                what = f"the date of an amendment, {day}, is in the future"
                yield Problem(record.path, each.line, 1, what, mend)


@rule("ADR111", "id-differs", scope="record", fixable=True)
def id_differs(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """The number in the title is not that of the file's name.

    One of them is wrong, and people cite whichever they see. It happens when a file is copied or
    renumbered by hand.

    To mend: `# NNNN. Title` with the number of the name. `--fix` takes the name's, which is the one
    that cannot be there twice.

    Fails:

    ```markdown
    # 0002. Outputs are read-only
    ```

    Passes, in `0003-outputs.md`:

    ```markdown
    # 0003. Outputs are read-only
    ```
    """
    from mkdocs_decisions.body import split_title

    if (title := body.title) is None:
        return
    id_, words = split_title(title.text)
    source = body.lines[title.line - body.first_line]
    if id_ == record.id or not source.startswith("#"):
        return
    what = f"the title has the number {id_}" if id_ else "the title has no number"
    new = f"# {record.id}. {words}"
    fix = (Edit("text", record.path, title.line, old=source, new=new),)
    yield Problem(
        record.path, title.line, 1, f"{what}, the name has {record.id}", f"write {new!r}", fix
    )


@rule("ADR113", "key-and-status-disagree", scope="record")
def key_and_status_disagree(record: Record, body: Body, settings: Settings) -> Iterator[Problem]:
    """A key is needed by the status and missing, or there although the status forbids it.

    From the day on which it is decided, a record has an `answer`: it is what the tables show. A
    record with a successor is superseded, whatever its status says, and what is superseded or
    rejected is not reviewed any more. A record about the way of working (`process: true`) governs
    no code.

    To mend: add the key or take it away, or set the status that was meant.

    Fails:

    ```yaml
    status: accepted
    superseded-by: ["0004"]
    ```

    Passes:

    ```yaml
    status: superseded
    superseded-by: ["0004"]
    ```
    """
    meta, status = record.meta, record.status
    if status is None:
        return
    wrong_kind = any(
        each.code == "ADR107" and each.line == record.place("answer")[0] for each in record.problems
    )
    if status is not Status.PROPOSED and not meta.answer and not wrong_kind:
        what = f"a record that is {status} needs an 'answer'"
        yield record.problem(what, "say in one line what was decided and why", "status")
    if meta.superseded_by and status is not Status.SUPERSEDED:
        what = f"it is superseded by {', '.join(meta.superseded_by)}, and its status is {status}"
        yield record.problem(shown(what), "set `status: superseded`", "superseded-by")
    if meta.review_by and status in (Status.SUPERSEDED, Status.REJECTED):
        what = f"a record that is {status} is not reviewed any more"
        yield record.problem(what, "take 'review-by' away", "review-by")
    if meta.process and meta.governs:
        what = "it governs symbols and says 'process: true'"
        yield record.problem(what, "keep one of the two", "process")
