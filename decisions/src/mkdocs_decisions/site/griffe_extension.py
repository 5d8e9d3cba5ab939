"""The way back from the API: a governed symbol says in its docstring which records are about it.

For `extensions` of mkdocstrings-python; the MkDocs plugin adds it by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import griffe

from mkdocs_decisions.project import Project, open_project
from mkdocs_decisions.record import Record, Status
from mkdocs_decisions.site.text import inline

IN_FORCE = (Status.PROPOSED, Status.ACCEPTED, Status.DEPRECATED)
"""Records whose symbols lead to them; what was rejected or superseded governs nothing any more."""


class DecisionsExtension(griffe.Extension):
    """Adds "Decided in ADR-0003" to the docstring of each governed symbol.

    Args:
        root: Root of the project that keeps the records.

    Raises:
        DecisionsError: Its configuration can't be read.
    """

    def __init__(self, root: str = ".") -> None:
        self._project: Project = open_project(Path(root))

    def on_package(self, *, pkg: griffe.Module, loader: griffe.GriffeLoader, **kwargs: Any) -> None:
        """Add the records to the symbols of a package. See `griffe.Extension`."""
        owners: dict[str, griffe.Object] = {}
        records: dict[str, dict[str, Record]] = defaultdict(dict)
        for name, governing in self._project.governing.items():
            owner = _find(pkg, name)
            for record in governing:
                if owner is not None and record.status in IN_FORCE:
                    owners[owner.path] = owner
                    records[owner.path][record.path] = record
        for path, owner in owners.items():
            held = sorted(records[path].values(), key=lambda record: record.id)
            owner.docstring = _Decided(owner.docstring, owner, decided_in(held))


def decided_in(records: Iterable[Record]) -> str:
    """The line that leads to some records, by anchors that every page can refer to."""
    names = [f"[{each.label}: {inline(each.title)}][{each.label.lower()}]" for each in records]
    return f'<span class="decisions-decided">Decided in {", ".join(names)}</span>'


def _find(package: griffe.Module, name: str) -> griffe.Object | None:
    """The object of a dotted name, where it is defined; None if the package has none."""
    if name == package.path:
        return package
    if not name.startswith(f"{package.path}."):
        return None
    try:
        found = package[name.removeprefix(f"{package.path}.")]
        owner = found.final_target if isinstance(found, griffe.Alias) else found
    except (KeyError, griffe.AliasResolutionError, griffe.CyclicAliasError):
        return None
    return owner if isinstance(owner, griffe.Object) else None


class _Decided(griffe.Docstring):
    """A docstring with a line behind its first text, in whatever style the rest is parsed."""

    def __init__(self, base: griffe.Docstring | None, owner: griffe.Object, line: str) -> None:
        super().__init__(
            base.value if base else "",
            lineno=base.lineno if base else None,
            endlineno=base.endlineno if base else None,
            parent=owner,
            parser=base.parser if base else None,
            parser_options=base.parser_options if base else None,
        )
        self._line = line

    def parse(self, *args: Any, **kwargs: Any) -> list[griffe.DocstringSection]:
        """The sections, with the line among them. See `griffe.Docstring.parse`."""
        sections = super().parse(*args, **kwargs) if self.value else []
        after = 1 if sections and sections[0].kind is griffe.DocstringSectionKind.text else 0
        sections.insert(after, griffe.DocstringSectionText(self._line))
        return sections
