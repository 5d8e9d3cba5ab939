"""A mutant of a record as the changed text of a file. Nothing is written here."""

from __future__ import annotations

import ast
import tokenize
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from mkdocs_decisions.cache import sha256
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import Mutant
from mkdocs_decisions.symbols.meaning import meaning
from mkdocs_decisions.symbols.model import Symbol

if TYPE_CHECKING:
    from mkdocs_decisions.project import Project

ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What parsing a text may raise."""


class DoesNotApply(LookupError):
    """A mutant can't be made of the code as it is.

    Attributes:
        key: Key of the mutant that is at fault: `in`, `replace` or `with`.
        message: What is wrong.
        mend: How to mend it.
    """

    def __init__(self, key: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Mutated:
    """A file with the change in it.

    Attributes:
        path: The file, relative to the root of the project.
        data: Its bytes.
    """

    path: str
    data: bytes


def mutated(project: Project, mutant: Mutant) -> Mutated:
    """The file that a mutant changes, with the change.

    Raises:
        DoesNotApply: The text does not stand exactly once in the symbol, what comes out does not
            parse, or it means the same.
        SymbolError: There is no such symbol.
    """
    symbol = project.symbols.find(mutant.in_)
    text, changed = _changed(project, symbol, mutant)
    _check(text, changed, mutant)
    return Mutated(symbol.path, changed.encode(_encoding(project.tree.read(symbol.path))))


def check_mutant(project: Project, mutant: Mutant) -> None:
    """Raise what `mutated` raises. What was found out about the same text is remembered."""
    symbol = project.symbols.find(mutant.in_)
    text, changed = _changed(project, symbol, mutant)

    def compute() -> list[str]:
        try:
            _check(text, changed, mutant)
        except DoesNotApply as error:
            return [error.key, error.message, error.mend]
        return []

    key = sha256("\0".join([text, changed, mutant.in_]))
    if fault := project.cache.memo("mutants", key, compute):
        raise DoesNotApply(*fault)


def _changed(project: Project, symbol: Symbol, mutant: Mutant) -> tuple[str, str]:
    """The text of the symbol's file before and after the change."""
    text = project.symbols.text(symbol.path)
    old, new = mutant.replace, mutant.with_
    if "\r\n" in text:
        old, new = (each.replace("\r\n", "\n").replace("\n", "\r\n") for each in (old, new))
    found = [
        at for start, end in project.symbols.spans(symbol) for at in _places(text, old, start, end)
    ]
    if len(found) != 1:
        what = f"the text {shown(mutant.replace)!r} stands {_times(len(found))} in {mutant.in_}"
        raise DoesNotApply("replace", what, "write a text that stands in it exactly once")
    return text, text[: found[0]] + new + text[found[0] + len(old) :]


def _places(text: str, part: str, start: int, end: int) -> list[int]:
    found: list[int] = []
    at = text.find(part, start, end) if part else -1
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1, end)
    return found


def _times(count: int) -> str:
    return {0: "nowhere", 2: "twice"}.get(count, f"{count} times")


def _check(text: str, changed: str, mutant: Mutant) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(changed, mutant.in_, "exec", dont_inherit=True)
            before, after = meaning([ast.parse(text)]), meaning([ast.parse(changed)])
    except ERRORS as error:
        what = f"the change of {mutant.in_} leaves no Python: {error}"
        raise DoesNotApply("with", what, "write a text that parses there") from None
    if before == after:
        what = f"the change of {mutant.in_} means the same as the code does without it"
        raise DoesNotApply("with", what, "write a change that a test can notice")


def _encoding(data: bytes) -> str:
    return tokenize.detect_encoding(BytesIO(data).readline)[0]
