"""The front matter of a file: YAML read as events, so that nothing in it can expand or run.

The values keep their text: `0003` stays `0003`, a date stays as written. Only true, false and
null are more than text, and only where they are not quoted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_LENGTH = 200_000
"""Characters of a front matter; a longer one is refused unread."""
MAX_DEPTH = 12
"""Levels of lists and keys in a front matter."""

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_PLAIN |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class FrontMatterError(ValueError):
    """The front matter can't be read.

    Attributes:
        message: Why.
        line: Line in the file, from 1.
        column: Column, from 1.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(slots=True)
class Twice:
    """A key that stands twice in one mapping."""

    path: str
    line: int
    column: int


@dataclass(slots=True)
class Parsed:
    """A front matter that could be read.

    Attributes:
        values: What stands in it.
        places: Line and column of each value by its path, `proofs/0/test`.
        keys: Line and column of each key by its path.
        twice: Keys that stand twice; the first one counts.
    """

    values: dict[str, Any]
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    twice: list[Twice] = field(default_factory=list)


def split(text: str) -> tuple[str, str, int] | None:
    """Front matter, body, and the line on which the body begins; None if there is no front matter.

    The front matter stands between a first line `---` and the next line `---`.
    """
    if not text.startswith("---"):
        return None
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None
    for place, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return "\n".join([*lines[1:place], ""]), "\n".join(lines[place + 1 :]), place + 2
    return None


def parse(front: str) -> Parsed:
    """Read a front matter that `split` returned.

    Raises:
        FrontMatterError: It is no YAML mapping, or has anchors, aliases, tags or too deep nesting.
    """
    if len(front) > MAX_LENGTH:
        raise FrontMatterError(f"the front matter has more than {MAX_LENGTH:,} characters")
    builder = _Builder()
    try:
        for event in yaml.parse(front, Loader=_PARSER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 2, mark.column + 1) if mark else (1, 1)
        what = " ".join(filter(None, [error.context, error.problem]))
        raise FrontMatterError(f"it is no YAML: {what}", line, column) from None
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0]
        raise FrontMatterError(f"it is no YAML: {what}") from None
    if not isinstance(builder.root, dict):
        raise FrontMatterError("it must hold keys and values", 2)
    return Parsed(builder.root, builder.places, builder.keys, builder.twice)


class _Builder:
    """Makes values out of events, with a stack of its own, so that depth costs no recursion."""

    def __init__(self) -> None:
        self.root: Any = None
        self.places: dict[str, tuple[int, int]] = {}
        self.keys: dict[str, tuple[int, int]] = {}
        self.twice: list[Twice] = []
        self._stack: list[tuple[Any, str]] = []
        self._key: list[str | None] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        at = (event.start_mark.line + 2, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FrontMatterError("anchors and aliases are not read", *at)
        if getattr(event, "tag", None):
            raise FrontMatterError(f"tags are not read: {event.tag!s:.40}", *at)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise FrontMatterError("it must be one document", *at)
        elif isinstance(event, yaml.ScalarEvent):
            text = event.value
            if self._wants_key():
                self._take_key(text, at)
            else:
                unquoted = event.implicit[0]
                self._put(_PLAIN.get(text, text) if unquoted else text, at)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if self._wants_key():
                raise FrontMatterError("a key must be a text", *at)
            if len(self._stack) >= MAX_DEPTH:
                raise FrontMatterError(f"it is nested more than {MAX_DEPTH} levels deep", *at)
            made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            path = self._put(made, at)
            self._stack.append((made, path))
            self._key.append(None)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._stack.pop()
            self._key.pop()

    def _wants_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1][0], dict) and self._key[-1] is None

    def _take_key(self, key: str, at: tuple[int, int]) -> None:
        mapping, path = self._stack[-1]
        full = f"{path}/{key}" if path else key
        self._key[-1] = key
        if key in mapping:
            self.twice.append(Twice(full, *at))
        else:
            self.keys[full] = at

    def _put(self, value: Any, at: tuple[int, int]) -> str:
        if not self._stack:
            self.root = value
            return ""
        holder, path = self._stack[-1]
        if isinstance(holder, list):
            full = f"{path}/{len(holder)}"
            holder.append(value)
        else:
            key = self._key[-1]
            self._key[-1] = None
            full = f"{path}/{key}" if path else str(key)
            if key in holder:
                return f"{full}#2"
            holder[key] = value
        self.places.setdefault(full, at)
        return full
