"""The figures of `make bench`, as tables and drawings, from benchmarks/results.json.

Plain functions that write Markdown and SVG, with what `benchmarks` itself says of its figures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

RESULTS = "benchmarks/results.json"
"""Where the figures are."""

DRAWINGS = {
    "assets/figures/benchmarks-light.svg": False,
    "assets/figures/benchmarks-dark.svg": True,
}
"""The drawings' files on the site, and whether each is for the dark scheme."""


def read_results(root: Path) -> dict[str, Any]:
    """The figures as they were last taken."""
    if str(root) not in sys.path:
        sys.path.append(str(root))
    results: dict[str, Any] = json.loads((root / RESULTS).read_text("utf-8"))
    return results


def drawing(results: dict[str, Any], *, dark: bool) -> str:
    """The drawing as SVG."""
    from benchmarks.plot import draw

    with TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.svg"
        draw(results, path, dark=dark)
        return path.read_text(encoding="utf-8")


def figures(results: dict[str, Any], *, up: str) -> str:
    """The drawings and tables.

    Args:
        results: The figures.
        up: The way from the page to the root of the site's sources, such as `../`.
    """
    from benchmarks.plot import alt_text
    from benchmarks.report import markdown_peers_table, markdown_table, markdown_taken

    alt = " ".join(alt_text(results).split())
    pictures = [
        f"![{alt}]({up}{file}#only-{'dark' if dark else 'light'})"
        for file, dark in DRAWINGS.items()
    ]
    parts = [
        markdown_taken(results),
        "\n".join(pictures),
        markdown_table(results),
        "Other libraries on the same work, measured in the same run, each against plain Python:",
        markdown_peers_table(results),
    ]
    return "\n\n".join(part.strip() for part in parts)
