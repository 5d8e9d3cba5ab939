"""What becomes of records that stand inside the folder of the site's own pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from builds import built, configure, page
from scratch import Scratch


@pytest.mark.parametrize("folder", ["decisions", "adr"])
def test_a_record_inside_of_the_pages_is_shown_once(tmp_path: Path, folder: str) -> None:
    shop = Scratch(tmp_path).init()
    for name in [path.name for path in sorted((shop.root / "adr").glob("0*.md"))]:
        shop.move(f"adr/{name}", f"docs/adr/{name}")
        shop.write(f"docs/adr/{name}", shop.read(f"docs/adr/{name}").replace("../docs/", "../"))
    shop.edit("pyproject.toml", 'records = "adr"', 'records = "docs/adr"')
    shop.edit("docs/index.md", "../adr/", "adr/")

    site = built(configure(shop.root, folder=folder))

    shown = sorted(each.parent.name for each in site.rglob("0*/index.html"))
    assert shown == sorted(path.stem for path in (shop.root / "docs/adr").glob("0*.md"))
    [link] = page(site, ".").xpath('//a[contains(., "ADR-0001")]/@href')
    assert link == f"{folder}/0001-prices-are-whole-cents/"
    assert page(site, link).xpath('//*[contains(@class, "decisions")]')
