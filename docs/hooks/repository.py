"""Links between the files of the repository, made to work on the site as they do on a forge.

Plain functions on Markdown text. A link is written relative to its own file, as a forge wants
it; here it becomes the site's page for that file, or the file on the forge if it has no page.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT_PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
"""Files at the root of the repository that are pages of the site too."""
TOOL_PAGES = {"decisions/CHANGELOG.md": "decisions-tool/changelog.md"}
TOOL_FOLDER, TOOL_PLACE = "decisions/docs/", "decisions-tool/"
"""Where the pages about the tool for decision records are, and where the site shows them."""

_FENCE = re.compile(r"^[\s>]*(?P<mark>`{3,}|~{3,})(?P<rest>.*)$")
_CODE = r"(?P<tick>`+)(?!`).*?(?<!`)(?P=tick)(?!`)"
_LINK = re.compile(rf"{_CODE}|(?P<open>\]\(<?)(?P<to>[^)>\s]+)")
_REFERENCE = re.compile(r"^(?P<open> {0,3}\[[^\]]+\]:\s+<?)(?P<to>[^\s>]+)")


class LinkError(ValueError):
    """A link leads to a file that is not there."""


@dataclass(frozen=True)
class Repository:
    """Where the files are, and where the forge shows them."""

    root: Path
    forge: str
    branch: str = "main"

    def page_of(self, file: str) -> str | None:
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

    def tool_pages(self) -> dict[str, str]:
        """The files about the tool for decision records that are there, with their pages."""
        paths = [
            *sorted((self.root / TOOL_FOLDER).rglob("*.md")),
            *map(self.root.joinpath, TOOL_PAGES),
        ]
        files = [path.relative_to(self.root).as_posix() for path in paths if path.is_file()]
        return {file: page for file in files if (page := self.page_of(file))}

    def on_forge(self, file: str) -> str:
        """The address of a file, or a folder, on the forge.

        Raises:
            LinkError: It is not there.
        """
        path = self.root / file
        if not path.exists():
            raise LinkError(f"{file} is not there")
        return f"{self.forge}/{'tree' if path.is_dir() else 'blob'}/{self.branch}/{file}"

    def link(self, to: str, *, source: str, page: str) -> str:
        """What a link of the file `source` must say on the page `page`.

        Raises:
            LinkError: It leads to a file that is not there, or out of the repository.
        """
        if to.startswith(("#", "/")) or urlsplit(to).scheme:
            return to
        path, hash_, anchor = to.partition("#")
        file = posixpath.normpath(str(PurePosixPath(source).parent / path))
        target = self.page_of(file)
        if target is None:
            try:
                return self.on_forge(file) + hash_ + anchor
            except LinkError as error:
                raise LinkError(f"{source}: the link to {to} is broken: {error}") from None
        return posixpath.relpath(target, posixpath.dirname(page) or ".") + hash_ + anchor

    def rewrite(self, markdown: str, *, source: str, page: str) -> str:
        """Rewrite every link of a Markdown text that stands in `source` and is shown on `page`.

        Raises:
            LinkError: A link leads to a file that is not there.
        """
        return map_links(markdown, lambda to: self.link(to, source=source, page=page))


def map_links(markdown: str, change: Callable[[str], str]) -> str:
    """Replace the target of every link and image; code, fenced or inline, is left alone."""

    def changed(match: re.Match[str]) -> str:
        if match["to"] is None:
            return match[0]
        return match["open"] + change(match["to"])

    lines, fence = [], ""
    for line in markdown.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and match["mark"].startswith(fence) and not match["rest"].strip():
                fence = ""
        elif match and "`" not in match["rest"]:
            fence = match["mark"]
        else:
            line = _REFERENCE.sub(lambda m: m["open"] + change(m["to"]), line)
            line = _LINK.sub(changed, line)
        lines.append(line)
    return "\n".join(lines)
