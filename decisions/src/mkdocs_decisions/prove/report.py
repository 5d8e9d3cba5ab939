"""What came of proving: results to show, findings, and the receipts that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mkdocs_decisions import receipts
from mkdocs_decisions.problems import Finding, Note, Problem, Severity
from mkdocs_decisions.prove.plan import (
    MutantTask,
    ProofTask,
    SampleTask,
    shows_when_used,
    used_by,
)
from mkdocs_decisions.prove.verdicts import Outcome, Verdict
from mkdocs_decisions.receipts import MutantReceipt, ProofReceipt, Receipts, SampleReceipt
from mkdocs_decisions.record import Record

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

_MEND = {
    Outcome.NOT_COLLECTED: "name a test that pytest collects",
    Outcome.SKIPPED: "let it run, or name another test",
    Outcome.EXPECTED_TO_FAIL: "mend what it waits for, or name another test",
    Outcome.FAILS_ANYWAY: "mend the test or the code first",
    Outcome.SURVIVED: "let the test assert what this change breaks, or name another change",
    Outcome.VACUOUS: "let it assert what it shows, or name a change under `breaks-when`",
    Outcome.DOES_NOT_APPLY: "mend the mutant: it must change the symbol as it is now",
    Outcome.COLLECTION_ERROR: "an import or collection error proves nothing: mend it",
    Outcome.SET_UP_ERROR: "it must fail in the test itself, not around it",
    Outcome.FOREIGN_ERROR: "let it assert, or name the exception in `fails-with`",
    Outcome.PACKAGE_ASSERTION: "let the test assert: the package noticed it by itself",
    Outcome.TIMED_OUT: "name a change that ends, or raise `proof-timeout` in the configuration",
    Outcome.DIED: "run it by pytest to see why",
    Outcome.NOT_THE_COPY: "name the folder of each package in the configuration",
    Outcome.SAMPLE_RAISES: "mend the example, or write `norun` behind its fence",
    Outcome.SAMPLE_DIFFERS: "write what it prints behind `#>`",
}


@dataclass(frozen=True, slots=True)
class Result:
    """How one thing ended.

    Attributes:
        record: Id of the record.
        kind: `test`, `mutant` or `sample`.
        name: The test; for an example its place, `file:line`.
        symbol: The symbol that was changed, if it is a mutant.
        outcome: How it ended.
        detail: What was told of it, in one line.
    """

    record: str
    kind: str
    name: str
    symbol: str
    outcome: Outcome
    detail: str


@dataclass(slots=True)
class ProofReport:
    """What was proved, what was not, and what can't be told."""

    results: list[Result] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    records: int = 0

    @property
    def failed(self) -> bool:
        """Whether something was not proved."""
        return bool(self.findings)

    def count(self, kind: str, *outcomes: Outcome) -> int:
        """How many results of a kind ended so."""
        return sum(each.kind == kind and each.outcome in outcomes for each in self.results)


def report(
    project: Project, records: list[Record], proofs: list[ProofTask], samples: list[SampleTask]
) -> ProofReport:
    """What came of some tasks that were run."""
    made = ProofReport(records=len(records))
    for proof in proofs:
        _add(made, proof.record, "test", proof.proof.test, proof.verdict, proof.place)
        for mutant in proof.mutants:
            name, place = proof.proof.test, (proof.place, mutant.place)
            _add(made, proof.record, "mutant", name, mutant.verdict, *place, mutant=mutant)
    for sample in samples:
        name = f"{sample.record.path}:{sample.sample.line}"
        _add(made, sample.record, "sample", name, sample.verdict, line=sample.sample.line)
    for record in records:
        made.notes += _untold(project, record)
    return made


def _add(
    made: ProofReport,
    record: Record,
    kind: str,
    name: str,
    verdict: Verdict | None,
    *place: int,
    mutant: MutantTask | None = None,
    line: int = 0,
) -> None:
    if verdict is None:
        return
    outcome, symbol = verdict.outcome, mutant.mutant.in_ if mutant else ""
    made.results.append(Result(record.id, kind, name, symbol, outcome, verdict.detail))
    if outcome.is_good:
        return
    about = f"{name}, with {symbol} broken" if symbol else name
    what = f"{about}: {outcome}" + (f" ({verdict.detail})" if verdict.detail else "")
    if line:
        problem = Problem(record.path, line, 1, what, _MEND[outcome], code=outcome.code)
    else:
        path = ("proofs", place[0], "test")
        if mutant is not None:
            path = ("proofs", place[0], "breaks-when", place[1], "in")  # type: ignore[assignment]
        problem = record.problem(what, _MEND[outcome], *path, code=outcome.code)
    made.findings.append(Finding(outcome.code, str(outcome), Severity.ERROR, problem))


def _untold(project: Project, record: Record) -> Iterator[Note]:
    """Say of which governed symbols no test can tell whether it executes them."""
    held = project.receipts.proofs.get(record.id, {}).values()
    for place, each in enumerate(record.meta.governed):
        executed = any(each.symbol in one.executes for one in held)
        if not executed and any(each.symbol in one.untold for one in held):
            line, _ = record.place("governs", place)
            why = "it is no function, so running it leaves no trace"
            yield Note(record.path, line, f"whether a test executes {each.symbol}", why)


def updated(project: Project, proofs: list[ProofTask], samples: list[SampleTask]) -> Receipts:
    """The receipts of a project after some tasks were run; those of what failed are gone."""
    held = deepcopy(project.receipts)
    held.fault = ""
    today = project.today.isoformat()
    for (record, test), tasks in _by_test(proofs).items():
        tests = held.proofs.setdefault(record, {})
        if any(each.verdict is None or not each.verdict.outcome.is_good for each in tasks):
            tests.pop(test, None)
            continue
        if tasks[0].verdict and tasks[0].verdict.outcome is Outcome.PASSED:
            before = tests.get(test)
            tests[test] = _passed(project, tasks[0], today)
            tests[test].mutants = before.mutants if before else []
        for task in tasks:
            for mutant in task.mutants:
                _enter(project, tests[test], mutant, today)
        _count_as_executed(tests[test])
    for sample in samples:
        _enter_sample(project, held, sample, today)
    project.receipts = receipts.in_use(project, held)
    return project.receipts


def _by_test(proofs: list[ProofTask]) -> dict[tuple[str, str], list[ProofTask]]:
    """The proofs of a record that name the same test belong together."""
    found: dict[tuple[str, str], list[ProofTask]] = {}
    for each in proofs:
        found.setdefault((each.record.id, each.proof.test), []).append(each)
    for tasks in found.values():
        tasks.sort(key=lambda each: not (each.verdict and each.verdict.outcome is Outcome.PASSED))
    return found


def _passed(project: Project, task: ProofTask, today: str) -> ProofReceipt:
    made = ProofReceipt(task.digest, today)
    for name in receipts.watched(task.record):
        if name in task.executed:
            made.executes.append(name)
        elif shows_when_used(project, name):
            made.idle.append(name)
        else:
            made.untold.append(name)
    return made


def _enter(project: Project, held: ProofReceipt, task: MutantTask, today: str) -> None:
    """Keep that a mutant was noticed; forget that it ever was if it was not."""
    digest = receipts.digest_of_mutant(task.mutant)
    if task.verdict and task.verdict.outcome is Outcome.CURRENT:
        return
    held.mutants = [each for each in held.mutants if each.mutant != digest]
    if task.verdict and task.verdict.outcome is Outcome.SEEN_FAILING:
        code = receipts.digest_of_code(project, task.mutant.in_)
        made = MutantReceipt(task.mutant.in_, code, digest, task.verdict.error, today)
        held.mutants.append(made)


def _count_as_executed(held: ProofReceipt) -> None:
    """A test that notices when a symbol is broken executes it, in whatever process that is."""
    for name in [*held.idle, *held.untold]:
        broken = [each.symbol for each in held.mutants]
        if any(f"{each}.".startswith(f"{name}.") for each in broken):
            held.executes.append(name)
            for others in (held.idle, held.untold):
                if name in others:
                    others.remove(name)


def _enter_sample(project: Project, held: Receipts, task: SampleTask, today: str) -> None:
    if task.verdict and task.verdict.outcome is Outcome.RAN:
        held.samples[task.sample.sha256] = SampleReceipt(today, used_by(project, task.code))
    elif task.verdict and not task.verdict.outcome.is_good:
        held.samples.pop(task.sample.sha256, None)
