"""Writes a report in the format that was asked for. Each format has a file of its own."""

from __future__ import annotations

from mkdocs_decisions.problems import Report
from mkdocs_decisions.tree import Tree

FORMATS = ("text", "json", "github", "sarif")


def render(
    report: Report,
    format_: str = "text",
    *,
    color: bool = False,
    tree: Tree | None = None,
    prefix: str = "",
) -> str:
    """A report as a text that ends with a newline.

    Args:
        report: What was found.
        format_: One of `FORMATS`.
        color: Whether a text has colours.
        tree: The files that the findings are about; with them, SARIF says how to mend a text.
        prefix: Path of the project in its repository, with `/` at its end: a forge names files
            from the root of the repository.
    """
    if format_ == "json":
        from mkdocs_decisions.output.json_ import to_json

        return to_json(report)
    if format_ == "github":
        from mkdocs_decisions.output.github import workflow_commands

        return workflow_commands(report, prefix)
    if format_ == "sarif":
        from mkdocs_decisions.output.sarif import sarif

        return sarif(report, tree, prefix)
    if format_ != "text":
        raise ValueError(f"there is no format {format_!r}")
    from mkdocs_decisions.output.text import text

    return text(report, color=color)
