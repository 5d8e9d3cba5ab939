"""Commands that only look: list, show, where, graph."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mkdocs_decisions.cli.checking import Json
from mkdocs_decisions.cli.terminal import Place, coloured, console, say, say_json, say_table
from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.record import Status


def list_(
    context: typer.Context,
    status: Annotated[Status | None, typer.Option(help="Only records of this status.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only records with this tag.")] = None,
    governs: Annotated[
        str | None, typer.Option(help="Only records that govern a symbol with this text.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the records."""
    from mkdocs_decisions.listing import list_records

    place: Place = context.obj
    rows = list_records(place.project(), status=status, tag=tag, governs=governs)
    if as_json:
        say_json(rows)
        return
    head = ("Id", "Status", "Date", "Title", "Answer")
    say_table(head, [[str(row[key.lower()] or "") for key in head] for row in rows])


def show(
    context: typer.Context,
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Number of the record: 3, 0003, ADR-0003.")
    ],
    as_json: Json = False,
) -> None:
    """Show a record: what it decides, what it governs, and its text."""
    from mkdocs_decisions.listing import find, show_record

    place: Place = context.obj
    project = place.project()
    data = show_record(project, find(project, id_))
    if as_json:
        say_json(data)
        return
    say(f"{visible(data['path'])}\n")
    for key, value in data["facts"]:
        say(f"{key + ':':<16}{visible(value)}")
    say()
    lines = "\n".join(visible(line) for line in data["text"].strip("\n").split("\n"))
    if coloured(sys.stdout):
        from rich.markdown import Markdown

        console(sys.stdout).print(Markdown(lines))
    else:
        say(lines)


def enter(app: typer.Typer) -> None:
    """Enter the commands of this group."""
    app.command("list")(list_)
    app.command()(show)
