"""What is known of a symbol, and why one can't be told: plain data and errors only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["module", "package", "class", "function", "method", "attribute", "variable"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A module, or what is defined in one.

    Attributes:
        name: Dotted name of the place where it is defined.
        asked: The name that was asked for.
        path: File that it is defined in; the folder, if it is a package without `__init__.py`.
        line: First line of the definition that counts, decorators included, from 1.
        end_line: Its last line.
        kind: What it is. A property is a method.
        is_alias: It was reached by an import or by inheritance, or is an import of something
            outside of the packages.
        parts: First and last lines of all its definitions: those of a property and its setter, or
            those in both branches of an `if`. Usually one.
    """

    name: str
    asked: str
    path: str
    line: int
    end_line: int
    kind: Kind
    is_alias: bool
    parts: tuple[tuple[int, int], ...]

    @property
    def last_name(self) -> str:
        """The part of the name behind the last dot."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Move:
    """Where a symbol went.

    Attributes:
        name: Dotted name of where it is defined now.
        how: `alias`: an import leads from the old name, or from another one that it had, to the
            new one. `same body`: same name and meaning elsewhere. `renamed`: same meaning but for
            the name. `same name`: only the name and the kind are the same.
        exact: Whether the old name can be replaced by the new one without looking.
    """

    name: str
    how: Literal["alias", "same body", "renamed", "same name"]
    exact: bool


class SymbolError(LookupError):
    """A symbol can't be told.

    Attributes:
        name: The name that was asked for.
        message: Why.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


class SymbolNotFound(SymbolError):
    """All that could define the symbol was read, and it is not there.

    Attributes:
        missing: The part of the name that is not there.
        where: File or folder where it should be; empty if no package of that name is known.
        near: The existing name that is most like it; empty if there is none.
    """

    def __init__(self, name: str, missing: str, where: str, near: str = "") -> None:
        place = f"in {where}" if where else "among the packages of the configuration"
        super().__init__(name, f"there is no {missing!r} {place}")
        self.missing = missing
        self.where = where
        self.near = near


class NotStatic(SymbolError):
    """The symbol may be made at run time or lie outside of the packages: no one can say.

    Attributes:
        why: What makes it so.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, f"{name!r} can't be told without running the code: {why}")
        self.why = why


class Unreadable(SymbolError):
    """A file that is needed can't be read or parsed.

    Attributes:
        path: The file.
        line: Line where reading it failed.
        why: What is wrong with it.
    """

    def __init__(self, path: str, line: int, why: str) -> None:
        super().__init__(path, f"{path}:{line} can't be read: {why}")
        self.path = path
        self.line = line
        self.why = why
