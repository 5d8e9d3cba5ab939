"""Commands about rules and what they find: check, explain, schema."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mkdocs_decisions.cli.terminal import (
    Place,
    as_json_text,
    coloured,
    complain,
    emit,
    progress,
    say,
    say_json,
    say_table,
)
from mkdocs_decisions.problems import DecisionsError

if TYPE_CHECKING:
    from mkdocs_decisions.problems import Report
    from mkdocs_decisions.project import Project


ROUNDS = 10
"""How often fixes are made: one may uncover another."""


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file, not to the terminal.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Remember nothing between runs.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def check(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Report on these files and folders only.")
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="How to write it.")
    ] = Format.TEXT,
    output: Output = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what has one answer only.")] = False,
    base: Annotated[
        str | None, typer.Option(help="Revision before the change; usually the one configured.")
    ] = None,
    no_cache: NoCache = False,
    select: Annotated[
        list[str] | None, typer.Option(help="Run only this rule, or family such as ADR3.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Leave out this rule, or family such as ADR3.")
    ] = None,
) -> None:
    """Check the records, and the code and tests that they name."""
    from mkdocs_decisions.output import render

    place: Place = context.obj
    codes = _codes(select or [], ignore or [])

    def run() -> tuple[Project, Report]:
        with progress("checking"):
            return _checked(place, paths or [], base, codes, cache=not no_cache)

    project, report = run()
    if fix:
        project, report = _mended(place.root, project, report, run)
    color = output is None and coloured(sys.stdout)
    prefix = place.prefix(format_.value)
    emit(render(report, format_.value, color=color, tree=project.tree, prefix=prefix), output)
    raise typer.Exit(1 if report.failed else 0)


def _checked(
    place: Place, paths: list[Path], base: str | None, codes: list[str] | None, *, cache: bool
) -> tuple[Project, Report]:
    from mkdocs_decisions.check import check as run
    from mkdocs_decisions.git import with_base

    project = place.project(cache=cache)
    only = _within(place.root, paths)
    project = with_base(project, base)
    return project, run(project, only=only, codes=codes)


def _mended(
    root: Path, project: Project, report: Report, run: Callable[[], tuple[Project, Report]]
) -> tuple[Project, Report]:
    """Make the fixes that a report offers, and check again, until none changes a file."""
    from mkdocs_decisions.fixes import apply

    mended, refused, changed = 0, [], True
    for _ in range(ROUNDS):
        done = apply([each.problem for each in report.findings], root)
        refused, changed = done.refused, bool(done.changed)
        if not changed:
            break
        mended += len(done.mended)
        project, report = run()
    for each in refused:
        place = f"{each.problem.path}:{each.problem.line}"
        complain(f"not mended: {place}: {each.why}")
    complain(f"mended {mended}")
    return project, report


def _codes(select: list[str], ignore: list[str]) -> list[str] | None:
    """The codes to run, families written out. A code that is none stays: the check refuses it."""
    from mkdocs_decisions.rules import catalogue

    def written_out(names: list[str]) -> list[str]:
        found = []
        for name in (part.strip().upper() for each in names for part in each.split(",")):
            found += [code for code in catalogue() if name and code.startswith(name)] or [name]
        return found

    if not select and not ignore:
        return None
    left_out = written_out(ignore)
    unknown = [code for code in left_out if code not in catalogue()]
    wanted = written_out(select) if select else list(catalogue())
    return [*unknown, *(code for code in wanted if code not in left_out)]


def _within(root: Path, paths: list[Path]) -> list[str] | None:
    """Files and folders, relative to the root of the project. A link is taken as itself."""
    if not paths:
        return None
    found: list[str] = []
    for path in paths:
        full = path.absolute()
        full = full.resolve() if full.is_dir() else full.parent.resolve() / full.name
        if not (full.exists() or full.is_symlink()) or not full.is_relative_to(root):
            raise DecisionsError(
                "ADR012", f"there is no {path} in the project", "name a file or folder inside of it"
            )
        found.append(full.relative_to(root).as_posix())
    return found


def explain(
    code: Annotated[str | None, typer.Argument(help="Code or name of a rule; all if none.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a rule is about, why, and how to mend what it finds."""
    import difflib

    from mkdocs_decisions.rules import catalogue
    from mkdocs_decisions.rules import explain as find

    if code is None:
        rules = list(catalogue().values())
        if as_json:
            say_json([{"code": e.code, "name": e.name, "summary": e.summary} for e in rules])
        else:
            say_table(("Code", "Name", "What"), [(e.code, e.name, e.summary) for e in rules])
        return
    rule = find(code)
    if rule is None:
        known = [*catalogue(), *(each.name for each in catalogue().values())]
        near = difflib.get_close_matches(code.upper(), known, 1) or difflib.get_close_matches(
            code.lower(), known, 1
        )
        mend = f"did you mean {near[0]}?" if near else "`decisions explain` lists the rules"
        if code.upper().startswith("ADR0"):
            mend = "it is an error, which says in its second line how to mend it"
        raise DecisionsError("ADR003", f"there is no rule {code!r}", mend)
    if as_json:
        keys = ("code", "name", "family", "scope", "fixable", "summary", "text")
        say_json({"severity": rule.severity.value, **{key: getattr(rule, key) for key in keys}})
        return
    traits = [rule.family, rule.severity.value, *(["--fix mends it"] if rule.fixable else [])]
    text = f"# {rule.code} {rule.name}\n\n{' · '.join(traits)}\n\n{rule.text}\n"
    if coloured(sys.stdout):
        from rich.markdown import Markdown

        from mkdocs_decisions.cli.terminal import console

        console(sys.stdout).print(Markdown(text))
    else:
        say(text)


def schema(
    context: typer.Context,
    config: Annotated[
        bool, typer.Option("--config", help="That of [tool.decisions] in pyproject.toml.")
    ] = False,
    output: Output = None,
) -> None:
    """Print the JSON Schema of the front matter of a record, with the project's tags."""
    from mkdocs_decisions.schema import config_schema, record_schema

    if config:
        emit(as_json_text(config_schema()), output)
        return
    place: Place = context.obj
    emit(as_json_text(record_schema(place.project(begins=True).settings.tags)), output)


def enter(app: typer.Typer) -> None:
    """Enter the commands of this group."""
    app.command()(check)
    app.command()(explain)
    app.command()(schema)
