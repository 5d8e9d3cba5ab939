"""What a change does to the tests that hold decisions in force."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_decisions.record import Mutant, Proof, Record
from mkdocs_decisions.review.change import Change
from mkdocs_decisions.review.model import Fact, Kind, Level
from mkdocs_decisions.symbols import NotStatic, Unreadable
from mkdocs_decisions.testmap import Test, TestNotFound, Tests

_MEND = "keep the proof, put one in its place that shows the same, or supersede the record"


def proof_facts(change: Change) -> Iterator[Fact]:
    """Proofs deleted, skipped, weakened and changed."""
    comparison = _Comparison(change)
    for record in change.in_force:
        if not change.given_up(record):
            yield from comparison.facts(record)


class _Comparison:
    """The proofs of records, before and after a change."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.base: Tests = change.base.tests
        self.head: Tests = change.head.tests

    def facts(self, record: Record) -> Iterator[Fact]:
        """What the change does to the proofs of a record."""
        now = self.change.now(record)
        for proof in record.meta.proofs:
            other = self._paired(proof, record, now)
            if other is None:
                what = f"{now.label} names {proof.test} as a proof no more"
                yield self._weakened(record, now, now.path, now.place("proofs")[0], what)
                continue
            yield from self._mutants(record, now, proof, other)
            yield from self._test(record, now, proof, other)

    def _paired(self, proof: Proof, record: Record, now: Record) -> Proof | None:
        """The proof that stands for one after the change: of the same test, or in its place."""
        for other in now.meta.proofs:
            if other.test == proof.test:
                return other
        known = {each.test for each in record.meta.proofs}
        new = [each for each in now.meta.proofs if each.test not in known]
        name = _last_name(proof)
        for other in new:
            if other.shows == proof.shows or _last_name(other) == name:
                return other
        return None

    def _mutants(self, record: Record, now: Record, old: Proof, new: Proof) -> Iterator[Fact]:
        before, after = old.breaks_when, new.breaks_when
        gone = [each for each in before if each not in after]
        added = [each for each in after if each not in before]
        if len(gone) > len(added):
            at = now.meta.proofs.index(new)
            what = f"{new.test} need not fail any more under {_told(gone)}"
            line = now.place("proofs", at, "test")[0]
            yield self._weakened(record, now, now.path, line, what)

    def _test(self, record: Record, now: Record, old: Proof, new: Proof) -> Iterator[Fact]:
        # A test may lean on others, so each is compared if any of them differs.
        if old.test == new.test and not self.change.tests_differ:
            return
        try:
            before = self.base.find(old.test)
        except (TestNotFound, NotStatic, Unreadable):
            return
        try:
            after = self.head.find(new.test)
        except TestNotFound as error:
            line = now.place("proofs", now.meta.proofs.index(new), "test")[0]
            what = f"{new.test} is gone: {error.message}"
            yield self._weakened(record, now, now.path, line, what)
            return
        except NotStatic as error:
            self.change.head.note(new.test.partition("::")[0], 1, new.test, error.message)
            return
        except Unreadable as error:
            self.change.head.note(error.path, error.line, new.test, error.message)
            return
        yield from self._compared(record, now, before, after)

    def _compared(self, record: Record, now: Record, old: Test, new: Test) -> Iterator[Fact]:
        weaker = []
        if new.skipped and not old.skipped:
            weaker.append(f"{new.id} is skipped or expected to fail: {new.skipped}")
        if new.assertions < old.assertions:
            weaker.append(f"{new.id} makes {_assertions(new.assertions)}; it made {old.assertions}")
        for what in weaker:
            yield self._weakened(record, now, new.path, new.line, what)
        if not weaker and (old.meaning, old.helpers) != (new.meaning, new.helpers):
            yield Fact(
                Kind.PROOF_CHANGED,
                Level.NOTE,
                new.path,
                new.line,
                f"{new.id} changed, and makes no fewer assertions",
                decisions=self.change.decisions([record]),
                tests=(new.id,),
            )

    def _weakened(self, record: Record, now: Record, path: str, line: int, what: str) -> Fact:
        if not self.change.head.tree.exists(path):
            path, line = self.change.head.settings.records, 1
        return Fact(
            Kind.PROOF_WEAKENED,
            self.change.level("ADR703", [record]),
            path,
            line,
            what,
            "ADR703",
            _MEND,
            decisions=self.change.decisions([record]),
            tests=self.change.tests([record]),
        )


def _last_name(proof: Proof) -> str:
    return proof.test.rpartition("::")[2]


def _assertions(number: int) -> str:
    return "1 assertion" if number == 1 else f"{number or 'no'} assertions"


def _told(mutants: list[Mutant]) -> str:
    return ", ".join(f"{each.replace!r} -> {each.with_!r} in {each.in_}" for each in mutants)
