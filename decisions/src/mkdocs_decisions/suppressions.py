"""Comments that say a finding is meant to be there: `decisions: ignore[ADR209] the reason`.

In a record they stand in a YAML comment or in an HTML comment, in code in a comment. One covers
its own line and, if it stands alone on it, the next line that is not empty.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from mkdocs_decisions.record import Suppression

_COMMENT = re.compile(
    r"(?P<open><!--|#)\s*decisions:\s*ignore\b(?:\[(?P<codes>[^\]\n]*)\])?(?P<reason>[^\n]*)"
)


def suppressions(text: str, *, python: bool = False) -> Iterator[Suppression]:
    """Every suppression in a text, in order.

    Args:
        text: The text.
        python: Whether it is Python, where only what stands in a comment counts.
    """
    if "decisions:" not in text:
        return
    lines = text.split("\n")
    comments = _comments(text) if python else None
    for number, line in enumerate(lines, start=1):
        for match in _COMMENT.finditer(line):
            if comments is not None and match.start() < comments.get(number, len(line)):
                continue
            html = match["open"] == "<!--"
            reason = match["reason"].partition("-->")[0] if html else match["reason"]
            codes = [
                code.strip().upper() for code in (match["codes"] or "").split(",") if code.strip()
            ]
            covers = number
            if not line[: match.start()].strip(" \t>-"):
                following = range(number, len(lines))
                covers = next((at + 1 for at in following if lines[at].strip()), number)
            yield Suppression(codes, reason.strip(" \t:-"), number, covers)


def _comments(text: str) -> dict[int, int]:
    """The column at which the comment of each line begins; up to where the text is Python."""
    found: dict[int, int] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.start[1]
    except (tokenize.TokenError, SyntaxError):
        pass
    return found
