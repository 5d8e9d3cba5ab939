"""Where the site shows the files of the repository.

How a link is rewritten stands in `mkdocs_decisions.site.links`; here is what leads where. The pages
of the decision records are told by the plugin that makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_decisions.site.links import Forge, Links
from mkdocs_decisions.tree import Folder

if TYPE_CHECKING:
    from pathlib import Path

ROOT_PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
"""Files at the root of the repository that are pages of the site too."""
TOOL_PAGES = {"decisions/CHANGELOG.md": "decisions-tool/changelog.md"}
TOOL_FOLDER, TOOL_PLACE = "decisions/docs/", "decisions-tool/"
"""Where the pages about the tool for decision records are, and where the site shows them."""


class LinkError(ValueError):
    """A link leads to a file that is not there."""


def page_of(file: str) -> str | None:
    """The page of the site that shows a file of the repository, if there is one."""
    if file in ROOT_PAGES:
        return ROOT_PAGES[file]
    if file in TOOL_PAGES:
        return TOOL_PAGES[file]
    if file.startswith(TOOL_FOLDER) and file.endswith(".md"):
        return TOOL_PLACE + file.removeprefix(TOOL_FOLDER)
    folder, _, name = file.partition("/")
    if folder == "docs":
        return name
    if folder == "adr" and name.endswith(".md") and "/" not in name:
        return "decisions/index.md" if name == "README.md" else f"decisions/{name}"
    return None


def tool_pages(root: Path) -> dict[str, str]:
    """The files about the tool for decision records that are there, with their pages."""
    paths = [*sorted((root / TOOL_FOLDER).rglob("*.md")), *map(root.joinpath, TOOL_PAGES)]
    files = [path.relative_to(root).as_posix() for path in paths if path.is_file()]
    return {file: page for file in files if (page := page_of(file))}


def rewrite(markdown: str, *, root: Path, forge: str, source: str, page: str) -> str:
    """Rewrite every link of a text that stands in the file `source` and is shown on `page`.

    Raises:
        LinkError: A link leads to a file that is not there; the message names file and line.
    """
    links = Links(Folder(root), Forge(forge), page_of)
    text = links.rewrite(markdown, source=source, page=page)
    if links.problems:
        first = links.problems[0]
        raise LinkError(f"{first.path}:{first.line}: {first.message}")
    return text
