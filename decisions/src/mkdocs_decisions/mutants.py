"""A mutant of a record as the changed text of a file. Nothing is written here."""

from __future__ import annotations

import ast
import textwrap
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
    change = _change(project, symbol, mutant)
    _check(change, mutant)
    encoding = _encoding(project.tree.read(symbol.path))
    try:
        return Mutated(symbol.path, change.after.encode(encoding))
    except UnicodeEncodeError as error:
        what = f"the change of {mutant.in_} can't be written in {encoding}: {error.reason}"
        raise DoesNotApply("with", what, "use characters of the encoding of its file") from None


def check_mutant(project: Project, mutant: Mutant) -> None:
    """Raise what `mutated` raises. What was found out about the same text is remembered."""
    symbol = project.symbols.find(mutant.in_)

    def compute() -> list[str]:
        try:
            mutated(project, mutant)
        except DoesNotApply as error:
            return [error.key, error.message, error.mend]
        return []

    file = project.symbols.sources.key(symbol.path)
    key = sha256("\0".join([file, symbol.name, mutant.in_, mutant.replace, mutant.with_]))
    if fault := project.cache.memo("mutants", key, compute):
        raise DoesNotApply(*fault)


@dataclass(frozen=True, slots=True)
class _Change:
    """The text of a file before and after, and the same of the definition that is changed."""

    before: str
    after: str
    parts: tuple[str, str]


def _change(project: Project, symbol: Symbol, mutant: Mutant) -> _Change:
    text = project.symbols.text(symbol.path)
    old, new = mutant.replace, mutant.with_
    if "\r\n" in text:
        old, new = (each.replace("\r\n", "\n").replace("\n", "\r\n") for each in (old, new))
    found = [
        (at, start, end)
        for start, end in project.symbols.spans(symbol)
        for at in _places(text, old, start, end)
    ]
    if len(found) != 1:
        what = f"the text {shown(mutant.replace)!r} stands {_times(len(found))} in {mutant.in_}"
        raise DoesNotApply("replace", what, "write a text that stands in it exactly once")
    [(at, start, end)] = found
    after = text[:at] + new + text[at + len(old) :]
    return _Change(text, after, (text[start:end], after[start : end + len(new) - len(old)]))


def _places(text: str, part: str, start: int, end: int) -> list[int]:
    found: list[int] = []
    at = text.find(part, start, end) if part else -1
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1, end)
    return found


def _times(count: int) -> str:
    return {0: "nowhere", 2: "twice"}.get(count, f"{count} times")


def _check(change: _Change, mutant: Mutant) -> None:
    try:
        # The definition alone is much less to read than its file, and usually enough.
        before, after = (_meaning(textwrap.dedent(part)) for part in change.parts)
    except ERRORS:
        try:
            before, after = _meaning(change.before), _meaning(change.after)
        except ERRORS as error:
            why = error.msg if isinstance(error, SyntaxError) else error
            what = f"the change of {mutant.in_} leaves no Python: {why}"
            raise DoesNotApply("with", what, "write a text that parses there") from None
    if before == after:
        what = f"the change of {mutant.in_} means the same as the code does without it"
        raise DoesNotApply("with", what, "write a change that a test can notice")


def _meaning(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
        compile(tree, "<mutant>", "exec", dont_inherit=True)
        return meaning([tree])


def _encoding(data: bytes) -> str:
    return tokenize.detect_encoding(BytesIO(data).readline)[0]
