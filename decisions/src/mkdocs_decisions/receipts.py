"""Receipts: what `decisions prove` has seen, in a file that is kept beside the records.

A receipt holds hashes of what was run. Whether it still counts is told by comparing them with the
code as it is, so nothing has to be run again to know.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mkdocs_decisions.cache import sha256
from mkdocs_decisions.record import Mutant, Proof, Record, Sample
from mkdocs_decisions.symbols.model import SymbolError
from mkdocs_decisions.tree import Tree

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

VERSION = 1


@dataclass(slots=True)
class MutantReceipt:
    """A test was seen failing.

    Attributes:
        symbol: Symbol that was changed.
        code: Hash of what the symbol means without the change.
        mutant: Hash of the change.
        failed_with: Name of the exception.
        seen: Day on which it was seen.
    """

    symbol: str
    code: str
    mutant: str
    failed_with: str
    seen: str


@dataclass(slots=True)
class ProofReceipt:
    """A test was seen passing on the clean code.

    Attributes:
        test: Hash of what the test and its helpers mean.
        seen: Day on which it was seen.
        executes: Symbols, of those that were looked for, that it executed.
        idle: Those that it did not execute.
        untold: Those of which that can't be told, such as variables.
        mutants: How it was seen failing.
    """

    test: str
    seen: str
    executes: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    mutants: list[MutantReceipt] = field(default_factory=list)


@dataclass(slots=True)
class SampleReceipt:
    """An example was seen running.

    Attributes:
        seen: Day on which it was seen.
        uses: Hash of what each symbol of the packages that it imports meant.
    """

    seen: str
    uses: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Receipts:
    """All receipts of a project.

    Attributes:
        proofs: By id of the record and id of the test.
        samples: By hash of the example.
        fault: Why the file can't be read; then nothing counts as seen.
    """

    proofs: dict[str, dict[str, ProofReceipt]] = field(default_factory=dict)
    samples: dict[str, SampleReceipt] = field(default_factory=dict)
    fault: str = ""

    def proof(self, record: Record, proof: Proof) -> ProofReceipt | None:
        """The receipt of a test for a record."""
        return self.proofs.get(record.id, {}).get(proof.test)

    def mutant(self, record: Record, proof: Proof, mutant: Mutant) -> MutantReceipt | None:
        """The receipt of a test that was seen failing under a change."""
        held = self.proof(record, proof)
        digest = digest_of_mutant(mutant)
        mutants = held.mutants if held else []
        return next((each for each in mutants if each.mutant == digest), None)

    def dump(self) -> str:
        """The text of the file."""
        proofs = {
            record: {test: _proof_json(held) for test, held in tests.items()}
            for record, tests in self.proofs.items()
            if tests
        }
        samples = {
            digest: {"seen": held.seen, "uses": held.uses} for digest, held in self.samples.items()
        }
        held = {"version": VERSION, "proofs": proofs, "samples": samples}
        return json.dumps(held, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _proof_json(held: ProofReceipt) -> dict[str, Any]:
    mutants = [
        {
            "in": each.symbol,
            "code": each.code,
            "mutant": each.mutant,
            "failed-with": each.failed_with,
            "seen": each.seen,
        }
        for each in sorted(held.mutants, key=lambda each: (each.symbol, each.mutant))
    ]
    return {
        "test": held.test,
        "seen": held.seen,
        "executes": sorted(held.executes),
        "idle": sorted(held.idle),
        "untold": sorted(held.untold),
        "mutants": mutants,
    }


def read_receipts(tree: Tree, path: str) -> Receipts:
    """The receipts in a file. None if there is none; with a `fault` if it can't be read."""
    try:
        data = tree.read(path)
    except FileNotFoundError:
        return Receipts()
    except OSError as error:
        return Receipts(fault=f"{path} can't be read: {error.strerror}")
    try:
        return _parsed(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = str(error) if isinstance(error, ValueError) else "it is no file of receipts"
        return Receipts(fault=f"{path} can't be read: {what}")


def _parsed(held: dict[str, Any]) -> Receipts:
    if held["version"] != VERSION:
        raise ValueError(f"it is of version {held['version']!r}, not {VERSION}")
    proofs = {
        record: {test: _parsed_proof(each) for test, each in tests.items()}
        for record, tests in held["proofs"].items()
    }
    samples = {
        digest: SampleReceipt(_day(each["seen"]), dict(each["uses"]))
        for digest, each in held["samples"].items()
    }
    return Receipts(proofs, samples)


def _parsed_proof(held: dict[str, Any]) -> ProofReceipt:
    keys = ("in", "code", "mutant", "failed-with", "seen")
    mutants = [MutantReceipt(*(_text(each[key]) for key in keys)) for each in held["mutants"]]
    executes, idle, untold = (
        [_text(each) for each in held[key]] for key in ("executes", "idle", "untold")
    )
    return ProofReceipt(_text(held["test"]), _day(held["seen"]), executes, idle, untold, mutants)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"there is no text, but {value!r}")
    return value


def _day(value: Any) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", _text(value)):
        raise ValueError(f"there is no day, but {value!r}")
    return str(value)


@dataclass(frozen=True, slots=True)
class State:
    """Whether a receipt counts.

    Attributes:
        kind: `current`, `stale` (it was seen, but something changed since) or `missing`.
        why: What changed, or what was never seen.
    """

    kind: Literal["current", "stale", "missing"]
    why: str = ""

    @property
    def is_current(self) -> bool:
        """Whether it counts."""
        return self.kind == "current"


CURRENT = State("current")


def proof_state(project: Project, record: Record, proof: Proof) -> State:
    """Whether a test was seen passing, as it stands now.

    Raises:
        LookupError: There is no such test.
    """
    held = project.receipts.proof(record, proof)
    if held is None:
        return State("missing", "it was never seen passing")
    if held.test != digest_of_test(project, proof.test):
        return State("stale", "the test changed since it was seen")
    looked_for = {*held.executes, *held.idle, *held.untold}
    for name in watched(record):
        if name not in looked_for and may_be_there(project, name):
            return State("stale", f"{name} is new: the test was not watched executing it")
    return CURRENT


def mutant_state(project: Project, record: Record, proof: Proof, mutant: Mutant) -> State:
    """Whether a test was seen failing under a change, as all three stand now.

    Raises:
        LookupError: There is no such test, or no such symbol.
    """
    held = project.receipts.mutant(record, proof, mutant)
    if held is None:
        return State("missing", f"it was never seen failing when {mutant.in_} is broken")
    if held.code != digest_of_code(project, mutant.in_):
        return State("stale", f"{mutant.in_} changed since the test was seen failing")
    return proof_state(project, record, proof)


def sample_state(project: Project, record: Record, sample: Sample) -> State:
    """Whether an example was seen running, as the symbols that it imports stand now."""
    held = project.receipts.samples.get(sample.sha256)
    if held is None:
        return State("missing", "it was never seen running")
    for name, digest in held.uses.items():
        try:
            if digest_of_code(project, name) == digest:
                continue
        except SymbolError:
            pass
        return State("stale", f"{name} changed since it was seen running")
    return CURRENT


def watched(record: Record) -> list[str]:
    """The symbols that the tests of a record are watched executing."""
    return list(dict.fromkeys(each.symbol for each in record.meta.governed))


def may_be_there(project: Project, name: str) -> bool:
    """Whether a symbol is in the code, or may be made at run time."""
    from mkdocs_decisions.symbols import SymbolError, SymbolNotFound

    try:
        project.symbols.find(name)
    except SymbolNotFound:
        return False
    except SymbolError:
        return True
    return True


def digest_of_test(project: Project, test: str) -> str:
    """Hash of what a test and its helpers mean.

    Raises:
        LookupError: There is no such test.
    """
    found = project.tests.find(test)
    helpers = [f"{name} {digest}" for name, digest in found.helpers]
    return sha256("\n".join([found.meaning, *helpers]))


def digest_of_code(project: Project, symbol: str) -> str:
    """Hash of what a symbol means.

    Raises:
        SymbolError: There is no such symbol.
    """
    return project.symbols.meaning(project.symbols.find(symbol))


def digest_of_mutant(mutant: Mutant) -> str:
    """Hash of a change."""
    parts = [mutant.in_, mutant.replace, mutant.with_, mutant.fails_with]
    return sha256(json.dumps(parts))


def in_use(project: Project, receipts: Receipts) -> Receipts:
    """The receipts that a record still asks for. One that can't be read now may ask for all."""
    unread = {record.id for record in project.records if not record.readable}
    kept = Receipts({id_: tests for id_, tests in receipts.proofs.items() if id_ in unread})
    for (record, test), mutants in _declared(project).items():
        if held := receipts.proofs.get(record, {}).get(test):
            held.mutants = [each for each in held.mutants if each.mutant in mutants]
            kept.proofs.setdefault(record, {})[test] = held
    wanted = {sample.sha256 for record in project.readable for sample in record.samples}
    kept.samples = {
        digest: held for digest, held in receipts.samples.items() if unread or digest in wanted
    }
    return kept


def _declared(project: Project) -> dict[tuple[str, str], set[str]]:
    """Hashes of the changes under which a test must fail, by id of the record and of the test."""
    found: dict[tuple[str, str], set[str]] = {}
    for record in project.readable:
        for proof in record.meta.proofs:
            mutants = found.setdefault((record.id, proof.test), set())
            mutants.update(digest_of_mutant(each) for each in proof.breaks_when)
    return found
