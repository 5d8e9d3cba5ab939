"""Commands that write records: new, accept, reject, deprecate, supersede, renumber."""

from __future__ import annotations

import typer


def enter(app: typer.Typer) -> None:
    """Enter the commands of this group."""
