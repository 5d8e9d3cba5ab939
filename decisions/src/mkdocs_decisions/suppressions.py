"""Comments that say a finding is meant to be there: `decisions: ignore[ADR209] the reason`.

In a record they stand in a YAML comment or in an HTML comment, in code in a comment. One covers
its own line and, if it stands alone on it, the next line that is not empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mkdocs_decisions.record import Suppression

_COMMENT = re.compile(
    r"(?P<open><!--|#)\s*decisions:\s*ignore\[(?P<codes>[^\]\n]*)\](?P<reason>[^\n]*)"
)


def suppressions(text: str) -> Iterator[Suppression]:
    """Every suppression in a text, in order."""
    if "decisions:" not in text:
        return
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        for match in _COMMENT.finditer(line):
            reason = (
                match["reason"].partition("-->")[0] if match["open"] == "<!--" else match["reason"]
            )
            codes = [code.strip().upper() for code in match["codes"].split(",") if code.strip()]
            covers = number
            if not line[: match.start()].strip(" \t>-"):
                following = range(number, len(lines))
                covers = next((at + 1 for at in following if lines[at].strip()), number)
            yield Suppression(codes, reason.strip(" \t:-"), number, covers)
