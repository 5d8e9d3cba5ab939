"""How a symbol can't be used any more as it was used before, told from its source by griffe."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_decisions.review.excerpts import same_interface
from mkdocs_decisions.symbols import Symbol, Symbols, Unreadable

if TYPE_CHECKING:
    import griffe

_BINDINGS = ("property", "cached_property", "staticmethod", "classmethod")
_MODULES = ("module", "package")
_NAME = "governed"
"""What each module is called for griffe, so that a symbol that moved is compared like one that
stayed."""


class Breaks:
    """The breaks between two states of the packages. Each module is read once."""

    def __init__(self, base: Symbols, head: Symbols) -> None:
        self._base = base
        self._head = head
        self._modules: dict[tuple[int, str], griffe.Module] = {}

    def between(self, old: Symbol, new: Symbol) -> list[str]:
        """What users of a symbol lose, each in a few words; nothing if it is not meant for users.

        Raises:
            Unreadable: Its file can't be read.
        """
        texts = self._base.source(old), self._head.source(new)
        same = same_interface(*texts, old.kind) if old.kind == new.kind else None
        if same or (same is None and self._base.interface(old) == self._head.interface(new)):
            return []
        if not self._base.is_public(old.last_name):
            return []
        told = list(self._told_by_griffe(old, new))
        if old.kind in ("function", "method") and new.kind == old.kind:
            told += _called_otherwise(self._base.nodes(old), self._head.nodes(new))
        return list(dict.fromkeys(told))

    def _told_by_griffe(self, old: Symbol, new: Symbol) -> Iterator[str]:
        import griffe

        try:
            before, after = self._held(self._base, old), self._held(self._head, new)
            if before is None or after is None:
                return
            for each in griffe.find_breaking_changes(_around(before), _around(after)):
                path = each.obj.path.removeprefix(before.path).removeprefix(after.path)
                name = path.lstrip(".")
                yield f"{name}: {_told(each)}" if name else _told(each)
        except (griffe.GriffeError, SyntaxError, ValueError, RecursionError) as error:
            raise Unreadable(new.path, new.line, f"griffe can't compare it: {error}") from error

    def _held(self, symbols: Symbols, symbol: Symbol) -> griffe.Object | None:
        """What griffe knows of a symbol; None if it does not see it."""
        module = self._module(symbols, symbol.path)
        if symbol.kind in _MODULES:
            return module
        owner = symbols.sources.by_path[symbol.path].name
        try:
            held = module[symbol.name.removeprefix(f"{owner}.")]
        except KeyError:
            return None
        held.public = True
        return None if held.is_alias else held

    def _module(self, symbols: Symbols, path: str) -> griffe.Module:
        import griffe

        key = (id(symbols), path)
        if key not in self._modules:
            known = griffe.ModulesCollection()
            made = griffe.visit(_NAME, Path(path), symbols.text(path), modules_collection=known)
            known[_NAME] = made
            griffe.DataclassesExtension().on_package(pkg=made)
            self._modules[key] = made
        return self._modules[key]


def _around(held: griffe.Object) -> griffe.Object:
    """An object that has this one as its only member: griffe compares members."""
    import griffe

    if held.is_module:
        return held
    holder = griffe.Module("holder")
    holder.members[_NAME] = held
    return holder


def _told(each: Any) -> str:
    """A break in a few words: what it is about, what became of it, the values before and after."""
    about = each.old_value if hasattr(each.old_value, "default") else each.new_value
    what = str(each.kind.value)
    what = what[:1].lower() + what[1:]
    parameter = getattr(about, "name", "") if hasattr(about, "default") else ""
    told = f"{parameter}: {what}" if parameter else what
    kind = each.kind.name
    if kind == "PARAMETER_CHANGED_DEFAULT":
        return f"{told}: {each.old_value.default} -> {each.new_value.default}"
    if kind == "PARAMETER_CHANGED_KIND":
        return f"{told}: {each.old_value.kind.value} -> {each.new_value.kind.value}"
    if kind == "RETURN_CHANGED_TYPE":
        return f"{told}: {each.old_value} -> {each.new_value or 'nothing'}"
    if kind == "CLASS_REMOVED_BASE":
        gone = [str(base) for base in each.old_value if base not in each.new_value]
        return f"{told}: {', '.join(gone)}"
    if kind == "OBJECT_CHANGED_KIND":
        return f"{told}: {each.old_value.value} -> {each.new_value.value}"
    return told


def _called_otherwise(before: Iterable[Any], after: Iterable[Any]) -> Iterator[str]:
    """What griffe does not compare: whether a function is awaited, and what it is bound to."""
    old, new = (
        next((node for node in nodes if _is_function(node)), None) for nodes in (before, after)
    )
    if old is None or new is None:
        return
    if type(old) is not type(new):
        names = {ast.FunctionDef: "def", ast.AsyncFunctionDef: "async def"}
        yield f"it is called otherwise: {names[type(old)]} -> {names[type(new)]}"
    was, now = _binding(old), _binding(new)
    if was != now:
        yield f"it is called otherwise: {was or 'no decorator'} -> {now or 'no decorator'}"


def _is_function(node: Any) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _binding(node: Any) -> str:
    """The decorator that changes how a method is called."""
    names = [ast.unparse(each).rpartition(".")[2] for each in node.decorator_list]
    return next((name for name in names if name in _BINDINGS), "")
