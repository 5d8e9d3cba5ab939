"""The front matter of a foreign record: scalar values by key, each with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_PLAIN_PAIR = re.compile(r"^(?P<key>[^\s#:'\"\[{][^:]{0,60}?)[ \t]*:[ \t]+(?P<value>\S.*)$")
_TOML_PAIR = re.compile(r"^\s*(?P<key>[\w.-]+)\s*=")
_HIDDEN_LINES = re.compile(r"(?:\s*<!--.*?-->)*\s*", re.DOTALL)
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One scalar of the front matter. `path` is its keys from the top, in their normal form."""

    path: tuple[str, ...]
    text: str
    line: int

    @property
    def key(self) -> str:
        """The last key."""
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """All scalars of the front matter; `broken` says why it could not be read as a whole."""

    entries: tuple[Entry, ...] = ()
    broken: str | None = None
    line: int = 1


def key_of(text: str) -> str:
    """The normal form of a key or label: lower case, words parted by single spaces."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.split(r"[\s_\-.]+", spaced.strip().lower())).strip()


def split(text: str) -> tuple[Metadata, str]:
    """Part front matter and body.

    Returns:
        The front matter, and the body with empty lines in its place, so that line numbers stay.
    """
    lines = text.split("\n")
    hidden = _HIDDEN_LINES.match(text)
    first = text[: hidden.end()].count("\n") if hidden else 0
    fence = lines[first].rstrip() if first < len(lines) else ""
    closing = _FENCES.get(fence, ())
    for number in range(first + 1, len(lines) if closing else 0):
        if lines[number].rstrip() in closing:
            inside = "\n".join(lines[first + 1 : number])
            if fence == "---" and inside.strip() and not _looks_like_pairs(inside):
                break
            read = _read_toml if fence == "+++" else _read_yaml
            body = "\n" * (number + 1) + "\n".join(lines[number + 1 :])
            return read(inside, first + 2), body
    return Metadata(), text


def _looks_like_pairs(inside: str) -> bool:
    """Whether text between two rules is front matter rather than prose between two rules."""
    for line in inside.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            return re.match(r"^[^\s:][^:]*:(\s|$)", line) is not None
    return True


def _read_yaml(inside: str, first: int) -> Metadata:
    import yaml

    try:
        events = list(yaml.parse(inside, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = first + (mark.line if mark else 0)
        return Metadata(tuple(_plain_pairs(inside, first)), "the front matter is no YAML", line)
    return Metadata(tuple(_entries(events, first)))


def _entries(events: list[yaml.Event], first: int) -> Iterator[Entry]:
    """Walk the events; a mapping holds the key that waits for its value, a sequence does not."""
    import yaml

    stack: list[tuple[bool, str | None]] = []

    def settle(value: str | None) -> bool:
        """Take a node as the key of the mapping around it, if it stands where keys do."""
        if not stack or not stack[-1][0]:
            return False
        expects_key = stack[-1][1] is None
        stack[-1] = (True, key_of(value or "?") or "?" if expects_key else None)
        return expects_key

    for event in events:
        path = tuple(key for _, key in stack if key is not None)
        if isinstance(event, yaml.ScalarEvent):
            if not settle(event.value) and 0 < len(path) <= _DEEPEST:
                yield Entry(path, event.value, first + _line_of(event))
        elif isinstance(event, yaml.AliasEvent):
            settle(None)
        elif isinstance(event, yaml.CollectionStartEvent):
            stack.append((isinstance(event, yaml.MappingStartEvent), None))
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            settle(None)


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _plain_pairs(inside: str, first: int) -> Iterator[Entry]:
    """The `key: value` lines of front matter that is no YAML as a whole."""
    for offset, line in enumerate(inside.split("\n")):
        pair = _PLAIN_PAIR.match(line)
        if pair:
            value = re.sub(r"\s+#.*$", "", pair["value"]).strip()
            if value[:1] in "\"'" and value[-1:] == value[:1]:
                value = value[1:-1]
            yield Entry((key_of(pair["key"]),), value, first + offset)


def _read_toml(inside: str, first: int) -> Metadata:
    import tomllib

    try:
        values = tomllib.loads(inside)
    except (tomllib.TOMLDecodeError, RecursionError):
        return Metadata(broken="the front matter is no TOML", line=first)
    lines = {
        key_of(pair["key"].rsplit(".", 1)[-1]): first + offset
        for offset, line in reversed(list(enumerate(inside.split("\n"))))
        if (pair := _TOML_PAIR.match(line))
    }
    return Metadata(tuple(_toml_entries(values, (), lines, first)))


def _toml_entries(
    value: object, path: tuple[str, ...], lines: dict[str, int], first: int
) -> Iterator[Entry]:
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, inner in value.items():
            yield from _toml_entries(inner, (*path, key_of(key)), lines, first)
    elif isinstance(value, list):
        for inner in value:
            yield from _toml_entries(inner, path, lines, first)
    elif path and not isinstance(value, dict):
        yield Entry(path, str(value), lines.get(path[-1], first))
