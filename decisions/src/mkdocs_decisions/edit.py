"""Edits of the front matter of a record that leave every other byte as it is.

The places come from the YAML parser, and only the text between two places is replaced: comments,
order, quotes, spacing and line ends stay as the author has them. Each edit is read again, and
refused if anything but the wanted value differs.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from mkdocs_decisions import frontmatter
from mkdocs_decisions.problems import DecisionsError
from mkdocs_decisions.reader import shown
from mkdocs_decisions.record import KEYS, RELATIONS, iso_date

_ID = re.compile(r"\d{4,5}")
_IN_ONE_LINE = (*RELATIONS, "tags", "decision-makers", "consulted", "informed")
"""Keys whose lists are begun between brackets."""
_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"


@dataclass(frozen=True, slots=True)
class Splice:
    """Text that takes the place of what stands between two places."""

    start: int
    end: int
    new: str

    def overlaps(self, other: Splice) -> bool:
        """Whether both can't be made: they replace the same text, or begin at one place."""
        return self.start == other.start or (self.start < other.end and other.start < self.end)


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """A text with all of some splices made; they must not overlap."""
    for each in sorted(splices, key=lambda each: each.start, reverse=True):
        text = text[: each.start] + each.new + text[each.end :]
    return text


def set_value(text: str, key: str, value: str | bool) -> list[Splice]:
    """Give a key a value, and add the key in its place if it is missing.

    Args:
        text: The text of the record's file.
        key: A key such as `status`, or the path of a value that is there, `governs/0/symbol`.
        value: The value.

    Raises:
        DecisionsError: ADR021, the front matter can't be edited so.
    """
    front = _Front(text, key)
    wanted = copy.deepcopy(front.values)
    holder, last = _holder(wanted, key)
    missing = isinstance(holder, dict) and last not in holder
    if holder is None or (missing and "/" in key):
        raise front.refused("there is nothing at this place")
    if not missing and holder[last] == value and type(holder[last]) is type(value):
        return []
    holder[last] = value
    node = front.node(key)
    return front.first_sound(
        wanted,
        (
            front.replaced(node, text) if node else front.added(key, f" {text}")
            for text in _texts(value, node, key)
        ),
    )


def rename_key(text: str, old: str, new: str) -> list[Splice]:
    """Call a key otherwise. Its value stays, and its place.

    Raises:
        DecisionsError: ADR021, there is no such key, or one of the new name.
    """
    front = _Front(text, old)
    if old not in front.values:
        raise front.refused("there is no such key")
    if new in front.values:
        raise front.refused(f"there is a key {new!r} already")
    wanted = {new if key == old else key: value for key, value in front.values.items()}
    key, _ = front.entries[old]
    return front.first_sound(wanted, [Splice(*_span(key), new)])


def remove_key(text: str, key: str) -> list[Splice]:
    """Take a key away, with its value and what stands on their lines.

    Raises:
        DecisionsError: ADR021, there is no such key.
    """
    front = _Front(text, key)
    if key not in front.values:
        raise front.refused("there is no such key")
    wanted = {each: value for each, value in front.values.items() if each != key}
    node, value = front.entries[key]
    start = front.line_start(node.start_mark.index)
    end = front.line_end(front.end(value))
    tries = [Splice(start, end, ""), Splice(start, front.next_text(end), "")]
    return front.first_sound(wanted, tries)


def append(text: str, key: str, value: str) -> list[Splice]:
    """Add a text to the list under a key, written as the list is, unless it holds it already.

    Raises:
        DecisionsError: ADR021, there is something under the key that is no list.
    """
    front = _Front(text, key)
    held = front.values.get(key) or []
    if not isinstance(held, list):
        raise front.refused("its value is no list")
    if value in held:
        return []
    wanted = {**front.values, key: [*held, value]}
    node = front.node(key)
    last = node.value[-1] if node is not None and held else None
    return front.first_sound(
        wanted, (front.appended(key, node, item) for item in _texts(value, last, key))
    )


class _Front:
    """The front matter of a text, as nodes with places.

    Args:
        text: The text of the file.
        about: The key that is edited, for messages.
    """

    def __init__(self, text: str, about: str) -> None:
        self._text = text
        self._about = about
        parts = frontmatter.split(text)
        if parts is None:
            raise self.refused("there is no front matter")
        front = parts[0]
        self.values = self._parse(front)
        self._start = text.index("\n") + 1
        self._newline = "\r\n" if text[: self._start].endswith("\r\n") else "\n"
        self._front = front
        self._root = self._composed(front)
        self.entries = {key.value: (key, value) for key, value in reversed(self._root.value)}

    def refused(self, why: str) -> DecisionsError:
        """An error that says why the key can't be edited."""
        what = f"the key {shown(self._about)!r} can't be edited: {why}"
        return DecisionsError("ADR021", what, "edit the record by hand")

    def _parse(self, front: str) -> dict[str, Any]:
        try:
            return frontmatter.parse(front).values
        except frontmatter.FrontMatterError as error:
            raise self.refused(f"line {error.line}: {error.message}") from None

    def _composed(self, front: str) -> Any:
        """The nodes of what was parsed, and so has no aliases and little depth."""
        try:
            root: Any = yaml.compose(front, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise self.refused(str(error).splitlines()[0]) from None
        if root.flow_style:
            raise self.refused("the front matter is written between braces")
        return root

    def node(self, path: str) -> Any:
        """The node of a value; None if there is none."""
        node = self._root
        for part in path.split("/"):
            if isinstance(node, yaml.MappingNode):
                found = [value for key, value in node.value if key.value == part]
                node = found[0] if found else None
            elif isinstance(node, yaml.SequenceNode) and part.isdigit():
                node = node.value[int(part)] if int(part) < len(node.value) else None
            else:
                return None
        return node

    def first_sound(self, wanted: dict[str, Any], tries: Iterable[Splice]) -> list[Splice]:
        """The first of some splices that gives just the wanted values, placed in the whole text.

        It must be YAML for libyaml, which reads records, and for the parser in Python.
        """
        for each in tries:
            new = spliced(self._front, [each])
            try:
                read = frontmatter.parse(new)
                yaml.compose(new, Loader=yaml.SafeLoader)
            except (frontmatter.FrontMatterError, yaml.YAMLError):
                continue
            if read.values == wanted:
                parts = frontmatter.split(spliced(self._text, [self._placed(each)]))
                if parts is not None and parts[0] == new:
                    return [self._placed(each)]
        raise self.refused("no text was found that changes only this")

    def _placed(self, each: Splice) -> Splice:
        return Splice(each.start + self._start, each.end + self._start, each.new)

    # -- places, counted from the begin of the front matter ------------------------------------

    def line_start(self, at: int) -> int:
        """Where the line of a place begins."""
        return self._front.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where the line after a place begins; the place itself if a line begins there."""
        front = self._front
        if at and front[at - 1] == "\n":
            return at
        return front.index("\n", at) + 1 if "\n" in front[at:] else len(front)

    def next_text(self, at: int) -> int:
        """Where the next line that is not empty begins: empty ones may belong to a block above."""
        while at < len(self._front) and not self._front[at : self.line_end(at + 1)].strip():
            at = self.line_end(at + 1)
        return at

    def end(self, node: Any) -> int:
        """Where the text of a node ends, without the comments that follow it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self.end(last[1] if isinstance(last, tuple) else last)
        return int(node.end_mark.index)

    # -- splices -----------------------------------------------------------------------------

    def replaced(self, node: Any, text: str) -> Splice:
        """Another text for a value."""
        start, end = int(node.start_mark.index), self.end(node)
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            text += self._newline
        if start == end:
            text = f" {text}"
        elif not isinstance(node, yaml.ScalarNode) and not node.flow_style:
            raise self.refused("its value is a block of several lines")
        return Splice(start, end, text)

    def added(self, key: str, text: str) -> Splice:
        """A key that was missing, after the nearest of those that belong before it."""
        before = KEYS[: KEYS.index(key)] if key in KEYS else KEYS
        near = [each for each in before if each in self.entries]
        at = self.line_end(self.end(self.entries[near[-1]][1])) if near else 0
        return Splice(at, at, f"{key}:{text}{self._newline}")

    def appended(self, key: str, node: Any, item: str) -> Splice:
        """One more item of a list, which may be missing or empty."""
        if node is None:
            begun = f" [{item}]" if key in _IN_ONE_LINE else f"{self._newline}  - {item}"
            return self.added(key, begun)
        if isinstance(node, yaml.ScalarNode):
            return self.replaced(node, f"[{item}]")
        if not node.value:
            return Splice(*_span(node), f"[{item}]")
        at = self.end(node.value[-1])
        if node.flow_style:
            return Splice(at, at, f", {item}")
        indent = " " * int(node.start_mark.column)
        at = self.line_end(at)
        return Splice(at, at, f"{indent}- {item}{self._newline}")


def _span(node: Any) -> tuple[int, int]:
    return int(node.start_mark.index), int(node.end_mark.index)


def _has(holder: Any, key: str) -> bool:
    if isinstance(holder, list):
        return key.isdigit() and int(key) < len(holder)
    return isinstance(holder, dict) and key in holder


def _holder(values: Any, path: str) -> tuple[Any, Any]:
    """What holds the value of a path, and the key or index in it; None if nothing does."""
    *parts, last = path.split("/")
    for part in parts:
        if not _has(values, part):
            return None, last
        values = values[int(part) if isinstance(values, list) else part]
    if isinstance(values, list):
        return (values, int(last)) if _has(values, last) else (None, last)
    return (values, last) if isinstance(values, dict) else (None, last)


def _texts(value: str | bool, like: Any, key: str) -> Iterable[str]:
    """Ways to write a value, the best one first."""
    if isinstance(value, bool):
        yield "true" if value else "false"
        return
    style = like.style if isinstance(like, yaml.ScalarNode) else None
    if style in ("'", '"'):
        yield _dumped(value, style)
    elif _plain(value) and not (_ID.fullmatch(value) and key.partition("/")[0] in RELATIONS):
        yield value
    yield _dumped(value, '"')


def _dumped(value: str, style: str) -> str:
    text = yaml.dump(
        value, Dumper=yaml.SafeDumper, default_style=style, allow_unicode=True, width=10**9
    )
    return text.removesuffix("\n").removesuffix("...").removesuffix("\n")


def _plain(value: str) -> bool:
    """Whether a text without quotes is the same text for every reader of YAML, or a date."""
    if iso_date(value) is not None:
        return True
    if not value or value[0] in _INDICATORS:
        return False
    try:
        root: Any = yaml.compose(f"- {value}", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    node = root.value[0]
    return bool(node.tag == "tag:yaml.org,2002:str" and node.value == value)
