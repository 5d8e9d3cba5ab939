"""A small site under the real configuration: records are shown, and rot fails the build."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAVIGATION = """\
nav:
  - Home: index.md
  - Reference: [reference/index.md]
  - Decisions: [decisions/index.md]
  - Changelog: changelog.md
  - Contributing: contributing.md
"""
FILES = {
    "docs/index.md": """\
# Small

See [the first record](../adr/0001-one-for-all.md#confirmation), [`Flow`][chainweaver.flow.Flow]
and [the test](../tests/test_scope.py).

--8<-- "examples/one.txt"
""",
    "docs/reference/index.md": "# Reference\n\n<!-- generated: modules -->\n",
    "examples/one.txt": "Included.\n",
    "pyproject.toml": '[tool.decisions]\npackages = { chainweaver = "." }\n',
    "CHANGELOG.md": "# Changelog\n",
    "CONTRIBUTING.md": "# Contributing\n\n[A test](tests/test_scope.py)\n",
    "tests/test_scope.py": "",
    "adr/README.md": "# Records\n",
    "adr/0001-one-for-all.md": """\
---
status: accepted
date: 2026-11-20
source: issue 7
answer: "won't do: `a < b` holds already"
governs: [chainweaver.flow.Flow, chainweaver._scope.close]
proofs:
  - {test: "tests/test_scope.py::test_closed", shows: nothing outlives a run}
---
# 0001. One for all

## Confirmation

See [the list](README.md).
""",
    "chainweaver/__init__.py": '"""Small."""\n',
    "chainweaver/_scope.py": '"""Private."""\n\n\ndef close() -> None:\n    """Close."""\n',
    "chainweaver/flow.py": '''\
"""Flows: what runs."""

__all__ = ["Flow"]


class Flow:
    """A flow.

    Args:
        name: What it is called.
    """

    def __init__(self, name: str) -> None:
        self.name: str = name
        """Its name."""
''',
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    root = tmp_path / "small"
    for part in ("hooks", "overrides", "assets"):
        shutil.copytree(
            ROOT / "docs" / part, root / "docs" / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file, text in FILES.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    settings = re.sub(r"\nnav:\n(?s:.*)", f"\n{NAVIGATION}", settings)
    (root / "mkdocs.yml").write_text(re.sub(r"\nwatch: .*", "", settings), encoding="utf-8")
    return root


def build(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_record_is_a_page_with_its_facts_linked(small: Path) -> None:
    built = build(small)
    assert built.returncode == 0, built.stderr

    page = (small / "site/decisions/0001-one-for-all/index.html").read_text(encoding="utf-8")
    article = page[page.index("<article") : page.index("</article>")]
    assert 'href="../../reference/api/flow/#chainweaver.flow.Flow"' in article
    assert "/blob/main/chainweaver/_scope.py" in article
    assert "/blob/main/tests/test_scope.py" in article
    assert "won't do: <code>a &lt; b</code> holds already" in article
    assert 'href="../">the list</a>' in article
    assert "/edit/main/adr/0001-one-for-all.md" in article

    index = (small / "site/decisions/index.html").read_text(encoding="utf-8")
    row = re.search(r"<tr>\s*<td>.*?</tr>", index, re.DOTALL)
    assert row is not None
    for shown in ("0001-one-for-all/", "won't do", "accepted", "2026-11-20"):
        assert shown in row[0]

    home = (small / "site/index.html").read_text(encoding="utf-8")
    assert 'href="decisions/0001-one-for-all/#confirmation"' in home
    assert "Included." in home


def test_two_builds_are_equal(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    def built() -> dict[str, bytes]:
        assert build(small).returncode == 0
        files = (path for path in (small / "site").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    assert built() == built()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "docs/index.md",
            "(../adr/0001-one-for-all.md#",
            "(gone.md#",
            "target 'gone.md' is not found",
        ),
        ("docs/index.md", "#confirmation", "#gone", "does not contain an anchor '#gone'"),
        ("docs/index.md", "(../tests/test_scope.py)", "(../tests/gone.py)", "gone.py is not there"),
        ("docs/index.md", "chainweaver.flow.Flow]", "chainweaver.flow.Gone]", "flow.Gone"),
        ("docs/index.md", "examples/one.txt", "examples/gone.txt", "gone.txt"),
        ("docs/index.md", "See [", "[](/absolute/) See [", "absolute link '/absolute/'"),
        ("mkdocs.yml", "Home: index.md", "Home: gone.md", "gone.md"),
        ("mkdocs.yml", "  - Changelog: changelog.md\n", "", "changelog.md"),
        ("CONTRIBUTING.md", "tests/test_scope.py", "tests/gone.py", "CONTRIBUTING.md:3: the link"),
        ("adr/0001-one-for-all.md", "status: accepted", "status: agreed", "'agreed' is none of"),
        ("adr/0001-one-for-all.md", "chainweaver.flow.Flow", "chainweaver.flow.Gone", "flow.Gone"),
        ("adr/0001-one-for-all.md", "(README.md)", "(0002-gone.md)", "0002-gone.md"),
        ("chainweaver/flow.py", "name: What", "title: What", "Parameter 'title'"),
    ],
)
def test_rot_fails_the_build_and_is_named(
    small: Path, file: str, old: str, new: str, message: str
) -> None:
    text = (small / file).read_text(encoding="utf-8")
    assert old in text
    (small / file).write_text(text.replace(old, new), encoding="utf-8")
    built = build(small)
    assert built.returncode != 0
    assert message in built.stderr
