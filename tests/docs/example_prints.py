"""What pytest-examples 0.0.18 does wrongly, mended: where output belongs, and its tracebacks.

Without this, of two prints in a loop only the first round is compared, a print of several lines
may have its output put into its middle, output below a print that never ran is compared with
nothing, and each print costs milliseconds. On Python 3.11 a failing example ends the whole run.
"""

from __future__ import annotations

import ast
import ctypes
import io
import re
import sys
import tokenize
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import pytest_examples.run_code
import pytest_examples.traceback
from pytest_examples import CodeExample
from pytest_examples.config import ExamplesConfig
from pytest_examples.run_code import (
    Arg,
    InsertPrintStatements,
    PrintStatement,
    comment_prefix_re,
    remove_old_print,
)

OUTPUT = re.compile(r"#\s*>")
PRINT = print


def mend() -> None:
    """Put the parts of this file in place of pytest-examples' own."""
    pytest_examples.run_code.InsertPrintStatements = Prints  # type: ignore[misc]
    if sys.version_info < (3, 12):
        pytest_examples.traceback.create_custom_frame = _frame_in_the_page


class Prints(InsertPrintStatements):
    """What an example printed, and where its source says so."""

    def __init__(
        self, python_path: Path, config: ExamplesConfig, enable: bool, *callbacks: Any
    ) -> None:
        super().__init__(python_path, config, enable, *callbacks)
        if enable:
            self.print_func = _Recorder(python_path)

    def _insert_print_statements(self, example: CodeExample) -> str:
        lines = example.source.splitlines()
        for end in sorted(self._by_place(example), reverse=True):
            remove_old_print(lines, end - 1)
            for statement in reversed(self._by_place(example)[end]):
                indentation = _place(example.source, statement.line_no)[1]
                self._insert_print_args(
                    lines, statement, example.in_py_file(), end - 1, indentation
                )
        return "\n".join(lines) + "\n"

    def _by_place(self, example: CodeExample) -> dict[int, list[PrintStatement]]:
        """The prints that ran, by the last line of the statement that caused them."""
        places: dict[int, list[PrintStatement]] = {}
        for statement in self.print_statements():
            end, _ = _place(example.source, statement.line_no)
            places.setdefault(end, []).append(statement)
        return places

    def unproved_lines(self, example: CodeExample) -> list[int]:
        """The lines that look like output, and that no print which ran stands before."""
        lines = example.source.splitlines()
        ran = self._by_place(example)
        proved: set[int] = set()
        for end in ran:
            line = end + 1
            while line <= len(lines) and comment_prefix_re.match(lines[line - 1]):
                proved.add(line)
                line += 1
        unproved = [
            token.start[0]
            for token in tokenize.generate_tokens(io.StringIO(example.source).readline)
            if token.type == tokenize.COMMENT
            and OUTPUT.match(token.string)
            and token.start[0] not in proved
        ]
        return sorted(unproved + [line for line in _quoted_outputs(example) if line - 1 not in ran])


class _Recorder:
    """Stands for `print` while an example runs; what goes to a file is written there."""

    include_print = None

    def __init__(self, file: Path) -> None:
        self.file = str(file)
        self.statements: list[PrintStatement] = []

    def __call__(
        self,
        *args: Any,
        sep: str | None = None,
        end: str | None = None,
        file: Any = None,
        flush: bool = False,
    ) -> None:
        if file is not None:
            PRINT(*args, sep=sep, end=end, file=file, flush=flush)
            return
        if end not in (None, "\n"):
            raise ValueError("print(end=...) in an example: its output has no line to stand on")
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename != self.file:
            frame = frame.f_back
        if frame is None:
            raise RuntimeError(f"print{args}: no line of the example causes it")
        words = [Arg(arg) for arg in args]
        self.statements.append(PrintStatement(frame.f_lineno, " " if sep is None else sep, words))


@lru_cache
def _statements(source: str) -> list[ast.stmt]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]


@lru_cache(maxsize=1024)
def _place(source: str, line: int) -> tuple[int, int]:
    """The line below which the output of a line belongs, and its indentation."""
    first, last = line, line
    around = [s for s in _statements(source) if s.lineno <= line <= (s.end_lineno or 0)]
    if around:
        statement = min(around, key=lambda s: (s.end_lineno or 0) - s.lineno)
        body = getattr(statement, "body", None)
        if body and line < body[0].lineno:  # the head of a loop, of an `if`, of a `with`
            return line, body[0].col_offset
        first, last = statement.lineno, statement.end_lineno or line
    written = source.splitlines()[first - 1]
    return last, len(written) - len(written.lstrip())


def _quoted_outputs(example: CodeExample) -> list[int]:
    """The lines on which a string follows a print: output of several lines."""
    found = []
    for parent in ast.walk(ast.parse(example.source)):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(parent, name, None)
            for before, after in pairwise(body if isinstance(body, list) else []):
                if _is_print(before) and _is_string(after):
                    found.append(before.end_lineno + 1)
    return found


def _is_print(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    return isinstance(function, ast.Name) and function.id == "print"


def _is_string(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _frame_in_the_page(frame: FrameType, example: CodeExample) -> FrameType:
    """Copy a frame as if its code stood in the page.

    pytest-examples gives the code object of Python 3.11 a line table of an older format.
    """
    code = frame.f_code.replace(
        co_filename=str(example.path),
        co_firstlineno=frame.f_code.co_firstlineno + example.start_line,
    )
    api = ctypes.pythonapi
    api.PyThreadState_Get.restype = ctypes.c_void_p
    api.PyFrame_New.argtypes = (
        ctypes.c_void_p,
        ctypes.py_object,
        ctypes.py_object,
        ctypes.py_object,
    )
    api.PyFrame_New.restype = ctypes.py_object
    copy: FrameType = api.PyFrame_New(
        api.PyThreadState_Get(), code, frame.f_globals, frame.f_locals
    )
    return copy
