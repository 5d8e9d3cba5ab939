"""The front matter of a foreign record: scalar values by key, each with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_PLAIN_PAIR = re.compile(r"^(?P<key>[^\s#:'\"\[{][^:]{0,60}?)[ \t]*:[ \t]+(?P<value>\S.*)$")
_BARE_KEY = re.compile(r"^(?P<key>[\w-][\w .-]{0,60}):\s*(?:#.*)?$")
_TOML_PAIR = re.compile(r"^\s*(?P<key>[\w.-]+)\s*=")
_RECORD_KEYS = "adr record decision meta metadata extra params page custom rfc madr status"
_HIDDEN_LINES = re.compile(r"(?:\s*<!--.*?-->)*\s*", re.DOTALL)


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


def is_about_the_record(entry: Entry) -> bool:
    """Whether an entry stands at the top, or under a key that stands for the record itself."""
    return len(entry.path) == 1 or (len(entry.path) == 2 and entry.path[0] in _RECORD_KEYS.split())


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


def fenced(lines: Sequence[tuple[str, int]], known: frozenset[str]) -> tuple[Entry, ...]:
    """The pairs of a fence that holds what front matter would hold; none if it holds other keys.

    Args:
        lines: The lines of the fence, each with its number.
        known: The keys of records; a status and one more of them make the fence metadata.
    """
    entries: list[Entry] = []
    for line, number in lines:
        pair = _PLAIN_PAIR.match(line)
        if pair is None and not _BARE_KEY.match(line) and not line.startswith(("- ", "#")):
            return ()
        if pair and not line.startswith("- "):
            entries += _plain_pairs(line, number)
    keys = [entry.key for entry in entries]
    told = "status" in keys and len(known.intersection(keys)) > 1 and len(set(keys)) == len(keys)
    return tuple(entries) if told and not {"kind", "api version"} & set(keys) else ()


def _looks_like_pairs(inside: str) -> bool:
    """Whether text between two rules is front matter rather than prose between two rules."""
    for line in inside.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            return re.match(r"^[^\s:][^:]*:(\s|$)", line) is not None
    return True


def _read_yaml(inside: str, first: int) -> Metadata:
    from mkdocs_decisions.frontmatter import FrontMatterError, parse

    if not inside.strip():
        return Metadata()
    try:
        parsed = parse(inside + "\n")
    except FrontMatterError as error:
        reason = f"the front matter is read line by line, because {error.message}"
        return Metadata(tuple(_plain_pairs(inside, first)), reason, first + error.line - 2)
    if parsed.twice:
        twice = parsed.twice[0]
        reason = f"the front matter has the key “{twice.path}” twice"
        return Metadata(tuple(_plain_pairs(inside, first)), reason, first + twice.line - 2)
    lines = {path: first + place[0] - 2 for path, place in parsed.places.items()}
    return Metadata(tuple(_entries(parsed.values, (), "", lines, first)))


def _entries(
    value: object, keys: tuple[str, ...], place: str, lines: dict[str, int], line: int
) -> Iterator[Entry]:
    line = lines.get(place, line)
    inner: Iterable[tuple[object, object, tuple[str, ...]]]
    if isinstance(value, dict) and keys and all(one is None for one in value.values()):
        yield Entry(keys, f"{{{', '.join(map(str, value))}}}", line)
        return
    if isinstance(value, dict):
        inner = ((key, one, (*keys, key_of(str(key)))) for key, one in value.items())
    elif isinstance(value, list):
        inner = ((index, one, keys) for index, one in enumerate(value))
    else:
        if keys:
            yield Entry(keys, "" if value is None else str(value), line)
        return
    for key, one, below in inner:
        yield from _entries(one, below, f"{place}/{key}" if place else str(key), lines, line)


def _plain_pairs(inside: str, first: int) -> Iterator[Entry]:
    """The `key: value` lines of front matter that is no YAML as a whole, and those below a key."""
    above: tuple[str, ...] = ()
    for offset, line in enumerate(inside.split("\n")):
        bare = _BARE_KEY.match(line)
        if bare:
            above = (key_of(bare["key"]),)
        pair = _PLAIN_PAIR.match(line.lstrip() if above else line)
        if pair:
            value = re.sub(r"\s+#.*$", "", pair["value"]).strip()
            if value[:1] in "\"'" and value[-1:] == value[:1]:
                value = value[1:-1]
            above = above if line[:1].isspace() else ()
            yield Entry((*above, key_of(pair["key"])), value, first + offset)


def _read_toml(inside: str, first: int) -> Metadata:
    import tomllib

    try:
        values = tomllib.loads(inside)
    except (tomllib.TOMLDecodeError, RecursionError):
        return Metadata(broken="the front matter is no TOML", line=first)
    lines = {
        pair["key"]: first + offset
        for offset, line in reversed(list(enumerate(inside.split("\n"))))
        if (pair := _TOML_PAIR.match(line))
    }
    return Metadata(tuple(_entries(values, (), "", _by_place(values, lines), first)))


def _by_place(values: dict[str, object], lines: dict[str, int], place: str = "") -> dict[str, int]:
    """The lines of keys by their whole path; the parser of TOML keeps none."""
    found: dict[str, int] = {}
    for key, value in values.items():
        path = f"{place}/{key}" if place else key
        if key in lines:
            found[path] = lines[key]
        if isinstance(value, dict):
            found |= _by_place(value, lines, path)
    return found
