"""Where a symbol went that was in one state of the packages and is not in another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mkdocs_decisions.symbols import meaning as meanings
from mkdocs_decisions.symbols.model import Move, Symbol, SymbolError

if TYPE_CHECKING:
    from mkdocs_decisions.symbols import Symbols

LONG_ENOUGH = 12
"""Nodes from which on the same meaning elsewhere is no accident: `x = None` is everywhere."""
SIMILAR = 0.5
"""Share of two bodies from which on they are taken for two states of one."""


def moved(name: str, base: Symbols, head: Symbols) -> list[Move]:
    """Where a symbol of `base` went that `head` does not have, the likeliest first.

    Args:
        name: Its dotted name.
        base: The packages before; if they lack it too, only `head` is looked at.
        head: The packages after.

    Returns:
        Nothing if it is still there, or nowhere.
    """
    try:
        old = base.find(name)
    except SymbolError:
        return moved_within(name, head)
    try:
        now = head.find(name)
    except SymbolError:
        pass
    else:
        return [Move(now.name, "alias", exact=True)] if now.name != name else []
    found: dict[str, Move] = {}
    for each in _candidates(old, base, head):
        known = found.get(each.name)
        if known is None or (each.exact and not known.exact):
            found[each.name] = each
    return sorted(found.values(), key=lambda each: not each.exact)


def _candidates(old: Symbol, base: Symbols, head: Symbols) -> Iterator[Move]:
    aliases = list(_by_alias(old, base, head))
    yield from (Move(name, "alias", exact=len(aliases) == 1) for name in aliases)
    yield from _with_owner(old, base, head)
    new = [each for each in _new_symbols(base, head) if each.kind == old.kind]
    yield from _by_meaning(old, base, head, new)
    yield from _by_name(old, base, head, new)


def moved_within(name: str, symbols: Symbols) -> list[Move]:
    """Where a symbol may be whose name is not found, if nothing is known of its past.

    Returns:
        What an import of this name leads to, or else the only definition of its last name.
    """
    try:
        found = symbols.find(name)
    except SymbolError:
        pass
    else:
        return [Move(found.name, "alias", exact=True)] if found.name != name else []
    owner, _, last = name.rpartition(".")
    names = [each for each in _names(symbols) if each.rpartition(".")[2] == last]
    owner = owner.rpartition(".")[2]
    beside = [each for each in names if each.split(".")[-2:-1] == [owner]]
    names = beside or names
    return [Move(names[0], "same name", exact=False)] if len(names) == 1 else []


def _names(symbols: Symbols) -> Iterator[str]:
    """The dotted names of all that the packages define, imports not among them."""
    for module in symbols.modules():
        yield module.name
        for qual, entry in symbols.table(module.path)["names"].items():
            if entry[0] != "alias":
                yield f"{module.name}.{qual}"


def _new_symbols(base: Symbols, head: Symbols) -> list[Symbol]:
    """The symbols that `head` defines and `base` does not. Only files that differ are looked at."""
    before = set(_names(base))
    same = {module.name: base.sources.key(module.path) for module in base.modules()}
    found: list[Symbol] = []
    for module in head.modules():
        if same.get(module.name) == head.sources.key(module.path):
            continue
        names = head.table(module.path)["names"]
        own = [module.name, *(f"{module.name}.{qual}" for qual in names)]
        for name in own:
            if name not in before:
                try:
                    symbol = head.find(name)
                except SymbolError:
                    continue
                if symbol.name == name and not symbol.is_alias:
                    found.append(symbol)
    return found


def _by_alias(old: Symbol, base: Symbols, head: Symbols) -> dict[str, None]:
    """What the names that led to a symbol lead to now."""
    found: dict[str, None] = {}
    names = [old.name] if old.name != old.asked else []
    for module in base.modules():
        for qual, entry in base.table(module.path)["names"].items():
            target = entry[4].replace(":", ".").rpartition(".")[2]
            if entry[0] == "alias" and old.last_name in (target, qual):
                names.append(f"{module.name}.{qual}")
    for name in names:
        try:
            if base.find(name).name == old.name:
                now = head.find(name)
                outside = now.is_alias and now.name == name
                if now.kind == old.kind and now.name != old.name and not outside:
                    found[now.name] = None
        except SymbolError:
            continue
    return found


def _with_owner(old: Symbol, base: Symbols, head: Symbols) -> Iterator[Move]:
    """A member is where its class or module went, if that has one of its name and kind."""
    owner = old.name.rpartition(".")[0]
    if not owner:
        return
    for move in moved(owner, base, head):
        try:
            now = head.find(f"{move.name}.{old.last_name}")
        except SymbolError:
            continue
        if now.kind == old.kind and now.name != old.name:
            same = head.meaning(now) == base.meaning(old)
            yield Move(now.name, "same body" if same else move.how, move.exact)


def _by_meaning(old: Symbol, base: Symbols, head: Symbols, new: list[Symbol]) -> Iterator[Move]:
    before = meanings.tokens(base.nodes(old))
    long_enough = meanings.size(before) >= LONG_ENOUGH
    digest = base.meaning(old)
    same = [
        each for each in new if each.last_name == old.last_name and head.meaning(each) == digest
    ]
    yield from (Move(each.name, "same body", long_enough and len(same) == 1) for each in same)
    if same:
        return
    anonymous = _anonymous(old, base)
    renamed = [each for each in new if _anonymous(each, head) == anonymous]
    yield from (Move(each.name, "renamed", long_enough and len(renamed) == 1) for each in renamed)


def _anonymous(symbol: Symbol, symbols: Symbols) -> list[str]:
    """What a symbol means, whatever it is called; a module does not name itself."""
    own = "" if symbol.kind in ("module", "package") else symbol.last_name
    return meanings.tokens(symbols.nodes(symbol), without=own)


def _by_name(old: Symbol, base: Symbols, head: Symbols, new: list[Symbol]) -> Iterator[Move]:
    before = Counter(meanings.tokens(base.nodes(old)))
    ranked: list[tuple[float, str]] = []
    for each in new:
        if each.last_name == old.last_name:
            after = Counter(meanings.tokens(head.nodes(each)))
            ranked.append((2 * (before & after).total() / (before + after).total(), each.name))
    for share, name in sorted(ranked, reverse=True):
        if share >= SIMILAR:
            yield Move(name, "same name", exact=False)
