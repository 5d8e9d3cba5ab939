"""Evidence: ADR607 and ADR608. What is run is run by `refresh`; here figures and hashes tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from mkdocs_decisions.problems import Edit, Problem
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import Record, Status
from mkdocs_decisions.rules import rule
from mkdocs_decisions.tree import is_inside

if TYPE_CHECKING:
    from mkdocs_decisions.evidence import Figure, Stored
    from mkdocs_decisions.project import Project

_ALIVE = (Status.PROPOSED, Status.ACCEPTED)
"""The evidence of a record that is no longer in force is not looked at."""


@rule("ADR607", "figure-differs", fixable=True)
def figure_differs(project: Project) -> Iterator[Problem]:
    """A figure in a record differs from the evidence that it quotes.

    Figures are what a decision rests on. One that was typed once and never again compared is soon
    wrong, and nobody can tell. A figure that is followed by a marker is compared with the stored
    value: exactly, or within the share that the marker allows. Records that are rejected,
    deprecated or superseded are not looked at.

    To mend: `decisions check --fix` writes the stored value in the notation of the figure. If that
    changes what follows from it, the decision has to be looked at again.

    Fails, if 158 is stored:

    ```markdown
    A look-up takes 75 <!--= 0001-lookup/frames/ns ~25% --> ns.
    ```

    Passes, because 160 is within 25 % of it:

    ```markdown
    A look-up takes 160 <!--= 0001-lookup/frames/ns ~25% --> ns.
    ```
    """
    from mkdocs_decisions.evidence import EvidenceError, figure, is_percent

    records = [each for each in project.readable if each.status in _ALIVE and each.quotes]
    if not records:
        return
    results, unreadable = _results(project)
    for record in records:
        lines = project.text(record.path).split("\n")
        for quote in record.quotes:
            if quote.path.partition("/")[0] in unreadable:
                continue  # ADR608 says so
            line = lines[quote.line - 1]
            at = (record.path, quote.line, quote.column)
            if not quote.text:
                yield Problem(*at, "a marker of evidence follows no figure on its line", _MARKER)
                continue
            try:
                told = figure(quote, results, percent=is_percent(line, quote))
            except EvidenceError as error:
                yield Problem(*at, f"{quote.text} quotes what is not there: {error}", _UNKNOWN)
                continue
            if not told.agrees:
                share = f", beyond {quote.within * 100:g} %" if quote.within else ""
                what = f"{quote.text} is quoted for {quote.path}, which is {told.stored:,f}{share}"
                fix = (_rewrite(record, told, line),)
                yield Problem(*at, what, f"write {told.rewritten}", fix)


_MARKER = "write figure and marker on one line, `1,000<!--= id/key -->`"
_UNKNOWN = "name the id of the evidence and the keys of the value, joined by `/`"


def _rewrite(record: Record, told: Figure, line: str) -> Edit:
    """Replace the figure together with its marker, which no other figure of the line has."""
    start = told.quote.column - 1
    old = line[start : line.index("-->", start) + len("-->")]
    new = told.rewritten + old[len(told.quote.text) :]
    return Edit("text", record.path, told.quote.line, old=old, new=new)


def _results(project: Project) -> tuple[dict[str, Any], set[str]]:
    """The stored figures by id, and the ids whose figures can't be read or are not there."""
    from mkdocs_decisions.evidence import EvidenceError, read_stored, result_path

    found: dict[str, Any] = {}
    missing: set[str] = set()
    for record in project.readable:
        for each in record.meta.evidence:
            try:
                stored = read_stored(project.tree, result_path(project.settings, each))
            except EvidenceError:
                stored = None
            if stored is None:
                missing.add(each.id)
            else:
                found.setdefault(each.id, stored.result)
    return found, missing - found.keys()


@rule("ADR608", "evidence-stale")
def evidence_stale(project: Project) -> Iterator[Problem]:
    """The stored figures of some evidence are older than what they were made from.

    Figures say something about the code that they were measured on. Each file of figures keeps the
    command and the hash of every input; if one is another now, the figures are those of code that
    is gone. Found too are evidence that was never made, an input that is not there, and an id that
    two pieces of evidence have. Records that are rejected, deprecated or superseded are not looked
    at.

    To mend: run `decisions refresh`, and look at what changed.

    Fails, if `benchmarks/lookup.py` was changed since:

    ```yaml
    evidence:
      - id: 0001-lookup
        command: python -m benchmarks.lookup
        inputs: [benchmarks/lookup.py]
    ```

    Passes, once `decisions refresh 0001` has run:

    ```yaml
    evidence:
      - id: 0001-lookup
        command: python -m benchmarks.lookup
        inputs: [benchmarks/lookup.py]
    ```
    """
    owners: dict[str, Record] = {}
    for record in project.readable:
        if record.status not in _ALIVE:
            continue
        for place, each in enumerate(record.meta.evidence):
            owner = owners.setdefault(each.id, record)
            if owner is not record or place != _first(record, each.id):
                what = f"the id {shown(each.id)!r} is that of evidence of {owner.label} too"
                yield record.problem(what, "give it another id", "evidence", place, "id")
                continue
            for key, what, mend in _stale(project, record, place):
                yield record.problem(what, mend, "evidence", place, *key)


def _first(record: Record, id_: str) -> int:
    return next(at for at, each in enumerate(record.meta.evidence) if each.id == id_)


def _stale(
    project: Project, record: Record, place: int
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Key of what is at fault, what is wrong, and how to mend it."""
    from mkdocs_decisions.evidence import (
        EvidenceError,
        input_digests,
        read_stored,
        result_path,
    )

    each = record.meta.evidence[place]
    path = result_path(project.settings, each)
    if not is_inside(path):
        what = f"the result {shown(path)!r} is outside of the project"
        yield ("result",), what, "name a file inside of it"
        return
    try:
        inputs = input_digests(project.tree, each)
    except EvidenceError as error:
        yield ("inputs",), str(error), "name a file that is there, in the project"
        return
    again = f"run `decisions refresh {record.id}`"
    try:
        stored = read_stored(project.tree, path)
    except EvidenceError as error:
        yield ("id",), str(error), again
        return
    name = f"the evidence {shown(each.id)!r}"
    if stored is None:
        yield ("id",), f"{name} was never made: {path} is not there", again
    elif stored.command != each.command:
        yield ("command",), f"{name} was made by another command", again
    else:
        for at, what in _changed_inputs(stored, inputs):
            yield ("inputs", *at), f"{name} {what}", again


def _changed_inputs(
    stored: Stored, inputs: dict[str, str]
) -> Iterable[tuple[tuple[int, ...], str]]:
    if stored.inputs.keys() != inputs.keys():
        return [((), "was made from other inputs")]
    return [
        ((at,), f"is older than {shown(path)}")
        for at, (path, digest) in enumerate(inputs.items())
        if stored.inputs[path] != digest
    ]
