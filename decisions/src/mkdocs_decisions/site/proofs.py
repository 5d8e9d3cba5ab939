"""Which test holds which decision and what it was seen to do, and where the figures come from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mkdocs_decisions.record import Evidence, Mutant, Proof, Record
from mkdocs_decisions.site.text import attribute, code, inline, link, page, table

if TYPE_CHECKING:
    from mkdocs_decisions.receipts import State
    from mkdocs_decisions.site.model import Site

PROOFS_HEAD = ("Decision", "Symbol", "Test", "Last result", "Seen failing on")

MOST = 80
"""Characters of each half of a mutant that the table shows."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a test was seen to do.

    Attributes:
        result: Its last result on the code as it is, in a word or a few.
        failing_on: For each mutant of the proof, what was seen.
    """

    result: str
    failing_on: tuple[str, ...]


def proofs_table(site: Site, record: Record) -> str:
    """The tests that hold a record; empty if it names none."""
    rows = [_row(site, record, proof, inline(proof.shows)) for proof in record.meta.proofs]
    return table(PROOFS_HEAD, rows) if rows else ""


def proofs_page(site: Site) -> str:
    """The page of all proofs: decision, symbol, test, last result, what it was seen failing on."""
    rows = [
        _row(site, record, proof, f"{site.record_link(record)}<br>{inline(proof.shows)}")
        for record in site.records
        for proof in record.meta.proofs
    ]
    intro = (
        "Each decision with the symbols it governs and the test that holds it: one that passes on "
        "the code as it is, and fails when the code stops doing what was decided."
    )
    if not rows:
        return page("# Proofs", intro, "No record names a test.")
    shown = site.box(
        "decisions-proofs", table(PROOFS_HEAD, rows), site.path("proofs.md"), found=False
    )
    return page(site.wide, "# Proofs", intro, shown)


def _row(site: Site, record: Record, proof: Proof, decision: str) -> tuple[str, ...]:
    held = site.project.receipts.proof(record, proof)
    symbols = dict.fromkeys(mutant.in_ for mutant in proof.breaks_when)
    symbols = symbols or dict.fromkeys(held.executes if held else ())
    symbols = symbols or dict.fromkeys(each.symbol for each in record.meta.governed)
    seen = what_was_seen(site, record, proof)
    return (
        decision,
        "<br>".join(map(site.symbol_link, symbols)) or "–",
        test_link(site, record, proof),
        inline(seen.result),
        "<br>".join(seen.failing_on) or "–",
    )


def what_was_seen(site: Site, record: Record, proof: Proof) -> Seen:
    """What the receipts tell of a proof."""
    from mkdocs_decisions.receipts import proof_state

    held = site.project.receipts.proof(record, proof)
    result = "not run yet"
    if held is not None:
        state = _told(lambda: proof_state(site.project, record, proof))
        result = f"passed {held.seen}{state}"
    return Seen(result, tuple(_failing_on(site, record, proof, each) for each in proof.breaks_when))


def _failing_on(site: Site, record: Record, proof: Proof, mutant: Mutant) -> str:
    from mkdocs_decisions.receipts import mutant_state

    change = f"{code(_brief(mutant.replace))} → {code(_brief(mutant.with_))}"
    held = site.project.receipts.mutant(record, proof, mutant)
    if held is None:
        return f"not seen yet: {change}"
    state = _told(lambda: mutant_state(site.project, record, proof, mutant))
    return f"{change}: {code(held.failed_with)}, {held.seen}{inline(state)}"


def _brief(text: str) -> str:
    """As much of a text as a cell of a table bears; the record has all of it."""
    return text if len(text) <= MOST else f"{text[: MOST - 1].rstrip()}…"


def _told(state: Callable[[], State]) -> str:
    """Why what was seen no longer counts; empty if it does."""
    try:
        found = state()
    except LookupError as error:
        return f" ({error})"
    return "" if found.is_current else f" ({found.why})"


def test_link(site: Site, record: Record, proof: Proof) -> str:
    """A test with a link to its source."""
    file, _, name = proof.test.partition("::")
    there = site.project.tree.exists(file)
    if not there and site.project.accepted(record):
        place = ("proofs", record.meta.proofs.index(proof), "test")
        what = f"the test file {file} is not there"
        site.problem(record.problem(what, "name a test that is there", *place, code="ADR601"))
    if not there:
        return code(proof.test)
    return link(code(name.split("::")[-1] or file), site.forge.file(file))


# -- evidence -------------------------------------------------------------------------------------


def evidence_table(site: Site, record: Record) -> str:
    """Where the figures of a record come from; empty if it names nothing."""
    rows = [_evidence_row(site, each) for each in record.meta.evidence]
    return table(("Evidence", "Command", "Interpreter", "Inputs", "Date"), rows) if rows else ""


def evidence_anchor(id_: str) -> str:
    """The anchor of an evidence on the page of its record."""
    return f"evidence-{attribute(id_)}"


def _evidence_row(site: Site, each: Evidence) -> tuple[str, ...]:
    path = each.result or f"{site.project.settings.evidence_folder}/{each.id}.json"
    stored = _stored(site, path)
    inputs = stored.get("inputs") if isinstance(stored.get("inputs"), dict) else {}
    names = list(inputs or {}) or each.inputs
    name = (
        link(code(each.id), site.forge.file(path)) if stored else f"{code(each.id)}: not made yet"
    )
    return (
        f'<span id="{evidence_anchor(each.id)}"></span>{name}',
        code(each.command),
        inline(str(stored.get("interpreter") or "–")),
        "<br>".join(_input(site, str(name)) for name in names) or "–",
        site.history.date(path) or "–",
    )


def _input(site: Site, name: str) -> str:
    return link(code(name), site.forge.file(name) if site.project.tree.exists(name) else "")


def _stored(site: Site, path: str) -> dict[str, Any]:
    try:
        held = json.loads(site.project.tree.read(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}
