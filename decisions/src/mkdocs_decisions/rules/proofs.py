"""Proofs: ADR601 to ADR606, and ADR609. What is run is run by `prove`; here hashes tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mkdocs_decisions.problems import Problem, Severity
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import Mutant, Proof, Record, Status
from mkdocs_decisions.rules import evidence, rule  # noqa: F401 - enters ADR607 and ADR608

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project
    from mkdocs_decisions.testmap import Test

_ALIVE = (Status.PROPOSED, Status.ACCEPTED)
"""Of a record that is no longer in force, the proofs are not looked at."""


def _proofs(project: Project, *statuses: Status) -> Iterator[tuple[Record, int, Proof]]:
    for record in project.readable:
        if record.status in statuses:
            for place, proof in enumerate(record.meta.proofs):
                yield record, place, proof


def _mutants(
    project: Project, *statuses: Status
) -> Iterator[tuple[Record, Proof, Mutant, tuple[str | int, ...]]]:
    for record, place, proof in _proofs(project, *statuses):
        for at, mutant in enumerate(proof.breaks_when):
            yield record, proof, mutant, ("proofs", place, "breaks-when", at)


def _milder(record: Record) -> Severity | None:
    """What is wrong with a proposed record only warns: what it names may be yet to come."""
    return Severity.WARNING if record.status is Status.PROPOSED else None


@rule("ADR601", "test-not-collected")
def test_not_collected(project: Project) -> Iterator[Problem]:
    """A record names a test that pytest does not collect.

    Whoever reads the record believes that the decision is held. Nothing holds it: the test was
    renamed or deleted, or its file, class or function has a name that pytest passes over. For a
    proposed record this is a warning, because its tests may be yet to come. Records that are
    rejected, deprecated or superseded are not looked at.

    To mend: name the test by the id that `pytest --collect-only -q` prints.

    Fails, because the file has no such function:

    ```yaml
    proofs:
      - test: tests/test_prices.py::test_totals_round
        shows: half a cent is rounded up
    ```

    Passes:

    ```yaml
    proofs:
      - test: tests/test_prices.py::test_a_total_is_rounded_to_whole_cents
        shows: half a cent is rounded up
    ```
    """
    from mkdocs_decisions.symbols.model import SymbolError
    from mkdocs_decisions.testmap import TestNotFound

    for record, place, proof in _proofs(project, *_ALIVE):
        where = ("proofs", place, "test")
        try:
            project.tests.find(proof.test)
        except TestNotFound as error:
            what = f"the test {shown(proof.test)!r} is not collected: {shown(error.message)}"
            mend = f"did you mean {error.near!r}?" if error.near else "name a test that is there"
            yield record.problem(what, mend, *where, severity=_milder(record))
        except SymbolError as error:
            line, _ = record.place(*where)
            project.note(record.path, line, f"the test {shown(proof.test)}", shown(error.message))


@rule("ADR602", "test-skipped")
def test_skipped(project: Project) -> Iterator[Problem]:
    """A record names a test that is skipped or expected to fail.

    A test that is not run, or whose failure is expected, holds nothing: the decision may be broken
    and all is green. Marks that are made at run time are not seen here; `decisions prove` sees
    them. Records that are rejected, deprecated or superseded are not looked at.

    To mend: let the test run, or name one that does.

    Fails:

    ```python
    import pytest


    @pytest.mark.skip(reason="slow")
    def test_a_total_is_rounded_to_whole_cents(): ...
    ```

    Passes:

    ```python
    def test_a_total_is_rounded_to_whole_cents(): ...
    ```
    """
    for record, place, proof in _proofs(project, *_ALIVE):
        test = _found(project, proof.test)
        if test is not None and test.skipped:
            what = f"the test {shown(proof.test)!r} does not count: {shown(test.skipped)}"
            mend = "let it run, or name another test"
            where = ("proofs", place, "test")
            yield record.problem(what, mend, *where, severity=_milder(record))


def _found(project: Project, test: str) -> Test | None:
    """A test, or None if ADR601 says what is wrong with it."""
    try:
        return project.tests.find(test)
    except LookupError:
        return None


@rule("ADR604", "never-seen-failing")
def never_seen_failing(project: Project) -> Iterator[Problem]:
    """A proof of an accepted record was never seen failing, or not as the code is now.

    A test that cannot fail holds nothing. `decisions prove` breaks the code as the record says and
    keeps a receipt when the test fails by its own assertion. The receipt holds hashes of the
    symbol, of the test and of the change. If one of these is another now, the receipt is stale.

    An accepted record that governs code has at least one proof with a change under `breaks-when`.
    If it has no proof at all, this is a warning. A proof without a change is allowed beside it; it
    must have been seen passing.

    To mend: run `decisions prove --stale`, and commit the file of receipts. If the test passes all
    the same, let it assert what the change breaks.

    Fails, because no test of the record can be seen failing:

    ```yaml
    governs: [shop.prices.total]
    proofs:
      - test: tests/test_prices.py::test_a_total_is_rounded_to_whole_cents
        shows: half a cent is rounded up
    ```

    Passes, once `decisions prove` has run:

    ```yaml
    governs: [shop.prices.total]
    proofs:
      - test: tests/test_prices.py::test_a_total_is_rounded_to_whole_cents
        shows: half a cent is rounded up
        breaks-when:
          - in: shop.prices._rounded
            replace: amount + by // 2
            with: amount
    ```
    """
    if project.receipts.fault:
        path = project.settings.receipts_file
        yield Problem(path, 1, 1, project.receipts.fault, "make it again: `decisions prove`")
        return
    for record in project.readable:
        if project.accepted(record):
            yield from _without_mutant(record)
            yield from _not_seen(project, record)


def _without_mutant(record: Record) -> Iterator[Problem]:
    if not record.meta.governs or any(each.breaks_when for each in record.meta.proofs):
        return
    mend = "name a test, and under `breaks-when` a change that it notices"
    if record.meta.proofs:
        what = "no proof of it names a change under which its test fails"
        yield record.problem(what, mend, "proofs")
    else:
        what = "no proof holds it, so nothing was ever seen failing"
        yield record.problem(what, mend, "governs", severity=Severity.WARNING)


def _not_seen(project: Project, record: Record) -> Iterator[Problem]:
    from mkdocs_decisions.mutants import check_mutant
    from mkdocs_decisions.receipts import mutant_state, proof_state

    mend = f"run `decisions prove {record.id}`"
    for place, proof in enumerate(record.meta.proofs):
        try:
            state = proof_state(project, record, proof)
        except LookupError:
            continue
        if not state.is_current:
            what = f"{shown(proof.test)}: {state.why}"
            yield record.problem(what, mend, "proofs", place, "test")
            continue
        for at, mutant in enumerate(proof.breaks_when):
            try:
                check_mutant(project, mutant)
                state = mutant_state(project, record, proof, mutant)
            except LookupError:
                continue  # what is not there, or does not apply, has a rule of its own
            if not state.is_current:
                what = f"{shown(proof.test)}: {state.why}"
                yield record.problem(what, mend, "proofs", place, "breaks-when", at, "in")


@rule("ADR605", "mutant-does-not-apply")
def mutant_does_not_apply(project: Project) -> Iterator[Problem]:
    """A change under `breaks-when` does not apply to the code any more.

    The text must stand exactly once in the symbol, what comes out must be Python, and it must mean
    something else. Otherwise nobody knows what the test was seen failing under. Formatting and
    comments do not count as a change. Records that are rejected, deprecated or superseded are not
    looked at.

    To mend: write a text that stands in the symbol as it is now, and prove it again.

    Fails, because `amount` stands in it more than once:

    ```yaml
    breaks-when:
      - in: shop.prices._rounded
        replace: amount
        with: "0"
    ```

    Passes:

    ```yaml
    breaks-when:
      - in: shop.prices._rounded
        replace: amount + by // 2
        with: amount
    ```
    """
    from mkdocs_decisions.mutants import DoesNotApply, check_mutant
    from mkdocs_decisions.symbols.model import SymbolError, SymbolNotFound

    for record, _, mutant, where in _mutants(project, *_ALIVE):
        try:
            check_mutant(project, mutant)
        except DoesNotApply as error:
            milder = _milder(record)
            yield record.problem(error.message, error.mend, *where, error.key, severity=milder)
        except SymbolNotFound as error:
            what = f"the change is made in {shown(mutant.in_)!r}, but {error.message}"
            mend = f"did you mean {error.near!r}?" if error.near else "name a symbol that is there"
            yield record.problem(what, mend, *where, "in", severity=_milder(record))
        except SymbolError as error:
            line, _ = record.place(*where, "in")
            project.note(record.path, line, f"the change of {shown(mutant.in_)}", error.message)


@rule("ADR606", "symbol-not-executed")
def symbol_not_executed(project: Project) -> Iterator[Problem]:
    """The tests of an accepted record do not execute what it governs.

    A test that never runs a function cannot hold a decision about it, whatever its name says.
    `decisions prove` watches which of the governed symbols a test executes. A test that notices
    when a symbol is broken counts as executing it, also in another process. Found are a governed
    symbol that no test executes, and a proof with changes whose test executes no governed symbol.

    Variables, and classes that are used without a function of theirs being run, leave no trace:
    they are noted as not looked at. A record whose proofs were not run as they are now is passed
    over, because ADR604 says so.

    To mend: name a test that runs the symbol, or take the symbol off the list.

    Fails, if the test only ever adds up prices:

    ```yaml
    governs: [shop.prices.total, shop.prices.Basket.add]
    proofs:
      - test: tests/test_prices.py::test_a_total_is_rounded_to_whole_cents
        shows: half a cent is rounded up
    ```

    Passes, if a second test fills a basket:

    ```yaml
    governs: [shop.prices.total, shop.prices.Basket.add]
    proofs:
      - test: tests/test_prices.py::test_a_total_is_rounded_to_whole_cents
        shows: half a cent is rounded up
      - test: tests/test_prices.py::test_a_price_is_never_negative
        shows: what cannot be a price is refused
    ```
    """
    for record in project.readable:
        if project.accepted(record) and record.meta.governs and record.meta.proofs:
            yield from _not_executed(project, record)


def _not_executed(project: Project, record: Record) -> Iterator[Problem]:
    from mkdocs_decisions.receipts import ProofReceipt, may_be_there, proof_state

    held: list[tuple[int, Proof, ProofReceipt]] = []
    for place, proof in enumerate(record.meta.proofs):
        receipt = project.receipts.proof(record, proof)
        try:
            if receipt is None or not proof_state(project, record, proof).is_current:
                return
        except LookupError:
            return
        held.append((place, proof, receipt))
    for place, each in enumerate(record.meta.governed):
        if any(each.symbol in receipt.executes for _, _, receipt in held):
            continue
        if not may_be_there(project, each.symbol):
            continue
        if any(each.symbol in receipt.untold for _, _, receipt in held):
            line, _ = record.place("governs", place)
            what, why = f"whether a test executes {each.symbol}", "running it leaves no trace"
            project.note(record.path, line, what, why)
            continue
        what = f"no test of the record executes {each.symbol}"
        yield record.problem(what, "name a test that does", "governs", place, "symbol")
    for place, proof, receipt in held:
        if proof.breaks_when and not receipt.executes and not receipt.untold:
            what = f"{shown(proof.test)} executes none of the symbols that the record governs"
            yield record.problem(what, "name a test that does", "proofs", place, "test")


@rule("ADR609", "sample-not-run")
def sample_not_run(project: Project) -> Iterator[Problem]:
    """An example in an accepted record was never seen running, or not as it is now.

    Code in a record is copied by its readers. If it does not run, or prints something else than it
    says, they copy a mistake. `decisions prove` runs each fenced block of Python by itself and
    compares all that it prints with its lines that begin with `#>`; if there are none, it only has
    to run. A receipt is stale if the example, or a symbol of the packages that it imports, is
    another now. A block with `norun` behind the word `python` is no example.

    To mend: run `decisions prove --stale`, and mend what it says.

    Fails, because it raises:

    ```python {raises="ZeroDivisionError"}
    print((67 * 50 + 50) // 0)
    ```

    Passes, once `decisions prove` has run:

    ```python
    print((67 * 50 + 50) // 100)
    #> 34
    ```
    """
    from mkdocs_decisions.receipts import sample_state

    if project.receipts.fault:
        return
    for record in project.readable:
        if project.accepted(record):
            for sample in record.samples:
                state = sample_state(project, record, sample)
                if not state.is_current:
                    mend = f"run `decisions prove {record.id}`"
                    what = f"the example is not proved: {state.why}"
                    yield Problem(record.path, sample.line, 1, what, mend)
