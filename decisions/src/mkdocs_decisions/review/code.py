"""What a change does to the symbols that records in force govern, and beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_decisions.record import Record
from mkdocs_decisions.review import excerpts
from mkdocs_decisions.review.breaks import Breaks
from mkdocs_decisions.review.change import Change
from mkdocs_decisions.review.model import Fact, Kind, Level
from mkdocs_decisions.symbols import (
    NotStatic,
    Symbol,
    SymbolError,
    SymbolNotFound,
    Symbols,
    Unreadable,
    moved,
)
from mkdocs_decisions.symbols.meaning import meaning

_SCOPES = ("class", "module", "package")
_LISTED = 12
"""Members of a class or module that are named one by one."""


@dataclass(slots=True)
class _Governed:
    """A symbol before and after the change, with the records that govern it.

    Attributes:
        names: The names that records give it.
        how: How it was found under another name; empty if it is where it was.
        told: Whether it can be told what it is now.
    """

    old: Symbol
    new: Symbol | None
    names: list[str]
    records: list[Record]
    how: str = ""
    told: bool = True

    @property
    def shown(self) -> str:
        """The name that records give it."""
        return self.names[0]


def code_facts(change: Change) -> Iterator[Fact]:
    """Governed symbols changed, broken, moved and gone; what is near them; what is new beside."""
    if not any(not change.is_test(path) for path in change.code):
        return
    comparison = _Comparison(change)
    # Symbols of one file after each other: its syntax tree is not kept for long.
    for each in sorted(comparison.governed.values(), key=lambda each: each.old.path):
        yield from comparison.facts(each)
        comparison.note_near(each)
    yield from comparison.near()
    yield from comparison.uncovered()


class _Comparison:
    """The governed symbols in two states of the packages."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.base: Symbols = change.base.symbols
        self.head: Symbols = change.head.symbols
        self.breaks = Breaks(self.base, self.head)
        self.governed: dict[str, _Governed] = {}
        self._users: dict[str, list[_Governed]] = defaultdict(list)
        self._modules: dict[str, tuple[excerpts.Words, set[str]]] = {}
        for record in change.in_force:
            for each in record.meta.governed:
                self._enter(each.symbol, record)

    def _enter(self, name: str, record: Record) -> None:
        try:
            old = self.base.find(name)
        except SymbolNotFound:
            return
        except (NotStatic, Unreadable) as error:
            self._note(name, record, error)
            return
        known = self.governed.get(old.name)
        if known is None:
            known = self.governed[old.name] = self._compared(name, old, record)
        if name not in known.names:
            known.names.append(name)
        if record not in known.records:
            known.records.append(record)

    def _compared(self, name: str, old: Symbol, record: Record) -> _Governed:
        """A symbol with what it is after the change."""
        try:
            new = self.head.find(name)
        except SymbolNotFound:
            moves = moved(name, self.base, self.head)
            if not moves:
                return _Governed(old, None, [name], [])
            return _Governed(old, self.head.find(moves[0].name), [name], [], moves[0].how)
        except (NotStatic, Unreadable) as error:
            self._note(name, record, error)
            return _Governed(old, None, [name], [], told=False)
        return _Governed(old, new, [name], [], "" if new.name == old.name else "alias")

    def _note(self, name: str, record: Record, error: SymbolError) -> None:
        path, line = record.path, 1
        if isinstance(error, Unreadable):
            path, line = error.path, error.line
        what = f"{name}, which {record.label} governs"
        self.change.head.note(path, line, what, error.message)

    # -- one symbol --------------------------------------------------------------------------

    def facts(self, each: _Governed) -> Iterator[Fact]:
        """What the change does to a symbol."""
        old, new = each.old, each.new
        if new is None:
            if each.told:
                yield self._gone(each)
            return
        if new.name != old.name:
            yield self._moved(each, new)
        if not {old.path, new.path} & self.change.paths:
            return
        try:
            if not self._same_meaning(old, new):
                yield self._changed(each, new, self.breaks.between(old, new))
        except Unreadable as error:
            self.change.head.note(error.path, error.line, each.shown, error.message)

    def _same_meaning(self, old: Symbol, new: Symbol) -> bool:
        before, after = self.base.source(old), self.head.source(new)
        if before == after and old.kind == new.kind:
            return True
        if old.last_name == new.last_name:
            same = excerpts.same_meaning(before, after, old.kind) if old.kind == new.kind else None
            if same is not None:
                return same
            return self.base.meaning(old) == self.head.meaning(new)
        # A new name alone is no change: who calls it by that gets the same.
        digest = meaning(self.base.nodes(old), without=old.last_name)
        return digest == meaning(self.head.nodes(new), without=new.last_name)

    def _changed(self, each: _Governed, new: Symbol, broken: list[str]) -> Fact:
        if broken:
            level = self.change.level("ADR702", each.records)
            what = f"{each.shown} can't be used as before"
            mend = "keep what was there, or amend or supersede the record"
            return self._fact(
                Kind.SIGNATURE_BROKE, level, each, new, what, "ADR702", mend, tuple(broken)
            )
        level = self.change.level("ADR701", each.records)
        what = f"{each.shown} changed in meaning"
        mend = "compare it with the record, and amend or supersede that if it does not hold"
        details = tuple(self._members(each.old, new)) if new.kind in _SCOPES else ()
        return self._fact(Kind.MEANING_CHANGED, level, each, new, what, "ADR701", mend, details)

    def _gone(self, each: _Governed) -> Fact:
        record = self.change.now(each.records[0])
        place = next(
            (at for at, one in enumerate(record.meta.governed) if one.symbol in each.names), 0
        )
        path, line = record.path, record.place("governs", place)[0]
        if not self.change.head.tree.exists(path):
            path, line = each.old.path, each.old.line
        return Fact(
            Kind.SIGNATURE_BROKE,
            self.change.level("ADR702", each.records),
            path,
            line,
            f"{each.shown} is gone",
            "ADR702",
            "keep it, or amend or supersede the record",
            each.shown,
            self.change.decisions(each.records),
            self.change.tests(each.records),
        )

    def _moved(self, each: _Governed, new: Symbol) -> Fact:
        what = f"{each.old.name} moved to {new.name}"
        how = {
            "alias": "an import leads from the old name to the new one",
            "same body": "the same code stands there",
            "renamed": "the same code stands there under another name",
            "same name": "code of this name that is like it stands there",
        }
        still = [
            f"{now.label} still governs {name}"
            for now in map(self.change.now, each.records)
            for name in each.names
            if any(one.symbol == name for one in now.meta.governed) and name != new.name
        ]
        details = (how[each.how], *still)
        mend = "`decisions check --fix` writes the new name" if still else ""
        return self._fact(Kind.SYMBOL_MOVED, Level.NOTE, each, new, what, "", mend, details)

    def _fact(
        self,
        kind: Kind,
        level: Level,
        each: _Governed,
        new: Symbol,
        what: str,
        code: str,
        mend: str,
        details: tuple[str, ...],
    ) -> Fact:
        records = each.records
        return Fact(
            kind,
            level,
            new.path,
            new.line,
            what,
            code,
            mend,
            new.name,
            self.change.decisions(records),
            self.change.tests(records),
            details,
        )

    def _members(self, old: Symbol, new: Symbol) -> Iterator[str]:
        """The innermost definitions of a class or module that were changed, added or taken out."""
        before, after = self._inside(self.base, old), self._inside(self.head, new)
        told = [f"{name} is new" for name in after if name not in before]
        told += [f"{name} is gone" for name in before if name not in after]
        changed = [name for name in after if name in before and before[name] != after[name]]
        told += [
            f"{name} changed"
            for name in changed
            if not any(other.startswith(f"{name}.") for other in changed)
        ]
        yield from sorted(told)[:_LISTED]
        if len(told) > _LISTED:
            yield f"and {len(told) - _LISTED} more"

    @staticmethod
    def _inside(symbols: Symbols, symbol: Symbol) -> dict[str, str]:
        """The meaning of each definition inside of a symbol, by its name there."""
        if not symbol.path.endswith((".py", ".pyi")):
            return {}
        module = symbols.sources.by_path[symbol.path].name
        found = {}
        for qual, entry in symbols.table(symbol.path)["names"].items():
            name = f"{module}.{qual}"
            if entry[0] != "alias" and name.startswith(f"{symbol.name}."):
                inner = symbols.find(name)
                if inner.name == name:
                    found[name.removeprefix(f"{symbol.name}.")] = symbols.meaning(inner)
        return found

    # -- beside it ---------------------------------------------------------------------------

    def note_near(self, each: _Governed) -> None:
        """Remember what a symbol uses in its own module, if something else there was touched."""
        if each.new is None or not {each.old.path, each.new.path} & self.change.paths:
            return
        module = self.head.sources.by_path[each.new.path].name
        words, touched = self._module(module)
        own = each.new.name.removeprefix(f"{module}.")
        if words.may_reach(own, touched):
            for name in self._callees(each) & {f"{module}.{qual}" for qual in touched}:
                self._users[name].append(each)

    def _module(self, name: str) -> tuple[excerpts.Words, set[str]]:
        """What leads to what in a module, and the definitions whose text is not what it was."""
        if name not in self._modules:
            before, after = (excerpts.texts(each, name) for each in (self.base, self.head))
            touched = {qual for qual in after if before.get(qual, after[qual]) != after[qual]}
            both = {qual: after[qual] + before.get(qual, "") for qual in after}
            self._modules[name] = excerpts.Words(both), touched
        return self._modules[name]

    def near(self) -> Iterator[Fact]:
        """What governed symbols use in their own module, and what has changed of it."""
        changed = {
            name: found
            for name, found in sorted(self._users.items())
            if not self._same_meaning(self.base.find(name), self.head.find(name))
        }
        for name, found in changed.items():
            # A class is told by its methods.
            if not any(other.startswith(f"{name}.") for other in changed):
                yield self._near(self.head.find(name), found)

    def _near(self, new: Symbol, found: list[_Governed]) -> Fact:
        records = list({one.path: one for each in found for one in each.records}.values())
        used_by = ", ".join(each.shown for each in found)
        return Fact(
            Kind.NEAR_CHANGED,
            Level.NOTE,
            new.path,
            new.line,
            f"{new.name} changed in meaning, which {used_by} uses",
            symbol=new.name,
            decisions=self.change.decisions(records),
            tests=self.change.tests(records),
        )

    def _callees(self, each: _Governed) -> set[str]:
        """What a symbol uses before or after the change; what is governed itself counts apart."""
        assert each.new is not None
        try:
            used = self.base.callees(each.old) | self.head.callees(each.new)
        except SymbolError:
            return set()
        inside = [f"{one.old.name}." for one in self.governed.values() if one.old.kind in _SCOPES]
        return {
            name
            for name in used
            if name not in self.governed and not name.startswith(tuple(inside))
        }

    def uncovered(self) -> Iterator[Fact]:
        """Public symbols that are new in a class or module of which others are governed."""
        areas: dict[str, list[_Governed]] = defaultdict(list)
        now: set[str] = set()
        for each in self.governed.values():
            if each.new is not None:
                now.add(each.new.name)
                for area in self._areas(each.new) if each.new.path in self.change.paths else ():
                    areas[area].append(each)
        for record in self.change.head.readable:
            for governs in record.meta.governed:
                now |= self._resolved(governs.symbol)
        for area, found in sorted(areas.items()):
            if any(area == name or area.startswith(f"{name}.") for name in now):
                continue
            for symbol in self._new_public(area):
                if symbol.name not in now:
                    yield self._uncovered(symbol, found)

    def _areas(self, symbol: Symbol) -> Iterator[str]:
        """The classes around a symbol, and its module."""
        module = self.head.sources.by_path[symbol.path].name
        name = symbol.name
        while name.startswith(f"{module}."):
            name = name.rpartition(".")[0]
            yield name

    def _resolved(self, name: str) -> set[str]:
        try:
            return {name, self.head.find(name).name}
        except SymbolError:
            return {name}

    def _new_public(self, owner: str) -> list[Symbol]:
        try:
            before = {each.last_name for each in self.base.public(owner)}
        except SymbolError:
            return []
        try:
            return [
                each
                for each in self.head.public(owner)
                if each.last_name not in before and each.name == f"{owner}.{each.last_name}"
            ]
        except SymbolError:
            return []

    def _uncovered(self, symbol: Symbol, found: list[_Governed]) -> Fact:
        records = list({one.path: one for each in found for one in each.records}.values())
        beside = ", ".join(each.shown for each in found)
        return Fact(
            Kind.UNCOVERED,
            Level.NOTE,
            symbol.path,
            symbol.line,
            f"{symbol.name} is new and governed by nothing; beside it stands {beside}",
            symbol=symbol.name,
            decisions=self.change.decisions(records),
        )
