"""What MkDocs calls: adds the generated pages and mends links. Decides nothing about their text.

The pages are made by the plain functions beside this file, which know nothing of MkDocs, so that
another generator can take them over.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark_pages import DRAWINGS, RESULTS, drawing, figures, read_results
from decision_pages import RecordError, index_page, read_records, record_page
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from reference_pages import error_sections, module_page, module_table, public_modules
from repository import ROOT_PAGES, LinkError, Repository

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

MODULES_HERE = "<!-- generated: modules -->"
ERRORS_HERE = "<!-- generated: error codes -->"
FIGURES_HERE = "<!-- generated: benchmark figures -->"
RECORDS_IN_NAVIGATION = 30


@event_priority(100)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the decisions, the API pages and the pages that are files at the root."""
    repository = _repository(config)

    def add(page: str, text: str, file: str) -> None:
        added = File.generated(config, page, content=text)
        added.edit_uri = f"../{file}"
        files.append(added)

    try:
        for file, page in {**ROOT_PAGES, **repository.tool_pages()}.items():
            text = (repository.root / file).read_text(encoding="utf-8")
            add(page, repository.rewrite(text, source=file, page=page), file)

        records = read_records(repository.root / "adr")
        add("decisions/index.md", index_page(records), "adr/README.md")
        for record in records:
            page = f"decisions/{record.file}"
            add(page, record_page(record, records, repository), f"adr/{record.file}")
    except (LinkError, RecordError) as error:
        raise PluginError(str(error)) from error
    if len(records) <= RECORDS_IN_NAVIGATION:
        _section(config, "Decisions").extend(f"decisions/{record.file}" for record in records)

    modules = public_modules(repository.root / "chainweaver")
    for module in modules:
        add(module.page, module_page(module), module.name.replace(".", "/") + ".py")
    _section(config, "Reference").append({"API": [module.page for module in modules]})

    if (repository.root / RESULTS).is_file():
        results = read_results(repository.root)
        for name, dark in DRAWINGS.items():
            files.append(File.generated(config, name, content=drawing(results, dark=dark)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in the generated tables and lead links out of docs/ to where they can be read."""
    repository = _repository(config)
    page.meta.setdefault("search", {"boost": weight_in_search(page.file.src_uri)})
    if MODULES_HERE in markdown:
        modules = public_modules(repository.root / "chainweaver")
        markdown = markdown.replace(MODULES_HERE, module_table(modules))
    if ERRORS_HERE in markdown:
        markdown = markdown.replace(ERRORS_HERE, error_sections("chainweaver"))
    if FIGURES_HERE in markdown:
        up = "../" * page.file.src_uri.count("/")
        markdown = markdown.replace(FIGURES_HERE, figures(read_results(repository.root), up=up))
    if page.file.generated_by is not None:
        return markdown
    uri = page.file.src_uri
    try:
        return repository.rewrite(markdown, source=f"docs/{uri}", page=uri)
    except LinkError as error:
        raise PluginError(str(error)) from error


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give every table a box to scroll in that the keyboard can reach."""
    box = '<div class="cw-table" role="group" aria-label="Table" tabindex="0">'
    return html.replace("<table>", f"{box}<table>").replace("</table>", "</table></div>")


def weight_in_search(uri: str) -> float:
    """How much a page counts: whoever types a name wants its entry, then a guide, then history."""
    weights = {"reference/api": 3, "how-to": 2, "explanation": 2, "tutorials": 2, "decisions": 0.5}
    folder = uri.rpartition("/")[0]
    return 1 if uri.endswith("index.md") else weights.get(folder, 1)


def _repository(config: MkDocsConfig) -> Repository:
    return Repository(Path(config.config_file_path).parent, str(config.repo_url).rstrip("/"))


def _section(config: MkDocsConfig, name: str) -> list[object]:
    """The entries of a section of the navigation, to add to."""
    for entry in config.nav or ():
        entries = entry.get(name) if isinstance(entry, dict) else None
        if isinstance(entries, list):
            return entries
    raise PluginError(f"mkdocs.yml: the navigation has no section {name!r}")
