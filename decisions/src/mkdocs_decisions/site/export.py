"""Stages the pages of the records in a folder, as Markdown for any generator of sites."""

from __future__ import annotations

import json
from pathlib import Path

from mkdocs_decisions.problems import DecisionsError, Problem
from mkdocs_decisions.project import Project
from mkdocs_decisions.site.links import Forge
from mkdocs_decisions.site.model import Options, Site
from mkdocs_decisions.site.pages import site_files

LIST = ".decisions-export.json"
"""File of the folder that lists what an export made."""


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

    Nothing is written if a record can't be read, or if a file is in the way that no earlier export
    made. What an earlier export made, and this one does not, is taken away.

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
        DecisionsError: A record can't be read; ADR040, the folder can't be written to; ADR041, a
            file in it is in the way.
    """
    options = Options(folder="", address=address, rules=rules)
    forge = Forge(project.settings.repository.rstrip("/"), branch)
    site = Site(project, forge, options)
    made = site_files(site, name or "Decision records")
    files = {each.path: each.text for each in made}
    try:
        _write(folder, files)
    except OSError as error:
        what = f"{folder} can't be written to: {error.strerror or error}"
        raise DecisionsError("ADR040", what, "name a folder that can be written to") from error
    return site.problems


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write the files, and the list of them that tells the next export what is its own."""
    ours = _listed(folder / LIST)
    for path in files:
        if path not in ours and (folder / path).exists():
            what = f"{folder / path} is in the way, and no export made it"
            raise DecisionsError("ADR041", what, "name another folder, or take the file away")
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")
    for path in ours - files.keys():
        (folder / path).unlink(missing_ok=True)
    (folder / LIST).write_text(json.dumps(sorted(files), indent=1) + "\n", encoding="utf-8")


def _listed(file: Path) -> set[str]:
    """The files that an earlier export says it made, if they lie below its folder."""
    try:
        names = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    root = file.parent.resolve()
    return {
        name
        for name in (names if isinstance(names, list) else ())
        if isinstance(name, str) and (root / name).resolve().is_relative_to(root)
    }
