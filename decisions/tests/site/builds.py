"""Builds real sites of the small project, and reads what came out. No tests here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

PLAIN = """\
site_name: Shop
site_url: https://shop.example/docs/
repo_url: https://forge.example/shop
edit_uri: edit/trunk/docs/
theme: mkdocs
plugins:
  - search
  - decisions{options}
"""
MATERIAL = """\
site_name: Shop
site_url: https://shop.example/docs/
repo_url: https://forge.example/shop
edit_uri: edit/trunk/docs/
theme: {{name: material}}
plugins:
  - search
  - autorefs
  - mkdocstrings: {{handlers: {{python: {{paths: [src]}}}}}}
  - decisions{options}
"""
API = "# API\n\n::: shop.prices\n\n::: shop.store\n"


def configure(root: Path, settings: str = PLAIN, **options: object) -> Path:
    """Write the configuration of the site; further lines may be appended to it by a test."""
    given = "".join(f"\n      {name}: {_yaml(value)}" for name, value in options.items())
    text = settings.format(options=f":{given}" if given else "")
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    if "mkdocstrings" in settings:
        (root / "docs/api.md").write_text(API, encoding="utf-8")
    return root


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def build(root: Path, *, strict: bool = True) -> subprocess.CompletedProcess[str]:
    """Run `mkdocs build`."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", *(["--strict"] if strict else [])],
        cwd=root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "true", "SOURCE_DATE_EPOCH": "1700000000"},
        capture_output=True,
        text=True,
        check=False,
    )


def built(root: Path) -> Path:
    """The folder of the site, which must build without a warning."""
    done = build(root)
    assert done.returncode == 0, done.stderr
    return root / "site"


def page(site: Path, address: str) -> html.HtmlElement:
    """A page by its address below the root of the site."""
    return html.fromstring((site / address / "index.html").read_text(encoding="utf-8"))


def text(element: html.HtmlElement) -> str:
    """What a reader sees of an element."""
    return " ".join(element.text_content().split())


def table(document: html.HtmlElement, heading: str | None = None) -> list[list[str]]:
    """The rows, head first, of the first table below a heading, or of the page."""
    start = document
    if heading is not None:
        start = next(each for each in document.iter("h1", "h2") if text(each).startswith(heading))
        found = next(iter(start.xpath("following::table")))
    else:
        found = next(start.iter("table"))
    return [[text(cell) for cell in row.iter("th", "td")] for row in found.iter("tr")]


def broken(site: Path) -> list[str]:
    """The links and sources of all pages that lead to nothing within the site."""
    found = []
    ids: dict[Path, set[str]] = {}
    documents = {file: html.parse(str(file)).getroot() for file in sorted(site.rglob("*.html"))}
    for file, document in documents.items():
        ids[file] = {each.get("id") for each in document.iter() if each.get("id")}
    for file, document in documents.items():
        if file.name == "404.html":
            continue
        for element, _, target, _ in document.iterlinks():
            to = urlsplit(target)
            if to.scheme or to.netloc or element.tag in ("form",):
                continue
            path = (file.parent / unquote(to.path)).resolve() if to.path else file
            path = path / "index.html" if path.is_dir() else path
            if not path.is_file():
                found.append(f"{file.relative_to(site)}: {target}")
            elif to.fragment and path in ids and unquote(to.fragment) not in ids[path]:
                found.append(f"{file.relative_to(site)}: {target} has no such place")
    return found
