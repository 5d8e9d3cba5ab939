"""What a symbol uses of its own module, directly and through what it uses, as far as names tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mkdocs_decisions.symbols.model import Symbol, SymbolError
from mkdocs_decisions.symbols.resolve import Missing, Place, Resolver
from mkdocs_decisions.symbols.source import Sources

_USED = ("function", "method", "class")
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def callees(sources: Sources, resolver: Resolver, symbol: Symbol, name: str) -> list[str]:
    """The functions, methods and classes of its module that a symbol uses, sorted.

    Args:
        sources: The modules.
        resolver: Follows names.
        symbol: The symbol.
        name: Its name within its module; of a module itself nothing is near.
    """
    if not name:
        return []
    module = sources.by_path[symbol.path]
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        unit = waiting.pop()
        if unit in seen:
            continue
        seen.add(unit)
        entry = sources.entry(symbol.path, unit)
        if entry and entry.kind == "class":
            names = sources.table(symbol.path)["names"]
            waiting += [each for each in names if _owner(each) == unit]
        for used in _Unit(sources, resolver, Place(module, unit, entry)).uses():
            waiting.append(used.qual)
            if used.qual != name and not used.qual.startswith(f"{name}."):
                found.add(used.name)
    return sorted(found)


def _owner(qual: str) -> str:
    return qual.rpartition(".")[0]


class _Unit:
    """One definition whose names are followed: a function, or a class without its methods."""

    def __init__(self, sources: Sources, resolver: Resolver, place: Place) -> None:
        self.resolver = resolver
        self.place = place
        self.nodes = [
            node
            for each in sources.definitions(place.module.path).get(place.qual, [])
            for node in each.nodes
        ]
        owner = _owner(place.qual)
        entry = sources.entry(place.module.path, owner) if owner else None
        self.owner = Place(place.module, owner, entry) if entry and entry.kind == "class" else None

    def uses(self) -> Iterator[Place]:
        """The places in the same module that it names."""
        for root in self.nodes:
            own = _first_parameter(root) if self.owner else ""
            local = _bound(root) - {own}
            for names in _chains(root):
                for found in self._follow(names, own, local):
                    if found.kind in _USED and found.module is self.place.module:
                        yield found

    def _follow(self, names: list[str], own: str, local: set[str]) -> Iterator[Place]:
        first, *rest = names
        start: Place | None = None
        if self.owner and first in ("super", own):
            if not rest:
                return
            start = self.owner
            if first == "super":
                yield from self._inherited(rest[0])
                return
        elif first in local:
            return
        else:
            rest = names
            start = Place(self.place.module)
        yield from self._deepest(start, rest)

    def _inherited(self, name: str) -> Iterator[Place]:
        for each in self.resolver.lineage(self.owner)[1:] if self.owner else ():
            if isinstance(each, Place):
                yield from self._deepest(each, [name])
                return

    def _deepest(self, start: Place, names: list[str]) -> Iterator[Place]:
        """Of `Class.method` the method; of `function.attribute` the function."""
        found = start
        for name in names:
            try:
                found = self.resolver.followed(self.resolver.member(found, name))
            except (Missing, SymbolError):
                break
        if found is not start:
            yield found


def _first_parameter(node: ast.AST) -> str:
    if isinstance(node, _FUNCTION):
        arguments = [*node.args.posonlyargs, *node.args.args]
        return arguments[0].arg if arguments else ""
    return ""


def _bound(root: ast.AST) -> set[str]:
    """The names that a function binds itself, so that they are not those of the module."""
    if not isinstance(root, _FUNCTION):
        return set()
    arguments = root.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    bound = {each.arg for each in [*every, arguments.vararg, arguments.kwarg] if each}
    shared: set[str] = set()
    waiting: list[Any] = [*root.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*_FUNCTION, ast.ClassDef)):
            bound.add(node.name)
            continue
        if isinstance(node, (*_COMPREHENSION, ast.Lambda)):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Global):
            shared.update(node.names)
        waiting.extend(ast.iter_child_nodes(node))
    return bound - shared


def _chains(root: ast.AST) -> Iterator[list[str]]:
    """The dotted names in a node, the longest of each; `super().name` is `super`, `name`."""
    inside_class = isinstance(root, ast.ClassDef)
    waiting: list[ast.AST] = [root]
    while waiting:
        node = waiting.pop()
        if inside_class and node is not root and isinstance(node, (*_FUNCTION, ast.ClassDef)):
            continue
        names = _chain(node)
        if names:
            yield names
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _chain(node: ast.AST) -> list[str]:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super":
        node = node.func
        if not names:
            return []
    if not isinstance(node, ast.Name):
        return []
    return [node.id, *reversed(names)]
