"""Commands that run, compare or stage something: prove, refresh, review, export."""

from __future__ import annotations

import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mkdocs_decisions.cli.checking import Format, NoCache, Output
from mkdocs_decisions.cli.terminal import Place, coloured, complain, emit, progress, say
from mkdocs_decisions.output.escaping import visible
from mkdocs_decisions.problems import Report

if TYPE_CHECKING:
    from mkdocs_decisions.prove import ProofReport

Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="Records; usually all in force.")
]


def prove(
    context: typer.Context,
    ids: Ids = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Only what is new, or changed since it was seen.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Processes at a time.")
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="How to write it.")
    ] = Format.TEXT,
    output: Output = None,
) -> None:
    """See the tests of records pass, and fail when the code is broken as the records say."""
    from mkdocs_decisions.prove import prove as run

    place: Place = context.obj
    named = [place.record(each) for each in ids or ()] or None
    with progress("proving") as report:
        done = run(place.project(cache=False), named, stale=stale, jobs=jobs, on_progress=report)
    text = _rendered(place, Report(done.findings, done.notes, done.records), format_, output)
    emit(text + _proved(done) if format_ is Format.TEXT else text, output)
    raise typer.Exit(1 if done.failed else 0)


def _proved(done: ProofReport) -> str:
    """One line that sums up: how many of each kind ended how."""
    counted = Counter((each.kind, str(each.outcome)) for each in done.results)
    parts = [
        f"{number} {kind}{'' if number == 1 else 's'} {outcome}"
        for (kind, outcome), number in sorted(counted.items())
    ]
    return f"proofs: {', '.join(parts) or 'none'}\n"


def refresh(
    context: typer.Context,
    ids: Ids = None,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="How to write it.")
    ] = Format.TEXT,
    output: Output = None,
) -> None:
    """Run the commands of evidence again, and write what they print beside the records."""
    from mkdocs_decisions.evidence import refresh as run

    place: Place = context.obj
    named = [place.record(each) for each in ids or ()] or None
    with progress("refreshing") as report:
        done = run(place.project(), named, on_progress=report)
    made = Report(done.findings, done.notes, len({each.record for each in done.results}))
    text = _rendered(place, made, format_, output)
    if format_ is Format.TEXT:
        lines = [f"{each.record} {each.id}: {each.outcome} {each.path}" for each in done.results]
        text = "".join(f"{visible(line)}\n" for line in lines) + text
    emit(text, output)
    raise typer.Exit(1 if done.failed else 0)


def _rendered(place: Place, report: Report, format_: Format, output: Path | None) -> str:
    from mkdocs_decisions.output import render

    color = output is None and coloured(sys.stdout)
    return render(report, format_.value, color=color, prefix=place.prefix(format_.value))


class ReviewFormat(StrEnum):
    """How a review is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def review(
    context: typer.Context,
    base: Annotated[
        str | None, typer.Option(help="Revision to merge into; usually the one configured.")
    ] = None,
    head: Annotated[
        str | None, typer.Option(help="Revision to review; the working tree if none.")
    ] = None,
    format_: Annotated[
        ReviewFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = ReviewFormat.TEXT,
    output: Output = None,
    no_cache: NoCache = False,
) -> None:
    """Say what a change does to decisions, and to the code and tests that they name."""
    from mkdocs_decisions.review import render_review, run_review

    place: Place = context.obj
    if base is None:
        base = place.project().settings.base
    with progress("reviewing"):
        found = run_review(place.root, base, head, cache=not no_cache)
    color = output is None and coloured(sys.stdout)
    emit(render_review(found, format_.value, color=color), output)
    raise typer.Exit(1 if found.failed else 0)


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the pages are written.")],
    address: Annotated[str, typer.Option(help="Address they will have, for the feed.")] = "",
    name: Annotated[str, typer.Option(help="Name of the project, for the feed.")] = "",
    branch: Annotated[str, typer.Option(help="Branch that links to the forge show.")] = "main",
) -> None:
    """Write the pages of the records as Markdown, for any generator of sites."""
    from mkdocs_decisions.site.export import export as stage

    place: Place = context.obj
    problems = stage(place.project(), folder, name=name, address=address, branch=branch)
    for each in problems:
        complain(f"{each.path}:{each.line}: {each.message}")
    say(f"the pages are in {visible(str(folder))}")


def enter(app: typer.Typer) -> None:
    """Enter the commands of this group."""
    for command in (prove, refresh, review, export):
        app.command()(command)
