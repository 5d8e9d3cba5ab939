"""What MkDocs calls: adds the generated pages and mends links. Decides nothing about their text.

The pages are made by the plain functions beside this file, which know nothing of MkDocs, so that
another generator can take them over.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark_pages import DRAWINGS, RESULTS, drawing, figures, read_results
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from reference_pages import error_sections, module_page, module_table, public_modules
from repository import ROOT_PAGES, LinkError, rewrite, tool_pages

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

MODULES_HERE = "<!-- generated: modules -->"
ERRORS_HERE = "<!-- generated: error codes -->"
FIGURES_HERE = "<!-- generated: benchmark figures -->"

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_BOX = '<div class="cw-table" role="group" aria-label="Table" tabindex="0">'


@event_priority(100)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the API pages and the pages that are files at the root."""
    root = _root(config)

    def add(page: str, text: str, file: str) -> None:
        added = File.generated(config, page, content=text)
        added.edit_uri = f"../{file}"
        files.append(added)

    for file, page in {**ROOT_PAGES, **tool_pages(root)}.items():
        text = (root / file).read_text(encoding="utf-8")
        add(page, _with_links(text, config, source=file, page=page), file)

    modules = public_modules(root / "chainweaver")
    for module in modules:
        add(module.page, module_page(module), module.name.replace(".", "/") + ".py")
    _section(config, "Reference").append({"API": [module.page for module in modules]})

    if (root / RESULTS).is_file():
        results = read_results(root)
        for name, dark in DRAWINGS.items():
            files.append(File.generated(config, name, content=drawing(results, dark=dark)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in the generated tables and lead links out of docs/ to where they can be read."""
    root, uri = _root(config), page.file.src_uri
    page.meta.setdefault("search", {"boost": weight_in_search(uri)})
    if page.file.generated_by is None:
        markdown = _with_links(markdown, config, source=f"docs/{uri}", page=uri)
    if MODULES_HERE in markdown:
        modules = public_modules(root / "chainweaver")
        markdown = markdown.replace(MODULES_HERE, module_table(modules))
    if ERRORS_HERE in markdown:
        markdown = markdown.replace(ERRORS_HERE, error_sections("chainweaver"))
    if FIGURES_HERE in markdown:
        up = "../" * uri.count("/")
        markdown = markdown.replace(FIGURES_HERE, figures(read_results(root), up=up))
    return markdown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give every table a box to scroll in that the keyboard can reach."""
    return _TABLE.sub(lambda match: f"{_BOX}{match[0]}</div>", html)


def weight_in_search(uri: str) -> float:
    """How much a page counts: whoever types a name wants its entry, then a guide, then history."""
    weights: dict[str, float] = {"reference/api": 3, "how-to": 2, "explanation": 2, "tutorials": 2}
    weights |= {"decisions": 0.5, "decisions/rules": 0.2, "decisions/index.md": 3}
    folder = uri.rpartition("/")[0]
    return weights.get(uri, 1 if uri.endswith("index.md") else weights.get(folder, 1))


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


def _with_links(text: str, config: MkDocsConfig, *, source: str, page: str) -> str:
    forge = str(config.repo_url).rstrip("/")
    try:
        return rewrite(text, root=_root(config), forge=forge, source=source, page=page)
    except LinkError as error:
        raise PluginError(str(error)) from error


def _section(config: MkDocsConfig, name: str) -> list[object]:
    """The entries of a section of the navigation, to add to."""
    for entry in config.nav or ():
        entries = entry.get(name) if isinstance(entry, dict) else None
        if isinstance(entries, list):
            return entries
    raise PluginError(f"mkdocs.yml: the navigation has no section {name!r}")
