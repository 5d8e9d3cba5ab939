"""The symbols of the packages under review, told from their source. Nothing is imported or run.

This file holds the public face, `Symbols`. How a module is read is in `table`, how a name is
followed through imports in `resolve`, what code means in `meaning`, where a symbol went in `moves`,
and what a symbol uses in `near`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import meaning as meanings
from mkdocs_decisions.symbols.model import (
    Kind,
    Move,
    NotStatic,
    Symbol,
    SymbolError,
    SymbolNotFound,
    Unreadable,
)
from mkdocs_decisions.symbols.moves import moved, moved_within
from mkdocs_decisions.symbols.near import callees
from mkdocs_decisions.symbols.resolve import Place, Resolver
from mkdocs_decisions.symbols.source import Sources, line_starts
from mkdocs_decisions.symbols.table import Definition, counting, parse
from mkdocs_decisions.tree import Tree

__all__ = [
    "Move",
    "NotStatic",
    "Symbol",
    "SymbolError",
    "SymbolNotFound",
    "Symbols",
    "Unreadable",
    "moved",
    "moved_within",
]

_SCOPES = ("class", "module", "package")


class Symbols:
    """The symbols of some packages in one tree.

    Args:
        tree: Where the files are read from.
        packages: Import name of each package, with the folder that it lies in.
        cache: What is remembered of files that were read before.
    """

    def __init__(self, tree: Tree, packages: Mapping[str, str], cache: Cache) -> None:
        self.sources = Sources(tree, packages, cache)
        self.resolver = Resolver(self.sources)
        self._symbols: dict[str, Symbol] = {}

    def find(self, name: str) -> Symbol:
        """The symbol of a dotted name, wherever imports and base classes lead.

        Raises:
            SymbolNotFound: There is none.
            NotStatic: It may be made at run time, or lie outside of the packages.
            Unreadable: A file that is needed can't be read.
        """
        if name not in self._symbols:
            self._symbols[name] = self._symbol(self.resolver.locate(name), name)
        return self._symbols[name]

    def _symbol(self, place: Place, asked: str) -> Symbol:
        path = place.module.path
        if place.entry is None:
            end = max(1, self.sources.table(path)["lines"])
            kind = cast("Kind", place.kind)
            alias = place.name != asked
            return Symbol(place.name, asked, path, 1, end, kind, alias, ((1, end),))
        entry = place.entry
        alias = place.name != asked or entry.kind == "alias"
        kind = cast("Kind", "variable" if entry.kind == "alias" else entry.kind)
        parts = tuple((first, last) for first, last in entry.parts)
        return Symbol(place.name, asked, path, entry.line, entry.end_line, kind, alias, parts)

    def text(self, path: str) -> str:
        """The text of a file of the packages, with its newlines as they are.

        Raises:
            Unreadable: It can't be read or decoded.
        """
        return self.sources.text(path)

    def source(self, symbol: Symbol) -> str:
        """The text of a symbol, decorators included; of several definitions, all of them.

        Raises:
            Unreadable: Its file can't be read.
        """
        if symbol.kind == "package" and not symbol.path.endswith((".py", ".pyi")):
            return ""
        text = self.text(symbol.path)
        return "".join(text[start:end] for start, end in self.spans(symbol))

    def span(self, symbol: Symbol) -> tuple[int, int]:
        """Offsets in `text(symbol.path)` of the start and end of the definition that counts."""
        starts = line_starts(self.text(symbol.path))
        return starts[symbol.line - 1], starts[min(symbol.end_line, len(starts) - 1)]

    def spans(self, symbol: Symbol) -> list[tuple[int, int]]:
        """Offsets of each of its definitions, such as a property and its setter."""
        starts = line_starts(self.text(symbol.path))
        last = len(starts) - 1
        return [(starts[first - 1], starts[min(end, last)]) for first, end in symbol.parts]

    def group(self, symbol: Symbol) -> list[Definition]:
        """The definitions that make a symbol, with their nodes; none for a module."""
        found = self.sources.definitions(symbol.path)
        return counting(found[self._qual(symbol)])

    def _qual(self, symbol: Symbol) -> str:
        """The name of a symbol within its module; empty for the module."""
        if symbol.kind in ("module", "package"):
            return ""
        module = self.sources.by_path[symbol.path].name
        return symbol.name.removeprefix(f"{module}.")

    def nodes(self, symbol: Symbol) -> list[Any]:
        """The nodes that a symbol's meaning is taken from."""
        if self._qual(symbol):
            return [node for each in self.group(symbol) for node in each.nodes]
        if not symbol.path.endswith((".py", ".pyi")):
            return []
        self.sources.table(symbol.path)
        return [parse(self.sources.data(symbol.path))]

    def meaning(self, symbol: Symbol) -> str:
        """SHA-256 of what a symbol means: its syntax without docstrings, comments and formatting.

        Raises:
            Unreadable: Its file can't be read.
        """
        name = self._qual(symbol)
        digest: str = self.sources.memo(
            "meaning", symbol.path, name, lambda: meanings.meaning(self.nodes(symbol))
        )
        return digest

    def interface(self, symbol: Symbol) -> str:
        """SHA-256 of what users of a symbol see of it, without any body.

        Raises:
            Unreadable: Its file can't be read.
        """
        name = self._qual(symbol)

        def compute() -> str:
            members = self._own_public(symbol) if symbol.kind in _SCOPES else []
            # The order of fields is that of a constructor's parameters; that of methods is free.
            members.sort(key=lambda each: "" if each.kind == "attribute" else each.name)
            inner = [(each.last_name, self.interface(each)) for each in members]
            return meanings.interface(self.group(symbol) if name else [], inner)

        digest: str = self.sources.memo("interface", symbol.path, name, compute)
        return digest

    def _own_public(self, symbol: Symbol) -> list[Symbol]:
        """The public members that a class or module defines itself."""
        place = self.resolver.locate(symbol.name)
        found: list[Symbol] = []
        for part in self.resolver.members(place):
            qual = f"{place.qual}.{part}" if place.qual else part
            entry = self.sources.entry(symbol.path, qual)
            if entry and entry.kind != "alias" and meanings.is_public_member(part):
                found.append(self._symbol(Place(place.module, qual, entry), f"{place.name}.{part}"))
        return found

    def callees(self, symbol: Symbol) -> set[str]:
        """The functions, methods and classes of its own module that a symbol uses, at any depth.

        Raises:
            Unreadable: Its file can't be read.
        """
        name = self._qual(symbol)
        used: list[str] = self.sources.memo(
            # Two modules of the same text have other names for what is in them.
            "callees",
            symbol.path,
            symbol.name,
            lambda: callees(self.sources, self.resolver, symbol, name),
        )
        return set(used)

    def public(self, name: str) -> list[Symbol]:
        """The public symbols of a module or class: those of `__all__`, or those without underscore.

        Imports are public if `__all__` names them.

        Raises:
            SymbolError: There is no such module or class.
        """
        place = self.resolver.locate(name)
        if place.entry is not None:
            return self._own_public(self._symbol(place, name))
        exported = self.sources.table(place.module.path)["all"]
        if exported is None:
            own = self._own_public(self._symbol(place, place.name))
            return [each for each in own if not each.last_name.startswith("_")]
        found: list[Symbol] = []
        for part in exported:
            try:
                found.append(self.find(f"{place.name}.{part}"))
            except SymbolError:
                continue
        return found

    def is_public(self, name: str) -> bool:
        """Whether a symbol is meant for users: no part of its name has a leading underscore."""
        return all(meanings.is_public_member(part) for part in name.split("."))

    def modules(self) -> Iterator[Symbol]:
        """The modules of the packages that have a source and can be parsed, by their name."""
        for module in self.sources.python_files():
            try:
                yield self._symbol(Place(module), module.name)
            except Unreadable:
                continue

    def unreadable(self) -> list[Unreadable]:
        """The modules that can't be read or parsed, with the reason."""
        found: list[Unreadable] = []
        for module in self.sources.python_files():
            try:
                self.sources.table(module.path)
            except Unreadable as error:
                found.append(error)
        return found

    def build_all(self) -> int:
        """Read the table of every module; the number of names that they define."""
        count = 0
        for module in self.sources.python_files():
            try:
                count += len(self.sources.table(module.path)["names"])
            except Unreadable:
                continue
        return count

    def table(self, path: str) -> dict[str, Any]:
        """What a module defines, as JSON. See `symbols.table.table`.

        Raises:
            Unreadable: It can't be read or parsed.
        """
        return self.sources.table(path)

    def at(self, path: str, line: int) -> Symbol | None:
        """The innermost definition around a line, or its module.

        Raises:
            Unreadable: The file can't be read or parsed.
        """
        module = self.sources.by_path.get(path)
        if module is None or self.sources.modules.get(module.name) is not module:
            return None
        table = self.sources.table(path)
        if not 1 <= line <= max(1, table["lines"]):
            return None
        best: tuple[int, str] | None = None
        for qual, entry in table["names"].items():
            for first, last in entry[3] if entry[0] != "alias" else ():
                if first <= line <= last and (best is None or last - first <= best[0]):
                    best = (last - first, qual)
        if best is None:
            return self._symbol(Place(module), module.name)
        entry = self.sources.entry(path, best[1])
        return self._symbol(Place(module, best[1], entry), f"{module.name}.{best[1]}")
