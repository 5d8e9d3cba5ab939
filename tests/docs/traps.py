"""Where a page can hide a fence from a careless reader, and a count that knows no Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from census import modules, pages

PLACES = {
    "by itself": "{}",
    "in a list": "- item\n\n  {}",
    "in a numbered list": "1. item\n\n   {}",
    "deep in a list": "- item\n\n    - item\n\n        {}",
    "on the line of a list item": "- {}",
    "in a quote": "> words\n>\n> {}",
    "in a list in a quote": "> - item\n>\n>   {}",
    "in an admonition": "!!! note\n\n    words\n\n    {}",
    "in an admonition without a blank line": "!!! note\n    {}",
    "in a collapsed block": '??? note "Set-up"\n\n    {}',
    "in a tab": '=== "Tab"\n\n    {}',
    "in a tab in an admonition": '!!! note\n\n    === "Tab"\n\n        {}',
    "in a definition": "Term\n\n:   words\n\n    {}",
    "in a footnote": "Words[^1].\n\n[^1]:\n    words\n\n    {}",
    "right in a footnote": "Words[^1].\n\n[^1]:\n    {}",
    "after a tab character": "- item\n\n\t{}",
    "after a block of four backticks": "````text\nwords\n````\n\n{}",
    "after a block of tildes": "~~~text\nwords\n~~~\n\n{}",
    "after an unequal marker": "```text\nwords ````\n```\n\n{}",
    "after HTML": '<div class="x">\n</div>\n\n{}',
    "after front matter": "---\na: b\n---\n\n{}",
    "right below a paragraph": "words\n{}",
    "right below a heading": "# Heading\n{}",
}
MARKERS = ("```", "````", "~~~")


def hide(place: str, code: Sequence[str], marker: str = "```") -> tuple[str, int]:
    """Write a page with Python in such a place; also give the line on which its fence begins."""
    before, _, after = PLACES[place].partition("{}")
    indentation = re.sub(r"-(?= $)", " ", before.rpartition("\n")[2])
    fence = f"\n{indentation}".join([f"{marker}python", *code, marker])
    return f"{before}{fence}{after}\n\nwords\n", before.count("\n") + 1


def swept(root: Path) -> set[tuple[str, str]]:
    """Find every line that could open a fence, with its language."""
    opening = re.compile(r"[\s>*+.\d-]*(?:```+|~~~+)\s*\{?\.?(\w+)[^`]*")
    return {
        (f"{file.relative_to(root).as_posix()}:{number}", match[1])
        for file in [*pages(root), *modules(root)]
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1)
        if (match := opening.fullmatch(line))
    }
