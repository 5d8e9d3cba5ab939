"""ADR-0007: what makes the pages can be taken to another generator, and today's is pinned."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imported(path: Path) -> set[str]:
    """The packages that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_only_the_hooks_file_knows_mkdocs() -> None:
    files = sorted((ROOT / "docs" / "hooks").glob("*.py"))

    knowing = [path.name for path in files if imported(path) & {"mkdocs", "material"}]

    assert knowing == ["mkdocs_hooks.py"]
    assert len(files) > len(knowing)


@pytest.mark.parametrize("package", ["mkdocs", "mkdocs-material", "mkdocstrings", "griffelib"])
def test_the_generator_and_the_theme_are_pinned(package: str) -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")

    assert re.search(rf"^{package}==\d", pins, re.MULTILINE)
