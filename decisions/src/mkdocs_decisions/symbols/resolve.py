"""From a dotted name to the place where it is defined: through imports, stars and base classes."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_decisions.symbols.model import NotStatic, SymbolError, SymbolNotFound
from mkdocs_decisions.symbols.source import Module, Sources
from mkdocs_decisions.symbols.table import Entry, names_below

TOO_LONG = "the chain of imports or base classes is too long"
MAX_IMPORTS = 50
"""Imports that a name is followed through; deeper, the stack itself could end the search."""
MAX_PARTS = 64
_BARE_BASES = {
    *("object", "abc.ABC", "enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag"),
    *("enum.IntFlag", "typing.Generic", "typing.Protocol", "typing.NamedTuple"),
    *("typing.TypedDict", "typing_extensions.Protocol", "typing_extensions.TypedDict"),
}
"""Bases outside of the packages whose few own names are known, see `_is_machinery`."""
_MACHINERY = {
    *("_abc_impl", "_is_protocol", "_is_runtime_protocol", "_fields", "_field_defaults"),
    *("_make", "_replace", "_asdict", "count", "index", "name", "value"),
}


def _is_machinery(part: str) -> bool:
    """Whether enumerations, named tuples, protocols or abstract classes may bring a name."""
    return part in _MACHINERY or (part.startswith("_") and part.endswith("_"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is defined.

    Attributes:
        module: The module.
        qual: Name within the module; empty for the module itself.
        entry: What the table says of it; None for the module itself.
    """

    module: Module
    qual: str = ""
    entry: Entry | None = None

    @property
    def name(self) -> str:
        """Its dotted name."""
        return f"{self.module.name}.{self.qual}" if self.qual else self.module.name

    @property
    def kind(self) -> str:
        """A kind of symbol, or `alias` for something outside of the packages."""
        if self.entry is not None:
            return self.entry.kind
        return "package" if self.module.is_package else "module"


class Missing(Exception):
    """A part of a name is not where it should be, as far as the tables say."""

    def __init__(self, place: Place, part: str) -> None:
        super().__init__(part)
        self.place = place
        self.part = part


Seen = frozenset[str]
"""Names that are being looked up: to meet one again is a circle."""


class Resolver:
    """Finds the places of dotted names.

    Args:
        sources: The modules of the packages.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._found: dict[str, Place] = {}
        self._by_star: dict[str, Place | None] = {}

    def locate(self, name: str) -> Place:
        """Where a name is defined.

        Raises:
            SymbolNotFound: It is nowhere.
            NotStatic: It may be made at run time, or is outside of the packages.
            Unreadable: A file on the way can't be read.
        """
        if name not in self._found:
            self._by_star.clear()
            try:
                self._found[name] = self._locate(name, frozenset())
            except Missing as missing:
                raise self._told(name, missing) from None
            except NotStatic as error:
                raise NotStatic(name, error.why) from None
            except RecursionError:
                raise NotStatic(name, TOO_LONG) from None
        return self._found[name]

    def _locate(self, name: str, seen: Seen) -> Place:
        if name in seen:
            raise NotStatic(name, f"the imports of {name!r} go in a circle")
        if len(seen) > MAX_IMPORTS:
            raise NotStatic(name, TOO_LONG)
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts) or len(parts) > MAX_PARTS:
            raise SymbolNotFound(name, name, "")
        for count in range(len(parts), 0, -1):
            if ".".join(parts[:count]) in self.sources.packages:
                package = ".".join(parts[:count])
                if package not in self.sources.modules:
                    root = self.sources.packages[package]
                    raise SymbolNotFound(name, package, root if root else "the root of the project")
                module = self.sources.modules[package]
                return self._descend(Place(module), parts[count:], seen | {name})
        raise SymbolNotFound(name, parts[0], "", self._near_package(parts))

    def _near_package(self, parts: list[str]) -> str:
        from difflib import get_close_matches

        near = get_close_matches(parts[0], self.sources.packages, 1)
        return ".".join([near[0], *parts[1:]]) if near else ""

    def _descend(self, place: Place, rest: list[str], seen: Seen) -> Place:
        if not rest:
            return place
        try:
            return self._descend(self.member(place, rest[0], seen), rest[1:], seen)
        except (Missing, SymbolError):
            inner = self.submodule(place, rest[0])
            if inner is None:
                raise
            return self._descend(inner, rest[1:], seen)

    def submodule(self, place: Place, part: str) -> Place | None:
        """A module in a package."""
        if place.qual:
            return None
        module = self.sources.modules.get(f"{place.module.name}.{part}")
        return Place(module) if module else None

    def member(self, place: Place, part: str, seen: Seen = frozenset()) -> Place:
        """What a name stands for in a module, a class, or what a variable is another name of.

        Raises:
            Missing: It is not there.
            SymbolError: It can't be told.
        """
        if place.entry is None:
            return self._in_module(place, part, seen)
        if place.kind == "class":
            return self._in_class(place, part, seen)
        added = self._own(place, part, seen)
        if added:
            return added
        if place.kind in ("variable", "attribute"):
            value = self.followed(place, seen)
            if value is place:
                why = f"{place.name} is a value, and what it holds is known at run time"
                raise NotStatic(place.name, why)
            return self.member(value, part, seen)
        if place.entry.kind == "alias":
            why = f"{place.entry.target.replace(':', '.')} is outside of the packages"
            raise NotStatic(place.name, why)
        if place.entry.open:
            raise NotStatic(place.name, f"{place.name} is a function, and {place.entry.open}")
        raise Missing(place, part)

    def followed(self, place: Place, seen: Seen = frozenset()) -> Place:
        """What a variable is another name of: `Old = New`; itself, if it is none.

        Raises:
            NotStatic: What it stands for can't be told.
        """
        while place.entry and place.kind in ("variable", "attribute") and place.entry.target:
            here = f"value {place.name}"
            if here in seen:
                raise NotStatic(place.name, f"{place.name} is defined by itself")
            seen = seen | {here}
            target = place.entry.target
            try:
                place = self._scoped(place, target, seen)
            except Missing:
                why = f"it is {target}, which is outside of {place.module.path}"
                raise NotStatic(place.name, why) from None
        return place

    def _own(self, place: Place, part: str, seen: Seen, *, late: bool = False) -> Place | None:
        """What stands in the table of a module under a name."""
        qual = f"{place.qual}.{part}" if place.qual else part
        path = place.module.path
        if late:
            found = self.sources.late(path).get(qual)
            entry = Entry(*found) if found else None
        else:
            entry = self.sources.entry(path, qual)
        if entry is None:
            return None
        own = Place(place.module, qual, entry)
        if entry.kind != "alias":
            return own
        target = self.absolute(place.module, entry.target)
        if not self._inside(target):
            return own
        if len(seen) > MAX_IMPORTS:
            raise NotStatic(place.name, TOO_LONG)
        owner, _, last = target.rpartition(".")
        if ":" in entry.target and owner in self.sources.modules and target not in seen:
            return self._descend(Place(self.sources.modules[owner]), [last], seen | {target})
        return self._locate(target, seen)

    def _inside(self, name: str) -> bool:
        return any(f"{name}.".startswith(f"{package}.") for package in self.sources.packages)

    @staticmethod
    def absolute(module: Module, target: str) -> str:
        """The dotted name that an import target means in a module.

        Raises:
            NotStatic: It leads above the topmost package.
        """
        source, _, name = target.partition(":")
        inner = source.lstrip(".")
        parts = [part for part in (inner, name) if part]
        level = len(source) - len(inner)
        if level:
            above = module.name.split(".")
            if not module.is_package:
                above.pop()
            if level - 1 >= len(above) or not above:
                raise NotStatic(module.name, f"{module.path} imports from above its package")
            parts = above[: len(above) - (level - 1)] + parts
        return ".".join(parts)

    def _in_module(self, place: Place, part: str, seen: Seen) -> Place:
        own = self._own(place, part, seen)
        if own:
            return own
        found = self._from_stars(place, part, seen)
        if found:
            return found
        own = self._own(place, part, seen, late=True)
        if own:
            return own
        raise Missing(place, part)

    def _from_stars(self, place: Place, part: str, seen: Seen) -> Place | None:
        """What a star import brings. Modules that import all of each other are asked once."""
        here = f"{place.name}:{part}"
        if here not in self._by_star:
            self._by_star[here] = None
            try:
                found = (self._through_star(place, each, part, seen) for each in self._stars(place))
                self._by_star[here] = next(filter(None, found), None)
            except SymbolError:
                del self._by_star[here]
                raise
        return self._by_star[here]

    def _stars(self, place: Place) -> list[str]:
        """The modules that everything is imported from, the last first."""
        stars = self.sources.table(place.module.path)["stars"]
        return [self.absolute(place.module, each) for each in reversed(stars)]

    def _through_star(self, place: Place, source: str, part: str, seen: Seen) -> Place | None:
        module = self.sources.modules.get(source)
        if module is None:
            return None
        origin = Place(module)
        table = self.sources.table(module.path)
        try:
            if table["all"] is not None:
                return self.member(origin, part, seen) if part in table["all"] else None
            if table["all_known"] and part.startswith("_"):
                return None
            found = self.member(origin, part, seen)
        except Missing:
            return None
        if not table["all_known"]:
            why = f"{place.module.path} imports * from {source}, whose __all__ is made at run time"
            raise NotStatic(place.name, why)
        return found

    def _in_class(self, place: Place, part: str, seen: Seen) -> Place:
        line = list(self.lineage(place, seen))
        for late in (False, True):
            for each in line:
                if isinstance(each, Place):
                    own = self._own(each, part, seen, late=late)
                    if own:
                        return own
        raise Missing(place, part)

    def lineage(self, place: Place, seen: Seen = frozenset()) -> list[Place | str]:
        """A class and its bases in the order they are asked; texts are outside or unknown."""
        order: dict[str, Place | str] = {}
        for each in self._ancestors(place, seen | {f"class {place.name}"}):
            name = each if isinstance(each, str) else each.name
            order.pop(name, None)
            order[name] = each
        return list(order.values())

    def _ancestors(self, place: Place, seen: Seen) -> Iterator[Place | str]:
        yield place
        for base in place.entry.bases if place.entry else ():
            try:
                found = self.followed(self._scoped(place, base, seen), seen)
            except (Missing, SymbolError):
                yield f"builtins.{base}" if hasattr(builtins, base) else base
                continue
            if found.kind == "alias" and found.entry:
                tail = base.partition(".")[2]
                outside = self.absolute(found.module, found.entry.target)
                yield f"{outside}.{tail}" if tail else outside
            elif found.kind != "class":
                yield base
            elif f"class {found.name}" not in seen:
                yield from self._ancestors(found, seen | {f"class {found.name}"})

    def _scoped(self, place: Place, name: str, seen: Seen) -> Place:
        """What a dotted name means where something is defined."""
        first, *rest = name.split(".")
        here = f"{place.name} {name}"
        if here in seen:
            raise NotStatic(place.name, f"{place.name} is defined by itself")
        seen = seen | {here}
        outer = place.qual.rpartition(".")[0]
        module = Place(place.module)
        if outer:
            own = self._own(Place(place.module, outer), first, seen)
            if own:
                return self._rest(own, rest, seen)
        return self._rest(self._in_module(module, first, seen), rest, seen)

    def _rest(self, found: Place, rest: list[str], seen: Seen) -> Place:
        if found.kind == "alias":
            return found
        return self._descend(found, rest, seen)

    def _told(self, name: str, missing: Missing) -> SymbolError:
        """The error of a name that is not in the tables: absent, or perhaps made at run time."""
        place, part = missing.place, missing.part
        why = self._open(place, part)
        if why:
            return NotStatic(name, why)
        near = self._near(name, place, part)
        where = place.module.path if not place.qual else f"{place.qual} of {place.module.path}"
        return SymbolNotFound(name, part, where, near)

    def _open(self, place: Place, part: str) -> str:
        """Why a name may be there although nothing names it; empty if it can't be."""
        if place.module.compiled:
            return f"{place.module.path} is compiled"
        path = place.module.path
        for scope, written, why in self.sources.run_time(path):
            if written in ("*", part) and scope == place.qual:
                return f"{why} of {path}"
        if place.kind == "class":
            return self._class_open(place, part)
        if place.entry is not None:
            return ""
        if self.sources.entry(path, "__getattr__"):
            return f"{path} has a __getattr__"
        for source in self._stars(place):
            if not self._inside(source):
                return f"{path} imports * from {source}, which is outside of the packages"
        return ""

    def _class_open(self, place: Place, part: str) -> str:
        special = part.startswith("__") and part.endswith("__")
        for each in self.lineage(place):
            if isinstance(each, str):
                known = each.removeprefix("builtins.")
                if hasattr(builtins, known):
                    if hasattr(getattr(builtins, known), part):
                        return f"it is inherited from {known}, which is outside of the packages"
                elif each not in _BARE_BASES or special or _is_machinery(part):
                    return f"it may be inherited from {each}, which is outside of the packages"
                continue
            path = each.module.path
            if each.entry and each.entry.open:
                return f"{each.entry.open} ({path}:{each.entry.line})"
            if special:
                return f"{each.name} may have been given it at run time"
            for maker in ("__getattr__", "__getattribute__"):
                if self.sources.entry(path, f"{each.qual}.{maker}"):
                    return f"{each.name} has a {maker}"
            for scope, written, why in self.sources.run_time(path):
                if written in ("*", part) and scope == each.qual:
                    return f"{why} of {path}"
        return ""

    def members(self, place: Place) -> list[str]:
        """The names that are written down directly in a module or class, in their order."""
        names = names_below(self.sources.table(place.module.path)["names"], place.qual)
        if not place.qual:
            start = f"{place.module.name}."
            inner = [name[len(start) :] for name in self.sources.modules if name.startswith(start)]
            names += [name for name in inner if "." not in name and name not in names]
        return names

    def _near(self, name: str, place: Place, part: str) -> str:
        from difflib import get_close_matches

        names = self.members(place)
        if place.kind == "class":
            names = [
                each
                for owner in self.lineage(place)
                if isinstance(owner, Place)
                for each in self.members(owner)
            ]
            late = self.sources.late(place.module.path)
            names += names_below(late, place.qual)
        near = get_close_matches(part, names, 1)
        if not near:
            return ""
        found = f"{place.name}.{near[0]}"
        rest = name.partition(f".{part}.")[2]
        if rest:
            try:
                self._locate(f"{found}.{rest}", frozenset())
            except (Missing, SymbolError):
                return found
            return f"{found}.{rest}"
        return found
