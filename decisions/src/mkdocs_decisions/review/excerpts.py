"""Answers from the text of single definitions, so that few files are parsed as a whole.

Every answer here is one that the syntax tree of the whole file would give too, or `None`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

from mkdocs_decisions.symbols import Symbols, Unreadable
from mkdocs_decisions.symbols.meaning import meaning
from mkdocs_decisions.symbols.source import line_starts
from mkdocs_decisions.symbols.table import DoesNotParse, parse

_KINDS = ("function", "method", "class")
_WORD = re.compile(r"\w+")


def same_meaning(before: str, after: str, kind: str) -> bool | None:
    """Whether two texts of a function or class mean the same; None if they don't tell."""
    old, new = _nodes(before, kind), _nodes(after, kind)
    return None if old is None or new is None else meaning(old) == meaning(new)


def same_interface(before: str, after: str, kind: str) -> bool | None:
    """Whether two texts of a function can be used alike; None if they don't tell."""
    if kind == "class":
        return None
    old, new = _nodes(before, kind), _nodes(after, kind)
    if old is None or new is None:
        return None
    for node in (*old, *new):
        node.body = []
    return meaning(old) == meaning(new)


def _nodes(text: str, kind: str) -> list[Any] | None:
    if kind not in _KINDS:
        return None
    indented = text[:1].isspace()
    try:
        body = parse(f"if True:\n{text}" if indented else text).body
    except DoesNotParse:
        return None
    first = body[0] if body else None
    found = first.body if indented and isinstance(first, ast.If) else body
    defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return list(found) if found and all(isinstance(each, defined) for each in found) else None


def texts(symbols: Symbols, module: str) -> dict[str, str]:
    """The text of each definition of a module, imports aside, by its name there."""
    found = symbols.sources.modules.get(module)
    if found is None or not found.has_source:
        return {}
    try:
        text, names = symbols.text(found.path), symbols.table(found.path)["names"]
    except Unreadable:
        return {}
    starts = line_starts(text)
    return {
        qual: "".join(text[starts[first - 1] : starts[last]] for first, last in entry[3])
        for qual, entry in names.items()
        if entry[0] != "alias"
    }


class Words:
    """Which definitions of a module may lead to which, by the words in their texts."""

    def __init__(self, found: dict[str, str]) -> None:
        self._words = {qual: set(_WORD.findall(text)) for qual, text in found.items()}
        self._by_last: dict[str, list[str]] = {}
        self._related: dict[str, list[str]] = {}
        for qual in found:
            owner, _, last = qual.rpartition(".")
            self._by_last.setdefault(last, []).append(qual)
            if owner:
                self._related.setdefault(owner, []).append(qual)
                self._related.setdefault(qual, []).append(owner)

    def may_reach(self, start: str, targets: Iterable[str]) -> bool:
        """Whether a definition may use one of some others, directly or through what it uses."""
        wanted = set(targets)
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            qual = waiting.pop()
            if qual in seen:
                continue
            seen.add(qual)
            for word in self._words.get(qual, ()):
                waiting += self._by_last.get(word, ())
            # A method may use what another one has put into its object.
            waiting += self._related.get(qual, ())
        return bool((seen - {start}) & wanted)
