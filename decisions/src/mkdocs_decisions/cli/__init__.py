"""The command `decisions`: one small function a command. Nothing is decided here.

The groups stand in `checking`, `running`, `writing` and `reading`, what they print with in
`terminal`. What is slow to import is imported by the command that needs it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mkdocs_decisions import __version__
from mkdocs_decisions.cli import checking, reading, running, writing
from mkdocs_decisions.cli.terminal import Commands, Place

app = typer.Typer(
    cls=Commands,
    name="decisions",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout and sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"decisions {__version__}")
        raise typer.Exit


@app.callback()
def _decisions(
    context: typer.Context,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder of the project; usually the nearest one with [tool.decisions]."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Decision records held by the code they decide about.

    Exit codes: 0, clean; 1, something was found; 2, it could not be done.
    """
    context.obj = Place(root)


checking.enter(app)
running.enter(app)
writing.enter(app)
reading.enter(app)


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    # A stream that was closed by the caller is None.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    try:
        app()
    finally:
        _close_quietly()


def _close_quietly() -> None:
    """What can't be written was told before: the interpreter must not complain at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
