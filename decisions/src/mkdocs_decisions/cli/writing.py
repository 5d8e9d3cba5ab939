"""Commands that write records: new, accept, reject, deprecate, supersede, renumber."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from mkdocs_decisions.cli.checking import Json
from mkdocs_decisions.cli.terminal import Place, complain, say, say_json
from mkdocs_decisions.output.escaping import visible

Id = Annotated[str, typer.Argument(metavar="ID", help="Number of the record: 3, 0003, ADR-0003.")]
Answer = Annotated[
    str | None, typer.Option(help="What was decided and why, in one line, if not in the record.")
]


def new(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="Title of the record, without a number.")],
    supersedes: Annotated[
        list[str] | None, typer.Option(help="Record that it is to take the place of.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="What asked for it: an issue, a pull request, a meeting.")
    ] = None,
    governs: Annotated[
        list[str] | None, typer.Option(help="Symbol that it is about, package.module.name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Begin a record, with the next number that is free on every branch."""
    from mkdocs_decisions.authoring import new as begin

    place: Place = context.obj
    project = place.project(begins=True)
    path = begin(
        project,
        place.root,
        title,
        supersedes=[place.record(each) for each in supersedes or ()],
        source=source,
        governs=governs or (),
    )
    if as_json:
        say_json({"path": path})
    else:
        say(visible(path))


def accept(context: typer.Context, id_: Id, answer: Answer = None, as_json: Json = False) -> None:
    """Accept a proposed record. What it supersedes becomes superseded."""
    from mkdocs_decisions import authoring

    place: Place = context.obj
    _tell_changed(authoring.accept(place.project(), place.root, place.record(id_), answer), as_json)


def reject(context: typer.Context, id_: Id, answer: Answer = None, as_json: Json = False) -> None:
    """Reject a proposed record. It stays, so that the question is not asked again."""
    from mkdocs_decisions import authoring

    place: Place = context.obj
    _tell_changed(authoring.reject(place.project(), place.root, place.record(id_), answer), as_json)


def deprecate(context: typer.Context, id_: Id, as_json: Json = False) -> None:
    """Deprecate an accepted record: nothing takes its place, and it is not followed any more."""
    from mkdocs_decisions import authoring

    place: Place = context.obj
    _tell_changed(authoring.deprecate(place.project(), place.root, place.record(id_)), as_json)


def supersede(
    context: typer.Context,
    id_: Id,
    by: Annotated[str, typer.Option(metavar="ID", help="The accepted record that replaces it.")],
    as_json: Json = False,
) -> None:
    """Let an accepted record take the place of another one. Both are edited."""
    from mkdocs_decisions import authoring

    place: Place = context.obj
    older, newer = place.record(id_), place.record(by)
    _tell_changed(authoring.supersede(place.project(), place.root, older, newer), as_json)


def renumber(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="The record, by its number or file.")],
    to: Annotated[
        str | None, typer.Argument(metavar="NEW", help="New number; usually the next one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Give a record another number, and repair every citation of it."""
    from mkdocs_decisions import renumbering

    place: Place = context.obj
    done = renumbering.renumber(place.project(), place.root, place.record(id_), to)
    if as_json:
        say_json(asdict(done))
        return
    for old, new_path in {done.old: done.new, **done.moved}.items():
        say(f"{visible(old)} -> {visible(new_path)}")
    for path in done.changed:
        if path != done.old and path not in done.moved:
            say(visible(path))
    for note in done.notes:
        complain(f"not repaired: {note.path}:{note.line}: {note.what}: {note.why}")


def _tell_changed(paths: list[str], as_json: bool) -> None:
    if as_json:
        say_json({"changed": paths})
    else:
        for path in paths:
            say(visible(path))


def enter(app: typer.Typer) -> None:
    """Enter the commands of this group."""
    for command in (new, accept, reject, deprecate, supersede, renumber):
        app.command()(command)
