"""Running Python examples with pytest-examples: one program after the other, each by itself.

A program is a fence, the fences of a group, or a file of `examples/`. What pytest-examples does
not do well enough is mended in `example_prints.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import importlib.abc
import io
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from uuid import NAMESPACE_URL, uuid5

from census import PROGRAMS, Fence, Program
from example_prints import Prints
from pytest_examples import CodeExample
from pytest_examples.config import ExamplesConfig
from pytest_examples.lint import code_diff
from pytest_examples.run_code import run_code

OUTPUT_WIDTH = 100


class ExampleError(AssertionError):
    """An example does not do what the page says."""


@dataclass
class Outcome:
    """What came of one fence or program: how it should read, what it printed, why it failed."""

    source: str
    printed: str = ""
    mismatch: ExampleError | None = None
    error: Exception | None = None


def output_width(piece: Fence | Program) -> int:
    """How long a line of output may be; in a docstring its indentation counts."""
    in_docstring = isinstance(piece, Fence) and piece.in_docstring
    return OUTPUT_WIDTH - len(piece.prefix) if in_docstring else OUTPUT_WIDTH


def source_of(piece: Fence | Program) -> str:
    return piece.source if isinstance(piece, Fence) else piece.file.read_text(encoding="utf-8")


def first_line(piece: Fence | Program) -> int:
    """The line above the source: a fence's marker, or none."""
    return piece.line if isinstance(piece, Fence) else 0


def run_program(
    pieces: Sequence[Fence | Program], folder: Path, sources: Mapping[str, str]
) -> dict[str, Outcome]:
    """Run the pieces of one program in order, in one namespace, up to the first that fails.

    Args:
        pieces: The fences of a page that belong together, or one fence, or one program.
        folder: The working directory.
        sources: What to run in place of what is written, by the id of the piece.
    """
    outcomes: dict[str, Outcome] = {}
    context = contextvars.copy_context()
    main = ModuleType("__main__")
    with _isolated(pieces[0].root, folder):
        for at, piece in enumerate(pieces):
            outcome = Outcome(sources.get(piece.id, source_of(piece)))
            outcomes[piece.id] = outcome
            try:
                context.run(_run, piece, outcome, main, folder)
            except Exception as error:  # noqa: BLE001 - whatever an example raises is its outcome
                error.add_note(f"in the example {piece.id}")
                outcome.error = error
                for later in pieces[at + 1 :]:
                    failure = ExampleError(f"{later.id}: {piece.id}, which it continues, fails")
                    outcomes[later.id] = Outcome(source_of(later), error=failure)
                break
    return outcomes


def _run(piece: Fence | Program, outcome: Outcome, main: ModuleType, folder: Path) -> None:
    # editors cut the blank that pytest-examples puts at the end of an empty line of output
    source = re.sub(r"^([ \t]*#>)$", r"\1 ", outcome.source, flags=re.MULTILINE)
    example = _example(piece, source)
    file = piece.file
    if isinstance(piece, Fence):
        file = folder / f"{example.module_name}.py"
        file.write_text(example.source, encoding="utf-8")
    config = ExamplesConfig(line_length=output_width(piece))
    past_print = io.StringIO()
    with contextlib.redirect_stdout(past_print), contextlib.redirect_stderr(past_print):
        prints, _ = run_code(
            example=example,
            python_file=file,
            loader=_Loader(main, file, piece, example.source),
            config=config,
            enable_print_mock=True,
            print_callback=None,
            include_print=None,
            module_globals=None,
            call=None,
        )
    assert isinstance(prints, Prints)
    outcome.printed = "".join(f"{statement}\n" for statement in prints.print_statements())
    if past_print.getvalue():
        raise ExampleError(
            f"{piece.id}: it writes past print, where no line shows it: {past_print.getvalue()!r}"
        )
    for line in prints.unproved_lines(example):
        raise ExampleError(
            f"{piece.path}:{first_line(piece) + line}: this output is compared with nothing: "
            "no print that ran stands before it"
        )
    should_be = prints.updated_print_statements(example)
    if should_be is not None:
        line = _first_difference(example.source, should_be)
        diff = code_diff(example, should_be, config)
        outcome.mismatch = ExampleError(
            f"{piece.path}:{first_line(piece) + line}: it prints something else "
            f"(`make update-examples` writes what it prints)\n{diff}"
        )
        outcome.source = should_be


def _first_difference(one: str, other: str) -> int:
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), len(one.splitlines()))


def _example(piece: Fence | Program, source: str) -> CodeExample:
    """Say a piece as pytest-examples would, which counts lines from the fence's first marker."""
    lines = piece.file.read_text(encoding="utf-8").split("\n")
    start = first_line(piece)
    end = piece.end_line if isinstance(piece, Fence) else len(lines)
    return CodeExample(
        source=source,
        path=piece.file,
        start_line=start,
        end_line=end,
        start_index=sum(len(line) + 1 for line in lines[:start]),
        end_index=sum(len(line) + 1 for line in lines[: end - 1]),
        prefix=piece.info if isinstance(piece, Fence) else "",
        indent=0,
        group=uuid5(NAMESPACE_URL, piece.path),
    )


def update_of(piece: Fence | Program, outcome: Outcome) -> CodeExample | None:
    """What pytest-examples shall write into the file, if anything."""
    written = re.sub(r"^([ \t]*#>) $", r"\1", outcome.source, flags=re.MULTILINE)
    if isinstance(piece, Fence):
        written = piece.as_written(outcome.source)
    example = _example(piece, written)
    text = piece.file.read_text(encoding="utf-8")
    return None if text[example.start_index : example.end_index] == written else example


class _Loader(importlib.abc.Loader):
    """Executes a piece in the namespace of its program, and expects what its tags promise."""

    def __init__(self, main: ModuleType, file: Path, piece: Fence | Program, source: str) -> None:
        tags = piece.tags if isinstance(piece, Fence) else {}
        self._raises, self._match = tags.get("raises"), tags.get("match", "")
        self._main, self._file, self._piece, self._source = main, file, piece, source

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._main

    def exec_module(self, module: ModuleType) -> None:
        __tracebackhide__ = True
        try:
            code = compile(self._source, str(self._file), "exec", dont_inherit=True)
        except SyntaxError as error:
            line = first_line(self._piece) + (error.lineno or 0)
            raise ExampleError(f"{self._piece.path}:{line}: SyntaxError: {error.msg}") from None
        try:
            exec(code, module.__dict__)
        except BaseException as error:
            if self._is_promised(error):
                return
            if isinstance(error, Exception):
                raise
            raise ExampleError(f"{self._piece.id}: it ends with {error!r}") from error
        if self._raises:
            raise ExampleError(f"{self._piece.id}: it raises nothing, not {self._raises!r}")

    def _is_promised(self, error: BaseException) -> bool:
        kind = type(error)
        names = (kind.__name__, f"{kind.__module__}.{kind.__qualname__}")
        return self._raises in names and self._match in str(error)


@contextlib.contextmanager
def _isolated(root: Path, folder: Path) -> Iterator[None]:
    """Put back what an example may change in an interpreter that it shares with others."""
    main, path, argv = sys.modules["__main__"], sys.path[:], sys.argv[:]
    modules, environment = set(sys.modules), dict(os.environ)
    home, loggers = Path.cwd(), _logging_state()
    disabled = logging.root.manager.disable
    os.chdir(folder)
    sys.path.insert(0, str(root / PROGRAMS))
    sys.argv[:] = ["example.py"]
    logging.root.handlers.clear()  # pytest's own; with them, basicConfig would do nothing
    try:
        with warnings.catch_warnings():
            yield
    finally:
        sys.modules["__main__"] = main
        sys.path[:], sys.argv[:] = path, argv
        for name in set(sys.modules) - modules:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).is_relative_to(root / PROGRAMS):
                del sys.modules[name]
        os.chdir(home)
        if os.environ != environment:
            os.environ.clear()
            os.environ.update(environment)
        logging.disable(disabled)
        _restore_logging(loggers)
        asyncio.set_event_loop(None)


_LoggerState = tuple[int, bool, bool, list[logging.Handler], list[object]]


def _loggers() -> list[logging.Logger]:
    known = list(logging.root.manager.loggerDict.values())
    return [logging.root, *(logger for logger in known if isinstance(logger, logging.Logger))]


def _state(logger: logging.Logger) -> _LoggerState:
    switches = (logger.level, logger.propagate, logger.disabled)
    return (*switches, logger.handlers[:], list(logger.filters))


def _logging_state() -> dict[logging.Logger, _LoggerState]:
    return {logger: _state(logger) for logger in _loggers()}


def _restore_logging(before: dict[logging.Logger, _LoggerState]) -> None:
    for logger in _loggers():
        libraries = [h for h in logger.handlers if isinstance(h, logging.NullHandler)]
        state = before.get(logger, (logging.NOTSET, True, False, libraries, []))
        if _state(logger) != state:
            level, logger.propagate, logger.disabled, handlers, filters = state
            logger.setLevel(level)
            logger.handlers[:], logger.filters[:] = handlers, filters
