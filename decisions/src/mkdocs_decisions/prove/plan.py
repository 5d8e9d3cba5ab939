"""What there is to prove: which tests, mutants and examples, and which of them were seen before."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mkdocs_decisions import receipts
from mkdocs_decisions.body import is_sample, read_body
from mkdocs_decisions.cache import sha256
from mkdocs_decisions.mutants import DoesNotApply, Mutated, mutated
from mkdocs_decisions.prove.verdicts import Outcome, Verdict
from mkdocs_decisions.record import Mutant, Proof, Record, Sample
from mkdocs_decisions.symbols.model import NotStatic, Symbol, SymbolError
from mkdocs_decisions.symbols.table import dotted
from mkdocs_decisions.testmap import TestNotFound

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

MADE_BY = ("__init__", "__new__", "__post_init__")
"""Functions one of which runs whenever an instance of their class is made."""


@dataclass(slots=True)
class MutantTask:
    """A mutant that a test has to notice.

    Attributes:
        place: Its number in the proof.
        changed: The changed file; None if it does not apply, or need not be run.
        verdict: What is known of it.
    """

    place: int
    mutant: Mutant
    changed: Mutated | None = None
    verdict: Verdict | None = None


@dataclass(slots=True)
class ProofTask:
    """A test of a record, with its mutants.

    Attributes:
        place: Its number in the record.
        digest: Hash of what the test means.
        verdict: What is known of the test on the clean code.
        executed: The symbols, of those that were watched, that it executed.
        plugins: Whether it needs the plugins of pytest that are installed.
    """

    record: Record
    place: int
    proof: Proof
    digest: str = ""
    mutants: list[MutantTask] = field(default_factory=list)
    verdict: Verdict | None = None
    executed: set[str] = field(default_factory=set)
    plugins: bool = False

    @property
    def waiting(self) -> list[MutantTask]:
        """The mutants that still have to be run, if the test can be used."""
        if self.verdict is None or not self.verdict.outcome.is_good:
            return []
        return [each for each in self.mutants if each.changed and each.verdict is None]


@dataclass(slots=True)
class SampleTask:
    """An example of a record."""

    record: Record
    sample: Sample
    code: str
    verdict: Verdict | None = None


def proof_tasks(project: Project, records: Iterable[Record], *, stale: bool) -> list[ProofTask]:
    """The proofs of some records, with a verdict where nothing has to be run to know."""
    return [
        _proof_task(project, record, place, stale=stale)
        for record in records
        for place in range(len(record.meta.proofs))
    ]


def _proof_task(project: Project, record: Record, place: int, *, stale: bool) -> ProofTask:
    proof = record.meta.proofs[place]
    task = ProofTask(record, place, proof)
    try:
        task.digest = receipts.digest_of_test(project, proof.test)
        test = project.tests.find(proof.test)
    except (TestNotFound, NotStatic, SymbolError) as error:
        task.verdict = Verdict(Outcome.NOT_COLLECTED, error.message)
        return task
    if test.skipped:
        task.verdict = Verdict(Outcome.SKIPPED, test.skipped)
    elif not proof.breaks_when and test.asserts_nothing:
        task.verdict = Verdict(Outcome.VACUOUS)
    task.mutants = [
        _mutant_task(project, task, at, stale=stale) for at in range(len(proof.breaks_when))
    ]
    passing = stale and receipts.proof_state(project, record, proof).is_current
    if task.verdict is None and passing and not any(each.changed for each in task.mutants):
        task.verdict = Verdict(Outcome.CURRENT)
    return task


def _mutant_task(project: Project, task: ProofTask, at: int, *, stale: bool) -> MutantTask:
    mutant = task.proof.breaks_when[at]
    found = MutantTask(at, mutant)
    try:
        changed = mutated(project, mutant)
        if stale and receipts.mutant_state(project, task.record, task.proof, mutant).is_current:
            found.verdict = Verdict(Outcome.CURRENT)
        else:
            found.changed = changed
    except (DoesNotApply, SymbolError) as error:
        found.verdict = Verdict(Outcome.DOES_NOT_APPLY, error.message)
    return found


def sample_tasks(project: Project, records: Iterable[Record], *, stale: bool) -> list[SampleTask]:
    """The examples of some records."""
    found = []
    for record in records:
        if not record.samples:
            continue
        body = read_body(project.text(record.path), record)
        code = {sha256(each.content): each.content for each in body.fences if is_sample(each.info)}
        for sample in record.samples:
            task = SampleTask(record, sample, code[sample.sha256])
            if stale and receipts.sample_state(project, record, sample).is_current:
                task.verdict = Verdict(Outcome.CURRENT)
            found.append(task)
    return found


def used_by(project: Project, code: str) -> dict[str, str]:
    """Hash of each symbol of the packages that an example imports, or reaches by an import."""
    found: dict[str, str] = {}
    for name in _imported(code):
        try:
            found[name] = receipts.digest_of_code(project, name)
        except SymbolError:
            continue
    return found


def _imported(code: str) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield each.name
                first = each.name.partition(".")[0]
                bound[each.asname or first] = each.name if each.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                name = node.module if each.name == "*" else f"{node.module}.{each.name}"
                yield name
                bound[each.asname or each.name] = name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, _, rest = dotted(node).partition(".")
            if first in bound:
                yield f"{bound[first]}.{rest}"


def spans(project: Project, records: Iterable[Record]) -> dict[str, list[tuple[str, int, int]]]:
    """File, first and last line of each symbol that tests are watched executing."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for record in records:
        for name in receipts.watched(record):
            if symbol := _runs(project, name):
                found[name] = [(symbol.path, first, last) for first, last in symbol.parts]
    return found


def _runs(project: Project, name: str) -> Symbol | None:
    """The symbol, if it holds code that can be seen running."""
    try:
        symbol = project.symbols.find(name)
    except SymbolError:
        return None
    is_code = symbol.kind in ("function", "method", "class", "module", "package")
    return symbol if is_code and symbol.path.endswith(".py") else None


def shows_when_used(project: Project, name: str) -> bool:
    """Whether a symbol that is used is always seen running: a function, or what makes instances."""
    symbol = _runs(project, name)
    if symbol is None or symbol.kind in ("module", "package"):
        return False
    if symbol.kind != "class":
        return True
    for made_by in MADE_BY:
        try:
            if project.symbols.find(f"{symbol.name}.{made_by}").name.startswith(f"{symbol.name}."):
                return True
        except SymbolError:
            continue
    return False
