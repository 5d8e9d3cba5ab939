"""The text of a record before and after a change, rendered, with its words marked that differ.

What is not Markdown is escaped before it is compared, and what comes out holds only the elements
that markdown-it makes: nothing that a record holds is markup for whoever shows the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from mkdocs_decisions.output.escaping import visible

MAX_WORDS = 2_000
"""Words of one changed part that are compared with each other; of more, both states are shown."""
MAX_CHARACTERS = 200_000
"""Length from which on a text is not rendered: nobody would read it in a summary."""

_ATTRIBUTES = {"href", "start"}
_LAYOUT = re.compile(r"([\n\t])")
_STEER = re.compile(r"[@#](?=\w)")


def rendered_change(before: str, after: str) -> str:
    """The parts of a text that differ, as HTML on one line, with `ins` and `del` in it.

    Args:
        before: The text before, as Markdown.
        after: The text after.

    Returns:
        Nothing if they are the same when rendered, or too long.
    """
    if max(len(before), len(after)) > MAX_CHARACTERS:
        return ""
    old, new = list(_blocks(_plain(before))), list(_blocks(_plain(after)))
    matcher = SequenceMatcher(None, [*map(_bare, old)], [*map(_bare, new)])
    parts = [
        _compared("".join(old[i:i_end]).strip(), "".join(new[j:j_end]).strip())
        for tag, i, i_end, j, j_end in matcher.get_opcodes()
        if tag != "equal"
    ]
    return "<hr>".join(part for part in parts if part)


def _plain(markdown: str) -> str:
    """A text whose control characters are made visible, but for those that lay it out."""
    return "".join(
        part if part in ("\n", "\t") else visible(part) for part in _LAYOUT.split(markdown)
    )


def _blocks(markdown: str) -> Iterator[str]:
    """Each block at the top of a text, rendered; so only what differs is compared word by word."""
    parser = _parser()
    environment: dict[str, Any] = {}
    tokens = parser.parse(markdown, environment)
    block: list[Any] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield parser.renderer.render(block, parser.options, environment)
            block = []


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt

    # An image of a record would be fetched by whoever reads the review.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _bare(html: str) -> str:
    return " ".join(html.split())


def _compared(before: str, after: str) -> str:
    from lxml.html import diff, fragment_fromstring  # type: ignore[import-untyped]

    if len(before.split()) + len(after.split()) > MAX_WORDS:
        marked = f"<del>{before}</del><ins>{after}</ins>"
    elif not before or not after:
        marked = f"<ins>{after}</ins>" if after else f"<del>{before}</del>"
    else:
        marked = diff.htmldiff(before, after)
    return _harmless(fragment_fromstring(marked, create_parent="div"))


def _harmless(root: Any) -> str:
    """HTML on one line without attributes but links, and without names that would call someone."""
    from lxml.html import tostring

    for element in root.iter():
        for name in set(element.attrib) - _ATTRIBUTES:
            del element.attrib[name]
        element.text = _unsteered(element.text)
        element.tail = _unsteered(element.tail)
    inner = str(tostring(root, encoding="unicode")).strip()
    return inner.removeprefix("<div>").removesuffix("</div>").replace("\n", "&#10;")


def _unsteered(text: str | None) -> str | None:
    """A text in which a forge sees no mention of a person and no number of an issue."""
    return _STEER.sub(lambda match: f"{match[0]}\u200b", text) if text else text
