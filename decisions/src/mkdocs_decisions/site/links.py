"""Links between the files of a repository, made to work on the site as they do on a forge.

A link is written relative to its own file, as a forge wants it; here it becomes the site's page of
that file, or the file on the forge if it has no page.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from mkdocs_decisions.problems import Problem
from mkdocs_decisions.tree import Tree

_FENCE = re.compile(r"^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(?P<mark>`{3,}|~{3,})(?P<rest>.*)$")
_CODE = r"(?P<tick>`+)(?!`).*?(?<!`)(?P=tick)(?!`)"
_LINK = re.compile(rf"{_CODE}|(?P<open>\]\(<?)(?P<to>[^)>\s]+)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOWHERE = "about:blank"
"""Where a link leads that is no address, or to a file that the site's readers can't be shown."""
_TO_NOWHERE = re.compile(rf"!?\[(?P<text>[^\[\]]*)\]\(<?{_NOWHERE}[^)]*\)")
_REFERENCE = re.compile(r"^(?P<open> {0,3}\[[^\]]+\]:\s+<?)(?P<to>[^\s>]+)")


def map_links(markdown: str, change: Callable[[str, int], str], first_line: int = 1) -> str:
    """Replace the target of every link and image; code, fenced or inline, is left alone.

    Args:
        markdown: The text.
        change: Makes the new target from the old one and its line.
        first_line: Line of the first line of the text.
    """
    lines = []
    for number, (line, fenced) in enumerate(with_fences(markdown), start=first_line):
        if not fenced:

            def changed(match: re.Match[str], number: int = number) -> str:
                return (
                    match[0] if match["to"] is None else match["open"] + change(match["to"], number)
                )

            line = _LINK.sub(changed, _REFERENCE.sub(changed, line))
        lines.append(line)
    return "\n".join(lines)


def has_scheme(to: str) -> bool:
    """Whether a link begins with a scheme, such as https, and so is none to a file."""
    return _SCHEME.match(to) is not None


def _is_address(to: str) -> bool:
    """Whether generators of sites can read it: they end in a traceback if not."""
    try:
        urlsplit(to)
    except ValueError:
        return False
    return True


def with_fences(markdown: str) -> list[tuple[str, bool]]:
    """The lines of a text, and whether each belongs to a fenced block."""
    lines, fence = [], ""
    for line in markdown.split("\n"):
        match = _FENCE.match(line)
        opens = not fence and match is not None and "`" not in match["rest"]
        lines.append((line, bool(fence) or opens))
        if opens and match is not None:
            fence = match["mark"]
        elif fence and match and match["mark"].startswith(fence) and not match["rest"].strip():
            fence = ""
    return lines


@dataclass(frozen=True, slots=True)
class Forge:
    """Where the files of the repository can be read by anybody.

    Attributes:
        address: Address of the repository; empty if there is none.
        branch: The branch that is shown.
    """

    address: str = ""
    branch: str = "main"

    def file(self, path: str, *, folder: bool = False, lines: tuple[int, int] | None = None) -> str:
        """The address of a file or folder; empty if the repository has none."""
        if not self.address:
            return ""
        place = f"#L{lines[0]}-L{lines[1]}" if lines else ""
        return f"{self.address}/{'tree' if folder else 'blob'}/{self.branch}/{path}{place}"

    def edit(self, path: str) -> str:
        """Where a file can be edited; empty if the repository has no address."""
        return f"{self.address}/edit/{self.branch}/{path}" if self.address else ""

    def commit(self, commit: str) -> str:
        """The address of a commit; empty if the repository has none."""
        return f"{self.address}/commit/{commit}" if self.address else ""


@dataclass(slots=True)
class Links:
    """Where links lead.

    Attributes:
        tree: The files of the repository.
        forge: Where files without a page are shown.
        pages: The page of the site for a file of the repository, where there is one.
        problems: Broken links that were come across.
    """

    tree: Tree
    forge: Forge
    pages: Callable[[str], str | None]
    problems: list[Problem] = field(default_factory=list)

    def rewrite(self, markdown: str, *, source: str, page: str, first_line: int = 1) -> str:
        """Rewrite every link of a text that stands in the file `source` and is shown on `page`."""
        text = map_links(
            markdown,
            lambda to, line: self.target(to, source=source, page=page, line=line),
            first_line,
        )
        return _TO_NOWHERE.sub(lambda match: match["text"], text) if _NOWHERE in text else text

    def target(self, to: str, *, source: str, page: str, line: int) -> str:
        """What a link of the file `source` must say on `page`."""
        if not _is_address(to):
            self.problems.append(Problem(source, line, 1, f"{to} is no address", "mend the link"))
            return _NOWHERE
        if to.startswith(("#", "/")) or has_scheme(to):
            return to
        path, hash_, anchor = to.partition("#")
        file = posixpath.normpath(str(PurePosixPath(source).parent / unquote(path)))
        if shown := self.pages(file):
            return posixpath.relpath(shown, posixpath.dirname(page) or ".") + hash_ + anchor
        if not self.tree.exists(file):
            what = f"the link to {to} is broken: {file} is not there"
            self.problems.append(Problem(source, line, 1, what, "mend the link"))
            return to
        return self.on_forge(file) + hash_ + anchor if self.forge.address else _NOWHERE

    def on_forge(self, file: str) -> str:
        """The address of a file or folder on the forge."""
        return self.forge.file(file, folder=is_folder(self.tree, file))


def is_folder(tree: Tree, path: str) -> bool:
    """Whether a path that is there is a folder."""
    try:
        tree.read(path)
    except OSError:
        return True
    return False
