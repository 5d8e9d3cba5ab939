"""Runs in a process of its own, inside of a copy: some tests, or one example of a record.

`python -P runner.py REQUEST`, with REQUEST a file of JSON. What happens is appended to the file
that the request names, one JSON value a line, so that it is known even if the process dies.
Nothing of this distribution is imported here: it may itself be what is copied and broken.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import threading
from collections.abc import Generator, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

_OPTIMIZED = 1
"""Flag of code that is the body of a function, and not of a class or module."""
_NOT_WANTED = {"xdist": ["-n0"], "pytest_cov": ["--no-cov"]}
"""Plugins that would run the tests elsewhere or watch them, and what keeps them from it."""


class Log:
    """Where it is written what happens."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - open until the end

    def write(self, kind: str, **more: Any) -> None:
        """Note an event."""
        self._file.write(json.dumps({"event": kind, **more}) + "\n")
        self._file.flush()


class FromCopy:
    """Finds the packages under review in the copy, before anything else may find them elsewhere.

    Args:
        packages: Folder to look in for each package, by its import name.
    """

    def __init__(self, packages: dict[str, str]) -> None:
        self.packages = packages

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The module, if it is one of the packages or lies in one."""
        if name in self.packages:
            return PathFinder.find_spec(name, [self.packages[name]], target)
        if any(name.startswith(f"{each}.") for each in self.packages):
            return PathFinder.find_spec(name, path, target)
        return None


class Place:
    """Where code lies: in the packages under review, in the rest of the copy, or elsewhere.

    Args:
        copy: The copy.
        code: Folders and files of the packages in it.
        tests: Folders of the tests in it, which may lie in a package.
    """

    def __init__(self, copy: str, code: list[str], tests: list[str]) -> None:
        self._copy = f"{copy}/"
        self._code = tuple(code)
        self._tests = tuple(tests)

    def of(self, error: BaseException) -> str:
        """Where an error was raised: in the innermost frame that lies in the copy."""
        where = "elsewhere"
        traceback = error.__traceback__
        while traceback is not None:
            file = traceback.tb_frame.f_code.co_filename
            if file.startswith(self._copy):
                in_package = file.startswith(self._code) and not file.startswith(self._tests)
                where = "package" if in_package else "test"
            traceback = traceback.tb_next
        return where


def leaves(error: BaseException) -> Iterator[BaseException]:
    """An error, or each error in a group of them."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from leaves(each)
    else:
        yield error


def names(error: BaseException) -> set[str]:
    """The names that an error may be called by: those of its class and of its bases.

    Names that every error has tell nothing: a misspelt mutant would do.
    """
    own, *bases = type(error).__mro__
    classes = [own, *(each for each in bases if each not in (Exception, BaseException, object))]
    return {each.__name__ for each in classes} | {
        f"{each.__module__}.{each.__qualname__}" for each in classes
    }


class Watch:
    """A plugin that picks the tests that were asked for and notes how they end.

    Args:
        request: What was asked for.
        log: Where it is noted.
        failed: What pytest raises for an assertion of its own, such as that nothing was raised.
    """

    def __init__(self, request: dict[str, Any], log: Log, failed: type[BaseException]) -> None:
        self._assertions = (AssertionError, failed)
        self._tests: list[str] = request["tests"]
        self._fails_with: str | None = request["fails_with"]
        self._until_failure: bool = request["until_failure"]
        self._timeout: float = request["timeout"]
        self._hypothesis: bool = request["hypothesis"]
        self._place = Place(request["copy"], request["code"], request["test_folders"])
        self._log = log
        self._tracer = tracer(request["watched"])
        self._hung = open(request["hung"], "w", encoding="utf-8")  # noqa: SIM115

    def arm(self) -> None:
        """End this process if what comes next takes too long."""
        faulthandler.dump_traceback_later(self._timeout, exit=True, file=self._hung)

    def pytest_collection(self) -> None:
        """Make the draws of hypothesis the same each time, whatever profile was loaded."""
        if not self._hypothesis:
            return
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "decisions",
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # a drawn failure need not be the smallest
            suppress_health_check=[HealthCheck.too_slow],
            print_blob=False,
        )
        settings.load_profile("decisions")

    def pytest_collectreport(self, report: Any) -> None:
        """Note what could not be collected."""
        if report.failed:
            self._log.write("not collected", path=report.nodeid, text=_last(report.longreprtext))
        elif report.skipped:
            self._log.write("skipped", path=report.nodeid, text=_last(report.longreprtext))

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep the tests that were asked for."""
        kept = []
        for item in items:
            if test := self._asked(item.nodeid):
                kept.append(item)
                self._log.write("collected", test=test, item=item.nodeid)
        items[:] = kept

    def _asked(self, item: str) -> str | None:
        """The test that was asked for which an item belongs to."""
        for test in self._tests:
            if item == test or item.startswith((f"{test}[", f"{test}::")):
                return test
        return None

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note that a test begins."""
        self._log.write("began", item=nodeid)
        self.arm()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Note that a test ended."""
        self._log.write("ended", item=nodeid)

    def pytest_runtest_protocol(self, item: Any) -> Generator[None, Any, Any]:
        """Note which of the watched symbols a test and its fixtures execute."""
        self._tracer.start()
        try:
            return (yield)
        finally:
            executed = self._tracer.stop()
            self._log.write("executed", item=item.nodeid, symbols=sorted(executed))

    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, Any]:
        """Note how a phase of a test ended, and by which error."""
        report: Any = yield
        error = None if call.excinfo is None else call.excinfo.value
        own = False
        if report.outcome != "passed" or hasattr(report, "wasxfail"):
            failed = report.outcome == "failed"
            own = failed and report.when == "call" and error is not None and self._own(error)
            self._log.write(
                "not passed",
                item=item.nodeid,
                when=report.when,
                outcome="xfailed" if hasattr(report, "wasxfail") else report.outcome,
                own=own,
                text="" if error is None else _told(error),
                name="" if error is None else type(next(leaves(error), error)).__name__,
                where="" if error is None else self._place.of(next(leaves(error), error)),
            )
        if own and self._until_failure:
            item.session.shouldstop = "seen failing"
        return report

    def _own(self, error: BaseException) -> bool:
        """Whether a test failed by itself: all that went wrong is what it asserts."""
        return all(self._is_assertion(each, error) for each in leaves(error))

    def _is_assertion(self, error: BaseException, group: BaseException) -> bool:
        if self._fails_with is not None and self._fails_with in names(error):
            return True
        raised = error if error.__traceback__ else group
        return isinstance(error, self._assertions) and self._place.of(raised) != "package"


class Tracer:
    """Notes which of some symbols are executed, in whatever thread or task.

    Args:
        watched: Spans of each symbol: file, first line and last line.
    """

    def __init__(self, watched: dict[str, list[tuple[str, int, int]]]) -> None:
        self._spans: dict[str, list[tuple[int, int, str]]] = {}
        for symbol, spans in watched.items():
            for path, first, last in spans:
                self._spans.setdefault(path, []).append((first, last, symbol))
        self._known: dict[CodeType, tuple[str, ...]] = {}
        self._executed: set[str] = set()

    def symbols(self, code: CodeType) -> tuple[str, ...]:
        """The symbols that some code belongs to."""
        found = self._known.get(code)
        if found is None:
            found = ()
            is_function = code.co_flags & _OPTIMIZED and not code.co_name.startswith("<")
            if is_function and (spans := self._spans.get(code.co_filename)):
                line = code.co_firstlineno
                found = tuple(name for first, last, name in spans if first <= line <= last)
            self._known[code] = found
        return found

    def start(self) -> None:
        """Begin with a test."""

    def stop(self) -> set[str]:
        """End with it: what it executed."""
        executed, self._executed = self._executed, set()
        return executed


class ByMonitoring(Tracer):
    """Asks to be told of each start of a function once a test. Python 3.12 and later."""

    def __init__(self, watched: dict[str, list[tuple[str, int, int]]]) -> None:
        super().__init__(watched)
        self._monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - not there before 3.12
        self._tool = 4
        self._monitoring.use_tool_id(self._tool, "decisions")
        self._event = self._monitoring.events.PY_START
        self._monitoring.register_callback(self._tool, self._event, self._on_start)

    def _on_start(self, code: CodeType, offset: int) -> Any:
        self._executed.update(self.symbols(code))
        return self._monitoring.DISABLE

    def start(self) -> None:
        """Begin with a test."""
        self._monitoring.restart_events()
        self._monitoring.set_events(self._tool, self._event)

    def stop(self) -> set[str]:
        """End with it: what it executed."""
        self._monitoring.set_events(self._tool, 0)
        return super().stop()


class ByProfile(Tracer):
    """Is called whenever a function starts. Python 3.11."""

    def _on_event(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            self._executed.update(self.symbols(frame.f_code))

    def start(self) -> None:
        """Begin with a test."""
        threading.setprofile(self._on_event)
        sys.setprofile(self._on_event)

    def stop(self) -> set[str]:
        """End with it: what it executed."""
        sys.setprofile(None)
        threading.setprofile(None)
        return super().stop()


def tracer(watched: dict[str, list[tuple[str, int, int]]]) -> Tracer:
    """What watches some symbols on this version of Python."""
    if not watched:
        return Tracer(watched)
    return ByMonitoring(watched) if sys.version_info >= (3, 12) else ByProfile(watched)


def _told(error: BaseException) -> str:
    """An error in one line."""
    first = next(leaves(error), error)
    text = str(first).strip().partition("\n")[0]
    return f"{type(first).__name__}: {text}"[:300] if text else type(first).__name__


def _last(text: str) -> str:
    """The line that says most of what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    return (told or lines or [""])[-1][:300]


def run_tests(request: dict[str, Any], log: Log) -> None:
    """Run the tests that were asked for."""
    import pytest

    watch = Watch(request, log, pytest.fail.Exception)
    for wrapper in (Watch.pytest_runtest_protocol, Watch.pytest_runtest_makereport):
        pytest.hookimpl(wrapper=True)(wrapper)
    pytest.hookimpl(tryfirst=True)(Watch.pytest_collection)
    pytest.hookimpl(trylast=True)(Watch.pytest_collection_modifyitems)
    watch.arm()
    # Tests with a configuration of their own have ids relative to it, if nobody says otherwise.
    options = [*_options(request["plugins"]), f"--rootdir={os.getcwd()}"]
    code = pytest.main([*options, *request["files"]], plugins=[watch])
    faulthandler.cancel_dump_traceback_later()
    log.write("finished", code=int(code))


def _options(plugins: bool) -> list[str]:
    """What makes pytest run the tests here, and all of them."""
    options = ["-q", "--tb=short", "-p", "no:randomly", "-o", "faulthandler_timeout=0"]
    options += ["-m", "", "-k", "", "--maxfail=0", "--continue-on-collection-errors"]
    if plugins:
        from importlib.metadata import entry_points

        installed = {each.name for each in entry_points(group="pytest11")}
        options += [each for name in installed for each in _NOT_WANTED.get(name, ())]
    return options


def run_sample(request: dict[str, Any], log: Log) -> None:
    """Run an example and compare what it prints with its lines that begin with `#>`."""
    import contextlib
    import io

    printed = io.StringIO()
    faulthandler.dump_traceback_later(
        request["timeout"],
        exit=True,
        file=open(request["hung"], "w"),  # noqa: SIM115
    )
    try:
        code = compile(request["sample"], request["name"], "exec", dont_inherit=True)
        with contextlib.redirect_stdout(printed):
            exec(code, {"__name__": "__main__", "__builtins__": __builtins__})  # noqa: S102
    except BaseException as error:  # noqa: BLE001 - whatever it raises is what is told
        line = _line_in(error, request["name"])
        log.write("raised", text=_told(error), line=line)
    else:
        log.write("printed", text=printed.getvalue())
    faulthandler.cancel_dump_traceback_later()


def _line_in(error: BaseException, name: str) -> int:
    """Line of an example on which an error was raised; 0 if that can't be told."""
    line = getattr(error, "lineno", 0) if isinstance(error, SyntaxError) else 0
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == name:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line or 0


def imported_elsewhere(packages: list[str], copy: str) -> list[str]:
    """Modules of the packages that were imported from outside of the copy."""
    found = []
    for name, module in list(sys.modules.items()):
        if any(name == each or name.startswith(f"{each}.") for each in packages):
            file = getattr(module, "__file__", None)
            if file and not Path(file).resolve().is_relative_to(copy):
                found.append(f"{name} from {file}")
    return found


def main(request: dict[str, Any]) -> None:
    """Do what was asked for."""
    log = Log(request["log"])
    root, copy = request["root"], request["copy"]
    inside = [(each, copy + each[len(root) :]) for each in sys.path if _below(each, root)]
    moved = {old: new for old, new in inside if Path(new).is_dir()}
    sys.path[:] = dict.fromkeys(moved.get(each, each) for each in sys.path)
    sys.meta_path.insert(0, FromCopy(request["packages"]))
    sys.argv = [request["name"]]
    if "sample" in request:
        run_sample(request, log)
    else:
        run_tests(request, log)
    log.write("elsewhere", modules=imported_elsewhere(list(request["packages"]), copy))


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
