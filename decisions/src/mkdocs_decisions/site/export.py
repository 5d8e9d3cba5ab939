"""Stages the pages of the records in a folder, as Markdown for any generator of sites."""

from __future__ import annotations

from pathlib import Path

from mkdocs_decisions.problems import DecisionsError, Problem
from mkdocs_decisions.project import Project
from mkdocs_decisions.site.links import Forge
from mkdocs_decisions.site.model import Options, Site
from mkdocs_decisions.site.pages import site_files


def export(
    project: Project,
    folder: Path,
    *,
    name: str = "",
    address: str = "",
    branch: str = "main",
    rules: bool = True,
) -> list[Problem]:
    """Write the pages of the records into a folder.

    Nothing is written if a record can't be read. Files of the folder that are in the way are
    overwritten, others are left alone.

    Args:
        project: The project.
        folder: Where to; it is made if it is not there.
        name: What the project is called, for the feed.
        address: Address under which the folder will be published, for the feed.
        branch: The branch that links to the forge show.
        rules: Whether to write a page for each rule.

    Returns:
        What is wrong with the records that were written, such as broken links.

    Raises:
        DecisionsError: A record can't be read; ADR040, the folder can't be written to.
    """
    options = Options(folder="", address=address, rules=rules)
    forge = Forge(project.settings.repository.rstrip("/"), branch)
    site = Site(project, forge, options)
    made = site_files(site, name or "Decision records")
    try:
        for each in made:
            path = folder / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(each.text, encoding="utf-8", newline="\n")
    except OSError as error:
        what = f"{folder} can't be written to: {error.strerror or error}"
        raise DecisionsError("ADR040", what, "name a folder that can be written to") from error
    return site.problems
