"""Links written for a forge lead to the same place on the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repository import LinkError, rewrite, tool_pages

if TYPE_CHECKING:
    from pathlib import Path

FORGE = "https://forge.example/chain"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = (
        "adr/0001-one.md",
        "adr/README.md",
        "tests/engine/test_run.py",
        "docs/how-to/dags.md",
        "decisions/docs/index.md",
    )
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("to", "on_site"),
    [
        ("0001-one.md", "0001-one.md"),
        ("0001-one.md#consequences", "0001-one.md#consequences"),
        ("README.md", "index.md"),
        ("../docs/how-to/dags.md#top", "../how-to/dags.md#top"),
        ("../CHANGELOG.md", "../changelog.md"),
        ("../decisions/docs/index.md", "../decisions-tool/index.md"),
        ("../tests/engine/test_run.py", f"{FORGE}/blob/main/tests/engine/test_run.py"),
        ("../tests/engine", f"{FORGE}/tree/main/tests/engine"),
        ("#confirmation", "#confirmation"),
        ("https://elsewhere.example/a.md", "https://elsewhere.example/a.md"),
    ],
)
def test_a_link_leads_to_the_same_file(root: Path, to: str, on_site: str) -> None:
    text = f"See [it]({to})."
    shown = rewrite(text, root=root, forge=FORGE, source="adr/0001-one.md", page="decisions/x.md")
    assert shown == f"See [it]({on_site})."


def test_a_page_leads_to_a_record_and_to_its_neighbours(root: Path) -> None:
    text = "[a](../../adr/0001-one.md) ![b](../assets/b.svg)\n\n[c]: ../../adr/0001-one.md"
    shown = rewrite(
        text, root=root, forge=FORGE, source="docs/how-to/dags.md", page="how-to/dags.md"
    )
    assert shown == (
        "[a](../decisions/0001-one.md) ![b](../assets/b.svg)\n\n[c]: ../decisions/0001-one.md"
    )


def test_the_pages_about_the_tool_are_led_to_by_their_files(root: Path) -> None:
    for file in ("decisions/docs/proofs.md", "decisions/docs/index.md", "decisions/CHANGELOG.md"):
        (root / file).touch()
    pages = tool_pages(root)
    assert pages == {
        "decisions/docs/index.md": "decisions-tool/index.md",
        "decisions/docs/proofs.md": "decisions-tool/proofs.md",
        "decisions/CHANGELOG.md": "decisions-tool/changelog.md",
    }
    shown = rewrite(
        "[a](../../adr/0001-one.md) [b](proofs.md#top) [c](../CHANGELOG.md)",
        root=root,
        forge=FORGE,
        source="decisions/docs/index.md",
        page=pages["decisions/docs/index.md"],
    )
    assert shown == "[a](../decisions/0001-one.md) [b](proofs.md#top) [c](changelog.md)"


@pytest.mark.parametrize("to", ["../tests/gone.py", "../../outside.md"])
def test_a_link_to_nothing_is_an_error_that_names_file_and_line(root: Path, to: str) -> None:
    with pytest.raises(LinkError, match=r"adr/0001-one\.md:2: the link to \.\./.* is not there"):
        rewrite(
            f"\n[it]({to})",
            root=root,
            forge=FORGE,
            source="adr/0001-one.md",
            page="decisions/x.md",
        )
