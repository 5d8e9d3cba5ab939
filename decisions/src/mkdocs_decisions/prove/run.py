"""Runs proofs in throw-away copies and keeps receipts of what was seen.

The working tree is only read. The one file that is written in it is that of the receipts, at the
very end and as a whole: who interrupts finds the tree as it was.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import queue
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_decisions import atomic, interrupts, listing
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.prove.copy import Copy, paths_to_copy
from mkdocs_decisions.prove.plan import (
    MutantTask,
    ProofTask,
    SampleTask,
    proof_tasks,
    sample_tasks,
    spans,
)
from mkdocs_decisions.prove.processes import Processes, Ran
from mkdocs_decisions.prove.report import ProofReport, report, updated
from mkdocs_decisions.prove.verdicts import (
    Outcome,
    Verdict,
    on_clean_code,
    on_mutant,
    on_sample,
)
from mkdocs_decisions.receipts import Receipts
from mkdocs_decisions.record import Record, Status
from mkdocs_decisions.tree import Folder

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

Progress = Callable[[int, int, str], object]
"""Is told how many of how many runs are done, and what was done last."""

MAX_JOBS = 4
CONFIGURATIONS = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def prove(
    project: Project,
    ids: Sequence[str] | None = None,
    *,
    stale: bool = False,
    jobs: int | None = None,
    on_progress: Progress | None = None,
) -> ProofReport:
    """See the tests of records pass on the code, and fail under each of their mutants.

    Args:
        project: The project, as it stands on disk.
        ids: The records; every accepted one if None.
        stale: Run only what was not seen before, or what changed since.
        jobs: How many processes at a time; as many as there are processors, but four at most.
        on_progress: Is told of each run.

    Raises:
        DecisionsError: ADR020, there is no such record; ADR030, pytest is not there; ADR031, the
            copy can't be made; ADR032, the receipts can't be written; a code of the rules, a record
            that is named can't be read.
        KeyboardInterrupt: It was interrupted, also by SIGTERM. Nothing is left, nothing written.
    """
    root = _root(project)
    records = _records(project, ids)
    proofs = proof_tasks(project, records, stale=stale)
    samples = sample_tasks(project, records, stale=stale)
    tasks: list[ProofTask | SampleTask] = [*proofs, *samples]
    if any(each.verdict is None for each in tasks):
        if importlib.util.find_spec("pytest") is None:
            raise DecisionsError(
                "ADR030",
                "pytest is not installed beside `decisions`",
                "install `decisions` into the environment in which the tests run",
            )
        with _temporary_folder() as folder:
            # The tree may be edited meanwhile: what is run and what is hashed must be the same.
            still = _still(project, root, folder)
            named = {each.path for each in records}
            frozen = [each for each in still.readable if each.path in named]
            proofs = proof_tasks(still, frozen, stale=stale)
            samples = sample_tasks(still, frozen, stale=stale)
            _Run(still, root, folder, jobs, on_progress).all(frozen, proofs, samples)
            project.receipts = updated(still, proofs, samples)
    else:
        updated(project, proofs, samples)
    _write(project, root, project.receipts)
    done = report(project, records, proofs, samples)
    done.notes = [*project.notes, *done.notes]
    return done


def _still(project: Project, root: Path, folder: Path) -> Project:
    """The project in a copy that nobody changes."""
    from mkdocs_decisions.project import Project

    packages = map(_folder_of, project.settings.packages.items())
    paths = {*paths_to_copy(root, packages), *project.record_paths, *project.code_paths}
    made = Project(
        Folder(_copied(root, folder / "still", sorted(paths)).root),
        project.settings,
        today=project.today,
    )
    made.receipts = project.receipts
    return made


def _copied(source: Path, root: Path, paths: Iterable[str]) -> Copy:
    try:
        return Copy(source, root, paths)
    except OSError as error:
        what, mend = f"the project can't be copied: {error}", "make it readable, free the disk"
        raise DecisionsError("ADR031", what, mend) from None


def _root(project: Project) -> Path:
    if not isinstance(project.tree, Folder):
        raise DecisionsError(
            "ADR031", f"{project.tree.name} can't be proved", "prove the working tree"
        )
    return project.tree.root


def _records(project: Project, ids: Sequence[str] | None) -> list[Record]:
    found = listing.chosen(project, ids, Status.ACCEPTED)
    # Of two records with one id, only one can have receipts.
    return [each for each in found if ids is not None or project.by_id[each.id] is each]


def _write(project: Project, root: Path, held: Receipts) -> None:
    path = project.settings.receipts_file
    file = root / path
    text = held.dump()
    try:
        if not file.exists() and not held.proofs and not held.samples:
            return
        if not file.exists() or file.read_text(encoding="utf-8", errors="replace") != text:
            if not file.resolve().is_relative_to(root):
                raise PermissionError(1, "it leads out of the project")
            atomic.write(file, text.encode())
    except OSError as error:
        raise DecisionsError(
            "ADR032", f"{path} can't be written: {error.strerror}", "make it writable"
        ) from error


class _Seen(NamedTuple):
    """How a test ended on the clean code, which symbols it executed, whether it needs plugins."""

    verdict: Verdict
    executed: set[str]
    plugins: bool


class _Run:
    """One run: its copies and its processes.

    Args:
        project: The project in a copy that nobody changes.
        root: The root of what it was copied from.
        folder: Temporary folder for everything that is written.
        jobs: How many processes at a time.
        on_progress: Is told of each run.
    """

    def __init__(
        self,
        project: Project,
        root: Path,
        folder: Path,
        jobs: int | None,
        on_progress: Progress | None,
    ) -> None:
        self._project = project
        self._root = root
        self._folder = folder
        self._jobs = max(1, jobs or min(MAX_JOBS, os.cpu_count() or 1))
        self._on_progress = on_progress or (lambda done, total, what: None)
        self._processes = Processes(folder)
        self._copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        assert isinstance(project.tree, Folder)
        self._still = project.tree.root
        self._paths = sorted(
            each.relative_to(self._still).as_posix()
            for each in self._still.rglob("*")
            if each.is_symlink() or not each.is_dir()
        )
        self._seen: dict[str, _Seen] = {}
        self._done = 0
        self._total = 0

    def all(
        self, records: list[Record], proofs: list[ProofTask], samples: list[SampleTask]
    ) -> None:
        """Run the tests on the clean code, then every mutant and example that is left."""
        tests = list(dict.fromkeys(each.proof.test for each in proofs if each.verdict is None))
        runs = [mutant for each in proofs for mutant in each.mutants if mutant.changed]
        waiting = [each for each in samples if each.verdict is None]
        self._total = len(tests) + len(runs) + len(waiting)
        try:
            self._clean(records, [each for each in proofs if each.verdict is None], tests)
            steps: list[Callable[[], None]] = [
                lambda proof=proof, mutant=mutant: self._mutant(proof, mutant)  # type: ignore[misc]
                for proof in proofs
                for mutant in proof.waiting
            ]
            steps += [lambda task=task: self._sample(task) for task in waiting]  # type: ignore[misc]
            self._total = len(tests) + len(steps)
            self._in_parallel(steps)
        finally:
            self._processes.stop()

    def _in_parallel(self, steps: list[Callable[[], None]]) -> None:
        jobs = min(self._jobs, len(steps))
        for _ in range(jobs - self._copies.qsize()):
            self._copies.put(self._copy())
        if not steps:
            return
        with ThreadPoolExecutor(jobs) as pool:
            try:
                for future in [pool.submit(step) for step in steps]:
                    future.result()
            except BaseException:
                self._processes.stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _copy(self) -> Copy:
        number = sum(each.name.startswith("copy") for each in self._folder.iterdir())
        return _copied(self._still, self._folder / f"copy{number}", self._paths)

    @contextlib.contextmanager
    def _a_copy(self) -> Iterator[Copy]:
        copy = self._copies.get()
        try:
            yield copy
        finally:
            copy.restore()
            self._copies.put(copy)

    def _progress(self, count: int, what: str) -> None:
        self._done += count
        self._on_progress(self._done, self._total, what)

    # -- what is run -----------------------------------------------------------------------------

    def _clean(self, records: list[Record], proofs: list[ProofTask], tests: list[str]) -> None:
        """Run all tests: without the plugins that are installed, and those that need them again."""
        if not tests:
            return
        self._progress(0, "the tests on the code as it is")
        self._copies.put(self._copy())
        watched = spans(self._project, records)
        for plugins in (False, True):
            again = [each for each in tests if self._needs_plugins(each, plugins)]
            for group in self._by_configuration(again):
                self._clean_run(group, watched, plugins=plugins)
        for test in tests:
            self._progress(1, test)
        for task in proofs:
            task.verdict, task.executed, task.plugins = self._seen[task.proof.test]

    def _needs_plugins(self, test: str, plugins: bool) -> bool:
        """Whether a test is run. Loading plugins takes longer than most tests."""
        if not plugins:
            return True
        return self._seen[test].verdict.outcome not in (Outcome.PASSED, Outcome.TIMED_OUT)

    def _by_configuration(self, tests: list[str]) -> list[list[str]]:
        """The tests, apart by the folder of the configuration of pytest that is theirs."""
        found: dict[str, list[str]] = {}
        for test in tests:
            folders = map(str, PurePosixPath(test.partition("::")[0]).parents)
            configured = (each for each in folders if self._configures_pytest(each))
            found.setdefault(next(configured, "."), []).append(test)
        return list(found.values())

    def _configures_pytest(self, folder: str) -> bool:
        return any(self._project.tree.exists(f"{folder}/{name}") for name in CONFIGURATIONS)

    def _clean_run(
        self, tests: list[str], watched: dict[str, list[tuple[str, int, int]]], *, plugins: bool
    ) -> None:
        """Run tests in one process; if one of them ends it, the rest in another one."""
        waiting = tests
        while waiting:
            with self._a_copy() as copy:
                ran = self._run_tests(copy, waiting, watched=watched, plugins=plugins)
            told = {each: on_clean_code(ran, each) for each in waiting}
            for test, verdict in told.items():
                if verdict is not None:
                    self._seen[test] = _Seen(verdict, _executed(ran, test), plugins)
            left = [each for each in waiting if told[each] is None]
            if left == waiting:
                unknown = Verdict(Outcome.DIED, ran.last_line)
                self._seen |= {each: _Seen(unknown, set(), plugins) for each in left}
                return
            waiting = left

    def _mutant(self, proof: ProofTask, task: MutantTask) -> None:
        if task.changed is None:
            return
        with self._a_copy() as copy:
            copy.write(task.changed.path, task.changed.data)
            ran = self._run_tests(copy, [proof.proof.test], plugins=proof.plugins, mutant=task)
        task.verdict = on_mutant(ran, proof.proof.test)
        self._progress(1, f"{proof.proof.test} without {task.mutant.in_}")

    def _sample(self, task: SampleTask) -> None:
        name = f"{task.record.path}:{task.sample.line}"
        with self._a_copy() as copy:
            request = self._request(copy) | {"sample": task.code, "name": name}
            ran = self._processes.run(request, self._import_path(copy))
        task.verdict = on_sample(ran, task.code)
        self._progress(1, name)

    def _run_tests(
        self,
        copy: Copy,
        tests: list[str],
        *,
        plugins: bool,
        watched: dict[str, list[tuple[str, int, int]]] | None = None,
        mutant: MutantTask | None = None,
    ) -> Ran:
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        places = {
            name: [(str(copy.root / path), first, last) for path, first, last in parts]
            for name, parts in (watched or {}).items()
        }
        request = self._request(copy) | {
            "name": "pytest",
            "plugins": plugins,
            "tests": tests,
            "files": files,
            "watched": places,
            "until_failure": mutant is not None,
            "fails_with": mutant.mutant.fails_with if mutant else None,
            "hypothesis": self._uses_hypothesis(files),
        }
        return self._processes.run(request, self._import_path(copy))

    def _request(self, copy: Copy) -> dict[str, Any]:
        settings = self._project.settings
        folders = [str(copy.root / _folder_of(each)) for each in settings.packages.items()]
        return {
            "root": str(self._root),
            "copy": str(copy.root),
            "packages": {
                name: str((copy.root / _folder_of((name, at))).parent)
                for name, at in settings.packages.items()
            },
            "code": [each + end for each in folders for end in ("/", ".py")],
            "test_folders": [f"{copy.root / each}/" for each in settings.tests],
            "timeout": settings.proof_timeout,
        }

    def _import_path(self, copy: Copy) -> list[str]:
        roots = [str(copy.root / root) for root in self._project.settings.packages.values()]
        return [*dict.fromkeys([*roots, str(copy.root)])]

    def _uses_hypothesis(self, files: Iterable[str]) -> bool:
        """Whether a file of tests, or what prepares for them, names hypothesis."""
        around = {
            f"{folder}/conftest.py".removeprefix("./")
            for file in files
            for folder in PurePosixPath(file).parents
        }
        return any(b"hypothesis" in self._bytes(path) for path in (*files, *around))

    def _bytes(self, path: str) -> bytes:
        """The bytes of a file; none if it is not there."""
        try:
            return self._project.tree.read(path)
        except OSError:
            return b""


def _folder_of(package: tuple[str, str]) -> str:
    """The folder of a package, or its file without its suffix."""
    name, at = package
    return str(PurePosixPath(at) / name.replace(".", "/"))


def _executed(ran: Ran, test: str) -> set[str]:
    items = {each["item"] for each in ran.of("collected") if each["test"] == test}
    events = [each for each in ran.of("executed") if each["item"] in items]
    return {name for each in events for name in each["symbols"]}


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, whatever happens."""
    with interrupts.as_keyboard_interrupt():
        folder = Path(tempfile.mkdtemp(prefix="decisions-"))
        try:
            yield folder.resolve()
        finally:
            with interrupts.undisturbed():
                shutil.rmtree(folder, ignore_errors=True)
