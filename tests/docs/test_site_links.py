"""Links written for a forge lead to the same place on the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from repository import LinkError, Repository, map_links

if TYPE_CHECKING:
    from pathlib import Path

FORGE = "https://forge.example/chain"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    for file in ("adr/0001-one.md", "tests/engine/test_run.py", "docs/how-to/dags.md"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return Repository(tmp_path, FORGE)


@pytest.mark.parametrize(
    ("to", "on_site"),
    [
        ("0001-one.md", "0001-one.md"),
        ("0001-one.md#consequences", "0001-one.md#consequences"),
        ("README.md", "index.md"),
        ("../docs/how-to/dags.md#top", "../how-to/dags.md#top"),
        ("../CHANGELOG.md", "../changelog.md"),
        ("../tests/engine/test_run.py", f"{FORGE}/blob/main/tests/engine/test_run.py"),
        ("../tests/engine", f"{FORGE}/tree/main/tests/engine"),
        ("#confirmation", "#confirmation"),
        ("https://elsewhere.example/a.md", "https://elsewhere.example/a.md"),
    ],
)
def test_a_link_of_a_record_leads_to_the_same_file(
    repository: Repository, to: str, on_site: str
) -> None:
    shown = repository.rewrite(f"See [it]({to}).", source="adr/0001-one.md", page="decisions/x.md")
    assert shown == f"See [it]({on_site})."


def test_a_page_leads_to_a_record_and_to_its_neighbours(repository: Repository) -> None:
    text = "[a](../../adr/0001-one.md) ![b](../assets/b.svg)\n\n[c]: ../../adr/0001-one.md"
    shown = repository.rewrite(text, source="docs/how-to/dags.md", page="how-to/dags.md")
    assert shown == (
        "[a](../decisions/0001-one.md) ![b](../assets/b.svg)\n\n[c]: ../decisions/0001-one.md"
    )


def test_the_pages_about_the_tool_are_led_to_by_their_files(repository: Repository) -> None:
    for file in ("decisions/docs/proofs.md", "decisions/docs/index.md", "decisions/CHANGELOG.md"):
        (repository.root / file).parent.mkdir(parents=True, exist_ok=True)
        (repository.root / file).touch()
    pages = repository.tool_pages()
    assert pages == {
        "decisions/docs/index.md": "decisions-tool/index.md",
        "decisions/docs/proofs.md": "decisions-tool/proofs.md",
        "decisions/CHANGELOG.md": "decisions-tool/changelog.md",
    }
    shown = repository.rewrite(
        "[a](../../adr/0001-one.md) [b](proofs.md#top) [c](../CHANGELOG.md)",
        source="decisions/docs/index.md",
        page=pages["decisions/docs/index.md"],
    )
    assert shown == "[a](../decisions/0001-one.md) [b](proofs.md#top) [c](changelog.md)"


@pytest.mark.parametrize("to", ["../tests/gone.py", "../../outside.md"])
def test_a_link_to_nothing_is_an_error_that_names_it(repository: Repository, to: str) -> None:
    with pytest.raises(LinkError, match=r"adr/0001-one\.md: the link to \.\./"):
        repository.rewrite(f"[it]({to})", source="adr/0001-one.md", page="decisions/x.md")


def test_code_is_left_alone() -> None:
    text = "\n".join(
        [
            "`a[0](x.md)` and ``b` [1](x.md)`` but [`c`](x.md)",
            "> ````python",
            "> ```",
            "> d[0](x.md)",
            "> ````",
            "~~~",
            "[e](x.md)",
            "~~~",
            "    !!! note\n        [f](x.md)",
        ]
    )
    changed = map_links(text, str.upper)
    assert changed == text.replace("[`c`](x.md)", "[`c`](X.MD)").replace("[f](x.md)", "[f](X.MD)")
