"""Commands that only look: list, show, where, graph."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mkdocs_decisions.cli.checking import Json, Output
from mkdocs_decisions.cli.terminal import (
    Place,
    as_json_text,
    coloured,
    complain,
    console,
    emit,
    say,
    say_json,
    say_table,
)
from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.record import Status


class ForeignFormat(StrEnum):
    """Formats of records that are not ours."""

    AUTO = "auto"


def list_(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of records of another format.")
    ] = None,
    status: Annotated[Status | None, typer.Option(help="Only records of this status.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only records with this tag.")] = None,
    governs: Annotated[
        str | None, typer.Option(help="Only records that govern a symbol with this text.")
    ] = None,
    format_in: Annotated[
        ForeignFormat | None, typer.Option(help="Read the records of DIR, whatever their format.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the records."""
    from mkdocs_decisions import listing

    if (folder is None) != (format_in is None):
        raise typer.BadParameter("--format-in and DIR go together", param_hint="--format-in")
    if folder is not None:
        if tag is not None or governs is not None:
            raise typer.BadParameter(
                "records of other formats are listed by --status only", param_hint="--format-in"
            )
        _list_foreign(folder, status, as_json)
        return
    place: Place = context.obj
    rows = listing.list_records(place.project(), status=status, tag=tag, governs=governs)
    if as_json:
        say_json(rows)
        return
    head = ("Id", "Status", "Date", "Title", "Answer")
    for row in rows:
        row["status"] = row["status"] or ("" if row["readable"] else "unreadable")
    say_table(head, [[row[key.lower()] or "" for key in head] for row in rows])


def _list_foreign(folder: Path, status: Status | None, as_json: bool) -> None:
    from mkdocs_decisions.listing import list_foreign

    data = list_foreign(folder, status)
    if as_json:
        say_json(data)
        return
    head = ("Id", "Status", "Date", "Title", "Relations", "Not told")
    rows = [
        [
            *(row[key] or "" for key in ("id", "status", "date", "title")),
            ", ".join(f"{each['kind']} {each['target']}" for each in row["relations"]),
            "; ".join(map(_unknown, row["unknowns"])),
        ]
        for row in data["records"]
    ]
    say_table(head, rows)
    for each in data["skipped"]:
        complain(f"not read: {each['path']}: {each['reason']}")


def _unknown(each: dict[str, Any]) -> str:
    """What a foreign record does not tell, on which line, and why."""
    line = "" if each["line"] is None else f" (line {each['line']})"
    return f"{each['field']}{line}: {each['reason']}"


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
    data = show_record(project, find(project, place.record(id_)))
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


def where(
    context: typer.Context,
    asked: Annotated[
        str, typer.Argument(metavar="SYMBOL|FILE:LINE", help="Which code the question is about.")
    ],
    as_json: Json = False,
) -> None:
    """Say which records govern a symbol, or one around or inside it."""
    from mkdocs_decisions import listing

    place: Place = context.obj
    data = listing.where(place.project(), place.within(asked))
    if as_json:
        say_json(data)
        return
    say(f"{visible(data['symbol'])} ({visible(data['path'])}:{data['line']})")
    rows = [
        [row["id"], row["status"] or "", row["how"], row["symbol"], row["note"] or row["title"]]
        for row in data["records"]
    ]
    say_table(("Id", "Status", "Governs", "Symbol", "Note"), rows)
    for mark in data["marks"]:
        say(f"ADR-{mark['id']} is marked at {visible(mark['path'])}:{mark['line']}")
    if not rows and not data["marks"]:
        say("no record governs it")


class Drawing(StrEnum):
    """How the graph is written."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    JSON = "json"


def graph(
    context: typer.Context,
    format_: Annotated[
        Drawing, typer.Option("--format", "-f", help="How to write it.")
    ] = Drawing.MERMAID,
    output: Output = None,
) -> None:
    """Write the graph of the relations between the records."""
    from mkdocs_decisions import graph as graphs

    place: Place = context.obj
    made = graphs.graph_of(place.project().records)
    if format_ is Drawing.SVG:
        from mkdocs_decisions.drawing import svg

        emit(svg(made, alone=True), output)
    elif format_ is Drawing.JSON:
        emit(as_json_text(made.to_json()), output)
    else:
        emit(graphs.mermaid(made) if format_ is Drawing.MERMAID else graphs.dot(made), output)


def enter(app: typer.Typer) -> None:
    """Enter the commands of this group."""
    app.command("list")(list_)
    app.command()(show)
    app.command()(where)
    app.command()(graph)
