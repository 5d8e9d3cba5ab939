"""How the commands speak: text made harmless, tables, colours, progress, errors, exit codes."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer
from typer.core import TyperGroup

from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.problems import DecisionsError

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

INTERRUPTED = 130
PIPE_CLOSED = 141
COULD_NOT = 2

STYLES = {
    "accepted": "green",
    "proposed": "yellow",
    "rejected": "red",
    "deprecated": "dim",
    "superseded": "dim",
}
"""Colour of a status on a terminal."""

_SHORT = 10
"""Width up to which a column of a table, such as a status or a date, is never narrowed."""

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what is under way."""


@dataclass(slots=True)
class Place:
    """Where the command runs.

    Attributes:
        given: What `--root` says, if it was given.
    """

    given: Path | None = None

    @property
    def root(self) -> Path:
        """The root of the project.

        Raises:
            DecisionsError: ADR010, what `--root` names is no folder, or there is no current one.
        """
        from mkdocs_decisions.project import find_root

        if self.given is None:
            try:
                return find_root(Path.cwd())
            except FileNotFoundError:
                what = "the current folder is not there any more"
                mend = "change to one that is, or name the project by --root"
                raise DecisionsError("ADR010", what, mend) from None
        if not self.given.is_dir():
            raise DecisionsError("ADR010", f"{self.given} is no folder", "name one by --root")
        return self.given.resolve()

    def within(self, asked: str) -> str:
        """A path that was given from the current folder, as it is from the root of the project."""
        path, colon, line = asked.partition(":")
        full = Path(path).absolute()
        if not full.exists() or not full.resolve().is_relative_to(self.root):
            return asked
        return f"{full.resolve().relative_to(self.root).as_posix()}{colon}{line}"

    def record(self, named: str) -> str:
        """A record that was named by its number, or by its file from the current folder."""
        return self.within(named) if named.endswith(".md") else named

    def prefix(self, format_: str) -> str:
        """Path of the project in its repository, for the formats that a forge reads."""
        from mkdocs_decisions.problems import DecisionsError

        if format_ not in ("github", "sarif"):
            return ""
        from mkdocs_decisions.git import Git

        try:
            git = Git(self.root)
        except DecisionsError:
            return ""
        try:
            return git.prefix
        finally:
            git.close()

    def project(self, *, cache: bool = True, begins: bool = False) -> Project:
        """The project as it stands on disk. See `open_project`."""
        from mkdocs_decisions.project import open_project

        return open_project(self.root, cache=cache, begins=begins)


class Commands(TyperGroup):
    """The commands, with errors told in two lines and exit codes that can be relied on."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            try:
                result = super().invoke(ctx)
            finally:
                with _writing():
                    sys.stdout.flush()
        except DecisionsError as error:
            tell(error)
            raise typer.Exit(COULD_NOT) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            raise typer.Exit(PIPE_CLOSED) from None
        return result


def tell(error: DecisionsError) -> None:
    """Say on standard error what could not be done, and how to mend it."""
    head = f"error[{error.code}]:"
    if coloured(sys.stderr):
        head = f"\033[1;31m{head}\033[0m"
    sys.stderr.write(f"{head} {visible(error.message)}\n")
    if error.mend:
        sys.stderr.write(f"mend: {visible(error.mend)}\n")


def coloured(stream: TextIO) -> bool:
    """Whether to use colours: on a terminal unless NO_COLOR is set, or if FORCE_COLOR is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str = "") -> None:
    """Print a text that is harmless already."""
    with _writing():
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DecisionsError(
            "ADR011",
            f"the output can't be written: {error.strerror}",
            "make room, or name a file by --output",
        ) from None


def complain(text: str) -> None:
    """Say something on standard error, in one line."""
    sys.stderr.write(f"{visible(text)}\n")


def say_json(value: Any) -> None:
    """Print a value as JSON, in ASCII, so that it survives every encoding."""
    say(as_json_text(value))


def as_json_text(value: Any) -> str:
    """A value as JSON, in ASCII."""
    return json.dumps(value, indent=2)


def say_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal, columns between tabs elsewhere and where it is narrow."""
    cleaned = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cleaned, strict=True)]
    terminal = console(sys.stdout) if coloured(sys.stdout) else None
    if terminal is None or terminal.width < sum(min(width, _SHORT) + 3 for width in widths):
        for row in cleaned:
            say("\t".join(row))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, width in zip(head, widths, strict=True):
        table.add_column(title, no_wrap=width <= _SHORT, overflow="fold")
    for row in cleaned:
        table.add_row(*(Text(cell, STYLES.get(cell, "")) for cell in row))
    terminal.print(table)


def console(stream: TextIO) -> Any:
    """A rich console that takes no text for markup."""
    from rich.console import Console

    return Console(file=stream, markup=False, highlight=False, emoji=False)


def emit(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file.

    Raises:
        DecisionsError: ADR011, the file can't be written.
    """
    if output is None:
        say(text)
        return
    try:
        output.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
    except OSError as error:
        why = error.strerror or "it can't be opened"
        raise DecisionsError(
            "ADR011", f"{output} can't be written: {why}", "name another file by --output"
        ) from error


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Show on a terminal how far something is, once it has taken a second."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda done, total, what: None
        return
    bar = _Bar(label)
    timer = threading.Timer(1.0, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield bar.update
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


class _Bar:
    """A line on the terminal that tells what is under way; drawn by rich, once it is shown."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._told = label
        self._drawn: Any = None

    def start(self) -> None:
        """Begin to show it."""
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        text = TextColumn("{task.description}", markup=False)
        columns = SpinnerColumn(), text, TimeElapsedColumn()
        drawn = Bar(*columns, console=console(sys.stderr), transient=True)
        drawn.add_task(self._told, total=None)
        drawn.start()
        self._drawn = drawn

    def update(self, done: int, total: int, what: str) -> None:
        """Tell how much is done, of how much, and what is under way."""
        self._told = f"{self._label} {done}/{total} {visible(what)}"
        if self._drawn is not None:
            self._drawn.update(self._drawn.task_ids[0], description=self._told)

    def stop(self) -> None:
        """Take it away."""
        if self._drawn is not None:
            self._drawn.stop()
